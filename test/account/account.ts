import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AwsClients, type AwsKeys, anyKeys, awsClients } from '../../src/local/account/clients.ts';
import { AccountControl } from '../../src/local/account/control.ts';
import { pythonEnvironment } from '../../src/local/account/python.ts';
import { freePort } from '../../src/local/ports.ts';

export const region = 'af-south-1';
export const accountId = '123456789012';

/** An account of a test's own. */
export interface TestAccount {
  readonly address: string;
  readonly folder: string;
  readonly control: AccountControl;
  /** As the administrator. */
  readonly aws: AwsClients;
  as(keys: AwsKeys, elsewhere?: string): AwsClients;
  /** Ends the process with a signal and starts it again on the same folder. */
  restart(signal: NodeJS.Signals): Promise<void>;
  /** Ends the process and removes its folder. */
  end(): Promise<void>;
}

/** Starts an account on a free port; one of AWS's seconds takes `time` real ones. `options` are its further flags. */
export async function startAccount({
  time = 0.001,
  options = [],
}: {
  readonly time?: number;
  readonly options?: readonly string[];
} = {}): Promise<TestAccount> {
  const repository = process.cwd();
  const python = await pythonEnvironment({ repository }, () => {});
  const folder = await mkdtemp(join(tmpdir(), 'account-'));
  const port = await freePort(new Set());
  const address = `http://127.0.0.1:${port}`;
  const start = async (): Promise<ChildProcess> => {
    const args = ['-m', 'account', `--port=${port}`, `--state=${folder}`, `--time=${time}`, '--patience=1', ...options];
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
    const child = spawn(python, args, { cwd: join(repository, 'src'), env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr?.on('data', chunk => {
      said += chunk;
    });
    for (;;) {
      if (child.exitCode !== null) throw new Error(`the account ended: ${said}`);
      const answer = await fetch(`${address}/_account/health`).catch(() => undefined);
      if (answer?.ok) return child;
      await sleep(50);
    }
  };
  const stop = async (child: ChildProcess, signal: NodeJS.Signals) => {
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  let process_ = await start();
  return {
    address,
    folder,
    control: new AccountControl(address),
    aws: awsClients(address, region, anyKeys),
    as: (keys, elsewhere = region) => awsClients(address, elsewhere, keys),
    restart: async signal => {
      await stop(process_, signal);
      process_ = await start();
    },
    end: async () => {
      await stop(process_, 'SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** How a call ended: `ok`, or AWS's code and words. */
export async function outcome(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
    return 'ok';
  } catch (error) {
    const { name, message } = error as Error;
    return `${name}: ${message}`;
  }
}

/** Asks until an answer is what is wanted, for at most ten seconds; gives the last one. */
export async function until<T>(ask: () => Promise<T>, fits: (answer: T) => boolean): Promise<T> {
  const end = Date.now() + 10_000;
  for (;;) {
    const answer = await ask();
    if (fits(answer) || Date.now() > end) return answer;
    await sleep(20);
  }
}
