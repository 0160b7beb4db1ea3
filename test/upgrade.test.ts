import { describe, expect, test } from 'vitest';
import { addonOf } from '../src/apis/addons.ts';
import { karpenterFor } from '../src/aws/karpenter-versions.ts';
import { type KubernetesVersion, kubernetesVersions, versions } from '../src/aws/versions.ts';
import { evaluate } from '../src/crossplane/evaluate.ts';
import { getPath } from '../src/crossplane/path.ts';
import type { Manifest } from '../src/crossplane/pipeline.ts';
import { claimed, made } from './fixtures/claim.ts';

const { composite, composition, resources } = claimed({
  cluster: { version: '1.31', addons: { observability: true } },
}).part('XCluster').rendered;
const there = new Map(resources.map(({ name, manifest }) => [name, manifest]));

/** What is asked for when a cluster of which `asked` is wanted runs `runs`. */
function at(asked: KubernetesVersion, runs: string, spec: object = {}) {
  const { resources } = evaluate(
    composition,
    {
      ...composite,
      spec: { ...(composite.spec as object), version: asked, ...spec },
      status: { ...(composite.status as object), version: runs },
    },
    there,
  );
  const specOf = (name: string) => resources.get(name)?.spec as Readonly<Record<string, unknown>>;
  const made = (name: string) => getPath(specOf(name), ['forProvider', 'version']);
  return {
    controlPlane: made('cluster'),
    nodes: made('nodes'),
    addons: specOf('addons').versions,
    snapshotController: specOf('storage').snapshotController,
    karpenter: specOf('karpenter').version,
    resources,
  };
}

/** The versions of the add-ons that belong to a version, by the fields of XAddons. */
const addonsOf = (version: KubernetesVersion) =>
  Object.fromEntries(
    Object.entries(addonOf).map(([field, name]) => [field, versions.kubernetes[version].addons[name]]),
  );

const steps = kubernetesVersions.slice(1).map((to, i) => ({ from: kubernetesVersions[i] ?? to, to }));

describe.each(steps)('from $from to $to', ({ from, to }) => {
  const begun = at(to, from);
  const done = at(to, to);

  test('Karpenter and the control plane go first, while nodes and add-ons stay', () => {
    expect(begun).toMatchObject({
      controlPlane: to,
      karpenter: karpenterFor[to],
      nodes: from,
      addons: addonsOf(from),
      snapshotController: versions.kubernetes[from].addons['snapshot-controller'],
    });
  });

  test('nodes and add-ons follow the control plane, once it is there', () => {
    expect(done).toMatchObject({
      controlPlane: to,
      karpenter: karpenterFor[to],
      nodes: to,
      addons: addonsOf(to),
      snapshotController: versions.kubernetes[to].addons['snapshot-controller'],
    });
  });

  test('nothing is replaced: the same resources, changed in their versions alone', () => {
    const without = (manifests: ReadonlyMap<string, Manifest>) =>
      [...manifests].map(([name, manifest]) => [
        name,
        JSON.stringify(manifest, (key, value) => (/version/i.test(key) || key === 'snapshotController' ? '' : value)),
      ]);
    expect(without(done.resources)).toEqual(without(at(from, from).resources));
  });

  test('each add-on is asked for in its version, kube-proxy too', () => {
    const addons = done.resources.get('addons');
    const settings = made('XAddons', { ...(addons?.spec as object), clusterEndpoint: 'https://e' }).settings('Addon');
    const { 'snapshot-controller': _, ...wanted } = versions.kubernetes[to].addons;
    expect(Object.fromEntries(settings.map(({ addonName, addonVersion }) => [addonName, addonVersion]))).toEqual(
      wanted,
    );
  });
});

test('of the initial nodes one at a time is replaced', () => {
  expect(getPath(at('1.32', '1.32').resources.get('nodes'), ['spec', 'forProvider', 'updateConfig'])).toEqual({
    maxUnavailable: 1,
  });
});

describe('a cluster that AWS has upgraded by itself', () => {
  test.each([
    { reason: 'to the next version', asked: '1.31', runs: '1.32' },
    { reason: 'by more than one', asked: '1.31', runs: '1.33' },
    { reason: 'in standard support', asked: '1.34', runs: '1.35' },
  ] as const)('is not taken back, and nodes, add-ons and Karpenter follow: $reason', ({ asked, runs }) => {
    expect(at(asked, runs)).toMatchObject({
      controlPlane: runs,
      karpenter: karpenterFor[runs],
      nodes: runs,
      addons: addonsOf(runs),
    });
  });

  test('to a version of which nothing is known here: add-ons and Karpenter stay as they are', () => {
    const { resources: _, ...asked } = at('1.36', '1.37');
    expect(asked).toEqual({
      controlPlane: '1.37',
      nodes: '1.37',
      addons: {},
      snapshotController: undefined,
      karpenter: karpenterFor['1.36'],
    });
  });

  test('is as ever once the same is asked for', () => {
    expect(at('1.32', '1.32')).toMatchObject({ controlPlane: '1.32', nodes: '1.32', addons: addonsOf('1.32') });
  });
});

test('pins and a Karpenter of their own stay over all of it', () => {
  const addons = { observability: true, pins: { kubernetes: '1.33', versions: { coredns: 'v1.12.1-eksbuild.2' } } };
  const karpenter = { ...(getPath(composite, ['spec', 'karpenter']) as object), version: '1.11.0' };
  expect(at('1.33', '1.33', { addons, karpenter })).toMatchObject({
    addons: { ...addonsOf('1.33'), coredns: 'v1.12.1-eksbuild.2' },
    karpenter: '1.11.0',
  });
});

describe('a database that AWS has upgraded by itself', () => {
  const aurora = claimed({ database: { engineVersion: '16.8' } }).part('XAurora').rendered;

  test.each([
    { asked: '16.8', runs: '16.8', want: '16.8' },
    { asked: '16.13', runs: '16.8', want: '16.13' },
    { asked: '16.8', runs: '16.13', want: '16.13' },
    { asked: '16.15', runs: '16.16', want: '16.16' },
  ])('$asked is asked for and $runs runs: $want', ({ asked, runs, want }) => {
    const { resources } = evaluate(
      aurora.composition,
      {
        ...aurora.composite,
        spec: { ...(aurora.composite.spec as object), engineVersion: asked },
        status: { ...(aurora.composite.status as object), engineVersion: runs },
      },
      new Map(),
    );
    expect(getPath(resources.get('cluster'), ['spec', 'forProvider', 'engineVersion'])).toBe(want);
  });
});
