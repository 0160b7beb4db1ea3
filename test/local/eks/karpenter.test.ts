import { beforeEach, describe, expect, it } from 'vitest';
import { child, type JsonObject, text } from '../../../src/kubernetes/json.ts';
import { AwsRefusal } from '../../../src/local/eks/clients.ts';
import { conditionOf, labelsOf } from '../../../src/local/eks/objects.ts';
import type { FakeAccount } from './account.ts';
import { nodeClass, nodePool, pod, TestGround } from './ground.ts';

let ground: TestGround;
beforeEach(async () => {
  ground = new TestGround();
  await ground.settle();
  ground.log.length = 0;
  ground.objects.apply('EC2NodeClass', nodeClass);
  ground.objects.apply('NodePool', nodePool);
});

const launched = () => ground.account.instances.slice(1);

describe('from a pending pod to a node', () => {
  beforeEach(async () => {
    ground.objects.apply('Pod', pod('a'), pod('b'));
    await ground.settle();
  });

  it('tells all of it in order', () => {
    expect(ground.said()).toEqual([
      'create instance profile c_x for ec2nodeclass/default',
      'create nodeclaim/default-x (t4g.medium spot af-south-1a) for default/a, default/b',
      'create i-1 for nodeclaim/default-x',
      'create node/ip-i-1 for i-1',
      'bind pod/default/a to node/ip-i-1',
      'bind pod/default/b to node/ip-i-1',
    ]);
  });

  it('launches one instance for both pods, with the tags that scope its rights', () => {
    expect(launched()).toHaveLength(1);
    const tags = Object.fromEntries((launched()[0]?.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
    expect(tags).toMatchObject({
      'kubernetes.io/cluster/c': 'owned',
      'eks:eks-cluster-name': 'c',
      'karpenter.sh/nodepool': 'default',
      team: 'a',
    });
  });

  it('the Node has the labels of its NodeClaim, and both are ready', () => {
    const [claim] = ground.objects.all('NodeClaim');
    const node = ground.objects.find('Node', 'ip-i-1') ?? {};
    expect(conditionOf(claim ?? {}, 'Ready')).toBe('True');
    expect(text(child(claim, 'status'), 'nodeName')).toBe('ip-i-1');
    expect(labelsOf(node)).toMatchObject({ pool: 'default', 'karpenter.sh/capacity-type': 'spot' });
    expect(child(ground.objects.find('Pod', 'a'), 'status').phase).toBe('Running');
  });

  it('with its NodePool: pods, instance, Node, NodeClaim go in that order, and then the profile with its class', async () => {
    ground.log.length = 0;
    await ground.objects.remove('EC2NodeClass', 'default');
    await ground.settle();
    expect(ground.objects.find('EC2NodeClass', 'default')).toBeDefined();
    await ground.objects.remove('NodePool', 'default');
    await ground.settle();
    expect(ground.said().filter(line => !line.includes('its instance is gone'))).toEqual([
      'delete i-1 for nodeclaim/default-x',
      'delete node/ip-i-1 for nodeclaim/default-x',
      'released nodeclaim/default-x',
      'released ec2nodeclass/default',
    ]);
    expect([launched(), ground.account.profile, ground.objects.all('NodeClaim')]).toEqual([[], undefined, []]);
  });

  it('an empty node goes after a while', async () => {
    for (const name of ['a', 'b']) await ground.objects.remove('Pod', name);
    await ground.settle(50);
    expect(launched()).toHaveLength(1);
    await ground.settle(100);
    expect(launched()).toEqual([]);
  });

  it('an instance that is ended by hand takes its Node and NodeClaim along', async () => {
    ground.account.instances.pop();
    await ground.settle();
    expect(ground.said('nodeclaim/default-x: its instance is gone')).toHaveLength(1);
    expect(ground.objects.find('Node', 'ip-i-1')).toBeUndefined();
  });
});

describe('which node a pod gets', () => {
  it.each<[string, JsonObject, string | undefined]>([
    ['the cheapest for one that does not mind', {}, 't4g.medium'],
    ['its architecture', { 'kubernetes.io/arch': 'amd64' }, 't3.medium'],
    ['none of a family that the pool leaves out', { 'karpenter.k8s.aws/instance-family': 'r6g' }, undefined],
    ['none with a label that no pool gives', { pool: 'other' }, undefined],
  ])('%s', async (_, selector, type) => {
    ground.objects.apply('Pod', pod('a', selector));
    await ground.settle();
    expect(launched().map(one => one.InstanceType)).toEqual(type === undefined ? [] : [type]);
  });

  it('a node of a node group, if it has room there', async () => {
    ground.objects.apply('Pod', pod('a', { pool: 'initial' }));
    await ground.settle();
    expect(launched()).toEqual([]);
    expect(child(ground.objects.find('Pod', 'a'), 'spec').nodeName).toBe('ip-initial');
  });

  it('none beyond the limits of the pool', async () => {
    for (const name of ['a', 'b', 'c']) ground.objects.apply('Pod', pod(name, {}, '1500m'));
    await ground.settle();
    expect(launched()).toHaveLength(2);
    expect(ground.said('limits')).toEqual([
      'karpenter cannot make a node of nodepool/default: its limits are reached (cpu 4, memory 64Gi)',
    ]);
  });
});

describe('what AWS refuses is told once in its words, on the object too, and works once it is mended', () => {
  it.each([
    ['RunInstances', 'launch an instance for nodeclaim/default-x', 'NodeClaim'],
    ['CreateInstanceProfile', 'make the instance profile of ec2nodeclass/default', 'EC2NodeClass'],
    ['GetParameter', 'find what ec2nodeclass/default selects', 'EC2NodeClass'],
    ['DescribeInstanceTypes', 'see what can be had', undefined],
  ])('%s', async (action, what, kind) => {
    ground.account.refused.set(action, 'UnauthorizedOperation');
    ground.objects.apply('Pod', pod('a'));
    await ground.settle(200);
    const why = `UnauthorizedOperation: you are not authorized to perform: ${action}`;
    expect(ground.said(`karpenter cannot ${what}`)).toEqual([`karpenter cannot ${what}: ${why}`]);
    expect(ground.warnings.filter(one => one.startsWith(`karpenter on ${kind}/`))).toHaveLength(kind ? 1 : 0);
    expect(launched()).toEqual([]);
    ground.account.refused.clear();
    await ground.settle(200);
    expect(launched()).toHaveLength(1);
  });

  it('what cannot be had is asked for elsewhere, and again after a while', async () => {
    ground.objects.apply('Pod', pod('a'));
    ground.account.refused.set('RunInstances', 'InsufficientInstanceCapacity');
    await ground.settle(0);
    const asked = ground.said('create nodeclaim').map(line => /\((.*)\)/.exec(line)?.[1]);
    expect(asked).toHaveLength(8);
    expect(new Set(asked).size).toBe(8);
    ground.account.refused.clear();
    await ground.settle(200);
    expect(launched()).toHaveLength(1);
  });
});

describe('Karpenter cannot work', () => {
  it.each<[string, (account: FakeAccount) => void, string]>([
    ['a node', account => account.instances.splice(0), 'cluster c has no node to run it on'],
    ['the agent', account => account.addons.pop(), 'cluster c has no add-on eks-pod-identity-agent'],
    [
      'a way out',
      account => {
        account.gateway = undefined;
      },
      'no subnet of its nodes has a route to the internet (kube-system/karpenter)',
    ],
  ])('without %s, and says so once', async (_, take, why) => {
    take(ground.account);
    ground.objects.apply('Pod', pod('a'));
    await ground.settle(100);
    expect(launched()).toEqual([]);
    expect(ground.said('karpenter cannot')).toEqual([`karpenter cannot work: ${why}`]);
  });

  it('without its Deployment', async () => {
    await ground.objects.remove('Deployment', 'karpenter');
    ground.objects.apply('Pod', pod('a'));
    await ground.settle();
    expect(ground.said('cannot')).toEqual(['karpenter cannot work: there is no Deployment karpenter']);
  });

  it('without credentials', async () => {
    ground.denied = new AwsRefusal('ResourceNotFoundException', 'No association found');
    ground.objects.apply('Pod', pod('a'));
    await ground.settle(100);
    expect(ground.said('karpenter cannot')).toEqual([
      'karpenter cannot have its credentials: ResourceNotFoundException: No association found',
    ]);
  });

  it('when an add-on that its pods need is gone again', async () => {
    ground.objects.apply('Pod', pod('a'));
    await ground.settle();
    ground.account.addons = ['eks-pod-identity-agent'];
    await ground.objects.remove('NodePool', 'default');
    await ground.settle();
    expect(launched()).toHaveLength(1);
    expect(ground.said('cannot')).toEqual(['karpenter cannot work: cluster c has no add-on vpc-cni any more']);
  });

  it('to any use without an access entry: the node never joins, and is given up after a quarter of an hour', async () => {
    ground.account.entry = undefined;
    ground.objects.apply('Pod', pod('a'));
    await ground.settle(600);
    expect(ground.said('cannot')).toEqual([
      'i-1 cannot join the cluster as a node: cluster c has no access entry of type EC2_LINUX for arn:aws:iam::123456789012:role/nodes',
    ]);
    await ground.settle(400);
    expect(ground.said('has not registered')).toHaveLength(1);
  });
});
