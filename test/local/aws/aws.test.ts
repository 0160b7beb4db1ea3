import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/kubernetes/json.ts';
import { Account, type Resource } from '../../../src/local/aws/account.ts';
import { arnOf } from '../../../src/local/aws/arns.ts';
import { dependents, refuseUnknown, releases } from '../../../src/local/aws/dependencies.ts';
import { externalName, knownId, nameRule, type Request } from '../../../src/local/aws/external-names.ts';
import { refuseTaken } from '../../../src/local/aws/taken.ts';
import { accountJson, accountTree, assertEmpty } from '../../../src/local/aws/tree.ts';
import { kinds, resource } from './fixtures.ts';

const hexId = (prefix: string, digit = '1') => `${prefix}-${digit.repeat(17)}`;
const request = (kind: string, args: JsonObject = {}, name?: string): Request => ({
  kind,
  region: 'af-south-1',
  args,
  name,
  token: 'uid',
});

describe('names and ids', () => {
  it.each<[string, JsonObject, string | undefined, string | undefined, string | undefined]>([
    ['ec2/VPC', {}, undefined, undefined, undefined],
    ['ec2/VPC', {}, 'vpc-1', 'vpc-1', 'vpc-1'],
    ['eks/Cluster', {}, 'c', 'c', 'c'],
    ['eks/NodeGroup', { clusterName: 'c' }, 'ng', 'c:ng', 'ng'],
    ['eks/NodeGroup', {}, 'ng', undefined, undefined],
    ['eks/Addon', { clusterName: 'c', addonName: 'vpc-cni' }, undefined, 'c:vpc-cni', 'c:vpc-cni'],
    ['eks/AccessEntry', { clusterName: 'c', principalArn: 'arn' }, undefined, 'c:arn', 'c:arn'],
    ['iam/Policy', { path: '/t/' }, 'p', 'arn:aws:iam::123456789012:policy/t/p', 'p'],
    ['iam/RolePolicy', { role: 'r' }, 'p', 'r:p', 'p'],
    ['kms/Alias', {}, 'key', 'alias/key', 'key'],
    ['kms/Alias', {}, 'alias/key', 'alias/key', 'alias/key'],
    ['cloudwatchevents/Rule', {}, 'r', 'r', 'r'],
    ['cloudwatchevents/Rule', { eventBusName: 'b' }, 'r', 'b/r', 'r'],
    ['budgets/Budget', {}, 'b', '123456789012:b', 'b'],
    ['ec2/Tag', { resourceId: 'i', key: 'k' }, undefined, 'i,k', 'i,k'],
    ['cloudwatchlogs/Group', {}, '/aws/eks/c/cluster', '/aws/eks/c/cluster', '/aws/eks/c/cluster'],
  ])('%s with %j named %s is known by %s', (kind, args, name, id, external) => {
    const asked = request(kind, args, name);
    expect(knownId(asked)).toBe(id);
    if (id !== undefined) expect(externalName(asked, id)).toBe(external);
  });

  it.each<[string, JsonObject, RegExp]>([
    ['ec2/Subnet', {}, /^subnet-[0-9a-f]{17}$/],
    ['ec2/SecurityGroupIngressRule', {}, /^sgr-[0-9a-f]{17}$/],
    ['kms/Key', {}, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/],
    ['route53/Zone', {}, /^Z[0-9A-Z]{20}$/],
    ['route53/Record', { zoneId: 'Z1', name: 'a.b', type: 'A' }, /^Z1_a\.b_A$/],
    ['sqs/Queue', { name: 'q' }, /^https:\/\/sqs\.af-south-1\.amazonaws\.com\/123456789012\/q$/],
    ['secretsmanager/Secret', { name: 's' }, /^arn:aws:secretsmanager:af-south-1:123456789012:secret:s-[A-Z2-7]{6}$/],
    ['iam/RolePolicyAttachment', { role: 'r' }, /^r-[0-9a-f]{26}$/],
    ['nothing/Known', {}, /^known-[0-9a-f]{17}$/],
  ])('AWS gives %s with %j an id like %s', (kind, args, form) => {
    const rule = nameRule(kind);
    expect('assign' in rule && rule.assign(request(kind, args), 0)).toMatch(form);
  });

  it.each<[string, string, string, JsonObject, string]>([
    ['ec2/VPC', 'vpc-1', 'vpc-1', {}, 'arn:aws:ec2:af-south-1:123456789012:vpc/vpc-1'],
    ['iam/Role', 'r', 'r', { path: '/nodes/' }, 'arn:aws:iam::123456789012:role/nodes/r'],
    ['sqs/Queue', 'https://sqs/1/q', 'https://sqs/1/q', {}, 'arn:aws:sqs:af-south-1:123456789012:q'],
    ['rds/SubnetGroup', 's', 's', {}, 'arn:aws:rds:af-south-1:123456789012:subgrp:s'],
    ['route53/Zone', 'Z1', 'Z1', {}, 'arn:aws:route53:::hostedzone/Z1'],
    ['some/Thing', 'x', 'x', {}, 'arn:aws:some:af-south-1:123456789012:thing/x'],
  ])('%s %s has an ARN of the right form', (kind, id, name, args, arn) => {
    expect(arnOf({ kind, region: 'af-south-1', id, name, args })).toBe(arn);
  });
});

const vpc = resource('ec2/VPC', hexId('vpc'));
const subnet = resource('ec2/Subnet', hexId('subnet'), { vpcId: vpc.id });
const group = resource('ec2/SecurityGroup', hexId('sg'), { vpcId: vpc.id, name: 'g' });
const other = resource('ec2/SecurityGroup', hexId('sg', '2'), { vpcId: vpc.id, name: 'h' });
const table = resource('ec2/RouteTable', hexId('rtb'), { vpcId: vpc.id });
const gateway = resource('ec2/InternetGateway', hexId('igw'), { vpcId: vpc.id });
const cluster = resource('eks/Cluster', 'shared', {
  vpcConfig: { subnetIds: [subnet.id] },
  roleArn: 'arn:aws:iam::1:role/shared',
});
const role = resource('iam/Role', 'shared', {}, { arn: 'arn:aws:iam::1:role/shared' });
const policy = resource('iam/Policy', 'arn:aws:iam::1:policy/p', {}, { arn: 'arn:aws:iam::1:policy/p' });
const rdsCluster = resource('rds/Cluster', 'db', { dbSubnetGroupName: 'nets' });

describe('what is referred to', () => {
  it.each<[string, Resource, Resource, string, string]>([
    [
      'a VPC with a subnet',
      vpc,
      subnet,
      'DependencyViolation',
      `The vpc '${vpc.id}' has dependencies and cannot be deleted.`,
    ],
    ['a VPC with a gateway', vpc, gateway, 'DependencyViolation', 'has dependencies'],
    ['a VPC with a security group', vpc, group, 'DependencyViolation', 'has dependencies'],
    ['a subnet with a cluster', subnet, cluster, 'DependencyViolation', `The subnet '${subnet.id}' has dependencies`],
    [
      'a route table with an association',
      table,
      resource('ec2/RouteTableAssociation', hexId('rtbassoc'), { routeTableId: table.id, subnetId: subnet.id }),
      'DependencyViolation',
      `The routeTable '${table.id}' has dependencies`,
    ],
    [
      'a security group that another one’s rule names',
      group,
      resource('ec2/SecurityGroupIngressRule', hexId('sgr'), {
        securityGroupId: other.id,
        referencedSecurityGroupId: group.id,
      }),
      'DependencyViolation',
      `resource ${group.id} has a dependent object`,
    ],
    [
      'a cluster with a node group',
      cluster,
      resource('eks/NodeGroup', 'shared:ng', { clusterName: 'shared' }),
      'ResourceInUseException',
      'Cluster has nodegroups attached',
    ],
    [
      'a role with an attached policy',
      role,
      resource('iam/RolePolicyAttachment', 'shared-1', { role: 'shared', policyArn: 'arn:aws:iam::aws:policy/x' }),
      'DeleteConflict',
      'must detach all policies first',
    ],
    [
      'a policy that is attached',
      policy,
      resource('iam/RolePolicyAttachment', 'shared-1', { role: 'shared', policyArn: policy.arn }),
      'DeleteConflict',
      'Cannot delete a policy attached to entities.',
    ],
    [
      'a database with instances',
      rdsCluster,
      resource('rds/ClusterInstance', 'one', { clusterIdentifier: 'db' }),
      'InvalidDBClusterStateFault',
      'still contains DB instances',
    ],
    [
      'a subnet group in use',
      resource('rds/SubnetGroup', 'nets', { subnetIds: [subnet.id] }),
      rdsCluster,
      'InvalidDBSubnetGroupStateFault',
      'still using it',
    ],
  ])('%s is not deleted', (_, of, holder, code, message) => {
    const account = new Account([of, holder]);
    expect(() => releases(account, of, kinds)).toThrow(`${code}: `);
    expect(() => releases(account, of, kinds)).toThrow(message);
  });

  it.each<[string, Resource, Resource, boolean]>([
    [
      'a cluster takes its access entries along',
      cluster,
      resource('eks/AccessEntry', 'shared:x', { clusterName: 'shared' }),
      true,
    ],
    [
      'a security group takes its own rules along',
      group,
      resource('ec2/SecurityGroupIngressRule', hexId('sgr'), { securityGroupId: group.id }),
      true,
    ],
    [
      'a queue takes its policy along',
      resource('sqs/Queue', 'https://q'),
      resource('sqs/QueuePolicy', 'https://q', { queueUrl: 'https://q' }),
      true,
    ],
    ['nobody asks whether a cluster’s role is still there', role, cluster, false],
    ['a gateway leaves routes behind', gateway, resource('ec2/Route', 'r', { gatewayId: gateway.id }), false],
    [
      'a name that is somebody else’s too holds nothing',
      role,
      resource('eks/NodeGroup', 'shared:ng', { clusterName: 'shared' }),
      false,
    ],
    ['a tag that says the same holds nothing', vpc, resource('ec2/EIP', 'eip', { tags: { for: vpc.id } }), false],
    [
      'another region holds nothing',
      cluster,
      resource('eks/NodeGroup', 'x', { clusterName: 'shared' }, { region: 'eu-west-1' }),
      false,
    ],
  ])('%s', (_, of, user, goes) => {
    expect(releases(new Account([of, user]), of, kinds)).toEqual(goes ? [user] : []);
  });

  it('must be there when something is made that names it', () => {
    const account = new Account([
      resource('ec2/VPC', hexId('vpc'), {}, { computed: { mainRouteTableId: hexId('rtb', '9') } }),
    ]);
    expect(() => refuseUnknown(account, { vpcId: hexId('vpc', '2') })).toThrow(
      `InvalidVpcID.NotFound: The vpc ID '${hexId('vpc', '2')}' does not exist`,
    );
    expect(() => refuseUnknown(account, { vpcId: hexId('vpc'), routeTableId: hexId('rtb', '9') })).not.toThrow();
  });
});

describe('what is taken', () => {
  it.each<[string, JsonObject, string]>([
    ['ec2/Subnet', { vpcId: vpc.id, cidrBlock: '10.0.0.0/24' }, 'InvalidSubnet.Conflict'],
    ['ec2/SecurityGroup', { vpcId: vpc.id, name: 'g' }, 'InvalidGroup.Duplicate'],
    ['ec2/InternetGateway', { vpcId: vpc.id }, 'Resource.AlreadyAssociated'],
    [
      'eks/PodIdentityAssociation',
      { clusterName: 'c', namespace: 'n', serviceAccount: 's' },
      'ResourceInUseException: Association already exists: ',
    ],
    ['iam/OpenIDConnectProvider', { url: 'https://x' }, 'EntityAlreadyExists'],
    ['secretsmanager/Secret', { name: 's' }, 'ResourceExistsException'],
    ['sqs/Queue', { name: 'q' }, 'QueueNameExists'],
  ])('a second %s with %j is refused', (kind, args, message) => {
    const account = new Account([resource(kind, 'first', args, { region: 'af-south-1' })]);
    expect(() => refuseTaken(account, request(kind, args))).toThrow(message);
    expect(() => refuseTaken(account, { ...request(kind, args), region: 'eu-west-1' })).not.toThrow();
  });

  it('a log group that EKS made meanwhile is', () => {
    const account = new Account([resource('cloudwatchlogs/Group', '/aws/eks/c/cluster')]);
    const asked = (name: string) => () => refuseTaken(account, request('cloudwatchlogs/Group', {}, name));
    expect(asked('/aws/eks/c/cluster')).toThrow('ResourceAlreadyExistsException');
    expect(asked('/aws/eks/d/cluster')).not.toThrow();
  });
});

describe('the account', () => {
  const account = new Account([vpc, subnet, role]);

  it('is a tree: region, kind, resource, and what depends on it', () => {
    expect(accountTree(account, kinds)).toBe(`account 123456789012: 3 resources
af-south-1
  ec2/Subnet
    ${subnet.id}
  ec2/VPC
    ${vpc.id}
      <- ec2/Subnet ${subnet.id}
global
  iam/Role
    shared
`);
  });

  it('is JSON', () => {
    const { resources } = JSON.parse(accountJson(account, kinds)) as {
      resources: { id: string; dependents: unknown }[];
    };
    expect(resources.find(({ id }) => id === vpc.id)?.dependents).toEqual([{ kind: 'ec2/Subnet', id: subnet.id }]);
  });

  it('says what is left if it should be empty', () => {
    expect(() => assertEmpty(account)).toThrow(`3 resources left:\n  af-south-1 ec2/Subnet ${subnet.id}`);
    expect(() => assertEmpty(new Account())).not.toThrow();
  });

  it('finds dependents by ARN', () => {
    expect(dependents(new Account([role, cluster]), role, kinds)).toEqual([cluster]);
  });
});
