import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accountManifests } from '../../src/bootstrap/manifests.ts';
import { needsOf } from '../../src/bootstrap/needs.ts';
import type { Api } from '../../src/local/api.ts';
import { buildPrograms } from '../../src/local/build.ts';
import { removeCluster, startCluster } from '../../src/local/cluster.ts';
import type { Manifest } from '../../src/local/manifest.ts';
import { assemblePackage } from '../../src/package.ts';
import { folder, manifestsIn } from '../bootstrap/manifests.ts';
import { eventually } from './cluster.ts';
import { pushAll, type Registry, startRegistry } from './registry.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
/** A cluster of its own: what a package has installed goes with it, and the other tests want it. */
const state = `${repository}.local-package`;
const packages = manifestsIn(`${folder}packages`).map(({ manifest }) => manifest);
const activate = packages.flatMap(({ kind, spec }) =>
  kind === 'ManagedResourceActivationPolicy' ? (spec as { readonly activate: readonly string[] }).activate : [],
);

let api: Api;
let registry: Registry;
let work: string;

interface Listed extends Manifest {
  readonly spec: { readonly state?: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const list = async (path: string) =>
  (await api.send<{ readonly items: readonly Listed[] }>('GET', `/apis/${path}`)).items;
const namesOf = async (path: string) => (await list(path)).map(({ metadata }) => metadata.name).sort();
const healthy = async (path: string, type: string) =>
  (await list(path)).filter(({ status }) =>
    status?.conditions?.some(one => one.type === type && one.status === 'True'),
  );

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'package-'));
  const programs = await buildPrograms({ repository, only: ['crossplane-cli', 'crane'] }, () => {});
  registry = await startRegistry(programs.crane.path);
  await pushAll(needsOf(assemblePackage(), accountManifests()), registry, programs['crossplane-cli'].path, work);
  // None of the kinds that providers bring is there beforehand, and no provider.
  ({ api } = await startCluster({ repository, state, providers: false }, () => {}));
}, 300_000);

afterAll(async () => {
  await removeCluster(state, () => {});
  await registry.stop();
  await rm(work, { recursive: true });
});

test("Crossplane's package manager installs the package with all that it depends on, under the names of kind-bootstrap", async () => {
  const name = 'crossplane-contrib';
  await api.apply({
    apiVersion: 'pkg.crossplane.io/v1beta1',
    kind: 'ImageConfig',
    metadata: { name },
    spec: {
      matchImages: [{ type: 'Prefix', prefix: `xpkg.crossplane.io/${name}` }],
      rewriteImage: { prefix: `${registry.address}/${name}` },
    },
  });
  await api.apply({
    apiVersion: 'pkg.crossplane.io/v1',
    kind: 'Configuration',
    metadata: { name: 'tekanya-platform' },
    spec: { package: `${registry.address}/tekanya/platform:v0.1.0` },
  });
  await eventually(async () => (await healthy('pkg.crossplane.io/v1/configurations', 'Healthy')).length, 280).toBe(1);

  const providers = packages.filter(({ kind }) => kind === 'Provider').map(({ metadata }) => metadata.name);
  expect(await namesOf('pkg.crossplane.io/v1/providers')).toEqual(providers.sort());
  expect(await list('apiextensions.crossplane.io/v1/compositions')).toHaveLength(
    manifestsIn(`${repository}compositions`).length,
  );
  await eventually(
    async () => (await healthy('apiextensions.crossplane.io/v2/compositeresourcedefinitions', 'Established')).length,
  ).toBe(manifestsIn(`${repository}xrds`).length);
}, 300_000);

test('of the providers, just the kinds that are made are served', async () => {
  // What starts the providers' pods would say so; here nothing starts them.
  const secrets = { tlsServerSecretName: 'crossplane-tls-server', tlsClientSecretName: 'crossplane-tls-client' };
  for (const { metadata } of await list('pkg.crossplane.io/v1/providerrevisions')) {
    const path = `/apis/pkg.crossplane.io/v1/providerrevisions/${metadata.name}/status`;
    await api.send('PATCH', path, { status: secrets }, 'merge');
  }
  const definitions = 'apiextensions.crossplane.io/v1alpha1/managedresourcedefinitions';
  const active = async () =>
    (await list(definitions)).filter(({ spec }) => spec.state === 'Active').map(({ metadata }) => metadata.name);
  await eventually(async () => (await active()).sort(), 200).toEqual([...activate].sort());
  const revisions = await list('pkg.crossplane.io/v1/providerrevisions');
  await eventually(
    async () => (await healthy('pkg.crossplane.io/v1/providerrevisions', 'RevisionHealthy')).length,
  ).toBe(revisions.length);
  expect((await list(definitions)).length).toBeGreaterThan(activate.length);

  const served = (await namesOf('apiextensions.k8s.io/v1/customresourcedefinitions')).filter(name =>
    name.endsWith('.aws.m.upbound.io'),
  );
  const configs = ['clusterproviderconfigs.aws.m.upbound.io', 'providerconfigs.aws.m.upbound.io'];
  const wanted = [...activate.filter(name => name.endsWith('.aws.m.upbound.io')), ...configs];
  expect(served).toEqual(wanted.sort());
}, 300_000);
