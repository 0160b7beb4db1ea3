import { beforeEach, describe, expect, it } from 'vitest';
import { child, items, type JsonObject, text } from '../../../src/kubernetes/json.ts';
import type { Resource } from '../../../src/local/aws/account.ts';
import { deployments, ids, platform, service, WorkloadGround } from './workload-fixtures.ts';

const kind = 'elasticloadbalancing/LoadBalancer';
const hostname = (ground: WorkloadGround, name: string) =>
  text(items(child(ground.find('Service', name), 'status', 'loadBalancer').ingress)[0], 'hostname');

describe('a Service of type LoadBalancer', () => {
  let ground: WorkloadGround;
  beforeEach(async () => {
    ground = new WorkloadGround();
    ground.apply('Service', service('web'));
    await ground.settle(30);
  });

  it('gets a load balancer in the public subnets, one of each zone, with a group of its own', () => {
    const [balancer] = ground.of(kind);
    const group = ground.of('ec2/SecurityGroup').find(({ asked }) => String(asked.name).startsWith('k8s-elb-'));
    expect(balancer?.asked).toMatchObject({
      type: 'classic',
      scheme: 'internet-facing',
      subnetIds: ids.subnets,
      securityGroupIds: [group?.id],
      tags: { 'kubernetes.io/cluster/c': 'owned', 'kubernetes.io/service-name': 'default/web' },
    });
    expect(hostname(ground, 'web')).toBe(balancer?.computed.dnsName);
    expect(hostname(ground, 'web')).toMatch(/\.af-south-1\.elb\.amazonaws\.com$/);
  });

  it.each<[string, string, RegExp]>([
    ['its subnets', ids.subnets[0], /The subnet '.*' has dependencies/],
    ['the VPC', ids.vpc, /The vpc '.*' has dependencies/],
    ['the gateway', ids.gateway, /has some mapped public address/],
  ])('holds %s', (_, id, message) => {
    for (const one of ground.of('eks/NodeGroup')) ground.account.remove(one);
    const [found] = ground.account.all().filter(one => one.id === id);
    expect(() => found && ground.aws.delete(found, found.asked)).toThrow(message);
  });

  it('takes it along: load balancer, group, then the Service, in that order', async () => {
    await ground.remove('Service', 'web');
    await ground.settle();
    expect(ground.find('Service', 'web')).toBeUndefined();
    expect(ground.said()).toEqual([
      'create ec2/SecurityGroup sg-x for service/default/web',
      'create elasticloadbalancing/LoadBalancer lb for service/default/web',
      'delete elasticloadbalancing/LoadBalancer lb for service/default/web',
      'gone elasticloadbalancing/LoadBalancer lb',
      'delete ec2/SecurityGroup sg-x for service/default/web',
      'gone ec2/SecurityGroup sg-x',
      'workload released service/default/web',
    ]);
  });

  it('gets another one for one that was deleted by hand', async () => {
    for (const one of ground.of(kind)) ground.account.remove(one);
    await ground.settle(30);
    expect(ground.of(kind)).toHaveLength(1);
  });

  it.each<[string, string, string]>([
    ['cluster', 'cluster', 'its EKS cluster is not in the account'],
    ['role', 'cluster role', "the cluster's role arn:aws:iam::123456789012:role/cluster is not in the account"],
    ['policy', 'cluster policy', "the cluster's role cluster may not elasticloadbalancing:DeleteLoadBalancer"],
  ])('stays while its %s is gone, and so does what it made', async (_, name, why) => {
    const part = platform()[name];
    if (!part) throw new Error(`no ${name}`);
    ground.account.remove(part);
    await ground.remove('Service', 'web');
    await ground.settle();
    expect(ground.find('Service', 'web')).toBeDefined();
    expect(ground.of(kind)).toHaveLength(1);
    expect(ground.said('cannot')).toEqual([`eks cannot look after the load balancer of service/default/web: ${why}`]);
    ground.account.put(part);
    await ground.settle();
    expect(ground.find('Service', 'web')).toBeUndefined();
  });
});

const type = 'service.beta.kubernetes.io/aws-load-balancer-type';
const internal = 'service.beta.kubernetes.io/aws-load-balancer-internal';

describe('which load balancer a Service gets', () => {
  it.each<[string, JsonObject, JsonObject | undefined]>([
    ['a network load balancer without a group', service('s', { [type]: 'nlb' }), { type: 'network' }],
    ['an internal one', service('s', { [internal]: 'true' }), { scheme: 'internal' }],
    ['none, if another controller makes it', service('s', { [type]: 'external' }), undefined],
    ['none without the type', { ...service('s'), spec: { type: 'ClusterIP' } }, undefined],
    ['none of another class', { ...service('s'), spec: { type: 'LoadBalancer', loadBalancerClass: 'x' } }, undefined],
  ])('%s', async (_, object, asked) => {
    const ground = new WorkloadGround();
    ground.apply('Service', object);
    await ground.settle(30);
    const [balancer] = ground.of(kind);
    if (asked) expect(balancer?.asked).toMatchObject(asked);
    else expect(balancer).toBeUndefined();
  });

  it('none without a public subnet', async () => {
    const { route: _, ...parts } = platform();
    const ground = new WorkloadGround(Object.values(parts));
    ground.apply('Service', service('s'));
    await ground.settle(30);
    expect(ground.said()).toEqual([
      'eks cannot find subnets for the load balancer of service/default/s: could not find any suitable subnets for creating the ELB',
    ]);
  });

  it.each<[string, readonly JsonObject[], string]>([
    ['the only active cluster', [], 'c'],
    ['the one that Karpenter is told of', deployments, 'c'],
  ])('of %s', async (_, installed, name) => {
    const parts = platform();
    const other = { ...(parts.cluster as Resource), id: 'other', name: 'other', token: 'other' };
    const others: Resource[] = installed.length > 0 ? [other] : [];
    const ground = new WorkloadGround([...others, ...Object.values(parts)]);
    ground.apply('Deployment', ...installed);
    ground.apply('Service', service('s'));
    await ground.settle(30);
    expect(ground.of(kind)[0]?.asked.tags).toMatchObject({ [`kubernetes.io/cluster/${name}`]: 'owned' });
  });
});
