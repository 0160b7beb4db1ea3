import { describe, expect, it } from 'vitest';
import { judgeProvider } from '../../src/aws/provider-aws.ts';
import { loadCatalog } from '../../src/crds/catalog.ts';
import { formatPath } from '../../src/crossplane/path.ts';

/** What is told of a managed resource, by its kind, settings and what else is in its spec. */
function told(kind: string, forProvider: object, spec: object = {}): readonly string[] {
  const [group, name = ''] = kind.split('/');
  const manifest = { apiVersion: `${group}.aws.m.upbound.io/v1beta1`, kind: name, spec: { ...spec, forProvider } };
  return judgeProvider(manifest).map(({ path, message }) => `${formatPath(path)}: ${message}`);
}

describe('what provider-aws makes an id of', () => {
  it.each<{ reason: string; kind: string; given: object; says: readonly string[] }>([
    {
      reason: 'a rule of EventBridge is of a bus, though the CRD does not ask for one',
      kind: 'cloudwatchevents/Rule',
      given: { region: 'af-south-1', eventPattern: '{}' },
      says: ['spec.forProvider.eventBusName: eventBusName must be set: provider-aws makes the id of a Rule of it'],
    },
    {
      reason: 'so is a target',
      kind: 'cloudwatchevents/Target',
      given: { rule: 'r', arn: 'a' },
      says: [
        'spec.forProvider.eventBusName: eventBusName must be set',
        'spec.forProvider.targetId: targetId must be set',
      ],
    },
    { reason: 'all of it', kind: 'cloudwatchevents/Rule', given: { eventBusName: 'default' }, says: [] },
    {
      reason: 'a reference gives it',
      kind: 'eks/AccessPolicyAssociation',
      given: { clusterNameSelector: {}, policyArn: 'b', principalArn: 'a' },
      says: [],
    },
    {
      reason: 'one of several is needed',
      kind: 'ec2/Route',
      given: { routeTableIdRef: { name: 'a' } },
      says: ['destinationCidrBlock or destinationIpv6CidrBlock or destinationPrefixListId must be set'],
    },
    {
      reason: 'one of several is there',
      kind: 'ec2/Route',
      given: { routeTableId: 'a', destinationCidrBlock: 'b' },
      says: [],
    },
    {
      reason: 'a kind of which nobody looked it up',
      kind: 's3/Bucket',
      given: {},
      says: ['kind: s3/Bucket is not in src/aws/provider-aws.ts: add what provider-aws makes its id of'],
    },
  ])('$kind: $reason', ({ kind, given, says }) => {
    const found = told(kind, given);
    expect(found).toHaveLength(says.length);
    for (const [i, message] of says.entries()) expect(found[i]).toContain(message);
  });

  it.each(['ec2/SecurityGroupIngressRule', 'ec2/SecurityGroupEgressRule', 's3/DirectoryBucket'])(
    '%s is never made',
    kind => {
      expect(told(kind, {})).toEqual([
        expect.stringMatching(/^kind: provider-aws 2.5.0 .* never makes one; in its place: /),
      ]);
    },
  );

  it.each<{ kind: string; given: object; spec?: object; says: string }>([
    { kind: 'eks/Cluster', given: {}, says: 'bootstrapSelfManagedAddons must be set: AWS never tells it' },
    { kind: 'rds/Cluster', given: {}, says: 'clusterMembers, which come and go' },
    { kind: 'rds/ClusterInstance', given: {}, says: 'caCertIdentifier, which RDS rotates' },
    { kind: 'eks/Addon', given: { clusterName: 'c' }, says: 'addonVersion, which EKS picks' },
    {
      kind: 'eks/AccessEntry',
      given: { clusterName: 'c', principalArn: 'p' },
      spec: { managementPolicies: ['Observe', 'Create', 'Update', 'Delete', 'LateInitialize'] },
      says: 'must be without LateInitialize',
    },
  ])('$kind: $says', ({ kind, given, spec = {}, says }) => {
    expect(told(kind, given, spec)).toEqual([expect.stringContaining(says)]);
    const right = { managementPolicies: ['Observe', 'Create', 'Update', 'Delete'] };
    expect(told(kind, { bootstrapSelfManagedAddons: true, ...given }, right)).toEqual([]);
  });

  it('is known of every kind of AWS that may be composed', () => {
    const kinds = loadCatalog()
      .kinds()
      .filter(({ apiVersion, kind }) => apiVersion.includes('.aws.m.upbound.io/') && !kind.endsWith('ProviderConfig'))
      .map(({ apiVersion, kind }) => `${apiVersion.split('.')[0]}/${kind}`);
    expect(kinds.length).toBeGreaterThan(40);
    expect(kinds.flatMap(kind => told(kind, {})).filter(text => text.includes('is not in'))).toEqual([]);
  });
});
