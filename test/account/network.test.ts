import {
  AllocateAddressCommand,
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateLaunchTemplateCommand,
  CreateNatGatewayCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteNatGatewayCommand,
  DeleteRouteTableCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DetachInternetGatewayCommand,
  DisassociateRouteTableCommand,
  EnableEbsEncryptionByDefaultCommand,
  GetEbsEncryptionByDefaultCommand,
  ReleaseAddressCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyKeys } from '../../src/local/account/clients.ts';
import { outcome, region, startAccount, type TestAccount, until } from './account.ts';

let account: TestAccount;
let ec2: TestAccount['aws']['ec2'];
beforeAll(async () => {
  account = await startAccount({ time: 0.003 });
  ec2 = account.aws.ec2;
});
afterAll(() => account.end());

const vpc = async () => (await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId ?? '';
const subnet = async (VpcId: string, part = 1) => {
  const asked = { VpcId, CidrBlock: `10.0.${part}.0/24`, AvailabilityZone: `${region}a` };
  return (await ec2.send(new CreateSubnetCommand(asked))).Subnet?.SubnetId ?? '';
};
const group = async (VpcId: string, GroupName: string) =>
  (await ec2.send(new CreateSecurityGroupCommand({ VpcId, GroupName, Description: 'of a test' }))).GroupId ?? '';
const gateway = async (VpcId: string) => {
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
  const InternetGatewayId = InternetGateway?.InternetGatewayId ?? '';
  await ec2.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId }));
  return InternetGatewayId;
};
const run = async (SubnetId: string, groups: string[] = []) => {
  const asked = { ImageId: 'ami-12345678', InstanceType: 't3.medium' as const, MinCount: 1, MaxCount: 1, SubnetId };
  const { Instances = [] } = await ec2.send(new RunInstancesCommand({ ...asked, SecurityGroupIds: groups }));
  return Instances[0]?.InstanceId ?? '';
};
const state = async (id: string) => {
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  return Reservations[0]?.Instances?.[0]?.State?.Name;
};

describe('what holds what', () => {
  it('a VPC is held by its gateway, and by a group of its own', async () => {
    const VpcId = await vpc();
    const refused = `DependencyViolation: The vpc '${VpcId}' has dependencies and cannot be deleted.`;
    const InternetGatewayId = await gateway(VpcId);
    expect(await outcome(() => ec2.send(new DeleteVpcCommand({ VpcId })))).toBe(refused);
    await ec2.send(new DetachInternetGatewayCommand({ VpcId, InternetGatewayId }));
    const GroupId = await group(VpcId, 'g');
    expect(await outcome(() => ec2.send(new DeleteVpcCommand({ VpcId })))).toBe(refused);
    await ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
    expect(await outcome(() => ec2.send(new DeleteVpcCommand({ VpcId })))).toBe('ok');
  });

  it('a VPC has one internet gateway', async () => {
    const VpcId = await vpc();
    await gateway(VpcId);
    expect(await outcome(() => gateway(VpcId))).toBe(
      `Resource.AlreadyAssociated: resource ${VpcId} is already associated with an internet gateway`,
    );
  });

  it('a route table is held by its associations, which go with their subnet', async () => {
    const VpcId = await vpc();
    const [one, other] = [await subnet(VpcId, 1), await subnet(VpcId, 2)];
    const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId }));
    const RouteTableId = RouteTable?.RouteTableId ?? '';
    const made = await ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId: one }));
    await ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId: other }));
    const remove = () => ec2.send(new DeleteRouteTableCommand({ RouteTableId }));
    expect(await outcome(remove)).toBe(
      `DependencyViolation: The routeTable '${RouteTableId}' has dependencies and cannot be deleted.`,
    );
    await ec2.send(new DisassociateRouteTableCommand({ AssociationId: made.AssociationId }));
    await ec2.send(new DeleteSubnetCommand({ SubnetId: other }));
    expect(await outcome(remove)).toBe('ok');
  });

  it('the main route table stays, and a subnet has one table', async () => {
    const VpcId = await vpc();
    const SubnetId = await subnet(VpcId);
    const { RouteTables = [] } = await ec2.send(
      new DescribeRouteTablesCommand({ Filters: [{ Name: 'vpc-id', Values: [VpcId] }] }),
    );
    const main = RouteTables[0]?.RouteTableId;
    expect(await outcome(() => ec2.send(new DeleteRouteTableCommand({ RouteTableId: main })))).toMatch(
      /^DependencyViol/,
    );
    const associate = async () => {
      const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId }));
      const RouteTableId = RouteTable?.RouteTableId ?? '';
      await ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId }));
    };
    expect(await outcome(associate)).toBe('ok');
    expect(await outcome(associate)).toMatch(/^Resource.AlreadyAssociated: the specified association for route table/);
  });

  it('a security group is held by what names it, and by interfaces', async () => {
    const VpcId = await vpc();
    const SubnetId = await subnet(VpcId);
    const [named, naming] = [await group(VpcId, 'named'), await group(VpcId, 'naming')];
    const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, UserIdGroupPairs: [{ GroupId: named }] }];
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: naming, IpPermissions }));
    const remove = (GroupId: string) => outcome(() => ec2.send(new DeleteSecurityGroupCommand({ GroupId })));
    expect(await remove(named)).toBe(`DependencyViolation: resource ${named} has a dependent object`);
    expect(await remove(naming)).toBe('ok');
    const instance = await run(SubnetId, [named]);
    expect(await remove(named)).toBe(`DependencyViolation: resource ${named} has a dependent object`);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance] }));
    expect(
      await until(
        () => remove(named),
        answer => answer === 'ok',
      ),
    ).toBe('ok');
  });

  it('the default group stays', async () => {
    const Filters = [{ Name: 'group-name', Values: ['default'] }];
    const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
    const GroupId = SecurityGroups[0]?.GroupId;
    expect(await outcome(() => ec2.send(new DeleteSecurityGroupCommand({ GroupId })))).toBe(
      `CannotDelete: the specified group: "${GroupId}" name: "default" cannot be deleted by a user`,
    );
  });
});

describe('instances', () => {
  it('shut down first, and hold their subnet until they are terminated', async () => {
    const SubnetId = await subnet(await vpc());
    const id = await run(SubnetId);
    const remove = () => outcome(() => ec2.send(new DeleteSubnetCommand({ SubnetId })));
    const held = `DependencyViolation: The subnet '${SubnetId}' has dependencies and cannot be deleted.`;
    expect(await remove()).toBe(held);
    const { TerminatingInstances = [] } = await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    expect(TerminatingInstances[0]?.CurrentState?.Name).toBe('shutting-down');
    expect(await remove()).toBe(held);
    expect(
      await until(
        () => state(id),
        answer => answer === 'terminated',
      ),
    ).toBe('terminated');
    const Filters = [{ Name: 'subnet-id', Values: [SubnetId] }];
    const { NetworkInterfaces } = await ec2.send(new DescribeNetworkInterfacesCommand({ Filters }));
    expect(NetworkInterfaces).toEqual([]);
    expect(await remove()).toBe('ok');
  });

  it('that are not there are told in the words of EC2', async () => {
    const InstanceIds = ['i-00000000000000000'];
    expect(await outcome(() => ec2.send(new TerminateInstancesCommand({ InstanceIds })))).toBe(
      "InvalidInstanceID.NotFound: The instance ID 'i-00000000000000000' does not exist",
    );
  });

  it('a launch template keeps its own tags out of what it launches', async () => {
    const TagSpecifications = [{ ResourceType: 'launch-template' as const, Tags: [{ Key: 'own', Value: 'x' }] }];
    const LaunchTemplateData = { InstanceType: 't3.medium' as const };
    const asked = { LaunchTemplateName: 'lt', LaunchTemplateData, TagSpecifications };
    await ec2.send(new CreateLaunchTemplateCommand(asked));
    const LaunchTemplateNames = ['lt'];
    const { LaunchTemplates } = await ec2.send(new DescribeLaunchTemplatesCommand({ LaunchTemplateNames }));
    expect(LaunchTemplates?.[0]?.Tags).toEqual([{ Key: 'own', Value: 'x' }]);
    const { LaunchTemplateVersions } = await ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: 'lt' }),
    );
    expect(LaunchTemplateVersions?.[0]?.LaunchTemplateData?.TagSpecifications ?? []).toEqual([]);
    expect(await outcome(() => ec2.send(new CreateLaunchTemplateCommand(asked)))).toMatch(
      /^InvalidLaunchTemplateName.AlreadyExistsException: /,
    );
  });
});

describe('NAT gateways', () => {
  const begin = async () => {
    const VpcId = await vpc();
    const [SubnetId, InternetGatewayId] = [await subnet(VpcId), await gateway(VpcId)];
    const { AllocationId } = await ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
    const { NatGateway } = await ec2.send(new CreateNatGatewayCommand({ SubnetId, AllocationId }));
    return { VpcId, SubnetId, InternetGatewayId, AllocationId, id: NatGateway?.NatGatewayId ?? '', NatGateway };
  };
  const told = async (id: string) =>
    (await ec2.send(new DescribeNatGatewaysCommand({ NatGatewayIds: [id] }))).NatGateways?.[0];

  it('take their time, hold their address and the way out, and give them back', async () => {
    const { VpcId, InternetGatewayId, AllocationId, SubnetId, id, NatGateway } = await begin();
    expect(NatGateway?.State).toBe('pending');
    expect(
      (
        await until(
          () => told(id),
          one => one?.State === 'available',
        )
      )?.State,
    ).toBe('available');
    const detach = () => outcome(() => ec2.send(new DetachInternetGatewayCommand({ VpcId, InternetGatewayId })));
    expect(await detach()).toBe(
      `DependencyViolation: Network ${VpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
    );
    const release = () => outcome(() => ec2.send(new ReleaseAddressCommand({ AllocationId })));
    expect(await release()).toMatch(/^InvalidIPAddress.InUse: /);
    await ec2.send(new DeleteNatGatewayCommand({ NatGatewayId: id }));
    expect((await told(id))?.State).toBe('deleting');
    expect(
      (
        await until(
          () => told(id),
          one => one?.State === 'deleted',
        )
      )?.State,
    ).toBe('deleted');
    expect([await release(), await detach()]).toEqual(['ok', 'ok']);
    expect(await outcome(() => ec2.send(new DeleteSubnetCommand({ SubnetId })))).toBe('ok');
  });

  it('fail late when they are to', async () => {
    await account.control.putFaults([
      {
        service: 'ec2',
        action: 'CreateNatGateway',
        code: 'Gateway.NotAttached',
        message: 'no way',
        when: 'late',
        count: 1,
      },
    ]);
    const { id, NatGateway } = await begin();
    expect(NatGateway?.State).toBe('pending');
    expect(
      (
        await until(
          () => told(id),
          one => one?.State === 'failed',
        )
      )?.State,
    ).toBe('failed');
  });
});

it('EBS encryption by default is a setting of a region', async () => {
  await ec2.send(new EnableEbsEncryptionByDefaultCommand({}));
  const elsewhere = account.as(anyKeys, 'eu-west-1').ec2;
  const ask = async (client: typeof ec2) =>
    (await client.send(new GetEbsEncryptionByDefaultCommand({}))).EbsEncryptionByDefault;
  expect([await ask(ec2), await ask(elsewhere)]).toEqual([true, false]);
});
