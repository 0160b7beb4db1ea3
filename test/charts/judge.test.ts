import { describe, expect, test } from 'vitest';
import { chartFacts } from '../../src/charts/facts.ts';
import { judgeCharts } from '../../src/charts/judge.ts';
import { chartPins } from '../../src/charts/pins.ts';
import { pick } from '../../src/crossplane/expressions.ts';
import { formatPath } from '../../src/crossplane/path.ts';
import { Release } from '../../src/imports/helm.m.crossplane.io.ts';
import { findingsOfThing } from '../fixtures/package.ts';

const karpenter = { name: 'karpenter', repository: 'oci://public.ecr.aws/karpenter', version: '1.0.6' };
const externalDns = {
  name: 'external-dns',
  repository: 'https://kubernetes-sigs.github.io/external-dns/',
  version: '1.14.5',
};

/** What is found, as `path: message`. */
function judge(chart: object, values?: object, set?: object): readonly string[] {
  const spec = { forProvider: { chart, namespace: 'kube-system', ...(values && { values }), ...(set && { set }) } };
  const metadata = { name: 'chart', namespace: 'team' };
  const found = judgeCharts({ apiVersion: 'helm.m.crossplane.io/v1beta1', kind: 'Release', metadata, spec });
  return found.map(({ path, message }) => `${formatPath(path)}: ${message}`);
}

describe('values that a chart takes', () => {
  test.each<{ chart: object; values?: object; reason: string }>([
    { chart: karpenter, reason: 'none' },
    {
      chart: karpenter,
      values: {
        settings: { clusterName: 'c', interruptionQueue: 'q', featureGates: { spotToSpotConsolidation: true } },
      },
      reason: 'keys of values.yaml',
    },
    {
      chart: karpenter,
      values: { replicas: 1, settings: { vmMemoryOverheadPercent: 1 } },
      reason: 'an integer is a number',
    },
    {
      chart: karpenter,
      values: { controller: { resources: { requests: { cpu: '1' } } }, podLabels: { 'example.org/x': 'y' } },
      reason: 'anything in a map that the templates write out as a whole',
    },
    {
      chart: karpenter,
      values: {
        nodeSelector: { pool: 'system' },
        affinity: { nodeAffinity: { a: {} } },
        strategy: { type: 'Recreate' },
      },
      reason: 'other keys in such a map, though values.yaml has some',
    },
    { chart: karpenter, values: { affinity: { podAffinity: {} } }, reason: 'a key that only a template knows' },
    { chart: karpenter, values: { controller: { image: { digest: null } } }, reason: 'null takes a default away' },
    { chart: externalDns, values: { txtOwnerId: 'o', txtPrefix: 'p' }, reason: 'any type where the default is null' },
    { chart: externalDns, values: { provider: 'aws' }, reason: 'the other type of values.schema.json' },
    { chart: { ...karpenter, repository: 'oci://mirror.example/karpenter' }, reason: 'another repository' },
    {
      chart: { ...karpenter, version: '1.11.0' },
      values: { settings: { eksControlPlane: true } },
      reason: 'a later version',
    },
  ])('$reason', ({ chart, values }) => {
    expect(judge(chart, values)).toEqual([]);
  });
});

describe('values that a chart does not take', () => {
  test.each<{ chart: object; values?: object; reason: string; found: readonly string[] }>([
    {
      chart: karpenter,
      values: { settings: { clusterName: 'c', interruptionQueueName: 'q' } },
      reason: 'Karpenter starts without its queue, and nobody is told',
      found: [
        'spec.forProvider.values.settings.interruptionQueueName: chart karpenter 1.0.6 has no value settings.interruptionQueueName; did you mean settings.interruptionQueue?',
      ],
    },
    {
      chart: { ...karpenter, name: 'karpenter-crd' },
      values: { serviceName: 'karpenter' },
      reason: 'the key of another level; the keys of this one are listed where none is near',
      found: [
        'spec.forProvider.values.serviceName: chart karpenter-crd 1.0.6 has no value serviceName; it has webhook',
      ],
    },
    {
      chart: { ...karpenter, version: '1.11.0' },
      values: { webhook: { enabled: false } },
      reason: 'a key of an earlier version',
      found: [expect.stringMatching(/webhook: chart karpenter 1\.11\.0 has no value webhook; it has nameOverride, /)],
    },
    {
      chart: karpenter,
      values: { replicas: '2', settings: { clusterName: 7, isolatedVPC: 'false' }, tolerations: {} },
      reason: 'all wrong types are told at once',
      found: [
        'spec.forProvider.values.replicas: must be an integer, not "2", says chart karpenter 1.0.6',
        'spec.forProvider.values.settings.clusterName: must be a string, not 7; put it in quotes, says chart karpenter 1.0.6',
        'spec.forProvider.values.settings.isolatedVPC: must be a boolean, not "false", says chart karpenter 1.0.6',
        'spec.forProvider.values.tolerations: must be an array, not the object {}, says chart karpenter 1.0.6',
      ],
    },
    {
      chart: karpenter,
      values: { settings: 'c' },
      reason: 'a text where a map is wanted',
      found: ['spec.forProvider.values.settings: must be an object, not "c", says chart karpenter 1.0.6'],
    },
    {
      chart: externalDns,
      values: { service: { ipFamilies: ['IPv5'] }, extraArgs: [1] },
      reason: "closed sets and items are the chart's values.schema.json's",
      found: [
        'spec.forProvider.values.service.ipFamilies[0]: is "IPv5"; did you mean IPv6? allowed: "IPv6", "IPv4", says chart external-dns 1.14.5',
        'spec.forProvider.values.extraArgs[0]: must be a string, not 1; put it in quotes, says chart external-dns 1.14.5',
      ],
    },
    {
      chart: externalDns,
      values: { domainFilter: ['tekanya.services'] },
      reason: 'ExternalDNS would write into every zone',
      found: [
        'spec.forProvider.values.domainFilter: chart external-dns 1.14.5 has no value domainFilter; did you mean domainFilters?',
      ],
    },
    {
      chart: { ...karpenter, version: '1.0.5' },
      reason: 'a version of which nothing is known',
      found: [
        'spec.forProvider.chart.version: chart karpenter 1.0.5 is not pinned; pinned are 1.0.6, 1.8.6, 1.11.0, 1.14.1; pin it in src/charts/pins.ts and run "make charts"',
      ],
    },
    {
      chart: { ...karpenter, version: undefined },
      reason: 'Helm would take the latest of the day',
      found: [
        expect.stringMatching(/^spec\.forProvider\.chart\.version: chart karpenter without a version is not pinned/),
      ],
    },
    {
      chart: { ...karpenter, name: 'karpenters' },
      reason: 'a chart of which nothing is known',
      found: [
        'spec.forProvider.chart.name: chart karpenters is not pinned; pinned are karpenter, karpenter-crd, external-dns; pin it in src/charts/pins.ts and run "make charts"',
      ],
    },
    {
      chart: { url: 'https://example.org/karpenter-1.0.6.tgz' },
      reason: 'an address that could hold anything',
      found: [
        'spec.forProvider.chart.url: says nothing of the chart and its version; give name, repository and version',
      ],
    },
  ])('$reason', ({ chart, values, found }) => {
    expect(judge(chart, values)).toEqual(found);
  });

  test('stop synth, at the place where the value is written', () => {
    const findings = findingsOfThing(({ xr, compose }) => {
      const interruptionQueueName = pick(xr.spec.size, { s: 'small', l: 'large' });
      compose('karpenter', Release, {
        spec: {
          forProvider: { chart: karpenter, namespace: 'kube-system', values: { settings: { interruptionQueueName } } },
        },
      });
    });
    expect(findings).toEqual([
      expect.stringMatching(
        /^compositions\/xthing: resources\[karpenter]\.patches\[\d+]\.toFieldPath: chart karpenter 1\.0\.6 has no value settings\.interruptionQueueName; did you mean settings\.interruptionQueue\? \(with the defaults\)$/,
      ),
    ]);
  });
});

test('values that are given one by one are judged by their names', () => {
  const set = ['settings.clusterNames', 'settings.clusterName', 'tolerations[0].key', 'podLabels.team'];
  expect(
    judge(
      karpenter,
      undefined,
      set.map(name => ({ name, value: 'x' })),
    ),
  ).toEqual([
    'spec.forProvider.set[0].name: chart karpenter 1.0.6 has no value settings.clusterNames; did you mean settings.clusterName?',
  ]);
});

test('is about Releases and nothing else', () => {
  const metadata = { name: 'x', namespace: 'team' };
  expect(judgeCharts({ apiVersion: 'example.org/v1', kind: 'Release', metadata, spec: {} })).toEqual([]);
  expect(
    judgeCharts({ apiVersion: 'helm.m.crossplane.io/v1beta1', kind: 'ProviderConfig', metadata, spec: {} }),
  ).toEqual([]);
});

describe('each chart that is pinned', () => {
  test('is pinned once in each version', () => {
    const names = chartPins.map(({ name, version }) => `${name}-${version}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(chartPins)('$name $version has its facts committed', pin => {
    const { name, version, appVersion } = pin;
    expect(chartFacts(pin)).toMatchObject({ name, version, appVersion, values: { type: 'object' } });
  });
});
