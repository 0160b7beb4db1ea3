import { beforeEach, describe, expect, it } from 'vitest';
import { child, items, type JsonObject, text } from '../../../src/kubernetes/json.ts';
import type { Resource } from '../../../src/local/aws/account.ts';
import { conditionOf, labelsOf } from '../../../src/local/aws/workload.ts';
import { resource } from './fixtures.ts';
import {
  allowing,
  deployments,
  ids,
  karpenterActions,
  nodeClass,
  nodePool,
  platform,
  pod,
  WorkloadGround,
} from './workload-fixtures.ts';

/** A cluster with Karpenter, a NodePool and its node class. */
function started(resources?: readonly Resource[]): WorkloadGround {
  const ground = new WorkloadGround(resources);
  ground.apply('Deployment', ...deployments);
  ground.apply('EC2NodeClass', nodeClass);
  ground.apply('NodePool', nodePool);
  return ground;
}

describe('from a pending pod to a node', () => {
  let ground: WorkloadGround;
  beforeEach(async () => {
    ground = started();
    ground.apply('Pod', pod('a'), pod('b'));
    await ground.settle(50);
  });

  it('says what it finds by the selectors, and makes an instance profile that holds the node role', () => {
    const found = ground.find('EC2NodeClass', 'default') ?? {};
    expect(items(child(found, 'status').subnets).map(one => text(one, 'id'))).toEqual(ids.subnets);
    expect(items(child(found, 'status').securityGroups)).toEqual([{ id: ids.group, name: 'nodes' }]);
    expect(conditionOf(found, 'Ready')).toBe('True');
    expect(conditionOf(ground.find('NodePool', 'default') ?? {}, 'Ready')).toBe('True');
    const [profile] = ground.of('iam/InstanceProfile');
    expect(profile?.asked).toMatchObject({ role: 'nodes', tags: { 'eks:eks-cluster-name': 'c' } });
    const [role] = ground.of('iam/Role').filter(({ name }) => name === 'nodes');
    expect(() => role && ground.aws.delete(role, role.asked)).toThrow(/must remove roles from instance profile first/);
  });

  it('launches one spot instance for both pods, in a subnet of the cluster, with the tags that scope its rights', () => {
    const [instance, ...others] = ground.of('ec2/Instance');
    expect(others).toEqual([]);
    expect(instance?.asked).toMatchObject({
      capacityType: 'spot',
      instanceType: 't4g.medium',
      subnetId: ids.subnets[0],
      vpcSecurityGroupIds: [ids.group],
      tags: {
        'kubernetes.io/cluster/c': 'owned',
        'karpenter.sh/nodepool': 'default',
        'eks:eks-cluster-name': 'c',
        team: 'a',
      },
    });
    expect(text(instance?.computed, 'privateIp')).toMatch(/^10\.0\.[0-3]\./);
    expect(text(instance?.computed, 'publicIp')).toMatch(/^13\.244\./);
  });

  it('makes a NodeClaim of the pool and a Node, and binds the pods', () => {
    const [claim] = ground.all('NodeClaim');
    const [node] = ground.all('Node');
    const [instance] = ground.of('ec2/Instance');
    expect(child(claim, 'metadata').ownerReferences).toMatchObject([{ kind: 'NodePool', blockOwnerDeletion: true }]);
    expect(conditionOf(claim ?? {}, 'Ready')).toBe('True');
    expect(child(node, 'spec').providerID).toBe(`aws:///af-south-1a/${instance?.id}`);
    expect(labelsOf(node ?? {})).toMatchObject({
      pool: 'default',
      'karpenter.sh/nodepool': 'default',
      'karpenter.sh/capacity-type': 'spot',
      'kubernetes.io/arch': 'arm64',
    });
    for (const name of ['a', 'b']) {
      const found = ground.find('Pod', name);
      expect(child(found, 'spec').nodeName).toBe(child(node, 'metadata').name);
      expect(child(found, 'status').phase).toBe('Running');
    }
  });

  it('tells all of it in order', () => {
    expect(ground.said()).toEqual([
      'create iam/InstanceProfile c_x for ec2nodeclass/default',
      'workload create nodeclaim/default-x (t4g.medium spot af-south-1a) for default/a, default/b',
      'create ec2/Instance i-x for nodeclaim/default-x',
      'workload create node/ip-x.af-south-1.compute.internal for nodeclaim/default-x',
      'workload bind pod/default/a to node/ip-x.af-south-1.compute.internal',
      'workload bind pod/default/b to node/ip-x.af-south-1.compute.internal',
    ]);
  });

  it('launches nothing twice when it is started anew', async () => {
    ground.restart();
    await ground.settle(50);
    expect(ground.of('ec2/Instance')).toHaveLength(1);
  });

  it('puts a further pod where there is room, and makes another node where there is none', async () => {
    ground.apply('Pod', pod('c', {}, '900m'));
    await ground.settle(50);
    expect(ground.of('ec2/Instance')).toHaveLength(1);
    ground.apply('Pod', pod('d', {}, '900m'));
    await ground.settle(50);
    expect(ground.of('ec2/Instance')).toHaveLength(2);
  });

  it('holds the network: subnet, groups, and the gateway that its public address needs', async () => {
    const refusal = (id: string) => {
      const [found] = ground.account.all().filter(one => one.id === id);
      return () => found && ground.aws.delete(found, found.asked);
    };
    expect(refusal(ids.subnets[0])).toThrow(/The subnet '.*' has dependencies/);
    expect(refusal(ids.group)).toThrow(/has a dependent object/);
    expect(refusal(ids.vpc)).toThrow(/The vpc '.*' has dependencies/);
    for (const one of ground.of('eks/NodeGroup')) ground.account.remove(one);
    expect(refusal(ids.gateway)).toThrow(`Network ${ids.vpc} has some mapped public address(es).`);
    for (const one of ground.of('ec2/Instance')) ground.account.remove(one);
    expect(refusal(ids.gateway)).not.toThrow();
  });
});

describe('which node a pod gets', () => {
  it.each<[string, JsonObject, Readonly<Record<string, string>> | undefined]>([
    ['the cheapest for one that does not mind', {}, { 'kubernetes.io/arch': 'arm64' }],
    [
      'its architecture',
      { nodeSelector: { 'kubernetes.io/arch': 'amd64' } },
      { 'node.kubernetes.io/instance-type': 't3.medium' },
    ],
    [
      'on demand, if it says so',
      { nodeSelector: { 'karpenter.sh/capacity-type': 'on-demand' } },
      { 'karpenter.sh/capacity-type': 'on-demand' },
    ],
    [
      'its zone',
      { nodeSelector: { 'topology.kubernetes.io/zone': 'af-south-1b' } },
      { 'topology.kubernetes.io/zone': 'af-south-1b' },
    ],
    ['a label of the pool', { nodeSelector: { pool: 'default' } }, { pool: 'default' }],
    ['none with a label that no pool gives', { nodeSelector: { pool: 'other' } }, undefined],
    [
      'none of a family that the pool leaves out',
      { nodeSelector: { 'karpenter.k8s.aws/instance-family': 'r6g' } },
      undefined,
    ],
    [
      'none, if it keeps away from the pools, as Karpenter itself',
      {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: 'karpenter.sh/nodepool', operator: 'DoesNotExist' }] }],
            },
          },
        },
      },
      undefined,
    ],
    ['none while it is gated', { schedulingGates: [{ name: 'later' }] }, undefined],
  ])('%s', async (_, spec, labels) => {
    const ground = started();
    ground.apply('Pod', pod('a', spec));
    await ground.settle(50);
    const [node] = ground.all('Node');
    if (labels) expect(labelsOf(node ?? {})).toMatchObject(labels);
    else expect(node).toBeUndefined();
  });

  it('none for a DaemonSet’s pod', async () => {
    const ground = started();
    ground.apply('Pod', pod('a', {}, '1', { ownerReferences: [{ kind: 'DaemonSet', uid: 'u' }] }));
    await ground.settle(50);
    expect(ground.of('ec2/Instance')).toEqual([]);
  });

  it('none beyond the limits of the pool', async () => {
    const ground = started();
    for (let i = 0; i < 20; i++) ground.apply('Pod', pod(`p${i}`, {}, '1900m'));
    await ground.settle(50);
    const cpus = ground
      .all('NodeClaim')
      .map(one => Number.parseInt(text(child(one, 'status', 'capacity'), 'cpu') ?? '0', 10));
    expect(cpus.reduce((a, b) => a + b, 0)).toBe(16_000);
    expect(ground.said('limits')).toEqual([
      'karpenter cannot make a node of nodepool/default: its limits are reached (cpu 16, memory 64Gi)',
    ]);
  });

  it('another one when what was asked for cannot be had', async () => {
    const ground = started();
    const fault = {
      kind: 'ec2/Instance',
      operation: 'create',
      code: 'InsufficientInstanceCapacity',
      count: 1,
    } as const;
    ground.faults.push(fault);
    ground.apply('Pod', pod('a'));
    await ground.settle(50);
    expect(ground.of('ec2/Instance').map(({ asked }) => [asked.instanceType, asked.subnetId])).toEqual([
      ['t4g.medium', ids.subnets[1]],
    ]);
    expect(ground.all('NodeClaim')).toHaveLength(1);
  });
});

describe('the end of nodes', () => {
  let ground: WorkloadGround;
  beforeEach(async () => {
    ground = started();
    ground.apply('Pod', pod('a'));
    await ground.settle(50);
    ground.log.length = 0;
  });

  it('an empty one goes after a while', async () => {
    await ground.remove('Pod', 'a');
    await ground.settle(50);
    expect(ground.all('NodeClaim')).toHaveLength(1);
    await ground.settle(200);
    expect([...ground.all('NodeClaim'), ...ground.all('Node'), ...ground.of('ec2/Instance')]).toEqual([]);
  });

  it('with its NodeClaim: pods, instance, Node, finalizer, in that order', async () => {
    await ground.remove('NodePool', 'default');
    await ground.settle();
    expect(ground.said()).toEqual([
      'delete ec2/Instance i-x for nodeclaim/default-x',
      'gone ec2/Instance i-x',
      'workload delete node/ip-x.af-south-1.compute.internal for nodeclaim/default-x',
      'workload released nodeclaim/default-x',
    ]);
    expect([...ground.all('Pod'), ...ground.all('Node'), ...ground.all('NodeClaim')]).toEqual([]);
  });

  it('an instance that is shutting down still holds its subnet', async () => {
    await ground.remove('NodePool', 'default');
    await ground.settle(5);
    expect(ground.of('ec2/Instance').map(({ state }) => state)).toEqual(['deleting']);
    const [subnet] = ground.of('ec2/Subnet');
    expect(() => subnet && ground.aws.delete(subnet, subnet.asked)).toThrow(/has dependencies/);
  });

  it('its node class waits for it, then ends the instance profile', async () => {
    await ground.remove('EC2NodeClass', 'default');
    await ground.settle();
    expect(ground.find('EC2NodeClass', 'default')).toBeDefined();
    await ground.remove('NodePool', 'default');
    await ground.settle();
    expect(ground.find('EC2NodeClass', 'default')).toBeUndefined();
    expect(ground.of('iam/InstanceProfile')).toEqual([]);
    expect(ground.said('released')).toEqual([
      'workload released nodeclaim/default-x',
      'workload released ec2nodeclass/default',
    ]);
  });

  it('by hand: its NodeClaim goes, and another one comes for what pends', async () => {
    for (const one of ground.of('ec2/Instance')) ground.account.remove(one);
    ground.apply('Pod', pod('b'));
    await ground.settle(200);
    expect(ground.said('its instance is gone')).toHaveLength(1);
    expect(ground.of('ec2/Instance')).toHaveLength(1);
    expect(child(ground.find('Pod', 'b'), 'status').phase).toBe('Running');
  });

  it('an instance whose NodeClaim was made to go without it is found by its tags', async () => {
    const [claim] = ground.all('NodeClaim');
    ground.apply('NodeClaim', { metadata: { ...child(claim, 'metadata'), finalizers: [] } });
    await ground.remove('NodeClaim', String(child(claim, 'metadata').name));
    await ground.settle();
    expect(ground.of('ec2/Instance')).toEqual([]);
    expect(ground.said('no nodeclaim')).toEqual(['delete ec2/Instance i-x for no nodeclaim']);
  });

  it.each<[string, string]>([
    ['association', 'karpenter identity'],
    ['role', 'karpenter role'],
    ['policy', 'karpenter policy'],
    ['node group', 'nodes'],
    ['agent', 'agent'],
    ['way out', 'route'],
  ])('without its %s Karpenter ends nothing, and does so when it is back', async (_, name) => {
    const part = platform()[name];
    if (!part) throw new Error(`no ${name}`);
    ground.account.remove(part);
    await ground.remove('NodePool', 'default');
    await ground.settle();
    expect(ground.of('ec2/Instance').map(({ state }) => state)).toEqual(['available']);
    expect(ground.said('cannot')).toHaveLength(1);
    ground.account.put(part);
    await ground.settle();
    expect(ground.of('ec2/Instance')).toEqual([]);
    expect(ground.said('again')).toEqual(['karpenter can work again']);
  });
});

interface Case {
  readonly reason: string;
  /** What is not there. */
  readonly without?: string;
  /** What is there instead. */
  readonly instead?: Readonly<Record<string, Resource>>;
  readonly says: string;
}

const less = (...actions: readonly string[]) => allowing(karpenterActions.filter(action => !actions.includes(action)));
const nodes = platform().nodes;
const cases: readonly Case[] = [
  { reason: 'no cluster', without: 'cluster', says: 'karpenter cannot work: its EKS cluster is not in the account' },
  {
    reason: 'a cluster that is going',
    instead: { cluster: { ...(platform().cluster as Resource), state: 'deleting', until: 1e15 } },
    says: 'karpenter cannot work: cluster c is deleting',
  },
  {
    reason: 'no node group',
    without: 'nodes',
    says: 'karpenter cannot work: cluster c has no node group to run it on',
  },
  {
    reason: 'a node group of no nodes',
    instead: { nodes: { ...(nodes as Resource), asked: { ...nodes?.asked, scalingConfig: { desiredSize: 0 } } } },
    says: 'karpenter cannot work: cluster c has no node group to run it on',
  },
  { reason: 'no network', without: 'vpc-cni', says: 'karpenter cannot work: cluster c has no add-on vpc-cni' },
  { reason: 'no names', without: 'coredns', says: 'karpenter cannot work: cluster c has no add-on coredns' },
  {
    reason: 'no agent',
    without: 'agent',
    says: 'karpenter cannot work: cluster c has no add-on eks-pod-identity-agent',
  },
  {
    reason: 'no association',
    without: 'karpenter identity',
    says: 'karpenter cannot work: cluster c has no Pod Identity association for kube-system/karpenter',
  },
  {
    reason: 'no role',
    without: 'karpenter role',
    says: 'karpenter cannot work: its role arn:aws:iam::123456789012:role/karpenter is not in the account',
  },
  {
    reason: 'no policy',
    without: 'karpenter policy',
    says: 'karpenter cannot work: its role karpenter may not eks:DescribeCluster',
  },
  ...['route', 'gateway'].map(
    (without): Case => ({
      reason: `no ${without}`,
      without,
      says: 'karpenter cannot work: no subnet of its nodes has a route to the internet (kube-system/karpenter)',
    }),
  ),
  {
    reason: 'a node role that is not there',
    without: 'node role',
    says: 'karpenter cannot put a role into the instance profile of ec2nodeclass/default: role nodes is not in the account',
  },
  ...['iam:CreateInstanceProfile', 'iam:AddRoleToInstanceProfile'].map(
    (action): Case => ({
      reason: `not allowed ${action}`,
      instead: { 'karpenter policy': less(action) },
      says: `karpenter cannot make the instance profile of ec2nodeclass/default: its role karpenter may not ${action} on arn:aws:iam::123456789012:instance-profile/c_x`,
    }),
  ),
  {
    reason: 'not allowed to pass the node role on',
    instead: { 'karpenter policy': less('iam:PassRole') },
    says: 'karpenter cannot pass role nodes on: its role karpenter may not iam:PassRole on arn:aws:iam::123456789012:role/nodes',
  },
  ...['ec2:CreateFleet', 'ec2:RunInstances'].map(
    (action): Case => ({
      reason: `not allowed ${action}`,
      instead: { 'karpenter policy': less(action) },
      says: `karpenter cannot launch an instance for nodeclaim/default-x: its role karpenter may not ${action}`,
    }),
  ),
];

describe('Karpenter cannot work', () => {
  it.each(cases)('with $reason, and says so once', async ({ without, instead, says }) => {
    const parts = { ...platform(), ...instead };
    const ground = started(Object.entries(parts).flatMap(([name, part]) => (name === without ? [] : [part])));
    ground.apply('Pod', pod('a'));
    await ground.settle(100);
    ground.apply('Pod', pod('b'));
    await ground.settle(100);
    expect(ground.of('ec2/Instance')).toEqual([]);
    expect(ground.said('cannot')).toEqual([says]);
  });

  it('without coredns, unless it asks the VPC for names', async () => {
    const { coredns: _, ...parts } = platform();
    const ground = started(Object.values(parts));
    const template = { spec: { dnsPolicy: 'Default' } };
    ground.apply('Deployment', { metadata: { name: 'karpenter', namespace: 'kube-system' }, spec: { template } });
    ground.apply('Pod', pod('a'));
    await ground.settle(100);
    expect(ground.of('ec2/Instance')).toHaveLength(1);
  });

  it('before its chart is there', async () => {
    const ground = started();
    await ground.remove('Deployment', 'karpenter');
    ground.apply('Pod', pod('a'));
    await ground.settle(100);
    expect(ground.said()).toEqual(['karpenter cannot work: there is no Deployment karpenter']);
    ground.apply('Deployment', ...deployments);
    await ground.settle(100);
    expect(ground.of('ec2/Instance')).toHaveLength(1);
  });

  it('to any use without an access entry: the node never joins, and is given up after a quarter of an hour', async () => {
    const { entry: _, ...parts } = platform();
    const ground = started(Object.values(parts));
    ground.apply('Pod', pod('a'));
    await ground.settle(600);
    expect(ground.all('Node')).toEqual([]);
    expect(ground.said('cannot')).toEqual([
      'nodeclaim/default-x cannot join the cluster as a node: cluster c has no access entry of type EC2_LINUX for arn:aws:iam::123456789012:role/nodes',
    ]);
    await ground.settle(400);
    expect(ground.said('has not registered')).toHaveLength(1);
  });

  it('with policies that are attached, of one’s own or AWS’s, as well as inline ones', async () => {
    const { 'karpenter policy': _, ...parts } = platform();
    const arn = 'arn:aws:iam::123456789012:policy/k';
    const policy = resource('iam/Policy', arn, { policy: less().asked.policy ?? '' }, { arn });
    const attachment = resource('iam/RolePolicyAttachment', 'karpenter-1', { role: 'karpenter', policyArn: arn });
    const ground = started([...Object.values(parts), policy, attachment]);
    ground.apply('Pod', pod('a'));
    await ground.settle(100);
    expect(ground.all('Node')).toHaveLength(1);
  });
});
