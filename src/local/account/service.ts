import { join } from 'node:path';
import { type Context, rank } from '../context.ts';
import type { OnEvent } from '../events.ts';
import { readJson } from '../files.ts';
import type { Ports } from '../ports.ts';
import { httpProbe } from '../probe.ts';
import { logFile, type State, stateAt } from '../state.ts';
import type { Service } from '../supervisor.ts';
import { pythonEnvironment } from './python.ts';

/** What an account is started with. */
export interface AccountOptions {
  readonly repository: string;
  /** How many real seconds one of AWS's takes. */
  readonly time: number;
  /** The day that AWS believes it is; today if not given. */
  readonly date?: string;
  /** A file with the addresses that EKS clusters may get; see src/account/endpoints.py. */
  readonly endpoints?: string;
}

/** The folder in which a state keeps its AWS account: all that is in it, its log of calls and its credentials. */
export function accountFolder(state: Pick<State, 'work'>): string {
  return join(state.work, 'account');
}

/** Where the account of a state folder answers. Rejects if there is none yet. */
export async function accountEndpoint(stateFolder: string): Promise<string> {
  const { ports } = stateAt(stateFolder);
  const { account } = await readJson<Partial<Ports>>(ports, {});
  if (account === undefined) throw new Error('there is no account yet: `make up` makes one');
  return `http://127.0.0.1:${account}`;
}

/** The AWS account. Whoever works in it ends before it. */
export async function accountService(
  { state, ports }: Pick<Context, 'state' | 'ports'>,
  options: AccountOptions,
  onEvent: OnEvent,
): Promise<Service> {
  const name = 'account';
  const { repository, time, date, endpoints } = options;
  return {
    name,
    program: await pythonEnvironment({ repository }, onEvent),
    args: [
      '-m',
      'account',
      `--port=${ports.account}`,
      `--state=${accountFolder(state)}`,
      `--time=${time}`,
      ...(date === undefined ? [] : [`--date=${date}`]),
      ...(endpoints === undefined ? [] : [`--endpoints=${endpoints}`]),
    ],
    environment: { PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' },
    directory: join(repository, 'src'),
    log: logFile(state, name),
    rank: rank.account,
    ready: httpProbe(ports.account, '/_account/health'),
    limitSeconds: 60,
  };
}
