import { adviceOnAurora } from './aws/aurora-versions.ts';
import { adviceOn } from './aws/eks-versions.ts';
import { auroraVersions, kubernetesVersions } from './aws/versions.ts';
import type { Path, Problem } from './crossplane/path.ts';
import { getPath } from './crossplane/path.ts';

/** What people should know, on a day, of a manifest that is in order: that AWS ends, or has ended, its support of a version. */
export function advise(manifest: unknown, today: Date): readonly Problem[] {
  const advised = <V extends string>(
    paths: readonly Path[],
    known: readonly V[],
    adviceOf: (version: V, today: Date) => string | undefined,
  ): readonly Problem[] =>
    paths.flatMap(path => {
      const version = known.find(one => one === getPath(manifest, path));
      const message = version && adviceOf(version, today);
      return message ? [{ path, message }] : [];
    });
  return [
    ...advised(
      [
        ['spec', 'cluster', 'version'],
        ['spec', 'version'],
      ],
      kubernetesVersions,
      adviceOn,
    ),
    ...advised(
      [
        ['spec', 'database', 'engineVersion'],
        ['spec', 'engineVersion'],
      ],
      auroraVersions,
      adviceOnAurora,
    ),
  ];
}
