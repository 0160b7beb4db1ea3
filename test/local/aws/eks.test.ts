import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/kubernetes/json.ts';
import { Account, type Resource } from '../../../src/local/aws/account.ts';
import { goesAlong } from '../../../src/local/aws/dependencies.ts';
import { launchTemplate } from '../../../src/local/aws/launch-templates.ts';
import { rulesOf } from '../../../src/local/aws/rules.ts';
import {
  addonOf,
  api,
  associated,
  bare,
  cluster,
  here,
  inCluster,
  nodes,
  region,
  request,
  role,
} from './eks-fixtures.ts';
import { kinds, resource } from './fixtures.ts';

describe('what a creation waits for', () => {
  const agent = addonOf('eks-pod-identity-agent', {}, { since: 7000 });
  const cni = addonOf('vpc-cni', associated, { since: 5000 });
  const proxy = addonOf('kube-proxy', {}, { since: 6000 });
  const own = resource('iam/Role', 'nodes', {}, { arn: role });
  const attached = resource('iam/RolePolicyAttachment', 'x', {
    role: 'nodes',
    policyArn: 'arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy',
  });
  const up = nodes({}, { since: 9000 });

  it.each<[string, Resource, readonly Resource[], string | number | undefined]>([
    ['an add-on without nodes', addonOf('coredns'), [cluster()], 'desired number of replicas'],
    ['one whose nodes are coming', addonOf('coredns'), [cluster(), nodes({}, { state: 'creating' })], 'replicas'],
    [
      'one with a node group of no nodes',
      addonOf('coredns'),
      [cluster(), nodes({ scalingConfig: { desiredSize: 0 } })],
      'replicas',
    ],
    ['one with nodes', addonOf('coredns'), [cluster(), up], 9000],
    ['one whose nodes are renewed', addonOf('coredns'), [cluster(), { ...up, state: 'updating' }], 9000],
    ['a DaemonSet without nodes', addonOf('vpc-cni'), [cluster()], undefined],
    [
      'a role by Pod Identity without the agent',
      addonOf('aws-ebs-csi-driver', associated),
      [cluster(), up],
      'eks-pod-identity-agent is missing',
    ],
    ['a role by Pod Identity with it', addonOf('aws-ebs-csi-driver', associated), [cluster(), up, agent], 9000],
    ['nodes of a cluster that has its add-ons', nodes(), [cluster()], 0],
    ['nodes of a bare one', nodes(), [cluster(bare)], 'add-on vpc-cni is missing'],
    ['nodes without kube-proxy', nodes(), [cluster(bare), cni], 'add-on kube-proxy is missing'],
    ['nodes whose role lets the CNI work', nodes(), [cluster(bare), own, attached, addonOf('vpc-cni'), proxy], 6000],
    [
      'nodes whose role does not',
      nodes(),
      [cluster(bare), own, addonOf('vpc-cni'), proxy],
      'vpc-cni has no permissions',
    ],
    [
      'nodes whose CNI has a role but no agent',
      nodes(),
      [cluster(bare), own, cni, proxy],
      'eks-pod-identity-agent is missing',
    ],
    ['nodes whose CNI has both', nodes(), [cluster(bare), own, cni, proxy, agent], 7000],
    ['no nodes', nodes({ scalingConfig: { desiredSize: 0 } }), [cluster(bare)], undefined],
  ])('%s', (_, made, there, expected) => {
    const awaited = rulesOf(made.kind).awaits?.(new Account([made, ...there]), made);
    if (expected === undefined) expect(awaited).toBeUndefined();
    else if (typeof expected === 'number') expect(awaited).toMatchObject({ since: expected });
    else expect(awaited).toMatchObject({ missing: { message: expect.stringContaining(expected) } });
  });

  it.each<[string, JsonObject, boolean]>([
    ['an add-on that finds another', { addonName: 'vpc-cni' }, true],
    ['one that may take it over', { addonName: 'vpc-cni', resolveConflictsOnCreate: 'OVERWRITE' }, false],
    ['one that EKS does not bring', { addonName: 'aws-ebs-csi-driver' }, false],
  ])('%s', (_, args, fails) => {
    const failure = (there: Resource) =>
      rulesOf('eks/Addon').fails?.(new Account([there]), request('eks/Addon', { ...here, ...args }));
    expect(failure(cluster())?.code).toBe(fails ? 'ConfigurationConflict' : undefined);
    expect(failure(cluster(bare))).toBeUndefined();
  });
});

describe('what EKS makes itself', () => {
  const logs = { enabledClusterLogTypes: ['api'] };
  const groupOf = (account: Account) => account.all().find(({ kind }) => kind === 'ec2/SecurityGroup');

  it.each<[string, JsonObject, readonly string[]]>([
    ['nothing with a ConfigMap', {}, []],
    ['access for the creator', api, ['eks/AccessEntry', 'eks/AccessPolicyAssociation']],
    [
      'no access if it is not wanted',
      { accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false } },
      [],
    ],
    ['a log group', logs, ['cloudwatchlogs/Group']],
  ])('%s', (_, asked, made) => {
    const account = new Account();
    rulesOf('eks/Cluster').begun?.(account, resource('eks/Cluster', 'c', asked));
    expect(account.all().map(({ kind }) => kind)).toEqual(made);
  });

  it.each<[string, (group: string) => readonly Resource[], boolean]>([
    ['goes with the cluster', () => [], false],
    [
      'takes the rules in it along',
      group => [resource('ec2/SecurityGroupIngressRule', 'sgr-1', { securityGroupId: group })],
      false,
    ],
    [
      'stays if a rule of another group names it',
      group => [
        resource('ec2/SecurityGroupIngressRule', 'sgr-1', {
          securityGroupId: 'sg-2',
          referencedSecurityGroupId: group,
        }),
      ],
      true,
    ],
  ])('the cluster security group %s', (_, others, stays) => {
    const account = new Account();
    const made = account.put(cluster());
    rulesOf('eks/Cluster').ready?.(account, made);
    const id = groupOf(account)?.id ?? '';
    expect(goesAlong(kinds)(account, made).map(one => one.id)).toEqual([id]);
    for (const other of others(id)) account.put(other);
    account.remove(made);
    rulesOf('eks/Cluster').gone?.(account, made);
    expect(account.size).toBe(stays ? 2 : 0);
  });

  it('a log group that went before the cluster is there again after it', () => {
    const account = new Account();
    rulesOf('eks/Cluster').gone?.(account, cluster(logs));
    expect(account.all().map(({ id }) => id)).toEqual(['/aws/eks/c/cluster']);
  });

  it('nodes have an access entry as long as there are any', () => {
    const [one, two] = [nodes(), inCluster('eks/NodeGroup', 'two', { nodeRoleArn: role })];
    const account = new Account([cluster(), one, two]);
    rulesOf('eks/NodeGroup').begun?.(account, one);
    const made = account.find('eks/AccessEntry', region, `c:${role}`);
    expect(made?.asked.type).toBe('EC2_LINUX');
    account.remove(one);
    rulesOf('eks/NodeGroup').gone?.(account, one);
    expect(account.find('eks/AccessEntry', region, `c:${role}`)).toBeDefined();
    account.remove(two);
    account.put({ ...(made as Resource), token: two.arn });
    rulesOf('eks/NodeGroup').gone?.(account, two);
    expect(account.find('eks/AccessEntry', region, `c:${role}`)).toBeUndefined();
  });
});

describe('a launch template', () => {
  const before = resource(
    'ec2/LaunchTemplate',
    'lt-1',
    { instanceType: 'a' },
    { computed: { latestVersion: 1, defaultVersion: 1 } },
  );
  it.each<[string, JsonObject, JsonObject]>([
    ['other tags', { instanceType: 'a', tags: { a: 'b' } }, { latestVersion: 1, defaultVersion: 1 }],
    ['another type', { instanceType: 'b' }, { latestVersion: 2, defaultVersion: 1 }],
    [
      'another type by default',
      { instanceType: 'b', updateDefaultVersion: true },
      { latestVersion: 2, defaultVersion: 2 },
    ],
  ])('with %s', (_, asked, computed) => {
    expect(launchTemplate.changed?.(before, asked)).toEqual(computed);
  });
});
