import { getPath, type Path, type Problem } from '../crossplane/path.ts';
import type { Manifest } from '../crossplane/pipeline.ts';
import { isObject } from '../crossplane/schema.ts';
import { validate } from '../crossplane/validate.ts';
import { type Catalog, loadCatalog } from './catalog.ts';

const manifestPath: Path = ['spec', 'forProvider', 'manifest'];

let catalog: Catalog | undefined;

/**
 * What the other cluster's API server would have against the manifest in an Object of provider-kubernetes, where the manifest is
 * of a kind in `crds/`: NodePool, EC2NodeClass, VolumeSnapshotClass. Of other kinds nothing is known. An Object that only
 * observes holds no whole manifest and is left alone.
 */
export function judgeObjects({ apiVersion, kind, spec }: Manifest): readonly Problem[] {
  if (kind !== 'Object' || !apiVersion.startsWith('kubernetes.m.crossplane.io/')) return [];
  const policies = getPath({ spec }, ['spec', 'managementPolicies']);
  if (Array.isArray(policies) && policies.every(policy => policy === 'Observe')) return [];
  const manifest = getPath({ spec }, manifestPath);
  if (!isObject(manifest)) return [];
  const { apiVersion: version, kind: name } = manifest;
  if (typeof version !== 'string' || typeof name !== 'string') return [];
  catalog ??= loadCatalog();
  const found = catalog.get(version, name);
  const problems = found ? validate(found.schema, manifest) : otherVersion(catalog, version, name);
  return problems.map(({ path, message }) => ({ path: [...manifestPath, ...path], message }));
}

function otherVersion(kinds: Catalog, apiVersion: string, kind: string): readonly Problem[] {
  const group = apiVersion.split('/')[0];
  const known = kinds.kinds().find(one => one.kind === kind && one.apiVersion.split('/')[0] === group);
  return known ? [{ path: ['apiVersion'], message: `is ${apiVersion}; crds/ has ${kind} as ${known.apiVersion}` }] : [];
}
