import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { resourceTypesOf } from '../../src/aws/iam.ts';
import { arnsOfTypes } from '../../src/aws/provider-calls.ts';
import { accountManifests } from '../../src/bootstrap/manifests.ts';
import { providerPolicies } from '../../src/bootstrap/provider-policy.ts';
import { getPath } from '../../src/crossplane/path.ts';
import { assemblePackage } from '../../src/package.ts';
import { claimed } from '../fixtures/claim.ts';
import { folder, manifestsIn } from './manifests.ts';

const pkg = assemblePackage();
const policies = providerPolicies(pkg, accountManifests());
const statements = policies.flatMap(({ Statement }) => Statement);
const those = (action: string) => statements.filter(({ Action }) => Action.includes(action));
const matches = (arn: string, pattern: string) =>
  new RegExp(`^${pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(arn);

/**
 * What the real provider called on the local cluster's account from the creation to the deletion of all claims of the tests,
 * upgrades between (`make account CALLS=1`). sts:GetCallerIdentity is left out, which nobody has to be allowed.
 */
const called = {
  dlm: 'CreateLifecyclePolicy DeleteLifecyclePolicy GetLifecyclePolicy',
  ec2: 'AssociateRouteTable AttachInternetGateway AuthorizeSecurityGroupIngress CreateInternetGateway CreateLaunchTemplate CreateRoute CreateRouteTable CreateSecurityGroup CreateSubnet CreateTags CreateVpc DeleteInternetGateway DeleteLaunchTemplate DeleteRoute DeleteRouteTable DeleteSecurityGroup DeleteSubnet DeleteTags DeleteVpc DescribeInternetGateways DescribeLaunchTemplateVersions DescribeLaunchTemplates DescribeNetworkAcls DescribeNetworkInterfaces DescribeRouteTables DescribeSecurityGroupRules DescribeSecurityGroups DescribeSubnets DescribeVpcAttribute DescribeVpcs DetachInternetGateway ModifySubnetAttribute ModifyVpcAttribute RevokeSecurityGroupEgress RevokeSecurityGroupIngress',
  eks: 'AssociateAccessPolicy CreateAccessEntry CreateAddon CreateCluster CreateNodegroup CreatePodIdentityAssociation DeleteAccessEntry DeleteAddon DeleteCluster DeleteNodegroup DeletePodIdentityAssociation DescribeAccessEntry DescribeAddon DescribeCluster DescribeNodegroup DescribePodIdentityAssociation DescribeUpdate DisassociateAccessPolicy ListAssociatedAccessPolicies UpdateAddon UpdateClusterVersion UpdateNodegroupVersion',
  events: 'DeleteRule DescribeRule ListTagsForResource ListTargetsByRule PutRule PutTargets RemoveTargets',
  iam: 'AttachRolePolicy CreateRole DeleteRole DeleteRolePolicy DetachRolePolicy GetRole GetRolePolicy ListAttachedRolePolicies ListInstanceProfilesForRole ListRolePolicies PutRolePolicy',
  logs: 'CreateLogGroup DeleteLogGroup DescribeLogGroups ListTagsForResource PutRetentionPolicy',
  rds: 'CreateDBCluster CreateDBClusterParameterGroup CreateDBInstance CreateDBSubnetGroup DeleteDBCluster DeleteDBClusterParameterGroup DeleteDBInstance DeleteDBSubnetGroup DescribeDBClusterParameterGroups DescribeDBClusterParameters DescribeDBClusters DescribeDBInstances DescribeDBSubnetGroups DescribeGlobalClusters ListTagsForResource ModifyDBClusterParameterGroup',
  route53: 'ChangeTagsForResource CreateHostedZone DeleteHostedZone GetChange GetHostedZone ListTagsForResource',
  sqs: 'CreateQueue DeleteQueue GetQueueAttributes ListQueueTags SetQueueAttributes',
} as const;

describe("the provider's policies", () => {
  const all = Object.entries(called).flatMap(([service, names]) => names.split(' ').map(name => `${service}:${name}`));
  test.each(all)('allow %s', action => expect(those(action)).not.toEqual([]));

  it('allow all actions by their names', () => {
    expect(statements.flatMap(({ Action }) => Action).filter(action => /[*?]/.test(action))).toEqual([]);
  });

  it('allow something on every resource only where AWS has no name for one', () => {
    const open = statements.filter(({ Resource }) => Resource.some(one => /^\*$|^arn:aws:[^/]*:\*$/.test(one)));
    const named = open.flatMap(({ Action }) => Action).filter(action => resourceTypesOf(action).length > 0);
    // A database is restored from a cluster and a snapshot of any name, and AWS asks for any global cluster.
    expect(named.filter(action => !action.startsWith('rds:'))).toEqual([]);
  });

  it('name a resource of each type that an action always touches', () => {
    const missing = statements
      .filter(({ Condition }) => !Condition)
      .flatMap(({ Action }) =>
        Action.flatMap(action =>
          resourceTypesOf(action)
            .filter(({ required }) => required)
            .map(({ name }) => arnsOfTypes[`${action.split(':')[0]}:${name}`]?.[1]?.split('{}')[0] ?? name)
            .filter(beginning => !those(action).some(one => one.Resource.some(arn => arn.startsWith(beginning))))
            .map(beginning => `${action} ${beginning}`),
        ),
      );
    // Of the first AWS wants one of two, and the reference says both; keys are not the provider's.
    const known = ['route53:ChangeTagsForResource healthcheck', 'kms:DescribeKey key'];
    expect(missing.filter(one => !known.includes(one))).toEqual([]);
  });

  it('are each of a length that IAM takes', () => {
    expect(policies.map(policy => JSON.stringify(policy).length).filter(length => length > 6144)).toEqual([]);
    // A role has 10 at most.
    expect(policies.length).toBeLessThan(10);
  });
});

describe('roles', () => {
  const { manifests } = claimed({ cluster: { addons: { observability: true } } });
  const made = manifests
    .filter(({ kind }) => kind === 'Role')
    .map(({ metadata }) => metadata?.annotations?.['crossplane.io/external-name'] ?? '');

  it('are made by the names that the Compositions give, and no others', () => {
    const [create] = those('iam:CreateRole');
    const may = (name: string) => create?.Resource.some(one => matches(`arn:aws:iam::123456789012:role/${name}`, one));
    expect(made).toContain('team-a_builderspace_karpnode');
    expect(made.filter(name => !may(name))).toEqual([]);
    expect(['admin', 'team-a_builderspace', 'crossplane', 'OrganizationAccountAccessRole'].filter(may)).toEqual([]);
  });

  test.each([
    { role: 'cluster', service: ['eks.amazonaws.com'] },
    { role: 'node', service: ['ec2.amazonaws.com', 'eks.amazonaws.com'] },
    { role: 'ebs', service: ['pods.eks.amazonaws.com'] },
    { role: 'dlm', service: ['dlm.amazonaws.com'] },
    { role: 'db', service: ['monitoring.rds.amazonaws.com'] },
    // GitHub's runs take it, no service of AWS does.
    { role: 'access', service: [] },
  ])('$role is passed to $service only', ({ role, service }) => {
    const pass = those('iam:PassRole').filter(({ Resource }) => Resource.some(one => one.endsWith(`_${role}`)));
    expect(pass.flatMap(({ Condition }) => Condition?.StringEquals?.['iam:PassedToService'] ?? ['any'])).toEqual(
      service,
    );
  });

  it('get no policy of AWS but those that the Compositions attach', () => {
    const [attach, ...more] = those('iam:AttachRolePolicy');
    expect(more).toEqual([]);
    const arns = attach?.Condition?.ArnEquals?.['iam:PolicyARN'] ?? [];
    expect(arns).toContain('arn:aws:iam::aws:policy/AmazonEKSClusterPolicy');
    expect(arns).not.toContain('arn:aws:iam::aws:policy/AdministratorAccess');
  });
});

test('a kind of AWS whose calls nobody has written down is refused', () => {
  const bucket = { apiVersion: 's3.aws.m.upbound.io/v1beta1', kind: 'Bucket' };
  expect(() => providerPolicies(pkg, [bucket])).toThrow('s3/Bucket is composed, but src/aws/provider-calls.ts');
});

describe('the role of a team account', () => {
  const read = (name: string): { readonly Statement: readonly Readonly<Record<string, unknown>>[] } =>
    JSON.parse(readFileSync(`${folder}credentials/team-account/iam/${name}.json`, 'utf8'));
  const [config] = manifestsIn(`${folder}credentials/team-account/provider-config.yaml`);
  const chain = getPath(config?.manifest.spec, ['assumeRoleChain', 0]);

  it("trusts the providers' role with the external id of the ProviderConfig, and takes the tags of its session", () => {
    const trust = read('trust-policy').Statement;
    expect(trust.map(({ Action, Condition }) => [Action, Condition])).toEqual([
      ['sts:AssumeRole', { StringEquals: { 'sts:ExternalId': getPath(chain, ['externalID']) } }],
      ['sts:TagSession', undefined],
    ]);
  });

  it("is taken by the providers' role, which may do nothing else", () => {
    expect(read('may-assume').Statement).toEqual([
      { Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession'], Resource: getPath(chain, ['roleARN']) },
    ]);
  });
});
