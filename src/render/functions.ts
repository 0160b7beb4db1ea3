import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuiltPrograms } from '../local/build.ts';
import { exists } from '../local/files.ts';
import { sleep } from '../local/process.ts';
import { type FunctionName, functionNames, functionPackage } from '../local/programs.ts';
import type { FunctionAddress } from './protocol.ts';

/** The functions of the Compositions' pipelines, running. */
export interface Functions {
  readonly addresses: readonly FunctionAddress[];
  stop(): Promise<void>;
}

/** Seconds that a function may take to listen. */
const limitSeconds = 10;

/**
 * Starts the functions, without TLS, on sockets in a folder of their own that nobody else may enter. Rejects when one of them
 * does not come up.
 */
export async function startFunctions(programs: BuiltPrograms<FunctionName>): Promise<Functions> {
  const folder = await mkdtemp(join(tmpdir(), 'functions-'));
  const running: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(running.map(end));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const addresses = await Promise.all(
      functionNames.map(async name => {
        const socket = join(folder, `${name}.sock`);
        const args = ['--insecure', '--network=unix', `--address=${socket}`];
        const child = spawn(programs[name].path, args, { env: {}, stdio: ['ignore', 'ignore', 'pipe'] });
        running.push(child);
        await listens(name, child, socket);
        return { name: functionPackage(name), address: `unix://${socket}` };
      }),
    );
    return { addresses, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function listens(name: FunctionName, child: ChildProcess, socket: string): Promise<void> {
  const said: Buffer[] = [];
  child.stderr?.on('data', (chunk: Buffer) => said.push(chunk));
  let failed: string | undefined;
  child.once('error', error => {
    failed = error.message;
  });
  child.once('exit', (code, signal) => {
    failed ??= `${signal ?? `exit code ${code}`}: ${Buffer.concat(said).toString().trim()}`;
  });
  for (const limit = performance.now() + limitSeconds * 1000; !(await exists(socket)); await sleep(5)) {
    if (failed !== undefined) throw new Error(`${name} could not be started: ${failed}`);
    if (performance.now() > limit) throw new Error(`${name} does not listen after ${limitSeconds} s`);
  }
}

function end(child: ChildProcess): Promise<void> {
  return new Promise(resolve => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}
