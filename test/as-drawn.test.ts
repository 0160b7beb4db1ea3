import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { externalDnsVersion } from '../src/charts/pins.ts';
import type { Manifest } from '../src/crossplane/pipeline.ts';
import { manifestsOf, render } from '../src/crossplane/render.ts';
import { pkg } from './fixtures/claim.ts';

type Settings = Readonly<Record<string, unknown>>;

const claim = (name: string) =>
  load(readFileSync(new URL(`../claims/${name}.yaml`, import.meta.url), 'utf8')) as Manifest;
const made = (name: string) => manifestsOf(render(pkg, claim(name)));
const drawn = made('as-drawn');

/** `spec.forProvider` of every managed resource of a kind. */
const settings = (kind: string) =>
  drawn.flatMap(it => {
    const { forProvider } = it.spec as { forProvider?: Settings };
    return it.kind === kind && forProvider ? [forProvider] : [];
  });

describe('claims/as-drawn.yaml has the versions of the drawing', () => {
  test('EKS 1.31, of control plane and nodes', () => {
    expect([...settings('Cluster'), ...settings('NodeGroup')].flatMap(({ version }) => version ?? [])).toEqual([
      '1.31',
      '1.31',
    ]);
  });

  test('the four add-ons', () => {
    const addons = settings('Addon').map(({ addonName, addonVersion }) => [addonName, addonVersion]);
    expect(Object.fromEntries(addons)).toMatchObject({
      'vpc-cni': 'v1.18.5-eksbuild.1',
      coredns: 'v1.11.3-eksbuild.1',
      'aws-ebs-csi-driver': 'v1.37.0-eksbuild.1',
      'eks-pod-identity-agent': 'v1.3.4-eksbuild.1',
    });
  });

  test('Karpenter 1.0.6, and ExternalDNS 0.14.2 by its chart', () => {
    const charts = settings('Release').map(({ chart }) => chart as { name: string; version: string });
    expect(Object.fromEntries(charts.map(({ name, version }) => [name, version]))).toEqual({
      karpenter: '1.0.6',
      'karpenter-crd': '1.0.6',
      'external-dns': '1.14.5',
    });
    expect(externalDnsVersion).toEqual({ chart: '1.14.5', app: '0.14.2' });
  });

  test('Aurora PostgreSQL 16.4', () => {
    expect(settings('Cluster').flatMap(({ engineVersion }) => engineVersion ?? [])).toEqual(['16.4']);
  });
});

test('all else is as claims/builderspace.yaml makes it', () => {
  const versions = /^(version|\w+Version|versions|snapshotController)$/;
  const callsOfLaterKarpenters =
    /\\",\\"(ec2:DescribeCapacityReservations|ec2:DescribeInstanceStatus|iam:ListInstanceProfiles)/g;
  const comparable = (manifest: Manifest) =>
    JSON.stringify(manifest, (key, value) => (versions.test(key) ? '' : value))
      .replaceAll(callsOfLaterKarpenters, '')
      .replaceAll(/"v[\d.]+-eksbuild\.\d+"/g, '""');
  const { metadata } = claim('builderspace');
  const renamed = manifestsOf(render(pkg, { ...claim('as-drawn'), metadata } as Manifest));
  expect(renamed.map(comparable)).toEqual(made('builderspace').map(comparable));
});
