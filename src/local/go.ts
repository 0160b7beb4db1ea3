import { execFile, spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What `go env` says in a module's folder; the version is the one go.mod selects. */
export interface GoEnvironment {
  GOVERSION: string;
  GOOS: string;
  GOARCH: string;
  GOCACHE: string;
  GOMODCACHE: string;
}

/** Environment for go: the caller's, without what would change the result behind the cache key's back. */
export function goProcessEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off', GOEXPERIMENT: '' };
}

/** Reads `go env` in `folder`; rejects with what to install when there is no Go. */
export async function goEnvironment(folder: string): Promise<GoEnvironment> {
  const names = ['GOVERSION', 'GOOS', 'GOARCH', 'GOCACHE', 'GOMODCACHE'];
  try {
    const { stdout } = await run('go', ['env', '-json', ...names], { cwd: folder, env: goProcessEnvironment() });
    return JSON.parse(stdout) as GoEnvironment;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new Error(
        'Go is not on PATH: the local cluster is compiled from Go modules. Install Go 1.26.4 or later and start again.',
      );
    }
    throw new Error(`go env failed in ${folder}: ${errorText(error)}`);
  }
}

/** Folder in which Go keeps the sources of `module`, as the go.mod in `folder` pins it; downloaded when missing. */
export async function moduleFolder(folder: string, module: string): Promise<string> {
  const options = { cwd: folder, env: goProcessEnvironment(), maxBuffer: 16 << 20 };
  const { stdout } = await run('go', ['mod', 'download', '-json', module], options);
  const { Dir } = JSON.parse(stdout) as { Dir?: string };
  if (Dir === undefined) throw new Error(`go mod download gave no folder for ${module}`);
  return Dir;
}

/** A command of go that ended with an error; `tail` holds the last lines that it wrote. */
export class GoError extends Error {
  readonly tail: string[];
  constructor(message: string, tail: string[]) {
    super(message);
    this.tail = tail;
  }
}

/** Runs go, telling each line it writes; rejects with a GoError. Runs at low priority, since a build takes minutes. */
export function runGo(folder: string, args: string[], onLine: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const tail: string[] = [];
    const child = spawn('go', args, { cwd: folder, env: goProcessEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
    lowerPriority(child.pid);
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', line => {
        tail.push(line);
        if (tail.length > 200) tail.shift();
        onLine(line);
      });
    }
    child.on('error', error => reject(new GoError(error.message, tail)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new GoError(signal === null ? `go ended with ${code}` : `go was ended by ${signal}`, tail));
    });
  });
}

function lowerPriority(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, 10);
  } catch {
    // A courtesy to the machine, not a need.
  }
}

/** What a failed command wrote, else its message. */
export function errorText(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message?: string };
  return (stderr ?? '').trim() || (message ?? String(error));
}
