import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { OnEvent } from './events.ts';
import { exists } from './files.ts';

/**
 * Compares the disk space that is free with what is about to be written to `folders`, in gigabytes.
 * The figure is an estimate, so a shortage is a warning; less than a third of it is an error, before hours are lost.
 */
export async function checkDisk(gigabytes: number, folders: string[], onEvent: OnEvent): Promise<void> {
  const devices = new Map<number, { folder: string; free: number }>();
  for (const wanted of folders) {
    const folder = await nearest(wanted);
    const { bavail, bsize } = await statfs(folder);
    devices.set((await stat(folder)).dev, { folder: wanted, free: (bavail * bsize) / 1e9 });
  }
  for (const { folder, free } of devices.values()) {
    if (free >= gigabytes) continue;
    const message = `${free.toFixed(1)} GB are free for ${folder}, and building needs some ${gigabytes.toFixed(1)} GB on the way (Go's build cache and modules; \`go clean -cache\` frees most of it afterwards)`;
    if (free < gigabytes / 3)
      throw new Error(`${message}. Free some, or move Go's caches with GOCACHE and GOMODCACHE, and start again.`);
    onEvent({ type: 'warning', message });
  }
}

async function nearest(folder: string): Promise<string> {
  let path = folder;
  while (!(await exists(path)) && dirname(path) !== path) path = dirname(path);
  return path;
}
