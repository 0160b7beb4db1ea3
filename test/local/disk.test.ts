import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkDisk } from '../../src/local/disk.ts';
import type { LocalEvent } from '../../src/local/events.ts';

const { bavail, bsize } = statfsSync(tmpdir());
const free = (bavail * bsize) / 1e9;
const folders = [join(tmpdir(), 'not', 'there', 'yet')];

async function check(gigabytes: number): Promise<LocalEvent[]> {
  const events: LocalEvent[] = [];
  await checkDisk(gigabytes, folders, event => events.push(event));
  return events;
}

it('is silent when there is room, warns when it is short, and stops when it cannot work', async () => {
  expect(await check(free / 2)).toEqual([]);
  expect(await check(free * 2)).toMatchObject([
    { type: 'warning', message: expect.stringContaining('GB are free for') },
  ]);
  await expect(check(free * 4)).rejects.toThrow(/GB are free for .*not.there.yet.*Free some/);
});
