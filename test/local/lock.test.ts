import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exists } from '../../src/local/files.ts';
import { withLock } from '../../src/local/lock.ts';

const lock = async () => join(await mkdtemp(join(tmpdir(), 'lock-')), 'lock');

it('lets one command at a time work on a cluster', async () => {
  const path = await lock();
  await withLock(path, async () => {
    await expect(withLock(path, async () => {})).rejects.toThrow(`another command (process ${process.pid})`);
  });
  expect(await exists(path)).toBe(false);
});

it.each(['', '{"pid": 1, "identity": "another boot:1"}'])('takes over a lock that a crash left: %j', async left => {
  const path = await lock();
  await writeFile(path, left);
  expect(await withLock(path, async () => 'done')).toBe('done');
});
