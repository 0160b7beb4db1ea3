import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Environment } from '@marcbachmann/cel-js';
import { describe, expect, test } from 'vitest';
import { folder, manifestsIn } from './manifests.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Source {
  readonly repoURL: string;
  readonly path: string;
}
interface Application {
  readonly source?: Source;
  readonly sources?: readonly Source[];
  readonly syncPolicy: { readonly automated: { readonly prune: boolean } };
}
interface Kustomization {
  readonly path: string;
  readonly prune: boolean;
  readonly dependsOn?: readonly { readonly name: string }[];
  readonly healthCheckExprs?: readonly { readonly kind: string; readonly current: string }[];
}

/** What must be there before what, by the folder that holds it. */
const order = [
  ['crossplane', 'kind-bootstrap/runtime'],
  ['crossplane', 'kind-bootstrap/packages'],
  ['crossplane', 'kind-bootstrap/rbac'],
  ['kind-bootstrap/packages', 'kind-bootstrap/credentials/pod-identity'],
  ['crossplane', 'xrds'],
  ['xrds', 'compositions'],
] as const;

const steps = manifestsIn(`${folder}gitops/flux/steps.yaml`).map(({ manifest }) => ({
  name: manifest.metadata.name,
  ...(manifest.spec as unknown as Kustomization),
}));
const applications = manifestsIn(`${folder}gitops/argocd/apps`).map(({ manifest }) => {
  const spec = manifest.spec as unknown as Application;
  return {
    name: manifest.metadata.name,
    wave: Number(manifest.metadata.annotations?.['argocd.argoproj.io/sync-wave']),
    prune: spec.syncPolicy.automated.prune,
    paths: [...(spec.sources ?? []), ...(spec.source ? [spec.source] : [])].map(({ path }) => path),
  };
});

describe('Argo CD', () => {
  const waveOf = (path: string) =>
    applications.find(({ name, paths }) => name === path || paths.includes(path))?.wave ?? Number.NaN;

  test.each(order)('%s is there before %s', (first, then) => {
    const together = first === 'crossplane' ? 0 : waveOf(first);
    expect(waveOf(then)).toBeGreaterThan(together);
  });

  test.each(applications.flatMap(({ name, paths }) => paths.map(path => ({ name, path }))))(
    'the folder of $name, $path, is in this tree',
    ({ path }) => expect(existsSync(`${root}${path}`)).toBe(true),
  );

  test('an XRD, and a claim, is not taken away because its file is', () => {
    expect(applications.find(({ name }) => name === 'xrds')?.prune).toBe(false);
    const team = manifestsIn(`${folder}gitops/argocd/team.yaml`);
    expect(team.map(({ manifest }) => (manifest.spec as unknown as Application).syncPolicy.automated.prune)).toEqual([
      false,
    ]);
  });
});

describe('Flux', () => {
  const stepOf = (path: string) => steps.find(step => step.name === path || step.path === `./${path}`);
  const earlier = (name: string): readonly string[] =>
    (steps.find(step => step.name === name)?.dependsOn ?? []).flatMap(one => [one.name, ...earlier(one.name)]);

  test.each(order)('%s is there before %s', (first, then) => {
    expect(earlier(stepOf(then)?.name ?? '')).toContain(stepOf(first)?.name);
  });

  test.each(steps)('the folder of $name, $path, is in this tree', ({ path }) => {
    expect(existsSync(`${root}${path}`)).toBe(true);
  });

  test('an XRD, and a claim, is not taken away because its file is', () => {
    expect(stepOf('xrds')?.prune).toBe(false);
    const team = manifestsIn(`${folder}gitops/flux/team.yaml`).filter(
      ({ manifest }) => manifest.kind === 'Kustomization',
    );
    expect(team.map(({ manifest }) => (manifest.spec as unknown as Kustomization).prune)).toEqual([false]);
  });

  const cel = new Environment({ unlistedVariablesAreDyn: true });
  const expressions = manifestsIn(`${folder}gitops/flux`)
    .filter(({ manifest }) => manifest.kind === 'Kustomization')
    .flatMap(({ manifest }) => (manifest.spec as unknown as Kustomization | undefined)?.healthCheckExprs ?? []);
  const awaited = [
    'Function',
    'Provider',
    'ManagedResourceActivationPolicy',
    'CompositeResourceDefinition',
    'PlatformClaim',
  ];

  test('it waits for what it cannot know the health of', () => {
    expect(expressions.map(({ kind }) => kind)).toEqual(awaited);
  });

  test.each(expressions)('a $kind is ready when Crossplane says so, and not before', ({ current, kind }) => {
    const type = { CompositeResourceDefinition: 'Established', PlatformClaim: 'Ready' }[kind] ?? 'Healthy';
    const ready = (...conditions: readonly object[]) => cel.evaluate(current, { status: { conditions } });
    expect(ready({ type: 'Synced', status: 'True' }, { type, status: 'True' })).toBe(true);
    expect(ready({ type, status: 'False' })).toBe(false);
    expect(ready({ type: 'Synced', status: 'True' })).toBe(false);
    expect(ready()).toBe(false);
    expect(cel.evaluate(current, { status: {} })).toBe(false);
  });
});
