import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Resident memory of a process in megabytes (10^6 bytes); 0 when it can't be told. */
export function memoryOf(pid: number): number {
  try {
    const kibibytes =
      process.platform === 'linux'
        ? /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
        : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return Math.round((Number(kibibytes) * 1024) / 1e6) || 0;
  } catch {
    return 0;
  }
}
