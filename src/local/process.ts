import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { exists } from './files.ts';

/** A process to start. */
export interface ProcessSpec {
  name: string;
  /** Path of the program. */
  program: string;
  args: string[];
  /** Variables beside those of `childEnvironment`. */
  environment: Record<string, string>;
  /** Working folder. */
  directory: string;
  log: string;
}

/**
 * What tells a process from any other that ever has its id: the moment it started, as the system counts it.
 * Undefined when there is no such process, or only a zombie that nobody has collected.
 */
export function processIdentity(pid: number): string | undefined {
  return process.platform === 'linux' ? identityFromProc(pid) : identityFromPs(pid);
}

function identityFromProc(pid: number): string | undefined {
  try {
    const stat = parseProcStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    if (stat.state === 'Z' || stat.state === 'X') return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${stat.startTime}`;
  } catch {
    return undefined;
  }
}

/** Reads the state letter and the start time (clock ticks since boot) of a `/proc/<pid>/stat`, whatever its command is called. */
export function parseProcStat(stat: string): { state: string; startTime: string } {
  // The command stands in parentheses and may hold spaces and parentheses itself; fields count from 3 after the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state = '', startTime = ''] = [fields[0], fields[19]];
  return { state, startTime };
}

function identityFromPs(pid: number): string | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
    }).trim();
    return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
  } catch {
    return undefined;
  }
}

/** Names the state folder in the environment of every process of a cluster. */
export const stateVariable = 'TEKANYA_LOCAL_STATE';

/** Environment of a process: what programs need to run, and nothing of the caller's Kubernetes or Crossplane settings. */
export function childEnvironment(stateFolder: string, own: Record<string, string>): Record<string, string> {
  const kept = /^(?:PATH|HOME|USER|LOGNAME|LANG|TZ|TMPDIR|SSL_CERT_(?:FILE|DIR)|(?:https?|no|all)_proxy)$/i;
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => kept.test(entry[0]) && entry[1] !== undefined,
  );
  return { ...Object.fromEntries(inherited), ...own, [stateVariable]: stateFolder };
}

/** A process that was started. */
export interface StartedProcess {
  pid: number;
  identity: string;
  /** Resolves with how it ended, as long as this program runs. */
  ended: Promise<string>;
}

/** Starts a process that outlives its caller, with its output in its log file; the log of the run before is kept beside it. */
export async function startProcess(
  spec: ProcessSpec,
  stateFolder: string,
  onStart: (started: StartedProcess) => void,
): Promise<StartedProcess> {
  if (await exists(spec.log)) await rename(spec.log, `${spec.log}.1`);
  const log = openSync(spec.log, 'a', 0o600);
  try {
    const child = spawn(spec.program, spec.args, {
      cwd: spec.directory,
      env: childEnvironment(stateFolder, spec.environment),
      detached: true,
      stdio: ['ignore', log, log],
    });
    const ended = new Promise<string>(resolve => {
      child.once('error', error => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
    });
    child.unref();
    if (child.pid === undefined) throw new Error(`${spec.name} could not be started: ${await ended} (${spec.program})`);
    // Told before anything is awaited, so that no crash of ours can lose a process.
    const started = { pid: child.pid, identity: processIdentity(child.pid) ?? 'ended at once', ended };
    onStart(started);
    return started;
  } finally {
    closeSync(log);
  }
}

/** Ends a process if it still is the one that `identity` says: SIGTERM, and SIGKILL when it is there after `graceSeconds`. */
export async function endProcess(
  pid: number,
  identity: string,
  graceSeconds: number,
): Promise<'SIGTERM' | 'SIGKILL' | 'none'> {
  const isThere = () => processIdentity(pid) === identity;
  if (!isThere()) return 'none';
  for (const [signal, seconds] of [
    ['SIGTERM', graceSeconds],
    ['SIGKILL', 5],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
      if (!isThere()) return signal;
      await sleep(20);
    }
  }
  throw new Error(`process ${pid} is still there after SIGKILL`);
}

/**
 * Finds processes that carry this state folder in their environment, whoever started them; only where the system shows
 * environments (Linux). Its own process isn't among them.
 */
export function processesOf(stateFolder: string): { pid: number; identity: string; program: string }[] {
  if (process.platform !== 'linux') return [];
  const wanted = `${stateVariable}=${stateFolder}`;
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap(name => {
      try {
        if (!readFileSync(`/proc/${name}/environ`, 'utf8').split('\0').includes(wanted)) return [];
        const pid = Number(name);
        const identity = processIdentity(pid);
        return identity === undefined ? [] : [{ pid, identity, program: readlinkSync(`/proc/${name}/exe`) }];
      } catch {
        return [];
      }
    });
}

/** The last lines of a log, without reading all of it. */
export async function lastLines(log: string, count: number): Promise<string[]> {
  if (!(await exists(log))) return [];
  const file = await open(log);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, 16_384);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    const lines = buffer.toString('utf8').trimEnd().split('\n');
    return (length < size ? lines.slice(1) : lines).slice(-count).map(line => line.slice(0, 400));
  } finally {
    await file.close();
  }
}

/** Waits. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}
