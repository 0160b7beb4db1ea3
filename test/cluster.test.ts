import { describe, expect, it, test } from 'vitest';
import { PlatformClaim } from '../src/apis/claim.ts';
import { Cluster } from '../src/apis/cluster.ts';
import { Platform } from '../src/apis/platform.ts';
import { partOf } from '../src/crossplane/package.ts';
import { formatPath } from '../src/crossplane/path.ts';
import { resourcesOf } from '../src/crossplane/pipeline.ts';
import { validate } from '../src/crossplane/validate.ts';
import { claimed, made, pkg } from './fixtures/claim.ts';

const region = 'af-south-1';
const clusterName = 'team-a_builderspace';
const tags = { Name: clusterName };
const providerConfigRef = { kind: 'ClusterProviderConfig', name: 'default' };
const subnetIdSelector = {
  matchLabels: {
    'platform.tekanya.services/subnet': 'true',
    'platform.tekanya.services/xnetwork': 'builderspace',
  },
};

describe('an empty claim is the cluster of the drawing', () => {
  const cluster = claimed({}).part('XCluster');
  const externalName = (kind: string) =>
    cluster.manifests
      .filter(it => it.kind === kind)
      .map(({ metadata }) => metadata?.annotations?.['crossplane.io/external-name']);

  test('EKS 1.36, extended support when it comes to that, endpoint public and private, access by API, no rights for its creator, three logs', () => {
    expect(cluster.settings('Cluster')).toEqual([
      {
        region,
        version: '1.36',
        roleArn: expect.stringMatching(/role\.arn/),
        accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: true },
        bootstrapSelfManagedAddons: true,
        vpcConfig: { endpointPublicAccess: true, endpointPrivateAccess: true, subnetIdSelector },
        enabledClusterLogTypes: ['api', 'audit', 'authenticator'],
        upgradePolicy: { supportType: 'EXTENDED' },
        deletionProtection: false,
        tags,
      },
    ]);
    expect(externalName('Cluster')).toEqual([clusterName]);
  });

  test('its log group, with retention, is there before it', () => {
    expect(cluster.settings('Group')).toEqual([{ region, retentionInDays: 30, tags }]);
    expect(externalName('Group')).toEqual(['/aws/eks/team-a_builderspace/cluster']);
    const made = cluster.manifests.find(it => it.kind === 'Cluster');
    expect(made?.metadata?.annotations?.['platform.tekanya.services/after']).toBe('log-group.arn');
  });

  test('initial nodes: a managed group, 3 x t3.xlarge, on demand', () => {
    expect(cluster.specs('NodeGroup')).toEqual([
      {
        forProvider: {
          region,
          clusterName,
          version: '1.36',
          nodeRoleArn: 'node-role.arn',
          subnetIdSelector,
          amiType: 'AL2023_x86_64_STANDARD',
          capacityType: 'ON_DEMAND',
          launchTemplate: { id: 'node-template.id', version: expect.stringMatching(/^\d+$/) },
          scalingConfig: { minSize: 2, maxSize: 6, desiredSize: 3 },
          updateConfig: { maxUnavailable: 1 },
          labels: { 'platform.tekanya.services/nodes': 'initial' },
          tags,
        },
        providerConfigRef,
      },
    ]);
    expect(cluster.settings('LaunchTemplate')[0]).toMatchObject({ instanceType: 't3.xlarge' });
  });

  test('nodes: encrypted gp3 root volumes, IMDSv2 in one hop, tags on instances and volumes', () => {
    expect(cluster.settings('LaunchTemplate')).toEqual([
      {
        region,
        instanceType: 't3.xlarge',
        blockDeviceMappings: [
          {
            deviceName: '/dev/xvda',
            ebs: { volumeType: 'gp3', volumeSize: 50, encrypted: 'true', deleteOnTermination: 'true' },
          },
        ],
        metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
        tagSpecifications: [
          { resourceType: 'instance', tags },
          { resourceType: 'volume', tags },
        ],
        tags,
      },
    ]);
  });

  test("Crossplane's own way in: as the cluster's creator, whatever it is called, by a kubeconfig and ProviderConfigs made of it", () => {
    expect(cluster.settings('AccessEntry').filter(({ type }) => type !== 'EC2_LINUX')).toEqual([]);
    expect(cluster.specs('ClusterAuth')).toEqual([
      {
        forProvider: { region, clusterName },
        writeConnectionSecretToRef: { name: 'builderspace-kubeconfig' },
        providerConfigRef,
      },
    ]);
    const credentials = {
      source: 'Secret',
      secretRef: { namespace: 'team-a', name: 'builderspace-kubeconfig', key: 'kubeconfig' },
    };
    const configs = cluster.manifests.filter(it => it.kind === 'ProviderConfig');
    expect(configs.map(({ apiVersion, spec }) => ({ apiVersion, spec }))).toEqual([
      { apiVersion: 'helm.m.crossplane.io/v1beta1', spec: { credentials } },
      { apiVersion: 'kubernetes.m.crossplane.io/v1alpha1', spec: { credentials } },
    ]);
  });

  test('the claim tells of it', () => {
    expect(claimed({}).rendered.composite.status).toMatchObject({
      cluster: {
        arn: 'cluster.arn',
        account: expect.any(String),
        endpoint: 'cluster.endpoint',
        certificateAuthority: 'cluster.data',
        oidcIssuer: 'cluster.issuer',
        securityGroupId: 'cluster.clusterSecurityGroupId',
        nodeRoleArn: 'node-role.arn',
        version: '1.36',
        nodesVersion: '1.36',
      },
    });
  });

  test('what is deleted in order: the roles and the log group outlive what works with them', () => {
    const usages = cluster.rendered.resources.filter(({ manifest }) => manifest.kind === 'Usage');
    expect(usages.map(({ name }) => name).sort()).toEqual([
      'cluster-uses-log-group',
      'cluster-uses-role',
      'nodes-uses-kubeconfig',
      'nodes-uses-node-role',
      'workloads-uses-nodes',
    ]);
  });

  test('no composite resource has more than 20 resources, Usages left out, of which nothing is ever seen to change', () => {
    const sizes = pkg.parts.flatMap(({ compositions }) =>
      compositions.map(composition => resourcesOf(composition).filter(({ base }) => base.kind !== 'Usage').length),
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(20);
  });
});

describe('what waits for what', () => {
  const claim = claimed({});

  test('what waits for nothing is made at once, in all of the levels', () => {
    expect(claim.part('XPlatform').madeIn(1)).toEqual(expect.arrayContaining(['network', 'cluster']));
    expect(claim.part('XCluster').madeIn(1)).toEqual([
      'role',
      'log-group',
      'helm',
      'kubernetes',
      'node-role',
      'node-template',
      'addons',
      'storage',
      'karpenter',
      'external-dns',
    ]);
  });

  test('the cluster waits for its role and its log group, and only what needs the living cluster waits for that', () => {
    const cluster = claim.part('XCluster');
    expect(cluster.madeIn(3)).toEqual(['cluster']);
    expect(cluster.madeIn(5)).toEqual(expect.arrayContaining(['kubeconfig', 'nodes']));
    expect(cluster.madeIn(7)).toEqual(expect.arrayContaining(['workloads']));
    const up = cluster.manifests.filter(
      it => it.metadata?.annotations?.['platform.tekanya.services/after'] === 'cluster.issuer',
    );
    expect(new Set(up.map(({ kind }) => kind))).toEqual(
      new Set(['AccessEntry', 'Addon', 'ClusterAuth', 'NodeGroup', 'PodIdentityAssociation']),
    );
  });
});

describe('choices', () => {
  test('a cluster in subnets that exist', () => {
    const subnetIds = ['subnet-1', 'subnet-2'];
    const crossplane = { compositionRef: { name: 'xcluster-in-subnets' } };
    const cluster = made('XCluster', { subnetIds, crossplane });
    expect(cluster.settings('Cluster')).toMatchObject([{ vpcConfig: { subnetIds } }]);
    expect(cluster.settings('NodeGroup')).toMatchObject([{ subnetIds }]);
  });

  test('the public endpoint for some addresses, a key for Secrets, protection, STANDARD support', () => {
    const secretsKeyArn = 'arn:aws:kms:af-south-1:123456789012:key/1234abcd';
    const publicAccessCidrs = ['203.0.113.0/24'];
    const cluster = { publicAccessCidrs, secretsKeyArn, deletionProtection: true, support: 'STANDARD' };
    expect(claimed({ cluster }).part('XCluster').settings('Cluster')).toMatchObject([
      {
        vpcConfig: { publicAccessCidrs },
        encryptionConfig: { resources: ['secrets'], provider: { keyArn: secretsKeyArn } },
        deletionProtection: true,
        upgradePolicy: { supportType: 'STANDARD' },
      },
    ]);
  });

  test('nodes of another size and number', () => {
    const claim = claimed({
      cluster: { nodes: { instanceType: 'm7i.large', count: 2, min: 1, max: 4, diskGiB: 100 } },
    });
    expect(claim.settings('LaunchTemplate')).toMatchObject([
      { instanceType: 'm7i.large', blockDeviceMappings: [{ ebs: { volumeSize: 100 } }] },
    ]);
    expect(claim.specs('NodeGroup')).toMatchObject([
      {
        forProvider: { scalingConfig: { minSize: 1, maxSize: 4, desiredSize: 2 } },
      },
    ]);
  });

  test.each([
    { given: {}, size: [2, 3, 6], reason: 'those of the drawing' },
    { given: { min: 4 }, size: [4, 4, 6], reason: 'there are at least as many as wanted' },
    { given: { min: 1 }, size: [1, 3, 6], reason: 'fewer may be there, but are not asked for' },
    { given: { count: 8 }, size: [8, 8, 8], reason: 'just so many' },
    { given: { count: 5, min: 3, max: 9 }, size: [3, 5, 9], reason: 'all is said' },
  ])('as many nodes: $reason', ({ given, size: [minSize, desiredSize, maxSize] }) => {
    const [{ scalingConfig } = {}] = claimed({ cluster: { nodes: given } }).settings('NodeGroup');
    expect(scalingConfig).toEqual({ minSize, desiredSize, maxSize });
  });

  test('tags reach all that is made in AWS', () => {
    const cluster = claimed({ tags: { owner: 'me', Name: 'mine' } }).part('XCluster');
    for (const kind of ['Role', 'Group', 'Cluster', 'LaunchTemplate', 'NodeGroup', 'AccessEntry', 'Addon']) {
      for (const settings of cluster.settings(kind)) {
        expect(settings.tags).toEqual({ owner: 'me', Name: clusterName });
      }
    }
  });
});

/** What the API server has against `now` where `old` stands. */
function update(api: typeof PlatformClaim | typeof Platform | typeof Cluster, old: object, now: object): string[] {
  const isCluster = api.kind === 'XCluster';
  const object = (cluster: object) => ({
    ...api.GVK,
    metadata: { name: 'shop', namespace: 'team-a' },
    spec: isCluster ? { networkRef: { name: 'shop' }, ...cluster } : { cluster },
  });
  const problems = validate(partOf(pkg, api.GVK)?.schema ?? {}, object(now), { old: object(old) });
  return problems.map(({ path, message }) => `${formatPath(path)}: ${message}`);
}

describe.each([
  { kind: 'PlatformClaim', api: PlatformClaim, at: 'spec.cluster' },
  { kind: 'XPlatform', api: Platform, at: 'spec.cluster' },
  { kind: 'XCluster', api: Cluster, at: 'spec' },
])('an update of a $kind', ({ api, at }) => {
  const back =
    'goes forward only, as nodes, add-ons and Karpenter go with it: make another cluster beside it and move over';
  const pins = { kubernetes: '1.31', versions: { coredns: 'v1.11.3-eksbuild.1' } };
  const key = (id: string) => `arn:aws:kms:af-south-1:123456789012:key/${id}`;

  it.each([
    { change: '1.31 to 1.32', old: { version: '1.31' }, now: { version: '1.32' }, want: [] },
    { change: '1.34 to 1.35', old: { version: '1.34' }, now: { version: '1.35' }, want: [] },
    { change: '1.35 to the default', old: { version: '1.35' }, now: {}, want: [] },
    {
      change: '1.31 to 1.33',
      old: { version: '1.31' },
      now: { version: '1.33' },
      want: [`${at}.version: EKS moves one minor version at a time: go from 1.31 to 1.32 first`],
    },
    {
      change: '1.32 to 1.35',
      old: { version: '1.32' },
      now: { version: '1.35' },
      want: [`${at}.version: EKS moves one minor version at a time: go from 1.32 to 1.33 first`],
    },
    {
      change: '1.32 to 1.31',
      old: { version: '1.32' },
      now: { version: '1.31' },
      want: [`${at}.version: is 1.32 already, and ${back}`],
    },
    {
      change: '1.33 to the default',
      old: { version: '1.33' },
      now: {},
      want: [`${at}.version: EKS moves one minor version at a time: go from 1.33 to 1.34 first`],
    },
    {
      change: 'a version that is none',
      old: {},
      now: { version: '1.30' },
      want: [`${at}.version: is "1.30"; did you mean 1.31? allowed: "1.31", "1.32", "1.33", "1.34", "1.35", "1.36"`],
    },
    {
      change: '1.32 with add-ons pinned for 1.31',
      old: { version: '1.31', addons: { pins } },
      now: { version: '1.32', addons: { pins } },
      want: [
        `${at}.addons.pins: belong to Kubernetes 1.31: pin versions for 1.32, or remove the pins, and they are those of the platform`,
      ],
    },
    { change: 'pins taken away', old: { version: '1.31', addons: { pins } }, now: { version: '1.32' }, want: [] },
    { change: 'a key given', old: {}, now: { secretsKeyArn: key('a') }, want: [] },
    {
      change: 'the key',
      old: { secretsKeyArn: key('a') },
      now: { secretsKeyArn: key('b') },
      want: [`${at}.secretsKeyArn: cannot be changed or removed: make another cluster beside it and move over`],
    },
    {
      change: 'the key taken away',
      old: { secretsKeyArn: key('a') },
      now: {},
      want: [`${at}.secretsKeyArn: cannot be changed or removed: make another cluster beside it and move over`],
    },
    { change: 'the size of nodes', old: {}, now: { nodes: { instanceType: 'm7i.large' } }, want: [] },
    {
      change: 'the number of nodes',
      old: {},
      now: { nodes: { count: 5 } },
      want: [],
    },
  ])('$change', ({ old, now, want }) => {
    expect(update(api, old, now)).toEqual(want);
  });
});
