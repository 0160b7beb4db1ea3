import { open, rm } from 'node:fs/promises';
import { readJson } from './files.ts';
import { processIdentity } from './process.ts';

interface Holder {
  pid: number;
  identity: string;
}

/**
 * Does `work` while no other program works on the same state folder. A lock left by a program that is gone is taken over.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  await take(path);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<void> {
  const self: Holder = { pid: process.pid, identity: processIdentity(process.pid) ?? '' };
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.writeFile(JSON.stringify(self));
      await file.close();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = await readJson<Holder | undefined>(path, undefined).catch(() => undefined);
    if (holder !== undefined && processIdentity(holder.pid) === holder.identity) {
      throw new Error(
        `another command (process ${holder.pid}) is starting or stopping this cluster; wait for it or end it (${path})`,
      );
    }
    await rm(path, { force: true });
  }
  throw new Error(`${path} could not be taken; another command took it first, start again`);
}
