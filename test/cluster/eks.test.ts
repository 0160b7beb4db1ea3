import { type Addon, DescribeClusterCommand, DescribeNodegroupCommand } from '@aws-sdk/client-eks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KubernetesVersion, versions } from '../../src/aws/versions.ts';
import {
  apply,
  aws,
  claim,
  control,
  eventually,
  inAccount,
  inside,
  kubectl,
  untilGone,
  untilReady,
} from './cluster.ts';

const apiVersion = 'platform.tekanya.services/v1alpha1';

describe('a cluster of the drawing, from version to version', () => {
  const namespace = 'eks';
  const clusterName = 'eks_whole';
  const cluster = inside(clusterName);
  const whole = (version: string) => apply(namespace, claim('whole', { cluster: { version } }));

  /** The versions in use of control plane and nodes, and of each add-on. */
  async function inUse() {
    const { eks } = aws();
    const { cluster: controlPlane } = await eks.send(new DescribeClusterCommand({ name: clusterName }));
    const nodes = new DescribeNodegroupCommand({ clusterName, nodegroupName: clusterName });
    const { nodegroup } = await eks.send(nodes);
    const addons = (await inAccount(namespace, 'eks/Addon')).map(({ told }) => told as Addon);
    return {
      controlPlane: controlPlane?.version,
      nodes: nodegroup?.version,
      addons: Object.fromEntries(addons.map(one => [one.addonName, `${one.addonVersion} ${one.status}`])),
    };
  }

  const belongingTo = (version: KubernetesVersion) => ({
    controlPlane: version,
    nodes: version,
    addons: Object.fromEntries(
      Object.entries(versions.kubernetes[version].addons)
        .filter(([name]) => name !== 'amazon-cloudwatch-observability')
        .map(([name, addon]) => [name, `${addon} ACTIVE`]),
    ),
  });

  beforeAll(async () => {
    // AWS makes no 1.31 from 2026-11-26 on.
    await control().putClock({ date: '2026-01-15' });
    await whole('1.31');
    await untilReady(namespace, 'platformclaim/whole', 240);
  });

  afterAll(() => control().putClock({ date: null }));

  test('it comes up with its nodes, and add-ons of its version', async () => {
    await eventually(inUse).toEqual(belongingTo('1.31'));
    const nodes = JSON.parse(await cluster.workload('get', 'nodes', '-o', 'json')).items;
    expect(nodes).toHaveLength(3);
  });

  test.each(['1.32', '1.33'] as const)(
    'it moves up to %s, with its nodes and add-ons, and is never without nodes',
    async version => {
      const counts: number[] = [];
      const ready = ['get', 'nodes', '-o', 'jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}'];
      await whole(version);
      const look = async () => {
        const said = await cluster.workload(...ready);
        counts.push(said.split(' ').filter(status => status === 'True').length);
        return inUse();
      };
      await eventually(look, 240).toEqual(belongingTo(version));
      expect(Math.min(...counts)).toBeGreaterThanOrEqual(2);
      await untilReady(namespace, 'platformclaim/whole');
    },
  );

  test('it moves one step at a time, and never back', async () => {
    await expect(whole('1.35')).rejects.toThrow('EKS moves one minor version at a time: go from 1.33 to 1.34 first');
    await expect(whole('1.32')).rejects.toThrow('is 1.33 already, and goes forward only');
  });

  test('it goes, and leaves nothing', async () => {
    await kubectl('delete', '-n', namespace, 'platformclaim/whole', '--timeout=20s');
    await untilGone(namespace);
  });
});

test('a cluster in subnets that exist comes up too', async () => {
  const namespace = 'alone';
  await apply(namespace, { apiVersion, kind: 'XNetwork', metadata: { name: 'there' }, spec: {} });
  await untilReady(namespace, 'xnetwork/there');
  const subnetIds = (await inAccount(namespace, 'ec2/Subnet')).map(({ id }) => id);
  await apply(namespace, {
    apiVersion,
    kind: 'XCluster',
    metadata: { name: 'alone' },
    spec: { subnetIds, crossplane: { compositionRef: { name: 'xcluster-in-subnets' } } },
  });
  await untilReady(namespace, 'xcluster/alone', 240);
  const asked = new DescribeClusterCommand({ name: 'alone_alone' });
  const { resourcesVpcConfig } = (await aws().eks.send(asked)).cluster ?? {};
  expect(resourcesVpcConfig?.subnetIds?.toSorted()).toEqual(subnetIds.toSorted());
  await kubectl('delete', '-n', namespace, 'xcluster/alone', 'xnetwork/there', '--wait=false');
  await untilGone(namespace);
});
