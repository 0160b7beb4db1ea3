import { describe, expect, it, test } from 'vitest';
import { claimed, made } from './fixtures/claim.ts';

const karpenter = (settings: object = {}) => claimed({ cluster: { karpenter: settings } }).part('XKarpenter');
const drawn = karpenter();
const release = (of: typeof drawn, name: string) =>
  of.settings('Release').find(({ chart }) => (chart as { name: string }).name === name);
const object = (of: typeof drawn, kind: string) =>
  of
    .settings('Object')
    .map(({ manifest }) => manifest as { kind: string; spec: Record<string, unknown> })
    .find(it => it.kind === kind);

describe("Karpenter's side of the cluster", () => {
  it('is installed by two charts of one version, its kinds first', () => {
    expect(release(drawn, 'karpenter-crd')).toEqual({
      namespace: 'kube-system',
      chart: { name: 'karpenter-crd', repository: 'oci://public.ecr.aws/karpenter', version: '1.14.1' },
    });
    expect(release(drawn, 'karpenter')).toMatchObject({
      namespace: 'kube-system',
      chart: { name: 'karpenter', repository: 'oci://public.ecr.aws/karpenter', version: '1.14.1' },
      skipCRDs: true,
      values: {
        serviceAccount: { name: 'karpenter' },
        settings: { clusterName: 'team-a_builderspace', interruptionQueue: expect.any(String) },
      },
    });
  });

  it('works as the role that its service account is bound to', () => {
    expect(drawn.settings('PodIdentityAssociation')).toMatchObject([
      { clusterName: 'team-a_builderspace', namespace: 'kube-system', serviceAccount: 'karpenter' },
    ]);
  });

  it('makes AL2023 nodes with encrypted gp3 volumes and IMDSv2 in the subnets of the network', () => {
    expect(object(drawn, 'EC2NodeClass')?.spec).toMatchObject({
      amiSelectorTerms: [{ alias: 'al2023@latest' }],
      role: 'team-a_builderspace_karpnode',
      subnetSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'team-a/builderspace' } }],
      securityGroupSelectorTerms: [{ id: expect.any(String) }],
      blockDeviceMappings: [
        { deviceName: '/dev/xvda', ebs: { volumeType: 'gp3', volumeSize: '50Gi', encrypted: true } },
      ],
      metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 },
    });
  });

  it('finds the subnets by the tag that the network gives them', () => {
    const tags = claimed({})
      .settings('Subnet')
      .map(subnet => (subnet.tags as Record<string, string>)['karpenter.sh/discovery']);
    expect(new Set(tags)).toEqual(new Set(['team-a/builderspace']));
  });

  it('has one pool: spot before on-demand, t, c and m, both architectures, with limits, that is consolidated', () => {
    expect(object(drawn, 'NodePool')?.spec).toEqual({
      template: {
        spec: {
          nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'default' },
          requirements: [
            { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
            { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64', 'arm64'] },
            { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot', 'on-demand'] },
            { key: 'karpenter.k8s.aws/instance-category', operator: 'In', values: ['t', 'c', 'm'] },
            { key: 'karpenter.k8s.aws/instance-generation', operator: 'Gt', values: ['2'] },
          ],
          expireAfter: '720h',
          terminationGracePeriod: '24h',
        },
      },
      disruption: {
        consolidationPolicy: 'WhenEmptyOrUnderutilized',
        consolidateAfter: '0s',
        budgets: [{ nodes: '10%' }],
      },
      limits: { cpu: '100', memory: '400Gi' },
    });
  });

  it.each<{ reason: string; settings: object; pool: object }>([
    {
      reason: 'limits of the claim are those of the pool',
      settings: { limits: { cpu: 16, memoryGiB: 64 } },
      pool: { limits: { cpu: '16', memory: '64Gi' } },
    },
    {
      reason: 'a team may do without spot',
      settings: { capacity: ['on-demand'] },
      pool: {
        template: {
          spec: {
            requirements: expect.arrayContaining([
              { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['on-demand'] },
            ]),
          },
        },
      },
    },
  ])('$reason', ({ settings, pool }) => {
    expect(object(karpenter(settings), 'NodePool')?.spec).toMatchObject(pool);
  });

  it('takes the first two of the subnets that a cluster is given', () => {
    const subnetIds = ['subnet-0aaa', 'subnet-0bbb', 'subnet-0ccc'];
    const spec = { subnetIds, crossplane: { compositionRef: { name: 'xcluster-in-subnets' } } };
    const part = made('XCluster', spec).part('XKarpenter');
    expect(object(part, 'EC2NodeClass')?.spec.subnetSelectorTerms).toEqual([
      { id: 'subnet-0aaa' },
      { id: 'subnet-0bbb' },
    ]);
  });

  it('is left out where it is not wanted', () => {
    expect(karpenter({ enabled: false }).manifests).toEqual([]);
  });
});

describe('its version', () => {
  it.each<{ reason: string; cluster: object; version: string }>([
    { reason: 'that of the drawing for 1.31', cluster: { version: '1.31' }, version: '1.0.6' },
    { reason: 'a later one where the cluster is of a later version', cluster: { version: '1.32' }, version: '1.8.6' },
    { reason: 'the one of that time for 1.35', cluster: { version: '1.35' }, version: '1.11.0' },
    { reason: 'the newest for the newest, which is that of an empty claim', cluster: {}, version: '1.14.1' },
    {
      reason: 'one that is asked for',
      cluster: { version: '1.31', karpenter: { version: '1.8.6' } },
      version: '1.8.6',
    },
  ])('is $reason', ({ cluster, version }) => {
    expect(release(claimed({ cluster }).part('XKarpenter'), 'karpenter')?.chart).toMatchObject({ version });
  });
});

describe('interruptions', () => {
  const part = drawn.part('XInterruptions');

  it('come by an encrypted queue that forgets after five minutes', () => {
    expect(part.settings('Queue')).toMatchObject([
      { name: 'team-a_builderspace', messageRetentionSeconds: 300, sqsManagedSseEnabled: true },
    ]);
  });

  it('are sent to it by EventBridge, and by nobody without TLS', () => {
    const [queuePolicy] = part.settings('QueuePolicy');
    expect(JSON.parse(String(queuePolicy?.policy)).Statement).toMatchObject([
      {
        Effect: 'Allow',
        Principal: { Service: ['events.amazonaws.com', 'sqs.amazonaws.com'] },
        Action: 'sqs:SendMessage',
      },
      { Effect: 'Deny', Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    ]);
  });

  it('are four, each a rule with its target', () => {
    const patterns = part.settings('Rule').map(({ eventPattern }) => JSON.parse(String(eventPattern)));
    expect(patterns).toEqual([
      { source: ['aws.health'], 'detail-type': ['AWS Health Event'] },
      { source: ['aws.ec2'], 'detail-type': ['EC2 Spot Instance Interruption Warning'] },
      { source: ['aws.ec2'], 'detail-type': ['EC2 Instance Rebalance Recommendation'] },
      { source: ['aws.ec2'], 'detail-type': ['EC2 Instance State-change Notification'] },
    ]);
    const rules = part.manifests
      .filter(({ kind }) => kind === 'Rule')
      .map(({ metadata }) => metadata?.annotations?.['crossplane.io/external-name']);
    expect(part.settings('Target').map(({ rule }) => rule)).toEqual(rules);
    const buses = [...part.settings('Rule'), ...part.settings('Target')].map(({ eventBusName }) => eventBusName);
    expect(new Set(buses)).toEqual(new Set(['default']));
    expect(new Set(part.settings('Target').map(({ arn }) => arn)).size).toBe(1);
  });
});

test('what is taken down, and what by, in order', () => {
  const ends = claimed({})
    .specs('Usage')
    .filter(({ by }) => by !== undefined)
    .map(({ of, by }) => `${end(by)} before ${end(of)}`);
  expect(ends).toEqual(
    expect.arrayContaining([
      'node-pool before node-class',
      'node-class before karpenter',
      'node-class before karpenter-node-access',
      'node-class before karpenter-node-role',
      'karpenter before karpenter-crds',
      'karpenter before karpenter-identity',
      'karpenter before karpenter-policy',
      'karpenter before karpenter-role',
      'karpenter before nodes',
      'external-dns before external-dns-identity',
      'external-dns before external-dns-policy',
      'external-dns before external-dns-role',
      'external-dns before nodes',
      'workloads before external-dns',
      'workloads before aws-ebs-csi-driver',
      'workloads before nodes',
      'nodes before kubeconfig',
      'nodes before vpc-cni',
      'nodes before eks-pod-identity-agent',
      'vpc-cni before cni-role',
      'aws-ebs-csi-driver before ebs-role',
      'subnet-first before association-first',
      'subnet-first before default-route',
      'subnet-first before route-table',
      'subnet-second before association-second',
      'subnet-second before default-route',
      'subnet-second before route-table',
    ]),
  );
});

/** The resource that an end of a Usage finds by its label. */
function end(one: unknown): string {
  const { resourceSelector } = one as { resourceSelector?: { matchLabels: Readonly<Record<string, string>> } };
  return resourceSelector?.matchLabels['platform.tekanya.services/resource'] ?? '-';
}
