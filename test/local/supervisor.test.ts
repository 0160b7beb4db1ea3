import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { LocalEvent } from '../../src/local/events.ts';
import { processIdentity } from '../../src/local/process.ts';
import { logFile, makeState, type State, stateAt } from '../../src/local/state.ts';
import { ProcessDied, type ProcessRecord, type Service, Supervisor } from '../../src/local/supervisor.ts';

let state: State;
let events: LocalEvent[];
const onEvent = (event: LocalEvent) => events.push(event);

beforeEach(async () => {
  state = stateAt(await mkdtemp(join(tmpdir(), 'state-')));
  await makeState(state);
  events = [];
});

function service(name: string, script: string, more: Partial<Service> = {}): Service {
  const log = logFile(state, name);
  return {
    name,
    program: process.execPath,
    args: ['-e', script],
    environment: {},
    directory: state.work,
    log,
    rank: 1,
    ready: async () => ((await readFile(log, 'utf8')).includes('ready') ? undefined : 'says nothing'),
    limitSeconds: 10,
    ...more,
  };
}

const runs = 'console.log("ready"); setInterval(() => {}, 1000)';
const fails = 'console.log("cannot open /nowhere"); process.exit(3)';

describe('Supervisor', () => {
  it('keeps what runs, restarts what is described otherwise, and ends it from a later program', async () => {
    const supervisor = await Supervisor.open(state, onEvent);
    const first = await supervisor.ensure(service('a', runs));
    expect(await supervisor.ensure(service('a', runs))).toEqual({ pid: first.pid, kept: true });
    const second = await supervisor.ensure(service('a', `${runs}; 1`));
    expect(second.kept).toBe(false);
    expect(processIdentity(first.pid)).toBeUndefined();
    expect((await stat(state.pids)).mode & 0o777).toBe(0o600);

    const later = await Supervisor.open(state, onEvent);
    expect(later.isRunning('a')).toBe(true);
    await later.endAll();
    expect(processIdentity(second.pid)).toBeUndefined();
    expect(JSON.parse(await readFile(state.pids, 'utf8'))).toEqual([]);
    expect(events.map(event => event.type)).toEqual([
      'process-started',
      'process-ready',
      'process-ready',
      'process-stopped',
      'process-started',
      'process-ready',
      'process-stopped',
    ]);
  });

  it('starts anew what is asked to be', async () => {
    const supervisor = await Supervisor.open(state, onEvent);
    const first = await supervisor.ensure(service('a', runs));
    const second = await supervisor.ensure(service('a', runs), true);
    expect(second.kept).toBe(false);
    expect(second.pid).not.toBe(first.pid);
    await supervisor.endAll();
  });

  it('ends in the order of ranks, highest first', async () => {
    const supervisor = await Supervisor.open(state, onEvent);
    await supervisor.ensure(service('store', runs, { rank: 0 }));
    await supervisor.ensure(service('server', runs, { rank: 1 }));
    await supervisor.ensure(service('client', runs, { rank: 2 }));
    events = [];
    await supervisor.endAll();
    expect(events.map(event => (event.type === 'process-stopped' ? event.name : event.type))).toEqual([
      'client',
      'server',
      'store',
    ]);
  });

  it('names a process that dies at once, with what it said', async () => {
    const supervisor = await Supervisor.open(state, onEvent);
    const failure = await supervisor.ensure(service('a', fails)).catch(error => error);
    expect(failure).toBeInstanceOf(ProcessDied);
    expect(failure.message).toContain('a ended (exit code 3)');
    expect(failure.message).toContain('cannot open /nowhere');
  });

  it('says what is missing when a process is not ready in time', async () => {
    const supervisor = await Supervisor.open(state, onEvent);
    const slow = service('a', 'setInterval(() => {}, 1000)', { limitSeconds: 0.3 });
    await expect(supervisor.ensure(slow)).rejects.toThrow(/a was not ready after 0.3 s: says nothing/);
    await supervisor.endAll();
  });

  it('never ends a process that has taken the number of ours', async () => {
    const supervisor = await Supervisor.open(state, onEvent);
    const { pid } = await supervisor.ensure(service('a', runs));
    const records = JSON.parse(await readFile(state.pids, 'utf8')) as ProcessRecord[];
    const real = records[0]?.identity ?? '';
    await writeFile(state.pids, JSON.stringify(records.map(record => ({ ...record, identity: 'another boot:1' }))));
    const later = await Supervisor.open(stateAt(state.folder), onEvent);
    expect((await later.dead()).map(died => died.process)).toEqual(['a']);
    // Its environment still tells that it is ours, so it is ended as a stray only when its number is in no record.
    await later.endAll();
    expect(processIdentity(pid)).toBe(real);
    await supervisor.endAll();
  });

  it.runIf(process.platform === 'linux')('ends what a crash left without a record', async () => {
    const supervisor = await Supervisor.open(state, onEvent);
    const { pid } = await supervisor.ensure(service('a', runs));
    await writeFile(state.pids, '[]');
    const later = await Supervisor.open(state, onEvent);
    expect(await later.endStrays()).toBe(1);
    expect(processIdentity(pid)).toBeUndefined();
  });
});
