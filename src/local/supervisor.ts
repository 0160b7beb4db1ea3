import { createHash } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type OnEvent, secondsSince } from './events.ts';
import { readJson } from './files.ts';
import type { Probe } from './probe.ts';
import {
  endProcess,
  lastLines,
  type ProcessSpec,
  processesOf,
  processIdentity,
  sleep,
  startProcess,
} from './process.ts';
import type { State } from './state.ts';

/** A process that was started for a cluster, as remembered in pids.json. */
export interface ProcessRecord {
  name: string;
  pid: number;
  /** See processIdentity. */
  identity: string;
  /** Hash of all that the process was started with. */
  key: string;
  /** Processes of a higher rank are ended before those of a lower. */
  rank: number;
  log: string;
  startedAt: string;
}

/** A process to keep running. */
export interface Service extends ProcessSpec {
  rank: number;
  /** How to ask whether it is ready; `survives` for one that can't be asked: it is when it is there a second after its start. */
  ready: Probe | 'survives';
  /** Seconds until it must be ready. */
  limitSeconds: number;
}

/** A process ended that should run; its message holds the last lines of its log. */
export class ProcessDied extends Error {
  readonly process: string;
  constructor(name: string, how: string, log: string, lines: string[]) {
    super([`${name} ended (${how}); the end of ${log}:`, ...lines.map(line => `    ${line}`)].join('\n'));
    this.process = name;
  }
}

/** Starts, remembers and ends the processes of one state folder. */
export class Supervisor {
  readonly #state: State;
  readonly #onEvent: OnEvent;
  #records: ProcessRecord[];

  private constructor(state: State, onEvent: OnEvent, records: ProcessRecord[]) {
    this.#state = state;
    this.#onEvent = onEvent;
    this.#records = records;
  }

  static async open(state: State, onEvent: OnEvent): Promise<Supervisor> {
    return new Supervisor(state, onEvent, await readJson<ProcessRecord[]>(state.pids, []));
  }

  /** What was started, whether it still runs or not. */
  get records(): readonly ProcessRecord[] {
    return this.#records;
  }

  /** Says whether a process of this name runs that was started here. */
  isRunning(name: string): boolean {
    return this.#records.some(record => record.name === name && runs(record));
  }

  /**
   * Sees to it that a service runs as it is described and is ready: one that does is kept, one that was started otherwise
   * (another program, other flags) is ended and started anew, and so is any when `anew` says so.
   */
  async ensure(service: Service, anew = false): Promise<{ pid: number; kept: boolean }> {
    const start = performance.now();
    const key = keyOf(service);
    const existing = this.#records.find(record => record.name === service.name);
    if (existing !== undefined && existing.key === key && !anew && runs(existing)) {
      await this.#untilReady(service, existing, new Promise(() => {}));
      this.#onEvent({
        type: 'process-ready',
        name: service.name,
        pid: existing.pid,
        kept: true,
        seconds: secondsSince(start),
      });
      return { pid: existing.pid, kept: true };
    }
    if (existing !== undefined) await this.#end(existing);
    const { pid, identity, ended } = await startProcess(service, this.#state.folder, started => {
      const { name, rank, log } = service;
      const startedAt = new Date().toISOString();
      this.#records.push({ name, pid: started.pid, identity: started.identity, key, rank, log, startedAt });
      this.#save();
    });
    this.#onEvent({ type: 'process-started', name: service.name, pid });
    await this.#untilReady(service, { pid, identity, startedAt: new Date().toISOString() }, ended);
    this.#onEvent({ type: 'process-ready', name: service.name, pid, kept: false, seconds: secondsSince(start) });
    return { pid, kept: false };
  }

  async #untilReady(
    service: Service,
    { pid, identity, startedAt }: Pick<ProcessRecord, 'pid' | 'identity' | 'startedAt'>,
    ended: Promise<string>,
  ): Promise<void> {
    let how: string | undefined;
    void ended.then(text => {
      how = text;
    });
    const end = performance.now() + service.limitSeconds * 1000;
    const ready = service.ready === 'survives' ? survives(startedAt) : service.ready;
    for (let reason: string | undefined = 'not asked yet'; reason !== undefined; ) {
      if (processIdentity(pid) !== identity) {
        await sleep(20);
        throw await this.#died(service.name, how ?? 'its process is gone', service.log);
      }
      if (performance.now() > end) {
        const lines = (await lastLines(service.log, 12)).map(line => `    ${line}`);
        throw new Error(
          [
            `${service.name} was not ready after ${service.limitSeconds} s: ${reason}; the end of ${service.log}:`,
            ...lines,
          ].join('\n'),
        );
      }
      reason = await ready();
      if (reason !== undefined) await sleep(50);
    }
  }

  async #died(name: string, how: string, log: string): Promise<ProcessDied> {
    return new ProcessDied(name, how, log, await lastLines(log, 12));
  }

  /** Processes that were started here and no longer run, each with the last lines of its log. */
  async dead(): Promise<ProcessDied[]> {
    const gone = this.#records.filter(record => !runs(record));
    return Promise.all(gone.map(record => this.#died(record.name, 'its process is gone', record.log)));
  }

  /**
   * Ends the processes that a crash of ours left without a record. Returns how many there were.
   */
  async endStrays(): Promise<number> {
    const known = new Set(this.#records.map(record => record.pid));
    const strays = processesOf(this.#state.folder).filter(stray => !known.has(stray.pid));
    for (const { pid, identity, program } of strays) {
      const signal = await endProcess(pid, identity, 5);
      this.#onEvent({ type: 'process-stopped', name: basename(program), pid, signal });
    }
    return strays.length;
  }

  /** Ends what was started, highest rank first, and nothing else. */
  async endAll(): Promise<void> {
    await this.endStrays();
    await this.endWhere(() => true);
  }

  /** Ends those that are meant, highest rank first. */
  async endWhere(isMeant: (record: ProcessRecord) => boolean): Promise<void> {
    const meant = this.#records.filter(isMeant);
    for (const rank of [...new Set(meant.map(record => record.rank))].sort((a, b) => b - a)) {
      await Promise.all(meant.filter(record => record.rank === rank).map(record => this.#end(record)));
    }
  }

  async #end(record: ProcessRecord): Promise<void> {
    const signal = await endProcess(record.pid, record.identity, 10);
    this.#records = this.#records.filter(other => other !== record);
    this.#save();
    this.#onEvent({ type: 'process-stopped', name: record.name, pid: record.pid, signal });
  }

  /** Written without awaiting, in the same breath as the start that it remembers. */
  #save(): void {
    const half = `${this.#state.pids}.tmp`;
    writeFileSync(half, `${JSON.stringify(this.#records, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(half, this.#state.pids);
  }
}

/** Says whether a remembered process runs. */
export function runs(record: Pick<ProcessRecord, 'pid' | 'identity'>): boolean {
  return processIdentity(record.pid) === record.identity;
}

function survives(startedAt: string): Probe {
  const end = Date.parse(startedAt) + 1000;
  return async () => (Date.now() >= end ? undefined : 'started just now');
}

function keyOf(service: Service): string {
  const { program, args, directory, environment } = service;
  const parts = [program, args, directory, environment];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
