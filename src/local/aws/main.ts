import { KubeConfig } from '@kubernetes/client-node';
import { Command, InvalidArgumentError, Option } from 'commander';
import { leave, readAccount } from './account-file.ts';
import { startStandIn } from './controller.ts';
import { goesAlong } from './dependencies.ts';
import { type Fault, faultsOf } from './faults.ts';
import { awsKinds } from './kinds.ts';
import { accountJson, accountTree, assertEmpty } from './tree.ts';

const account = () => new Option('--account <file>', "the account's file").makeOptionMandatory();

const program = new Command('aws')
  .description('Plays provider-aws, and AWS behind it, on a local management cluster')
  .showHelpAfterError();

program
  .command('run', { isDefault: true })
  .description('serves the managed resources of a cluster until it is told to end')
  .requiredOption('--kubeconfig <file>', 'the management cluster')
  .addOption(account())
  .addOption(
    new Option('--time <factor>', "how long one of AWS's seconds takes, in seconds")
      .env('AWS_TIME')
      .argParser(factor)
      .default(0.01),
  )
  .action(run);

program
  .command('account')
  .description('prints what is in the account')
  .addOption(account())
  .addOption(new Option('--format <format>', 'how').choices(['tree', 'json']).default('tree'))
  .option('--empty', 'fails unless there is nothing in it')
  .action((options: { account: string; format: 'tree' | 'json'; empty?: true }) => {
    const read = readAccount(options.account, goesAlong(awsKinds()));
    process.stdout.write(options.format === 'json' ? accountJson(read) : accountTree(read));
    if (options.empty) assertEmpty(read);
  });

program
  .command('delete')
  .description("deletes a resource behind the provider's back")
  .argument('<id>', 'its id or name')
  .addOption(account())
  .option('--region <region>', 'where, if the id is not unique')
  .action((id: string, options: { account: string; region?: string }) =>
    leave(options.account, { do: 'delete', id, ...(options.region ? { region: options.region } : {}) }),
  );

program
  .command('change')
  .description("changes a resource's arguments behind the provider's back")
  .argument('<id>', 'its id or name')
  .argument('<json>', 'what becomes of its arguments, as a JSON object')
  .addOption(account())
  .action((id: string, json: string, options: { account: string }) =>
    leave(options.account, { do: 'change', id, to: JSON.parse(json) }),
  );

program
  .command('fault')
  .description('has operations fail; without a kind it lists the faults that are set')
  .argument('[kind]', 'ec2/VPC, or * for any')
  .argument('[code]', 'the error code: Throttling, AccessDenied, VpcLimitExceeded, ...')
  .addOption(account())
  .addOption(
    new Option('--operation <operation>', 'which').choices(['create', 'update', 'delete', 'observe']).default('create'),
  )
  .option('--count <number>', 'how often', Number, 1)
  .option('--message <text>', "AWS's message")
  .option('--late', 'a creation fails only after the time that it takes')
  .option('--clear', 'takes all faults away first')
  .action((kind: string | undefined, code: string | undefined, options: FaultOptions) => {
    const faults = faultsOf(options.account);
    if (options.clear) faults.set([]);
    const { operation, count, message, late } = options;
    if (kind && code) {
      const fault = { kind, operation, code, count, ...(message ? { message } : {}), ...(late ? { late } : {}) };
      faults.set([...faults.list(), fault]);
    }
    process.stdout.write(`${JSON.stringify(faults.list(), null, 2)}\n`);
  });

interface FaultOptions {
  readonly account: string;
  readonly operation: Fault['operation'];
  readonly count: number;
  readonly message?: string;
  readonly late?: true;
  readonly clear?: true;
}

interface RunOptions {
  readonly kubeconfig: string;
  readonly account: string;
  readonly time: number;
}

async function run(options: RunOptions): Promise<void> {
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromFile(options.kubeconfig);
  const log = (line: string): void => {
    process.stdout.write(`${new Date().toISOString()} ${line}\n`);
  };
  const standIn = await startStandIn({
    kubeconfig,
    accountFile: options.account,
    time: options.time,
    log,
  });
  const end = (signal: string): void => {
    log(`ending (${signal})`);
    standIn.stop().then(
      () => process.exit(0),
      error => {
        log(`error ${(error as Error).message}`);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => end(signal));
  log(`serving ${await standIn.ready} kinds, one of AWS's seconds takes ${options.time} s`);
}

function factor(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('a number above 0 is needed');
  return value;
}

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
