import { describe, expect, test } from 'vitest';
import { type AwsClients, awsClients } from '../../../src/local/account/clients.ts';
import { type Inventory, readInventory } from '../../../src/local/account/inventory.ts';

type Answers = Readonly<Record<string, object | ((input: Readonly<Record<string, unknown>>) => object)>>;

/** The SDK's clients with answers by command; what has none is answered with nothing. */
function answering(answers: Answers, asked: string[] = []): (region: string) => AwsClients {
  return region => {
    const clients = awsClients('http://127.0.0.1:9', region);
    for (const name of Object.keys(Object.getOwnPropertyDescriptors(clients)) as (keyof AwsClients)[]) {
      const send = async (command: { readonly constructor: { readonly name: string }; readonly input: object }) => {
        const action = command.constructor.name.replace(/Command$/, '');
        asked.push(`${region} ${action}`);
        const answer = answers[action] ?? {};
        return typeof answer === 'function' ? answer({ ...command.input }) : answer;
      };
      Object.assign(clients[name], { send });
    }
    return clients;
  };
}

const read = (answers: Answers, regions = ['af-south-1']) => readInventory(answering(answers), regions);
const role = 'arn:aws:iam::1:role/r';
const shown = ({ resources }: Inventory) => resources.map(({ kind, id }) => `${kind} ${id}`);
const users = (inventory: Inventory, id: string) =>
  inventory.resources
    .filter(resource => resource.id === id)
    .flatMap(resource => inventory.usersOf(resource))
    .map(({ kind, id }) => `${kind} ${id}`);

describe('an inventory', () => {
  test.each<{ reason: string; answers: Answers; found: readonly string[] }>([
    {
      reason: 'has no default VPC, nor what is in one',
      answers: {
        DescribeVpcs: { Vpcs: [{ VpcId: 'vpc-1', IsDefault: true }, { VpcId: 'vpc-2' }] },
        DescribeSubnets: {
          Subnets: [
            { SubnetId: 's-1', VpcId: 'vpc-1' },
            { SubnetId: 's-2', VpcId: 'vpc-2' },
          ],
        },
        DescribeInternetGateways: {
          InternetGateways: [{ InternetGatewayId: 'igw-1', Attachments: [{ VpcId: 'vpc-1' }] }],
        },
        DescribeRouteTables: {
          RouteTables: [
            {
              RouteTableId: 'rtb-1',
              VpcId: 'vpc-1',
              Associations: [{ Main: true }],
              Routes: [{ DestinationCidrBlock: '0.0.0.0/0', GatewayId: 'igw-1' }],
            },
          ],
        },
      },
      found: ['ec2/VPC vpc-2', 'ec2/Subnet s-2'],
    },
    {
      reason: 'has no main route table, but what was put into it',
      answers: {
        DescribeRouteTables: {
          RouteTables: [
            {
              RouteTableId: 'rtb-1',
              VpcId: 'vpc-1',
              Associations: [{ Main: true }],
              Routes: [
                { DestinationCidrBlock: '10.0.0.0/16', GatewayId: 'local' },
                { DestinationCidrBlock: '0.0.0.0/0', GatewayId: 'igw-1' },
              ],
            },
          ],
        },
      },
      found: ['ec2/Route rtb-1 0.0.0.0/0'],
    },
    {
      reason: "has no VPC's own security group, nor its rules",
      answers: {
        DescribeSecurityGroups: {
          SecurityGroups: [
            { GroupId: 'sg-1', GroupName: 'default' },
            { GroupId: 'sg-2', GroupName: 'db' },
          ],
        },
        DescribeSecurityGroupRules: {
          SecurityGroupRules: [
            { SecurityGroupRuleId: 'sgr-1', GroupId: 'sg-1' },
            { SecurityGroupRuleId: 'sgr-2', GroupId: 'sg-2' },
          ],
        },
      },
      found: ['ec2/SecurityGroup sg-2', 'ec2/SecurityGroupRule sgr-2'],
    },
    {
      reason: 'has nothing that is only remembered for a while',
      answers: {
        DescribeInstances: { Reservations: [{ Instances: [{ InstanceId: 'i-1', State: { Name: 'terminated' } }] }] },
        DescribeNatGateways: { NatGateways: [{ NatGatewayId: 'nat-1', State: 'deleted' }] },
        DescribeNetworkInterfaces: {
          NetworkInterfaces: [{ NetworkInterfaceId: 'e', Attachment: { InstanceId: 'i' } }],
        },
      },
      found: [],
    },
    {
      reason: "has none of RDS's own groups",
      answers: {
        DescribeDBClusterParameterGroups: {
          DBClusterParameterGroups: [
            { DBClusterParameterGroupName: 'default.aurora-postgresql16' },
            { DBClusterParameterGroupName: 'defaults' },
          ],
        },
      },
      found: ['rds/ClusterParameterGroup defaults'],
    },
    {
      reason: "has none of the account's own users and roles",
      answers: {
        GetAccountAuthorizationDetails: {
          RoleDetailList: [
            { RoleName: 'crossplane', RolePolicyList: [{ PolicyName: 'p' }] },
            { RoleName: 'r', Path: '/' },
          ],
          UserDetailList: [{ UserName: 'admin' }],
        },
      },
      found: ['iam/Role r'],
    },
    {
      reason: "has none of AWS's own keys",
      answers: {
        ListAliases: {
          Aliases: [
            { AliasName: 'alias/aws/rds', TargetKeyId: 'k-1' },
            { AliasName: 'alias/mine', TargetKeyId: 'k-2' },
          ],
        },
        ListKeys: { Keys: [{ KeyId: 'k-1' }, { KeyId: 'k-2' }] },
        DescribeKey: ({ KeyId }) => ({ KeyMetadata: { KeyId } }),
      },
      found: ['kms/Key k-2', 'kms/Alias alias/mine'],
    },
    {
      reason: 'has no records that a zone begins with',
      answers: {
        ListHostedZones: { HostedZones: [{ Id: '/hostedzone/Z1', Name: 'a.org.' }] },
        ListResourceRecordSets: ({ StartRecordName }) =>
          StartRecordName
            ? { ResourceRecordSets: [{ Name: 'b.a.org.', Type: 'NS' }] }
            : { ResourceRecordSets: [{ Name: 'a.org.', Type: 'SOA' }], IsTruncated: true, NextRecordName: 'b.a.org.' },
      },
      found: ['route53/Zone Z1', 'route53/Record b.a.org. NS'],
    },
  ])('$reason', async ({ answers, found }) => {
    expect(shown(await read(answers))).toEqual(found);
  });

  test('knows what is in a cluster, and what that needs', async () => {
    const inventory = await read({
      ListClusters: { clusters: ['c'] },
      DescribeCluster: { cluster: { name: 'c', roleArn: role, status: 'ACTIVE' } },
      ListNodegroups: { nodegroups: ['n'] },
      DescribeNodegroup: { nodegroup: { nodegroupName: 'n', nodeRole: role } },
      ListAddons: ({ nextToken }) => (nextToken ? { addons: ['coredns'] } : { addons: ['vpc-cni'], nextToken: 'x' }),
      DescribeAddon: ({ addonName }) => ({ addon: { addonName } }),
      ListAccessEntries: { accessEntries: [role] },
      DescribeAccessEntry: { accessEntry: { principalArn: role } },
      ListAssociatedAccessPolicies: { associatedAccessPolicies: [{ policyArn: 'p' }] },
      ListPodIdentityAssociations: { associations: [{ associationId: 'a-1' }] },
      DescribePodIdentityAssociation: { association: { namespace: 'n', serviceAccount: 's', roleArn: role } },
      GetAccountAuthorizationDetails: { RoleDetailList: [{ RoleName: 'r', Arn: role }] },
    });
    expect(users(inventory, 'c')).toEqual([
      'eks/NodeGroup c:n',
      'eks/Addon c:vpc-cni',
      'eks/Addon c:coredns',
      `eks/AccessEntry c:${role}`,
      'eks/PodIdentityAssociation a-1',
    ]);
    // Of these two, EKS makes one active only on nodes.
    expect(users(inventory, 'c:n')).toEqual(['eks/Addon c:coredns']);
    expect(users(inventory, 'r')).toEqual([
      'eks/Cluster c',
      'eks/NodeGroup c:n',
      `eks/AccessEntry c:${role}`,
      'eks/PodIdentityAssociation a-1',
    ]);
    expect(users(inventory, `c:${role}`)).toEqual([`eks/AccessPolicyAssociation c#${role}#p`]);
  });

  test('tells names of different kinds apart', async () => {
    const inventory = await read({
      DescribeDBClusters: { DBClusters: [{ DBClusterIdentifier: 'a', DBSubnetGroup: 'a' }] },
      DescribeDBSubnetGroups: { DBSubnetGroups: [{ DBSubnetGroupName: 'a' }] },
      DescribeLogGroups: { logGroups: [{ logGroupName: 'a' }] },
    });
    expect(users(inventory, 'a')).toEqual(['rds/Cluster a']);
  });

  test('asks every region, and for what has none once', async () => {
    const asked: string[] = [];
    const clients = answering({ GetCallerIdentity: { Account: '123456789012' } }, asked);
    const { account } = await readInventory(clients, ['af-south-1', 'eu-west-1']);
    expect(account).toBe('123456789012');
    expect(asked.filter(one => one.endsWith('DescribeVpcs'))).toEqual([
      'af-south-1 DescribeVpcs',
      'eu-west-1 DescribeVpcs',
    ]);
    expect(asked.filter(one => one.endsWith('ListHostedZones'))).toEqual(['us-east-1 ListHostedZones']);
  });

  test('says what AWS does not tell', async () => {
    const denied = Object.assign(new Error('User: x is not authorized'), { name: 'AccessDenied' });
    const answers = {
      ListQueues: () => {
        throw denied;
      },
    };
    await expect(read(answers)).rejects.toThrow(
      'queues of af-south-1 cannot be read: AccessDenied: User: x is not authorized',
    );
  });
});
