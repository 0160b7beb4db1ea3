import {
  DescribeAddressesCommand,
  paginateDescribeInstances,
  paginateDescribeInternetGateways,
  paginateDescribeLaunchTemplates,
  paginateDescribeNatGateways,
  paginateDescribeNetworkInterfaces,
  paginateDescribeRouteTables,
  paginateDescribeSecurityGroupRules,
  paginateDescribeSecurityGroups,
  paginateDescribeSubnets,
  paginateDescribeVpcEndpoints,
  paginateDescribeVpcs,
  type Route,
} from '@aws-sdk/client-ec2';
import type { AwsClients } from '../clients.ts';
import { type Item, nameOf, paged, present, type Reader } from './item.ts';

/** Networks and instances; what AWS makes with every account and every VPC left out. */
export const ec2: Reader = async ({ ec2: client }) => {
  const vpcs = await paged(paginateDescribeVpcs({ client }, {}), page => page.Vpcs);
  const given = new Set(vpcs.filter(({ IsDefault }) => IsDefault).map(({ VpcId }) => VpcId));
  const read = await Promise.all([
    subnets(client),
    gateways(client),
    routeTables(client),
    securityGroups(client),
    launchTemplates(client),
    instances(client),
    natGateways(client),
    addresses(client),
    interfaces(client),
    endpoints(client),
  ]);
  const all: readonly Item[] = [
    ...vpcs.map(told => ({
      ...base('VPC', told.VpcId, told),
      name: nameOf(told.Tags),
      uses: [],
      madeBy: 'ec2.CreateVpc',
    })),
    ...read.flat(),
  ];
  return all.filter(({ id, uses }) => !given.has(id) && !uses.some(used => given.has(used)));
};

type Client = AwsClients['ec2'];

function base(kind: string, id: string | undefined, told: object) {
  return { kind: `ec2/${kind}`, id: id ?? '', told };
}

async function subnets(client: Client): Promise<readonly Item[]> {
  const all = await paged(paginateDescribeSubnets({ client }, {}), page => page.Subnets);
  return all.map(told => ({
    ...base('Subnet', told.SubnetId, told),
    name: nameOf(told.Tags),
    uses: present(told.VpcId),
    madeBy: 'ec2.CreateSubnet',
  }));
}

async function gateways(client: Client): Promise<readonly Item[]> {
  const all = await paged(paginateDescribeInternetGateways({ client }, {}), page => page.InternetGateways);
  return all.map(told => ({
    ...base('InternetGateway', told.InternetGatewayId, told),
    name: nameOf(told.Tags),
    uses: present(...(told.Attachments ?? []).map(({ VpcId }) => VpcId)),
    madeBy: 'ec2.CreateInternetGateway',
  }));
}

/** Route tables, their routes and associations; the main table of a VPC comes and goes with that. */
async function routeTables(client: Client): Promise<readonly Item[]> {
  const all = await paged(paginateDescribeRouteTables({ client }, {}), page => page.RouteTables);
  return all.flatMap(({ Associations = [], Routes = [], RouteTableId = '', VpcId, Tags, ...rest }) => {
    const main = Associations.some(({ Main }) => Main);
    const within = main ? present(VpcId) : [RouteTableId];
    const table: Item = {
      ...base('RouteTable', RouteTableId, { RouteTableId, VpcId, Tags, ...rest }),
      name: nameOf(Tags),
      uses: present(VpcId),
      madeBy: 'ec2.CreateRouteTable',
    };
    const routes = Routes.filter(({ GatewayId }) => GatewayId !== 'local').map(route => ({
      ...base('Route', `${RouteTableId} ${destination(route)}`, route),
      uses: [...within, ...present(route.GatewayId, route.NatGatewayId)],
      madeBy: 'ec2.CreateRoute',
    }));
    const associations = Associations.filter(({ Main }) => !Main).map(one => ({
      ...base('RouteTableAssociation', one.RouteTableAssociationId, one),
      uses: [...within, ...present(one.SubnetId, one.GatewayId)],
      madeBy: 'ec2.AssociateRouteTable',
    }));
    return [...(main ? [] : [table]), ...routes, ...associations];
  });
}

function destination(route: Route): string {
  return (
    present(route.DestinationCidrBlock, route.DestinationIpv6CidrBlock, route.DestinationPrefixListId)[0] ?? 'nowhere'
  );
}

/** Security groups and their rules; the group `default` of a VPC comes and goes with that. */
async function securityGroups(client: Client): Promise<readonly Item[]> {
  const groups = await paged(paginateDescribeSecurityGroups({ client }, {}), page => page.SecurityGroups);
  const own = groups.filter(({ GroupName }) => GroupName !== 'default');
  const ids = new Set(own.map(({ GroupId }) => GroupId));
  const rules = await paged(paginateDescribeSecurityGroupRules({ client }, {}), page => page.SecurityGroupRules);
  return [
    ...own.map(told => ({
      ...base('SecurityGroup', told.GroupId, told),
      name: told.GroupName,
      uses: present(told.VpcId),
      madeBy: 'ec2.CreateSecurityGroup',
    })),
    ...rules
      .filter(({ GroupId }) => ids.has(GroupId))
      .map(told => ({
        ...base('SecurityGroupRule', told.SecurityGroupRuleId, told),
        uses: present(told.GroupId, told.ReferencedGroupInfo?.GroupId),
      })),
  ];
}

async function launchTemplates(client: Client): Promise<readonly Item[]> {
  const all = await paged(paginateDescribeLaunchTemplates({ client }, {}), page => page.LaunchTemplates);
  return all.map(told => ({
    ...base('LaunchTemplate', told.LaunchTemplateId, told),
    name: told.LaunchTemplateName,
    uses: [],
  }));
}

async function instances(client: Client): Promise<readonly Item[]> {
  const all = await paged(paginateDescribeInstances({ client }, {}), page =>
    page.Reservations?.flatMap(({ Instances = [] }) => Instances),
  );
  return all
    .filter(({ State }) => State?.Name !== 'terminated')
    .map(told => ({
      ...base('Instance', told.InstanceId, told),
      name: nameOf(told.Tags),
      state: told.State?.Name,
      uses: present(told.SubnetId, ...(told.SecurityGroups ?? []).map(({ GroupId }) => GroupId)),
    }));
}

async function natGateways(client: Client): Promise<readonly Item[]> {
  const all = await paged(paginateDescribeNatGateways({ client }, {}), page => page.NatGateways);
  return all
    .filter(({ State }) => State !== 'deleted')
    .map(told => ({
      ...base('NATGateway', told.NatGatewayId, told),
      name: nameOf(told.Tags),
      state: told.State,
      uses: present(told.SubnetId, ...(told.NatGatewayAddresses ?? []).map(({ AllocationId }) => AllocationId)),
      madeBy: 'ec2.CreateNatGateway',
    }));
}

async function addresses(client: Client): Promise<readonly Item[]> {
  const { Addresses = [] } = await client.send(new DescribeAddressesCommand({}));
  return Addresses.map(told => ({
    ...base('EIP', told.AllocationId, told),
    name: nameOf(told.Tags),
    uses: present(told.InstanceId),
  }));
}

/** Interfaces; that of an instance comes and goes with it. */
async function interfaces(client: Client): Promise<readonly Item[]> {
  const all = await paged(paginateDescribeNetworkInterfaces({ client }, {}), page => page.NetworkInterfaces);
  return all
    .filter(({ Attachment }) => Attachment?.InstanceId === undefined)
    .map(told => ({
      ...base('NetworkInterface', told.NetworkInterfaceId, told),
      name: told.Description,
      uses: present(told.SubnetId, ...(told.Groups ?? []).map(({ GroupId }) => GroupId)),
    }));
}

async function endpoints(client: Client): Promise<readonly Item[]> {
  const all = await paged(paginateDescribeVpcEndpoints({ client }, {}), page => page.VpcEndpoints);
  return all
    .filter(({ State }) => String(State).toLowerCase() !== 'deleted')
    .map(told => ({
      ...base('VPCEndpoint', told.VpcEndpointId, told),
      name: told.ServiceName,
      uses: present(told.VpcId, ...(told.SubnetIds ?? []), ...(told.RouteTableIds ?? [])),
      madeBy: 'ec2.CreateVpcEndpoint',
    }));
}
