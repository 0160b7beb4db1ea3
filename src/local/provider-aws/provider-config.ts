import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Manifest, readManifests } from '../manifest.ts';

/** Profile of the account's credentials file with which the provider works: keys of a role, as in a pod on AWS. */
const profile = 'crossplane';

/**
 * The ClusterProviderConfig that every claim falls back on, as `kind-bootstrap/` has it for keys, and its Secret.
 *
 * @param credentials text of an AWS shared-credentials file with the profile `crossplane`
 */
export async function providerConfig(repository: string, credentials: string): Promise<readonly Manifest[]> {
  const file = join(repository, 'kind-bootstrap', 'credentials', 'secret', 'provider-config.yaml');
  const manifests = readManifests(await readFile(file, 'utf8'));
  const secrets = manifests.map(({ spec }): Manifest => {
    const { name, namespace, key } = (spec as Spec).credentials.secretRef;
    return {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace },
      type: 'Opaque',
      stringData: { [key]: credentialsOf(credentials) },
    };
  });
  return [...secrets, ...manifests];
}

interface Spec {
  readonly credentials: {
    readonly secretRef: { readonly name: string; readonly namespace: string; readonly key: string };
  };
}

/** The keys of the profile `crossplane`, as the default profile, which is the only one that the provider reads. */
export function credentialsOf(text: string): string {
  const sections = text.split(/^(?=\[)/m);
  const own = sections.find(section => section.startsWith(`[${profile}]`));
  if (own === undefined) throw new Error(`the account's credentials have no profile [${profile}]`);
  return own.replace(`[${profile}]`, '[default]');
}
