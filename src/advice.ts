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

/**
 * What people should know of ZoneClaims that are checked one after the other: the domains that an earlier one has too. Each makes a
 * zone, and the registrar of the domain has the name servers of one.
 */
export function adviseOnZones(): (manifest: unknown) => readonly Problem[] {
  const claimed = new Map<string, string>();
  return manifest => {
    const domain = getPath(manifest, ['spec', 'domain']);
    if (getPath(manifest, ['kind']) !== 'ZoneClaim' || typeof domain !== 'string') return [];
    const name = [getPath(manifest, ['metadata', 'namespace']), getPath(manifest, ['metadata', 'name'])].join('/');
    const first = claimed.get(domain) ?? name;
    claimed.set(domain, first);
    if (first === name) return [];
    const message = `is the domain of ZoneClaim ${first} too: each makes a zone of it, names are looked up in the one whose name servers the registrar has, and ExternalDNS writes to any one unless externalDns.zoneIds says to which`;
    return [{ path: ['spec', 'domain'], message }];
  };
}
