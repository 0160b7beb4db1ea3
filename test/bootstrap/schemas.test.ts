import { expect, test } from 'vitest';
import { loadCatalog } from '../../src/crds/catalog.ts';
import { validate } from '../../src/crossplane/validate.ts';
import { folder, manifestsIn } from './manifests.ts';

const catalog = loadCatalog();
/** Kinds of Kubernetes' own and of tools, which have no CRD here; the cluster test and their own programs look at them. */
const withoutCrd = new Set([
  'ServiceAccount',
  'Namespace',
  'ConfigMap',
  'Secret',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'Cluster',
  'Kustomization',
]);

const all = manifestsIn(folder);
const known = all.filter(({ manifest }) => catalog.get(manifest.apiVersion, manifest.kind));

test.each(known)('$file: $manifest.kind $manifest.metadata.name is what its CRD takes', ({ manifest }) => {
  const schema = catalog.get(manifest.apiVersion, manifest.kind)?.schema;
  expect(schema && validate(schema, manifest)).toEqual([]);
});

test('every other manifest is of a kind that Kubernetes or its own program checks', () => {
  const others = all.filter(one => !known.includes(one)).map(({ manifest }) => manifest.kind);
  expect(others.filter(kind => !withoutCrd.has(kind))).toEqual([]);
});
