import { Command } from 'commander';
import { AccountControl } from '../account/control.ts';
import { sleep } from '../process.ts';
import { makeState, stateAt } from '../state.ts';
import { Supervisor } from '../supervisor.ts';
import { Clusters } from './clusters.ts';

interface Options {
  readonly state: string;
  readonly account: string;
  readonly repository: string;
  readonly pki: string;
  readonly etcd: string;
  readonly apiServer: string;
  readonly controllerManager: string;
}

await new Command('eks')
  .description('Keeps an API server for each EKS cluster of the account, and plays what acts in it')
  .requiredOption('--state <folder>', 'what is remembered of the clusters')
  .requiredOption('--account <address>', 'of the account')
  .requiredOption('--repository <folder>', 'this package')
  .requiredOption('--pki <folder>', 'certificates')
  .requiredOption('--etcd <port>', 'of etcd')
  .requiredOption('--api-server <path>', 'the program')
  .requiredOption('--controller-manager <path>', 'the program')
  .action(run)
  .parseAsync();

async function run(options: Options): Promise<void> {
  const { account, repository, pki, apiServer, controllerManager } = options;
  const log = (line: string): void => {
    process.stdout.write(`${new Date().toISOString()} ${line}\n`);
  };
  const state = stateAt(options.state);
  await makeState(state);
  const supervisor = await Supervisor.open(state, event => {
    if (event.type === 'process-stopped') log(`stopped ${event.name} (${event.pid})`);
  });
  await supervisor.endStrays();
  const control = new AccountControl(account);
  let factor = 1;
  const clock = { now: () => Date.now(), scaled: (seconds: number) => seconds * 1000 * factor };
  const machinery = { state, pki, etcd: Number(options.etcd), apiServer, controllerManager };
  const clusters = await Clusters.open({ machinery, supervisor, control, account, repository, clock, log });

  const ending = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ending.abort());
  const reviving = setInterval(() => clusters.revive(), 1000);
  while (!ending.signal.aborted) {
    try {
      for await (const _ of control.events(ending.signal)) {
        factor = (await control.clock()).time;
        await clusters.look();
      }
    } catch (error) {
      if (ending.signal.aborted) break;
      log(`error ${(error as Error).message}`);
      await sleep(1000);
    }
  }
  clearInterval(reviving);
  log('ending');
  await clusters.end();
  process.exit(0);
}
