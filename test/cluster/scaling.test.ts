import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Manifest } from '../../src/local/manifest.ts';
import { eventually } from './cluster.ts';
import { type ScalingCluster, startScalingCluster } from './scaling/cluster.ts';
import { awsLabels, instanceTypes } from './scaling/instance-types.ts';
import { forKwok, nodePoolOfClaim, satisfies, specOf } from './scaling/node-pool.ts';

const nodePool = nodePoolOfClaim();
const { requirements } = specOf(nodePool).template.spec;
const architectures = ['arm64', 'amd64'] as const;

let cluster: ScalingCluster;

beforeAll(async () => {
  cluster = await startScalingCluster(`${inject('state')}/scaling`);
  await cluster.api.apply(forKwok(nodePool));
}, 1_800_000);

afterAll(() => cluster?.end());

/** Makes a pod that only a node of an architecture can run, and that fills more than half of one. */
function createPod(name: string, architecture: string): Promise<Manifest> {
  return cluster.api.apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: {
      nodeSelector: { 'kubernetes.io/arch': architecture },
      // There is no kubelet to end it.
      terminationGracePeriodSeconds: 0,
      containers: [
        { name: 'work', image: 'registry.k8s.io/pause:3.10', resources: { requests: { cpu: '1', memory: '2Gi' } } },
      ],
    },
  });
}

/** Labels of the node that the scheduler has put a pod on. */
async function nodeLabelsOf(pod: string): Promise<Readonly<Record<string, string>> | undefined> {
  const path = `/api/v1/namespaces/default/pods/${pod}`;
  const { spec } = await cluster.api.send<{ spec: { nodeName?: string } }>('GET', path);
  return (await cluster.nodes()).find(({ metadata }) => metadata.name === spec.nodeName)?.metadata.labels;
}

/** What of the NodePool's requirements a node does not meet. */
const unmet = (labels: Readonly<Record<string, string>> = {}) =>
  requirements.filter(requirement => !satisfies(labels, requirement)).map(({ key }) => key);

test.each(architectures)('the cheapest type of %s is none that the NodePool takes, so its choice is one', arch => {
  const types = instanceTypes.filter(({ architecture }) => architecture === arch);
  const [cheapest] = types.toSorted((a, b) => a.price - b.price);
  expect(cheapest && unmet(awsLabels(cheapest))).toContain('karpenter.k8s.aws/instance-generation');
});

test('pending pods of both architectures get nodes, of spot', async () => {
  await cluster.startKarpenter(['spot', 'on-demand']);
  for (const arch of architectures) await createPod(`first-${arch}`, arch);
  for (const arch of architectures) {
    await eventually(() => nodeLabelsOf(`first-${arch}`)).toMatchObject({
      'kubernetes.io/arch': arch,
      'karpenter.sh/capacity-type': 'spot',
    });
    expect(unmet(await nodeLabelsOf(`first-${arch}`))).toEqual([]);
  }
  expect(await cluster.nodes()).toHaveLength(2);
});

test('all of the NodePool is taken but its node class, which the kwok provider has one of its own for', async () => {
  const unmapped = { ...nodePool, metadata: { name: 'of-aws' } };
  await cluster.api.apply(unmapped);
  const conditions = async () => {
    const found = await cluster.api.read(unmapped);
    return (found?.status as { conditions?: readonly object[] } | undefined)?.conditions;
  };
  await eventually(conditions).toContainEqual(
    expect.objectContaining({ type: 'NodeClassReady', status: 'False', reason: 'NodeClassNotFound' }),
  );
  await eventually(conditions).toContainEqual(expect.objectContaining({ type: 'ValidationSucceeded', status: 'True' }));
  await cluster.api.send('DELETE', await cluster.api.pathOf(unmapped));
});

test('without capacity of spot they get nodes on demand', async () => {
  await cluster.startKarpenter(['on-demand']);
  for (const arch of architectures) await createPod(`second-${arch}`, arch);
  for (const arch of architectures) {
    await eventually(() => nodeLabelsOf(`second-${arch}`)).toMatchObject({
      'kubernetes.io/arch': arch,
      'karpenter.sh/capacity-type': 'on-demand',
    });
    expect(unmet(await nodeLabelsOf(`second-${arch}`))).toEqual([]);
  }
  expect(await cluster.nodes()).toHaveLength(4);
});

test('when the pods go, the empty nodes go, no more at once than the budget lets', async () => {
  for (const arch of architectures)
    for (const turn of ['first', 'second'])
      await cluster.api.send('DELETE', `/api/v1/namespaces/default/pods/${turn}-${arch}`);
  const counts = new Set<number>();
  const look = async () => {
    const { length } = await cluster.nodes();
    counts.add(length);
    return length;
  };
  await eventually(look, 170).toBe(0);
  // A tenth of four nodes, rounded up.
  expect([...counts]).toEqual([4, 3, 2, 1, 0]);
}, 180_000);
