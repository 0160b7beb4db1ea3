import { describe, expect, inject, test } from 'vitest';
import { accountOf } from '../../src/local/platform.ts';
import { apply, awsLog, awsLogLength, claim, eventually, kubectl, untilReady, workload } from './cluster.ts';

const apiVersion = 'platform.tekanya.services/v1alpha1';
/** With Karpenter and ExternalDNS, as it was drawn. */
const whole = (name: string) => claim(name, { cluster: { karpenter: {}, externalDns: {} } });

const inside = workload('drawing_drawn');

const account = (kind?: string) =>
  accountOf(inject('state'))
    .all()
    .filter(resource => !kind || resource.kind === kind);

/** What of a namespace is left in the management cluster. */
const left = async (namespace: string) =>
  (await kubectl('get', 'platform,managed,usages', '-n', namespace, '-o', 'name')).trim();

/** Where in the stand-in's log, of what it did since, a line first matches; -1 where none does. */
const first = (lines: readonly string[], pattern: RegExp) => lines.findIndex(line => pattern.test(line));
const last = (lines: readonly string[], pattern: RegExp) => lines.findLastIndex(line => pattern.test(line));

/** A pod that waits for a node of an architecture. */
const pod = (architecture: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `work-${architecture}`, namespace: 'workloads' },
  spec: {
    nodeSelector: { 'kubernetes.io/arch': architecture },
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'work', image: 'registry.k8s.io/pause:3.10', resources: { requests: { cpu: '1' } } }],
  },
});

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'web',
    namespace: 'workloads',
    annotations: { 'external-dns.alpha.kubernetes.io/hostname': 'shop.tekanya.services' },
  },
  spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80 }] },
};

/** What ends a thing in the stand-in's log: the last line of it. */
const ended = {
  'load balancer': /^\S+ gone elasticloadbalancing\/LoadBalancer /,
  records: /^\S+ gone route53\/Record |^\S+ delete route53\/Record /,
  instances: /^\S+ gone ec2\/Instance /,
  'instance profile': /^\S+ delete iam\/InstanceProfile /,
  'identity of Karpenter': /^\S+ released eks\/PodIdentityAssociation .*karpenter-identity/,
  'node group': /^\S+ delete eks\/NodeGroup /,
  cluster: /^\S+ delete eks\/Cluster /,
} as const;

/** What the end of a thing is asked for with: the first line of it. */
const asked = {
  'identity of ExternalDNS': /^\S+ released eks\/PodIdentityAssociation .*external-dns-identity/,
  'instance profile': /^\S+ delete iam\/InstanceProfile /,
  'identity of Karpenter': /^\S+ released eks\/PodIdentityAssociation .*karpenter-identity/,
  'node group': /^\S+ delete eks\/NodeGroup /,
  'network of pods': /^\S+ released eks\/Addon .*vpc-cni/,
  cluster: /^\S+ delete eks\/Cluster /,
  'way out': /^\S+ released ec2\/Route /,
} as const;

/** What is gone before what goes. */
const order: readonly (readonly [keyof typeof ended, keyof typeof asked])[] = [
  ['load balancer', 'identity of ExternalDNS'],
  ['records', 'identity of ExternalDNS'],
  ['instances', 'instance profile'],
  ['instance profile', 'identity of Karpenter'],
  ['identity of Karpenter', 'network of pods'],
  ['instances', 'node group'],
  ['node group', 'network of pods'],
  ['node group', 'cluster'],
  ['cluster', 'way out'],
];

const records = () =>
  account('route53/Record')
    .map(({ asked }) => `${asked.type} ${String(asked.name).replace(/\.$/, '')}`)
    .sort();

test('the platform of the drawing: from a pending pod to a node, from a Service to a record, and away without a trace', async () => {
  const namespace = 'drawing';
  const zone = { apiVersion, kind: 'ZoneClaim', metadata: { name: 'tekanya' }, spec: { domain: 'tekanya.services' } };
  await apply('dns', zone);
  await apply(namespace, whole('drawn'));
  await untilReady('dns', 'zoneclaim/tekanya');
  await untilReady(namespace, 'platformclaim/drawn', 240);

  // The charts, as provider-helm installs them.
  const controller = await inside.get('deployment', 'karpenter', 'kube-system');
  const { serviceAccountName, containers } = controller.spec.template.spec;
  expect(serviceAccountName).toBe('karpenter');
  expect(containers[0].image).toMatch(/^public\.ecr\.aws\/karpenter\/controller:1\.0\.6/);
  expect(containers[0].env).toEqual(
    expect.arrayContaining([
      { name: 'CLUSTER_NAME', value: 'drawing_drawn' },
      { name: 'INTERRUPTION_QUEUE', value: 'drawing_drawn' },
    ]),
  );
  expect(account('sqs/Queue').map(({ asked }) => asked.name)).toEqual(['drawing_drawn']);
  const dns = await inside.get('deployment', 'external-dns', 'external-dns');
  expect(dns.spec.template.spec.serviceAccountName).toBe('external-dns');
  expect(dns.spec.template.spec.containers[0].image).toMatch(/:v0\.14\.2$/);
  expect(dns.spec.template.spec.containers[0].args).toEqual(
    expect.arrayContaining([
      '--source=service',
      '--source=ingress',
      '--policy=sync',
      '--registry=txt',
      '--txt-owner-id=af-south-1/drawing_drawn',
      '--domain-filter=amano.services',
      '--domain-filter=tekanya.services',
      '--domain-filter=lightsphere.space',
      '--domain-filter=sosolola.cloud',
      '--provider=aws',
    ]),
  );
  await inside.get('serviceaccount', 'karpenter', 'kube-system');
  await inside.get('serviceaccount', 'external-dns', 'external-dns');
  const bound = account('eks/PodIdentityAssociation').map(({ asked }) => `${asked.namespace}/${asked.serviceAccount}`);
  expect(bound.sort()).toEqual(['external-dns/external-dns', 'kube-system/karpenter']);

  // Karpenter's own kinds take what we give them, and Karpenter works with it.
  await eventually(async () => (await inside.get('nodepool', 'default')).status?.conditions, 60).toEqual(
    expect.arrayContaining([expect.objectContaining({ type: 'Ready', status: 'True' })]),
  );
  expect((await inside.get('ec2nodeclass', 'default')).status.subnets).toHaveLength(2);

  // Pods get nodes, a Service a load balancer and its records.
  for (const architecture of ['amd64', 'arm64']) await inside.apply(pod(architecture));
  await inside.apply(service);
  await eventually(() => account('ec2/Instance').length).toBe(2);
  await eventually(async () => {
    const nodes = JSON.parse(await inside.kubectl('get', 'nodes', '-o', 'json')).items as {
      metadata: { labels: Record<string, string> };
    }[];
    return nodes
      .map(({ metadata: { labels } }) => `${labels['kubernetes.io/arch']} ${labels['karpenter.sh/capacity-type']}`)
      .sort();
  }).toEqual(['amd64 spot', 'arm64 spot']);
  await eventually(() => account('elasticloadbalancing/LoadBalancer').length).toBe(1);
  await eventually(records).toEqual(expect.arrayContaining(['TXT shop.tekanya.services']));

  // It is deleted, and nobody has cleared anything away before.
  const start = awsLogLength();
  await kubectl('delete', '-n', namespace, 'platformclaim/drawn');
  await eventually(() => account().map(({ kind, name }) => `${kind} ${name}`), 600).toEqual([
    expect.stringMatching(/^route53\/Zone /),
  ]);
  await eventually(() => left(namespace), 120).toBe('');
  const log = awsLog(start);
  const wrong = order
    .filter(
      ([before, after]) => !(last(log, ended[before]) >= 0 && last(log, ended[before]) < first(log, asked[after])),
    )
    .map(([before, after]) => `${before} before ${after}`);
  expect(wrong, log.filter(line => / (delete|gone|released) /.test(line)).join('\n')).toEqual([]);
  await kubectl('delete', '-n', 'dns', 'zoneclaim/tekanya');
  await eventually(() => account()).toEqual([]);
}, 900_000);

describe('a claim that is deleted while it comes up leaves nothing', () => {
  const usages = async () => (await kubectl('get', 'usages.protection.crossplane.io', '-A', '-o', 'name')).split('\n');
  test.each<{ moment: string; seen: () => boolean | Promise<boolean> }>([
    {
      moment: 'the cluster is being made',
      // A second earlier the log group has nobody yet who keeps it, and EKS makes it again.
      seen: async () =>
        account('eks/Cluster').some(({ state }) => state === 'creating') &&
        (await usages()).some(name => name.endsWith('-cluster-uses-log-group')),
    },
    {
      moment: 'the nodes are being made, and the charts installed',
      seen: () => account('eks/NodeGroup').some(({ state }) => state === 'creating'),
    },
    {
      moment: 'Karpenter has made the profile of its nodes',
      seen: () => account('iam/InstanceProfile').length > 0,
    },
  ])(
    'when $moment',
    async ({ moment, seen }) => {
      const namespace = `halfway-${moment.length}`;
      await apply(namespace, whole('halfway'));
      await eventually(seen, 120).toBe(true);
      await kubectl('delete', '-n', namespace, 'platformclaim/halfway');
      await eventually(() => account().map(({ kind, name }) => `${kind} ${name}`), 200).toEqual([]);
      await eventually(() => left(namespace), 60).toBe('');
    },
    400_000,
  );
});
