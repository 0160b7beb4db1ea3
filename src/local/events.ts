import type { ProgramName } from './programs.ts';

/** What happens while programs are built and the cluster starts or stops. Nothing in this folder prints; callers show these. */
export type LocalEvent =
  | { type: 'build-needed'; programs: ProgramName[]; coldSeconds: number }
  | { type: 'build-started'; program: ProgramName; coldSeconds: number }
  | { type: 'build-progress'; program: ProgramName; packages: number; line: string; seconds: number }
  | { type: 'program-found'; program: ProgramName; version: string; source: ProgramSource; seconds: number }
  | { type: 'python-needed'; packages: number }
  | { type: 'python-ready'; packages: number; seconds: number }
  | { type: 'port-moved'; name: string; from: number; to: number }
  | { type: 'process-started'; name: string; pid: number }
  | { type: 'process-ready'; name: string; pid: number; kept: boolean; seconds: number }
  | { type: 'process-stopped'; name: string; pid: number; signal: 'SIGTERM' | 'SIGKILL' | 'none' }
  | { type: 'installed'; what: string; objects: number; changed: number; seconds: number }
  | { type: 'warning'; message: string }
  | { type: 'cluster-ready'; seconds: number };

/** Where a program comes from: compiled just now, compiled before, or found on the machine. */
export type ProgramSource = 'built' | 'cache' | 'machine';

export type OnEvent = (event: LocalEvent) => void;

/** Seconds since `start`, a `performance.now()`, to a tenth. */
export function secondsSince(start: number): number {
  return Math.round((performance.now() - start) / 100) / 10;
}
