import { adviceOn, kubernetesVersions } from './aws/eks-versions.ts';
import type { Problem } from './crossplane/path.ts';
import { getPath } from './crossplane/path.ts';

/** Where manifests say which version of Kubernetes they want. */
const versions = [
  ['spec', 'cluster', 'version'],
  ['spec', 'version'],
];

/** What people should know, on a day, of a manifest that is in order: that AWS ends its support of a version. */
export function advise(manifest: unknown, today: Date): readonly Problem[] {
  return versions.flatMap(path => {
    const version = kubernetesVersions.find(known => known === getPath(manifest, path));
    const message = version && adviceOn(version, today);
    return message ? [{ path, message }] : [];
  });
}
