import { DescribeRouteTablesCommand, DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { ListPodIdentityAssociationsCommand } from '@aws-sdk/client-eks';
import type { LoggedCall } from '../../../src/local/account/control.ts';
import { aws } from '../cluster.ts';
import { type Ground, within } from './ground.ts';

/** A call by which something of a platform ends: its action, and what the log says that it is about. */
type Ending = readonly [action: string, resource?: string | undefined];

/** By which calls each thing of a platform ends. What AWS gives ids to has to be there still. */
export async function endingsOf(ground: Ground) {
  const { eksCluster } = ground;
  const { RouteTables = [] } = await aws().ec2.send(new DescribeRouteTablesCommand(within(ground)));
  const table = RouteTables.find(({ Associations = [] }) => !Associations.some(({ Main }) => Main));
  const gateway = table?.Routes?.find(({ GatewayId }) => GatewayId?.startsWith('igw-'))?.GatewayId;
  const { Subnets = [] } = await aws().ec2.send(new DescribeSubnetsCommand(within(ground)));
  const asked = new ListPodIdentityAssociationsCommand({ clusterName: eksCluster });
  const { associations = [] } = await aws().eks.send(asked);
  const identity = (serviceAccount: string): Ending => {
    const found = associations.find(one => one.serviceAccount === serviceAccount);
    return ['DeletePodIdentityAssociation', `${eksCluster}/${found?.associationId}`];
  };
  const addon = (name: string): Ending => ['DeleteAddon', `${eksCluster}/${name}`];
  const role = (name: string): Ending => ['DeleteRole', `${eksCluster}_${name}`];
  const endings = {
    'load balancer': [['DeleteLoadBalancer']],
    records: [['ChangeResourceRecordSets']],
    "Karpenter's instances": [['TerminateInstances']],
    "Karpenter's instance profile": [['DeleteInstanceProfile']],
    "Karpenter's identity": [identity('karpenter')],
    "Karpenter's rights": [['DeleteRolePolicy', `${eksCluster}_karp`]],
    "Karpenter's role": [role('karp')],
    "role of Karpenter's nodes": [role('karpnode')],
    "ExternalDNS's identity": [identity('external-dns')],
    "ExternalDNS's rights": [['DeleteRolePolicy', `${eksCluster}_dns`]],
    "ExternalDNS's role": [role('dns')],
    nodes: [['DeleteNodegroup', `${eksCluster}/${eksCluster}`]],
    'role of the nodes': [role('node')],
    // They go with the cluster, if nobody ends them before.
    'what pods on nodes work with': [
      ['DeleteCluster', eksCluster],
      ...['vpc-cni', 'kube-proxy', 'eks-pod-identity-agent'].map(addon),
    ],
    "role of the pods' network": [role('cni')],
    cluster: [['DeleteCluster', eksCluster]],
    'role of the cluster': [role('cluster')],
    'logs of the cluster': [['DeleteLogGroup', `/aws/eks/${eksCluster}/cluster`]],
    subnets: Subnets.map(({ SubnetId }): Ending => ['DeleteSubnet', SubnetId]),
    'associations of the route table': (table?.Associations ?? []).map(
      (one): Ending => ['DisassociateRouteTable', one.RouteTableAssociationId],
    ),
    'way out': [['DeleteRoute', table?.RouteTableId]],
    'route table': [['DeleteRouteTable', table?.RouteTableId]],
    'internet gateway': [['DetachInternetGateway', gateway]],
    VPC: [['DeleteVpc', ground.vpcId]],
  } as const satisfies Readonly<Record<string, readonly Ending[]>>;
  return endings;
}

type Endings = Awaited<ReturnType<typeof endingsOf>>;

/** What goes before what. */
export const order: readonly (readonly [first: keyof Endings, then: keyof Endings])[] = [
  ['load balancer', "ExternalDNS's identity"],
  ['records', "ExternalDNS's identity"],
  ['records', "ExternalDNS's rights"],
  ['records', "ExternalDNS's role"],
  ["Karpenter's instances", "Karpenter's instance profile"],
  ["Karpenter's instance profile", "Karpenter's identity"],
  ["Karpenter's instance profile", "Karpenter's rights"],
  ["Karpenter's instance profile", "Karpenter's role"],
  ["Karpenter's instance profile", "role of Karpenter's nodes"],
  ["Karpenter's identity", 'nodes'],
  ["ExternalDNS's identity", 'nodes'],
  ['nodes', 'role of the nodes'],
  ['nodes', 'what pods on nodes work with'],
  ['what pods on nodes work with', "role of the pods' network"],
  ['nodes', 'cluster'],
  ['cluster', 'role of the cluster'],
  ['cluster', 'logs of the cluster'],
  ['cluster', 'subnets'],
  ['subnets', 'way out'],
  ['subnets', 'route table'],
  ['nodes', 'internet gateway'],
  ['subnets', 'VPC'],
  ['internet gateway', 'VPC'],
  ['route table', 'VPC'],
];

/** What of the order was not kept in these calls, or has not ended at all. */
export function misplaced(calls: readonly LoggedCall[], endings: Endings): readonly string[] {
  const of = (what: keyof Endings) => {
    const wanted: readonly Ending[] = endings[what];
    return calls.filter(call =>
      wanted.some(([action, resource]) => call.action === action && (resource ?? call.resource) === call.resource),
    );
  };
  return order
    .filter(([first, then]) => !((of(first).at(-1)?.n ?? Number.POSITIVE_INFINITY) < (of(then)[0]?.n ?? 0)))
    .map(([first, then]) => `${first} before ${then}`);
}
