import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Api } from './api.ts';
import { type Manifest, readManifests } from './manifest.ts';
import { sleep } from './process.ts';

/** How long one of AWS's seconds takes on the local cluster, in seconds, unless AWS_TIME says otherwise. */
export const defaultAwsTime = 0.01;

/** Installs the XRDs, Compositions and people's roles as they stand in the tree, and waits until the kinds are served. */
export async function installPackage(api: Api, repository: string): Promise<readonly Manifest[]> {
  const xrds = await manifestsIn(join(repository, 'xrds'));
  const compositions = await manifestsIn(join(repository, 'compositions'));
  const roles = await manifestsIn(join(repository, 'kind-bootstrap', 'rbac'));
  await api.applyAll([...xrds, ...compositions, ...roles]);
  for (const xrd of xrds) await untilServed(api, xrd);
  return [...xrds, ...compositions, ...roles];
}

/** Applies manifests, the namespaces that they want first. */
export async function applyManifests(api: Api, manifests: readonly Manifest[]): Promise<void> {
  const namespaces = new Set(manifests.map(({ metadata }) => metadata.namespace ?? 'default'));
  await api.applyAll([...namespaces].map(name => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })));
  await api.applyAll(manifests);
}

async function manifestsIn(folder: string): Promise<readonly Manifest[]> {
  const names = (await readdir(folder)).filter(name => name.endsWith('.yaml')).sort();
  return (await Promise.all(names.map(name => readFile(join(folder, name), 'utf8')))).flatMap(readManifests);
}

/** Rejects, with what Crossplane says of it, when an XRD's kind is not served after `limitSeconds`. */
async function untilServed(api: Api, xrd: Manifest, limitSeconds = 60): Promise<void> {
  const end = performance.now() + limitSeconds * 1000;
  for (;;) {
    const { status } = ((await api.read(xrd)) ?? {}) as {
      readonly status?: { readonly conditions?: readonly Condition[] };
    };
    const established = status?.conditions?.find(({ type }) => type === 'Established');
    if (established?.status === 'True') return;
    if (performance.now() > end) {
      throw new Error(
        `the API server does not serve ${xrd.metadata.name} after ${limitSeconds} s: ${established?.message ?? 'Crossplane says nothing of it; look at its log'}`,
      );
    }
    await sleep(100);
  }
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}
