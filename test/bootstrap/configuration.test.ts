import { readdirSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { configurationFiles, upwards } from '../../src/bootstrap/configuration.ts';
import { accountManifests } from '../../src/bootstrap/manifests.ts';
import { needsOf } from '../../src/bootstrap/needs.ts';
import { loadCatalog } from '../../src/crds/catalog.ts';
import { validate } from '../../src/crossplane/validate.ts';
import { assemblePackage } from '../../src/package.ts';
import { folder, manifestsIn } from './manifests.ts';

const files = configurationFiles(needsOf(assemblePackage(), accountManifests()));
const meta = load(files.get('crossplane.yaml') ?? '') as {
  readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
  readonly spec: {
    readonly dependsOn: readonly { readonly kind: string; readonly package: string; readonly version: string }[];
  };
};
const list = (path: string) =>
  readdirSync(new URL(`../../${path}`, import.meta.url)).filter(name => name.endsWith('.yaml'));

test('crossplane.yaml is what its CRD takes', () => {
  const schema = loadCatalog().get('meta.pkg.crossplane.io/v1', 'Configuration')?.schema;
  expect(schema && validate(schema, meta)).toEqual([]);
});

test('the package holds every XRD and Composition, which kinds are activated, and claims as examples', () => {
  const wanted = [
    'crossplane.yaml',
    ...list('xrds').map(name => `xrds/${name}`),
    ...list('compositions').map(name => `compositions/${name}`),
    'activation/activation-policy.yaml',
    ...list('claims').map(name => `examples/${name}`),
  ];
  expect([...files.keys()].sort()).toEqual(wanted.sort());
});

test('it depends on just what kind-bootstrap installs, from the versions there upwards', () => {
  const installed = manifestsIn(`${folder}packages`).flatMap(({ manifest }) => {
    const reference = String((manifest.spec as { readonly package?: string }).package);
    const [repository, version] = reference.split(':');
    return manifest.kind === 'ManagedResourceActivationPolicy' ? [] : [`${manifest.kind} ${repository} ${version}`];
  });
  const wanted = meta.spec.dependsOn.map(one => `${one.kind} ${one.package} ${/^>=(\S+) /.exec(one.version)?.[1]}`);
  expect(wanted.sort()).toEqual(installed.sort());
});

test('its icon is an image that a browser shows', () => {
  const [, data = ''] =
    meta.metadata.annotations['meta.crossplane.io/iconURI']?.split('data:image/svg+xml;base64,') ?? [];
  expect(Buffer.from(data, 'base64').toString()).toMatch(/^<svg [^>]*viewBox="0 0 128 128"[\s\S]*<\/svg>\s*$/);
});

describe('version constraints', () => {
  test.each([
    { reason: 'up to the next major', version: 'v2.5.0', constraint: '>=v2.5.0 <v3.0.0' },
    { reason: 'of version 0, up to the next minor', version: 'v0.10.7', constraint: '>=v0.10.7 <v0.11.0' },
  ])('$reason', ({ version, constraint }) => expect(upwards(version)).toBe(constraint));

  test('a commit is no release', () => {
    expect(() => upwards('v0.0.0-20260101000000-0123456789ab')).toThrow('is no release');
  });
});
