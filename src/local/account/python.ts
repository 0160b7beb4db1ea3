import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { pythonCache } from '../build.ts';
import { type OnEvent, secondsSince } from '../events.ts';
import { exists } from '../files.ts';
import { errorText } from '../go.ts';
import { withLock } from '../lock.ts';

const run = promisify(execFile);

/** The oldest Python that moto and what it needs run on. */
const oldest = [3, 10] as const;

/** Where Python packages are kept: a folder for each set of them. */
export interface PythonOptions {
  /** The repository, which holds `kind-bootstrap/local/moto/requirements.txt`. */
  readonly repository: string;
  /** See {@link pythonCache}. */
  readonly cache?: string;
  /** The interpreter's command. */
  readonly command?: string;
}

/**
 * The Python that the account runs on, with moto and nothing but what is pinned: made once in the cache and shared by all
 * clones. An environment holds its own path, so it is made where it stays; a file in it says that it is whole.
 */
export async function pythonEnvironment(options: PythonOptions, onEvent: OnEvent): Promise<string> {
  const { repository, cache = pythonCache(), command = 'python3' } = options;
  const requirements = join(repository, 'kind-bootstrap', 'local', 'moto', 'requirements.txt');
  const [pinned, version] = await Promise.all([readFile(requirements, 'utf8'), pythonVersion(command)]);
  const key = createHash('sha256')
    .update(JSON.stringify([pinned, version]))
    .digest('hex')
    .slice(0, 16);
  const folder = join(cache, key);
  const [python, whole] = [join(folder, 'bin', 'python'), join(folder, 'whole')];
  if (await exists(whole)) return python;
  const packages = pinned.match(/^[\w.-]+==/gm)?.length ?? 0;
  const start = performance.now();
  await mkdir(cache, { recursive: true });
  await alone(join(cache, `${key}.lock`), whole, async () => {
    if (await exists(whole)) return;
    onEvent({ type: 'python-needed', packages });
    await rm(folder, { recursive: true, force: true });
    await make(command, folder);
    await fill(python, requirements);
    await writeFile(whole, `${version}\n`);
    onEvent({ type: 'python-ready', packages, seconds: secondsSince(start) });
  });
  return python;
}

async function pythonVersion(command: string): Promise<string> {
  const needed = `Python ${oldest.join('.')} or later is needed for the AWS account`;
  let version: string;
  try {
    const { stdout } = await run(command, ['-c', 'import platform; print(platform.python_version())']);
    version = stdout.trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error(`${needed}, and ${command} is not on PATH. Install it and start again.`);
  }
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
    throw new Error(`${needed}; ${command} is ${version}. Put a newer one first on PATH and start again.`);
  }
  return version;
}

async function make(command: string, folder: string): Promise<void> {
  try {
    await run(command, ['-m', 'venv', folder]);
  } catch (error) {
    const text = outputOf(error);
    throw new Error(
      /ensurepip|No module named venv/.test(text)
        ? 'Python is here without its module venv: install it (package python3-venv on Debian and Ubuntu) and start again.'
        : `no Python environment could be made in ${folder}: ${text}`,
    );
  }
}

async function fill(python: string, requirements: string): Promise<void> {
  const quiet = ['--disable-pip-version-check', '--no-input', '--quiet'];
  try {
    await run(python, ['-m', 'pip', 'install', ...quiet, '--require-hashes', '--no-deps', '-r', requirements], {
      maxBuffer: 16 << 20,
    });
  } catch (error) {
    const text = outputOf(error);
    const advice = /THESE PACKAGES DO NOT MATCH THE HASHES/.test(text)
      ? 'A package is not what is pinned; if it stays so, do not go on.'
      : 'Check the network and `pip config list`, and start again; what was downloaded stays.';
    const end = text
      .split('\n')
      .slice(-8)
      .map(line => `    ${line}`);
    throw new Error(['moto could not be installed:', ...end, advice].join('\n'));
  }
}

function outputOf(error: unknown): string {
  const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
  return `${stdout}${stderr}`.trim() || errorText(error);
}

/** Does `work` while nobody else does, or waits until somebody else has. */
async function alone(lock: string, done: string, work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await withLock(lock, work);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.includes(lock)) throw error;
      await sleep(500);
      if (await exists(done)) return;
    }
  }
}
