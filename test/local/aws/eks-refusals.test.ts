import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/kubernetes/json.ts';
import { Account, type Resource } from '../../../src/local/aws/account.ts';
import { callOf } from '../../../src/local/aws/errors.ts';
import { updateLatency } from '../../../src/local/aws/latencies.ts';
import { rulesOf } from '../../../src/local/aws/rules.ts';
import {
  addonOf,
  api,
  associated,
  cluster,
  entry,
  here,
  nodes,
  policy,
  request,
  role,
  subnet,
  template,
} from './eks-fixtures.ts';
import { resource } from './fixtures.ts';

interface Case {
  readonly reason: string;
  readonly kind: string;
  readonly args?: JsonObject;
  readonly there?: readonly Resource[];
  /** The refusal; none if it is made. */
  readonly says?: string;
}

const unknown = 'ResourceNotFoundException: No cluster found for name: c.';
const pod = { ...here, namespace: 'kube-system', serviceAccount: 'aws-node' };
const association = { ...here, principalArn: role, policyArn: policy('AmazonEKSViewPolicy') };
const whole = { accessScope: { type: 'cluster' } };
const ofKind: Readonly<Record<string, JsonObject>> = {
  'eks/AccessEntry': { ...here, principalArn: role },
  'eks/AccessPolicyAssociation': { ...association, ...whole },
  'eks/Addon': { ...here, addonName: 'coredns' },
  'eks/NodeGroup': here,
  'eks/PodIdentityAssociation': pod,
};

describe('what EKS makes and refuses to make', () => {
  const states = Object.entries(ofKind).flatMap(([kind, args]): Case[] => [
    { reason: 'no cluster', kind, args, says: unknown },
    { reason: 'a cluster of another region', kind, args, there: [cluster({}, { region: 'eu-west-1' })], says: unknown },
    { reason: 'a cluster that is being made', kind, args, there: [cluster({}, { state: 'creating' })], says: unknown },
    { reason: 'one that is going', kind, args, there: [cluster({}, { state: 'deleting' })], says: 'it is DELETING' },
    { reason: 'one that is there', kind, args, there: [cluster(), entry()] },
  ]);
  const updating = [cluster({}, { state: 'updating' }), entry()];
  const others: Case[] = [
    {
      reason: 'nodes while it changes',
      kind: 'eks/NodeGroup',
      args: here,
      there: updating,
      says: 'update in progress',
    },
    {
      reason: 'an add-on while it changes',
      kind: 'eks/Addon',
      args: { ...here, addonName: 'coredns' },
      there: updating,
      says: 'ResourceInUseException',
    },
    {
      reason: 'access while it changes',
      kind: 'eks/AccessEntry',
      args: { ...here, principalArn: role },
      there: updating,
    },

    { reason: 'a version', kind: 'eks/Cluster', args: { version: '1.31' } },
    { reason: 'no version', kind: 'eks/Cluster' },
    {
      reason: 'a version of the past',
      kind: 'eks/Cluster',
      args: { version: '1.30' },
      says: 'unsupported Kubernetes version',
    },
    {
      reason: 'subnets in one zone',
      kind: 'eks/Cluster',
      args: { vpcConfig: { subnetIds: ['a', 'b'] } },
      there: [subnet('a', 'z1'), subnet('b', 'z1')],
      says: 'at least two different AZs',
    },
    {
      reason: 'subnets in two zones',
      kind: 'eks/Cluster',
      args: { vpcConfig: { subnetIds: ['a', 'b'] } },
      there: [subnet('a', 'z1'), subnet('b', 'z2')],
    },

    ...['v1.18.5-eksbuild.1', 'v1.19.0-eksbuild.1', undefined].map(
      (addonVersion): Case => ({
        reason: `vpc-cni ${addonVersion} on 1.31`,
        kind: 'eks/Addon',
        args: { ...here, addonName: 'vpc-cni', ...(addonVersion ? { addonVersion } : {}) },
        there: [cluster()],
      }),
    ),
    ...['v1.18.5', 'v1.18.5-eksbuild.1'].map(
      (addonVersion): Case => ({
        reason: `vpc-cni ${addonVersion} on 1.32`,
        kind: 'eks/Addon',
        args: { ...here, addonName: 'vpc-cni', addonVersion },
        there: [cluster({ version: '1.32' })],
        says: 'InvalidParameterException: Addon version specified is not supported',
      }),
    ),
    {
      reason: 'an unknown add-on',
      kind: 'eks/Addon',
      args: { ...here, addonName: 'core-dns' },
      there: [cluster()],
      says: 'Addon core-dns specified is not supported',
    },
    {
      reason: 'an add-on whose service account has an association',
      kind: 'eks/Addon',
      args: { ...here, addonName: 'vpc-cni', ...associated },
      there: [cluster(), resource('eks/PodIdentityAssociation', 'a-1', pod)],
      says: 'Association already exists: a-1',
    },
    {
      reason: 'an association for what an add-on has given one',
      kind: 'eks/PodIdentityAssociation',
      args: pod,
      there: [cluster(), addonOf('vpc-cni', associated)],
      says: 'it belongs to add-on c:vpc-cni',
    },

    {
      reason: 'an entry of a cluster that only has a ConfigMap',
      kind: 'eks/AccessEntry',
      args: { ...here, principalArn: role },
      there: [resource('eks/Cluster', 'c')],
      says: 'authentication mode must be set to one of [API, API_AND_CONFIG_MAP]',
    },
    {
      reason: 'an entry for something else than a role or user',
      kind: 'eks/AccessEntry',
      args: { ...here, principalArn: 'arn:aws:iam::1:group/g' },
      there: [cluster()],
      says: 'invalid principal',
    },
    {
      reason: 'a policy without an entry',
      kind: 'eks/AccessPolicyAssociation',
      args: { ...association, ...whole },
      there: [cluster()],
      says: 'ResourceNotFoundException: The specified principalArn could not be found.',
    },
    {
      reason: 'a policy that there is not',
      kind: 'eks/AccessPolicyAssociation',
      args: { ...association, policyArn: policy('Admin'), ...whole },
      there: [cluster(), entry()],
      says: 'policyArn could not be found',
    },
    {
      reason: 'a policy for nodes',
      kind: 'eks/AccessPolicyAssociation',
      args: { ...association, ...whole },
      there: [cluster(), entry({ type: 'EC2_LINUX' })],
      says: 'of type EC2_LINUX',
    },
    {
      reason: 'namespaces without names',
      kind: 'eks/AccessPolicyAssociation',
      args: { ...association, accessScope: { type: 'namespace' } },
      there: [cluster(), entry()],
      says: 'Namespaces are needed',
    },

    {
      reason: 'newer nodes',
      kind: 'eks/NodeGroup',
      args: { ...here, version: '1.32' },
      there: [cluster()],
      says: '1.31',
    },
    {
      reason: 'a launch template',
      kind: 'eks/NodeGroup',
      args: { ...here, launchTemplate: { id: template.id, version: '1' } },
      there: [cluster(), template],
    },
    {
      reason: 'a version that the launch template has not',
      kind: 'eks/NodeGroup',
      args: { ...here, launchTemplate: { id: template.id, version: '2' } },
      there: [cluster(), template],
      says: 'Launch template version 2 is not found',
    },
    {
      reason: 'no such launch template',
      kind: 'eks/NodeGroup',
      args: { ...here, launchTemplate: { name: 'other' } },
      there: [cluster(), template],
      says: 'Launch template other is not found',
    },
    {
      reason: 'a disk beside the launch template',
      kind: 'eks/NodeGroup',
      args: { ...here, diskSize: 20, launchTemplate: { name: 'lt' } },
      there: [cluster(), template],
      says: 'Disk size must be specified within the launch template',
    },
  ];

  it.each([...states, ...others])('$kind: $reason', ({ kind, args = {}, there = [], says }) => {
    const make = () => rulesOf(kind).create?.(new Account(there), request(kind, args));
    if (says === undefined) expect(make).not.toThrow();
    else expect(make).toThrow(says);
  });
});

describe('what EKS changes', () => {
  it.each<[string, Resource, JsonObject, readonly Resource[], string | undefined]>([
    ['one minor', cluster(), { version: '1.32' }, [], undefined],
    ['nothing of the version', cluster(), {}, [], undefined],
    ['two minors', cluster(), { version: '1.33' }, [], 'Unsupported Kubernetes minor version update from 1.31 to 1.33'],
    ['back', cluster({ version: '1.32' }), { version: '1.31' }, [], 'minor version update from 1.32 to 1.31'],
    [
      'with nodes three behind',
      cluster({ version: '1.33' }),
      { version: '1.34' },
      [nodes({ version: '1.31' })],
      undefined,
    ],
    [
      'with nodes that would be four behind',
      cluster({ version: '1.34' }),
      { version: '1.35' },
      [nodes({ version: '1.31' })],
      'Nodegroups ng must be updated to match cluster version 1.34',
    ],
    ['to access entries', resource('eks/Cluster', 'c'), api, [], undefined],
    [
      'back to a ConfigMap',
      cluster(),
      { accessConfig: { authenticationMode: 'CONFIG_MAP' } },
      [],
      'Unsupported authentication mode update from API to CONFIG_MAP',
    ],
    [
      'nodes to the cluster’s version',
      nodes({ version: '1.31' }),
      { version: '1.32' },
      [cluster({ version: '1.32' })],
      undefined,
    ],
    ['nodes past it', nodes({ version: '1.31' }), { version: '1.32' }, [cluster()], 'should be equal to or lower'],
    [
      'nodes back',
      nodes({ version: '1.32' }),
      { version: '1.31' },
      [cluster({ version: '1.32' })],
      'from 1.32 to 1.31',
    ],
    ['nodes while the cluster changes', nodes(), {}, [cluster({}, { state: 'updating' })], 'update in progress'],
    [
      'an add-on of the former version in something else',
      addonOf('coredns', { addonVersion: 'v1.11.3-eksbuild.1' }),
      { addonVersion: 'v1.11.3-eksbuild.1', preserve: true },
      [cluster({ version: '1.32' })],
      undefined,
    ],
    [
      'an add-on to a release of another version',
      addonOf('coredns'),
      { addonVersion: 'v1.11.3-eksbuild.1' },
      [cluster({ version: '1.32' })],
      'Addon version specified is not supported',
    ],
  ])('%s', (_, before, args, there, says) => {
    const change = () => rulesOf(before.kind).update?.(new Account([before, ...there]), before, args);
    if (says === undefined) expect(change).not.toThrow();
    else expect(change).toThrow(says);
  });

  it.each<[string, JsonObject, JsonObject, number]>([
    ['eks/Cluster', { version: '1.31' }, { version: '1.32' }, 600],
    ['eks/Cluster', { version: '1.31' }, { version: '1.31', tags: { a: 'b' } }, 0],
    ['eks/Cluster', { version: '1.31' }, { version: '1.32', enabledClusterLogTypes: ['api'] }, 720],
    ['eks/NodeGroup', { scalingConfig: { maxSize: 3 } }, { scalingConfig: { maxSize: 4 } }, 30],
    ['ec2/VPC', { enableDnsSupport: true }, {}, 0],
  ])('%s from %j to %j takes %i s', (kind, before, after, seconds) => {
    expect(updateLatency(kind, before, after)).toBe(seconds);
  });
});

describe('deletion protection', () => {
  it.each([true, false])('%s', deletionProtection => {
    const remove = () => rulesOf('eks/Cluster').delete?.(new Account(), cluster({ deletionProtection }), {});
    if (deletionProtection)
      expect(remove).toThrow('InvalidRequestException: Cluster c has deletion protection enabled');
    else expect(remove).not.toThrow();
  });
});

describe('the provider names the call that was refused', () => {
  it.each([
    ['eks/Cluster', 'update', 'UpdateClusterConfig'],
    ['eks/NodeGroup', 'update', 'UpdateNodegroupConfig'],
    ['eks/Addon', 'update', 'UpdateAddon'],
    ['eks/Addon', 'observe', 'DescribeAddon'],
    ['ec2/VPC', 'update', 'ModifyVPC'],
  ] as const)('%s %s: %s', (kind, operation, call) => {
    expect(callOf(kind, operation)).toBe(call);
  });
});
