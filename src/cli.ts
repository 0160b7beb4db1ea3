import { Command, Option } from 'commander';
import { dateOption } from './commands/day.ts';
import { FindingsError } from './crossplane/finding.ts';

const program = new Command('platform').description('Generates, proves and checks the platform package.');

// Who reads may have seen enough, as in `make status | head`: what was begun is finished all the same.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

/** A command fails when it says so, or by an error. */
const done = (succeeded: boolean) => {
  if (!succeeded) process.exitCode = 1;
};

program
  .command('crds')
  .description('take the pinned CRDs out of their Go modules')
  .action(async () => (await import('./commands/crds.ts')).crds());
program
  .command('charts')
  .description('take the pinned Helm charts out of their Go modules')
  .action(async () => (await import('./commands/charts.ts')).charts());
program
  .command('imports')
  .description('make the types of the pinned CRDs')
  .action(async () => (await import('./commands/imports.ts')).imports());
program
  .command('synth')
  .description('generate XRDs, Compositions and JSON schemas')
  .action(async () => (await import('./commands/synth.ts')).synth());
program
  .command('verify')
  .description('fail when a generated file is not what its source says')
  .action(async () => done((await import('./commands/verify.ts')).verify()));
program
  .command('check')
  .description('check claims against their APIs')
  .argument('[files...]', 'manifests; all of claims/ when left out')
  .addOption(dateOption())
  .action(async (files: string[], options: { date?: Date }) =>
    done(await (await import('./commands/check.ts')).check(files, options.date)),
  );

program
  .command('render')
  .description(
    "print all that claims make, through Crossplane's own reconciler and the real functions, without a cluster",
  )
  .argument('[claim]', 'a file with claims', 'claims/builderspace.yaml')
  .option('--rounds <number>', 'stop after so many, whatever still waits for observed values', Number)
  .option('--times', 'say on standard error how long each level took')
  .action(async (claim: string, options: { rounds?: number; times?: true }) =>
    done(await (await import('./commands/render.ts')).render(claim, options)),
  );
program
  .command('crossplane')
  .description('run the pinned crossplane CLI')
  .argument('[arguments...]', "the CLI's own")
  .helpOption(false)
  .allowUnknownOption()
  .action(async (args: string[]) => done(await (await import('./commands/crossplane.ts')).crossplane(args)));

program
  .command('package')
  .description('lay the package out in dist/package/ and build its .xpkg')
  .action(async () => (await import('./commands/package.ts')).buildPackage());
program
  .command('up')
  .description('start the local management cluster and bring up claims on it')
  .argument('[claim]', 'a file with claims', 'claims/builderspace.yaml')
  .option('--timeout <seconds>', 'how long they may take', Number, 600)
  .addOption(
    new Option('--time <factor>', "how long one of AWS's seconds takes, in seconds").env('AWS_TIME').argParser(Number),
  )
  .addOption(dateOption())
  .action(async (claim: string, options: { timeout: number; time?: number; date?: Date }) =>
    done(await (await import('./commands/up.ts')).up({ claim, ...options })),
  );
program
  .command('down')
  .description('end what up started')
  .option('--remove', 'remove its state too')
  .action(async options => (await import('./commands/down.ts')).down(options));
program
  .command('status')
  .description('show claims with all that comes of them, on the cluster that KUBECONFIG names, else on the local one')
  .argument('[claims...]', 'name, namespace/name, or another kind: xnetwork/name; all claims when left out')
  .option('--wait', 'until they are ready, and fail when they are not in time')
  .action(async (claims: string[], options: { wait?: true }) =>
    done(await (await import('./commands/status.ts')).status(claims, options)),
  );
program
  .command('bench')
  .description('measure what a claim takes, on a local cluster of its own')
  .addOption(
    new Option('--time <factor>', "how long one of AWS's seconds takes, in seconds")
      .env('AWS_TIME')
      .argParser(Number)
      .default(0.1),
  )
  .addOption(
    new Option(
      '--breaker <limits>',
      "limits of a composite resource's circuit breaker: kind-bootstrap's or Crossplane's own",
    )
      .env('BREAKER')
      .choices(['ours', 'default'])
      .default('ours'),
  )
  .action(async options => (await import('./commands/bench.ts')).bench(options));
program
  .command('account')
  .description("print what is in the local cluster's AWS account")
  .addOption(new Option('--format <format>', 'how').choices(['tree', 'json']).default('tree'))
  .option('--empty', 'fail unless there is nothing in it')
  .option('--calls', "print how often each action of AWS's API was called")
  .action(async options => (await import('./commands/account.ts')).account(options));
program
  .command('fault')
  .description('have something go wrong at AWS, or list what is to go wrong')
  .option('--action <service.Action>', 'the call that fails: eks.CreateCluster, ec2.*, *.*')
  .option('--code <code>', "AWS's error code: AccessDeniedException, ThrottlingException")
  .option('--message <text>', 'other words than those that belong to the code')
  .option('--count <number>', 'how often; until it is lifted when left out')
  .option('--when <moment>', 'before: refused; after: carried out all the same; late: fails when its time has passed')
  .option('--matching <text>', 'only calls with this text in their parameters')
  .option('--clear', 'lift all faults first')
  .action(async options => (await import('./commands/fault.ts')).fault(options));

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof FindingsError) {
    console.error(`${error.message}\nproblems: ${error.findings.length}; nothing was written`);
  } else console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
