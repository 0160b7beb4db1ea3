import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { childEnvironment, endProcess, lastLines, parseProcStat, processIdentity } from '../../src/local/process.ts';

const waiting = 'setInterval(() => {}, 1000); console.log("up")';
const stubborn = `process.on("SIGTERM", () => {}); ${waiting}`;

async function start(script: string): Promise<number> {
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise(resolve => child.stdout.once('data', resolve));
  return child.pid as number;
}

describe('processIdentity', () => {
  it('stays the same for a process and differs between two', async () => {
    const pid = await start(waiting);
    const identity = processIdentity(pid) as string;
    expect(processIdentity(pid)).toBe(identity);
    expect(processIdentity(process.pid)).not.toBe(identity);
    await endProcess(pid, identity, 5);
    expect(processIdentity(pid)).toBeUndefined();
  });

  it('reads a stat line whatever the command is called', () => {
    const rest = Array.from({ length: 18 }, (_, index) => String(index + 4)).join(' ');
    expect(parseProcStat(`12 (a) b (c)) S ${rest} 4711 99`)).toEqual({ state: 'S', startTime: '4711' });
  });
});

describe('endProcess', () => {
  it('leaves a process alone that only has the number of ours', async () => {
    const pid = await start(waiting);
    const identity = processIdentity(pid) as string;
    expect(await endProcess(pid, `${identity}0`, 1)).toBe('none');
    expect(processIdentity(pid)).toBe(identity);
    expect(await endProcess(pid, identity, 5)).toBe('SIGTERM');
  });

  it('kills one that does not end by itself', async () => {
    const pid = await start(stubborn);
    expect(await endProcess(pid, processIdentity(pid) as string, 0.2)).toBe('SIGKILL');
  });
});

describe('childEnvironment', () => {
  it("keeps the caller's cluster out of the processes", () => {
    process.env.KUBECONFIG = '/somewhere';
    const environment = childEnvironment('/state', { A: 'b' });
    delete process.env.KUBECONFIG;
    expect(environment).toMatchObject({ A: 'b', TEKANYA_LOCAL_STATE: '/state', PATH: process.env.PATH });
    expect(environment).not.toHaveProperty('KUBECONFIG');
  });
});

describe('lastLines', () => {
  it('reads the end of a long log', async () => {
    const log = join(await mkdtemp(join(tmpdir(), 'log-')), 'a.log');
    await writeFile(log, Array.from({ length: 10_000 }, (_, index) => `line ${index}\n`).join(''));
    expect(await lastLines(log, 2)).toEqual(['line 9998', 'line 9999']);
    expect(await lastLines(`${log}.none`, 2)).toEqual([]);
  });
});
