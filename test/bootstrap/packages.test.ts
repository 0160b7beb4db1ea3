import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { bootstrapFiles } from '../../src/bootstrap/manifests.ts';
import { needsOf } from '../../src/bootstrap/needs.ts';
import { isManaged, providersOf } from '../../src/bootstrap/packages.ts';
import { loadCatalog } from '../../src/crds/catalog.ts';
import { isObject } from '../../src/crossplane/schema.ts';
import { circuitBreaker } from '../../src/local/crossplane.ts';
import { pinnedVersion } from '../../src/local/programs.ts';
import { assemblePackage } from '../../src/package.ts';
import { folder, manifestsIn } from './manifests.ts';

const catalog = loadCatalog();
const objects = manifestsIn(`${folder}packages`).map(({ manifest }) => manifest);
const packagesOf = (kind: string) =>
  objects.filter(object => object.kind === kind).map(({ spec }) => (spec as { readonly package: string }).package);
const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** What the Compositions in git make and call, read without the kit. */
const compositions = manifestsIn(fileURLToPath(new URL('../../compositions', import.meta.url))).map(
  ({ manifest }) => manifest.spec as unknown as CompositionSpec,
);
interface CompositionSpec {
  readonly pipeline: readonly {
    readonly functionRef: { readonly name: string };
    readonly input?: { readonly resources: readonly { readonly base: Kind }[] };
  }[];
}
interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
}
const steps = compositions.flatMap(({ pipeline }) => pipeline);
const made: readonly Kind[] = [
  ...steps.flatMap(({ input }) => input?.resources ?? []).map(({ base }) => base),
  ...manifestsIn(`${folder}account`).map(({ manifest }) => manifest),
];

/** A provider's package, by the end of the API groups that it serves. */
const servers: readonly (readonly [RegExp, (group: string) => string])[] = [
  [/\.aws\.m\.upbound\.io$/, group => `xpkg.crossplane.io/crossplane-contrib/provider-aws-${group.split('.')[0]}`],
  [/^helm\.m\.crossplane\.io$/, () => 'xpkg.crossplane.io/crossplane-contrib/provider-helm'],
  [/^kubernetes\.m\.crossplane\.io$/, () => 'xpkg.crossplane.io/crossplane-contrib/provider-kubernetes'],
];
const served = made.flatMap(({ apiVersion, kind }) => {
  const [group = ''] = apiVersion.split('/');
  const server = servers.find(([pattern]) => pattern.test(group));
  return server ? [{ apiVersion, kind, group, provider: server[1](group) }] : [];
});

test('every function that a Composition calls is installed under that name, and no other', () => {
  const called = new Set(steps.map(({ functionRef }) => functionRef.name));
  const installed = objects.filter(({ kind }) => kind === 'Function').map(({ metadata }) => metadata.name);
  expect(installed.sort()).toEqual([...called].sort());
  expect(packagesOf('Function')).toEqual([
    'xpkg.crossplane.io/crossplane-contrib/function-patch-and-transform:v0.10.7',
    'xpkg.crossplane.io/crossplane-contrib/function-auto-ready:v0.5.1',
  ]);
});

test('every provider whose kinds a Composition makes is installed, with the family, and no other', () => {
  const used = new Set(served.map(({ provider }) => provider));
  used.add('xpkg.crossplane.io/crossplane-contrib/provider-family-aws');
  const installed = packagesOf('Provider').map(reference => reference.slice(0, reference.lastIndexOf(':')));
  expect(installed.sort()).toEqual([...used].sort());
});

test('every managed resource that a Composition makes is activated, and no other', () => {
  const activated = objects
    .filter(({ kind }) => kind === 'ManagedResourceActivationPolicy')
    .flatMap(({ spec }) => (spec as { readonly activate: readonly string[] }).activate);
  const used = served
    .filter(({ kind }) => !kind.endsWith('ProviderConfig'))
    .map(({ apiVersion, kind, group }) => `${catalog.get(apiVersion, kind)?.plural}.${group}`);
  expect(activated.sort()).toEqual([...new Set(used)].sort());
});

test('every kind that is made is served by a provider, by Crossplane or by this package', () => {
  const others = made.filter(
    one => !served.some(({ kind, apiVersion }) => kind === one.kind && apiVersion === one.apiVersion),
  );
  const groups = new Set(others.map(({ apiVersion }) => apiVersion.split('/')[0]));
  expect([...groups].sort()).toEqual(['platform.tekanya.services', 'protection.crossplane.io']);
});

describe('versions', () => {
  const pins = text('crds/go.mod');

  test('of the AWS providers are that of the CRDs', () => {
    const version = pinnedVersion(pins, 'github.com/upbound/provider-aws/v2');
    const references = packagesOf('Provider').filter(reference => reference.includes('aws'));
    expect(references.map(reference => reference.split(':')[1])).toEqual(references.map(() => version));
  });

  test.each([
    ['github.com/crossplane-contrib/provider-helm', 'provider-helm'],
    ['github.com/crossplane-contrib/provider-kubernetes', 'provider-kubernetes'],
    ['github.com/crossplane/crossplane/v2', 'crossplane'],
    ['github.com/upbound/provider-aws/v2', 'provider-aws'],
  ])('of %s are the same for its CRDs and for the local cluster', (module, program) => {
    expect(pinnedVersion(text(`kind-bootstrap/local/${program}/go.mod`), module)).toBe(pinnedVersion(pins, module));
  });

  test('of Kubernetes in kind are of the minor that the local cluster has', () => {
    const [, minor] =
      /^v1\.(\d+)/.exec(pinnedVersion(text('kind-bootstrap/local/kubernetes/go.mod'), 'k8s.io/kubernetes')) ?? [];
    expect(text('kind-bootstrap/kind.yaml')).toMatch(
      new RegExp(`image: kindest/node:v1\\.${minor}\\.\\d+@sha256:[0-9a-f]{64}$`, 'm'),
    );
  });
});

test('Crossplane has the limits of the local cluster, and activates nothing by itself', () => {
  const { crossplane } = load(text('kind-bootstrap/crossplane/values.yaml')) as {
    readonly crossplane: { readonly args: readonly string[]; readonly provider: unknown };
  };
  expect(crossplane.args).toContain(`--circuit-breaker-burst=${circuitBreaker.burst}`);
  expect(crossplane.args).toContain(`--circuit-breaker-refill-rate=${circuitBreaker.refillPerSecond}`);
  expect(crossplane.provider).toEqual({ defaultActivations: [] });
});

test('every provider has a DeploymentRuntimeConfig that is there', () => {
  const there = manifestsIn(`${folder}runtime`).flatMap(({ manifest }) =>
    manifest.kind === 'DeploymentRuntimeConfig' ? [manifest.metadata.name] : [],
  );
  const named = objects.flatMap(({ spec }) =>
    isObject(spec) && isObject(spec.runtimeConfigRef) ? [spec.runtimeConfigRef.name] : [],
  );
  expect([...new Set(named)].sort()).toEqual(there.sort());
});

describe('of other packages', () => {
  const queue = { apiVersion: 'sqs.aws.m.upbound.io/v1beta1', kind: 'Queue' };

  test('a kind that is made beside the Compositions is activated, with its provider', () => {
    const needs = needsOf({ parts: [], kinds: catalog }, [queue]);
    expect(providersOf(needs).map(({ name }) => name)).toEqual([
      'crossplane-contrib-provider-aws-sqs',
      'crossplane-contrib-provider-family-aws',
    ]);
    expect(bootstrapFiles(needs, catalog).get('kind-bootstrap/packages/activation-policy.yaml')).toContain(
      '- queues.sqs.aws.m.upbound.io\n',
    );
  });

  test.each([
    { reason: 'a managed resource', kind: queue, managed: true },
    {
      reason: 'a provider config is there with its provider',
      kind: { apiVersion: 'helm.m.crossplane.io/v1beta1', kind: 'ProviderConfig' },
      managed: false,
    },
    {
      reason: "Crossplane's own",
      kind: { apiVersion: 'protection.crossplane.io/v1beta1', kind: 'Usage' },
      managed: false,
    },
  ])('$reason: $kind.kind is activated: $managed', ({ kind, managed }) => {
    expect(isManaged(kind)).toBe(managed);
  });

  test('a kind that no provider serves is refused, with the place that should know one', () => {
    const needs = needsOf({ parts: [], kinds: catalog }, [{ apiVersion: 'v1', kind: 'ConfigMap' }]);
    expect(() => providersOf(needs)).toThrow(
      "no provider is known for ConfigMap of Kubernetes' core: teach src/bootstrap/packages.ts which package serves it",
    );
  });

  test('a kind without a pinned CRD is refused', () => {
    const needs = needsOf({ parts: [], kinds: catalog }, [
      { apiVersion: 'sqs.aws.m.upbound.io/v1beta1', kind: 'Topic' },
    ]);
    expect(() => bootstrapFiles(needs, catalog)).toThrow(/crds\/ has no Topic of sqs\.aws\.m\.upbound\.io\/v1beta1/);
  });

  test('the package in this tree needs what is committed', () => {
    expect(needsOf(assemblePackage()).functions).toEqual([
      'crossplane-contrib-function-patch-and-transform',
      'crossplane-contrib-function-auto-ready',
    ]);
  });
});
