import { getPath, type Path } from '../crossplane/path.ts';
import type { KubeObject } from './objects.ts';

/** A version that is asked for, below `spec`, and the one that runs, below `status`. */
const versions: readonly { readonly of: string; readonly asked: Path; readonly runs: Path }[] = [
  { of: 'EKS', asked: ['cluster', 'version'], runs: ['cluster', 'version'] },
  { of: 'EKS', asked: ['version'], runs: ['version'] },
  { of: 'RDS', asked: ['database', 'engineVersion'], runs: ['database', 'engineVersion'] },
  { of: 'RDS', asked: ['engineVersion'], runs: ['engineVersion'] },
];

/** What to set where AWS has upgraded a cluster or a database by itself, so that what is asked for is behind it; lines. */
export function behind({ spec, status }: KubeObject): string | undefined {
  const lines = versions.flatMap(({ of, asked, runs }) => {
    const [wanted, running] = [getPath(spec, asked), getPath(status, runs)];
    if (!isLater(running, wanted)) return [];
    return [`${of} runs ${running}, and spec.${asked.join('.')} asks for ${wanted}: set it to ${running}`];
  });
  return lines.length > 0 ? lines.join('\n') : undefined;
}

/** Whether one version of the form `1.31` is later than another. */
function isLater(one: unknown, other: unknown): boolean {
  const parts = [one, other].map(version => /^(\d+)\.(\d+)$/.exec(`${version}`)?.slice(1).map(Number));
  const [[major = 0, minor = 0] = [], [otherMajor, otherMinor] = []] = parts;
  return otherMajor !== undefined && otherMinor !== undefined && major === otherMajor && minor > otherMinor;
}
