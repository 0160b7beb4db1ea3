import { DescribeInstancesCommand, DescribeVpcsCommand, type Instance } from '@aws-sdk/client-ec2';
import { DescribeAccessEntryCommand, DescribeClusterCommand, ListAccessEntriesCommand } from '@aws-sdk/client-eks';
import { DescribeLoadBalancersCommand } from '@aws-sdk/client-elastic-load-balancing';
import {
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { aws, inside } from '../cluster.ts';

/** A platform as AWS and its own cluster tell of it. */
export interface Ground {
  readonly namespace: string;
  readonly name: string;
  /** The name of its EKS cluster. */
  readonly eksCluster: string;
  readonly vpcId: string;
  readonly inside: ReturnType<typeof inside>;
}

/** A fact of the drawing, and how it is seen in AWS or in the cluster. */
export interface Fact {
  readonly part: string;
  readonly fact: string;
  readonly look: (ground: Ground) => Promise<unknown>;
  readonly is: unknown;
}

export function sorted<T>(all: readonly T[] | undefined, by: (one: T) => string): readonly T[] {
  return [...(all ?? [])].sort((a, b) => (by(a) < by(b) ? -1 : 1));
}

/** The platform of a claim that is ready. */
export async function groundOf(namespace: string, name: string): Promise<Ground> {
  const Filters = [{ Name: 'tag:Name', Values: [`${namespace}/${name}`] }];
  const { Vpcs } = await aws().ec2.send(new DescribeVpcsCommand({ Filters }));
  const eksCluster = `${namespace}_${name}`;
  return { namespace, name, eksCluster, vpcId: Vpcs?.[0]?.VpcId ?? '', inside: inside(eksCluster) };
}

/** What filters a network's parts. */
export const within = ({ vpcId }: Ground) => ({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }] });

export async function clusterOf({ eksCluster }: Ground) {
  return (await aws().eks.send(new DescribeClusterCommand({ name: eksCluster }))).cluster;
}

/** The instances of a platform's network that are there, those with a tag only. */
export async function instancesOf(ground: Ground, tag?: string): Promise<readonly Instance[]> {
  const running = { Name: 'instance-state-name', Values: ['pending', 'running', 'shutting-down'] };
  const tagged = tag === undefined ? [] : [{ Name: 'tag-key', Values: [tag] }];
  const Filters = [...within(ground).Filters, running, ...tagged];
  const { Reservations } = await aws().ec2.send(new DescribeInstancesCommand({ Filters }));
  return (Reservations ?? []).flatMap(one => one.Instances ?? []);
}

export async function loadBalancersOf({ vpcId }: Ground) {
  const { LoadBalancerDescriptions = [] } = await aws().elb.send(new DescribeLoadBalancersCommand({}));
  return LoadBalancerDescriptions.filter(({ VPCId }) => VPCId === vpcId);
}

/** What a role is: who may work as it, AWS's policies on it, and the actions of its own. */
export async function roleOf(RoleName: string) {
  const { Role } = await aws().iam.send(new GetRoleCommand({ RoleName }));
  const { AttachedPolicies = [] } = await aws().iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  const { Statement } = JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''));
  const [{ Principal, Condition }] = Statement;
  const { StringEquals: only = {} } = Condition ?? {};
  return {
    by: Principal.Service ?? Principal.Federated,
    of: only['aws:RequestTag/kubernetes-service-account'] ?? only['token.actions.githubusercontent.com:sub'],
    policies: AttachedPolicies.map(({ PolicyName }) => PolicyName).sort(),
  };
}

/** The document of the one policy that a role has of its own. */
export async function policyOf(RoleName: string) {
  const { PolicyNames = [] } = await aws().iam.send(new ListRolePoliciesCommand({ RoleName }));
  const [PolicyName] = PolicyNames;
  const { PolicyDocument } = await aws().iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
  return JSON.parse(decodeURIComponent(PolicyDocument ?? ''));
}

/** The principals that a cluster lets in, by the names of their roles, and as what. */
export async function entriesOf({ eksCluster: clusterName }: Ground): Promise<readonly string[]> {
  const { accessEntries = [] } = await aws().eks.send(new ListAccessEntriesCommand({ clusterName }));
  const types = accessEntries.map(async principalArn => {
    const asked = new DescribeAccessEntryCommand({ clusterName, principalArn });
    const { accessEntry } = await aws().eks.send(asked);
    return `${principalArn.split('/').at(-1)} ${accessEntry?.type}`;
  });
  return (await Promise.all(types)).sort();
}
