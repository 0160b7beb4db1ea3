import { items, type Json, type JsonObject } from '../../kubernetes/json.ts';
import { type Account, mentions, type Resource } from './account.ts';
import { refuse } from './errors.ts';
import type { Kinds } from './kinds.ts';

/** An argument that points to another resource, wherever it stands: the text, and the kind that it names. */
interface Pointer {
  readonly value: string;
  readonly kind: string;
}

/**
 * What AWS does to a resource of kind `holder` when what it points to (`of`) is deleted: it goes along, or it stays and
 * AWS does not mind. Everything that is not here holds what it points to.
 */
const yielding: Readonly<Record<string, Readonly<Record<string, 'goes' | 'stays'>>>> = {
  'cloudwatchlogs/Group': { 'cloudwatchevents/Target': 'stays' },
  'ec2/EgressOnlyInternetGateway': { 'ec2/Route': 'stays' },
  'ec2/InternetGateway': { 'ec2/Route': 'stays', 'ec2/RouteTableAssociation': 'stays' },
  'ec2/LaunchTemplate': { 'eks/NodeGroup': 'stays' },
  'ec2/NATGateway': { 'ec2/Route': 'stays' },
  'ec2/RouteTable': { 'ec2/Route': 'goes', 'ec2/VPCEndpointRouteTableAssociation': 'goes' },
  'ec2/SecurityGroup': {
    'ec2/SecurityGroupEgressRule': 'goes',
    'ec2/SecurityGroupIngressRule': 'goes',
    'ec2/SecurityGroupRule': 'goes',
    'ec2/LaunchTemplate': 'stays',
  },
  'ec2/Subnet': { 'ec2/RouteTableAssociation': 'goes', 'rds/SubnetGroup': 'stays' },
  'ec2/VPC': { 'route53/Zone': 'stays' },
  'ec2/VPCEndpoint': {
    'ec2/VPCEndpointRouteTableAssociation': 'goes',
    'ec2/VPCEndpointSecurityGroupAssociation': 'goes',
    'ec2/VPCEndpointSubnetAssociation': 'goes',
  },
  'ecr/Repository': { 'ecr/LifecyclePolicy': 'goes', 'ecr/RepositoryPolicy': 'goes' },
  'eks/AccessEntry': { 'eks/AccessPolicyAssociation': 'goes' },
  'eks/Cluster': {
    'eks/AccessEntry': 'goes',
    'eks/AccessPolicyAssociation': 'goes',
    'eks/Addon': 'goes',
    'eks/IdentityProviderConfig': 'goes',
    'eks/PodIdentityAssociation': 'goes',
  },
  'kms/Key': { 'kms/Alias': 'goes', '*': 'stays' },
  // One that was restored from it.
  'rds/Cluster': { 'rds/Cluster': 'stays' },
  'rds/ClusterSnapshot': { '*': 'stays' },
  'secretsmanager/Secret': { '*': 'stays' },
  'sqs/Queue': { 'sqs/QueuePolicy': 'goes', '*': 'stays' },
};

/** Who holds a role against its deletion; nobody else asks IAM whether it is still there. */
const roleHolders = new Set(['iam/RolePolicy', 'iam/RolePolicyAttachment', 'iam/InstanceProfile']);
const policyHolders = new Set(['iam/RolePolicyAttachment', 'iam/Role']);

function fate(of: Resource, holder: Resource): 'holds' | 'goes' | 'stays' {
  if (of.kind === 'iam/Role') return roleHolders.has(holder.kind) ? 'holds' : 'stays';
  if (of.kind === 'iam/Policy') return policyHolders.has(holder.kind) ? 'holds' : 'stays';
  if (holder.kind === 'ec2/Tag') return 'goes';
  // The provider deletes a zone's records itself, if it is told to.
  if (of.kind === 'route53/Zone' && holder.kind === 'route53/Record' && of.asked.forceDestroy === true) return 'goes';
  // A rule goes with its own group; the group that another one's rule names is held by it.
  const group = holder.asked.securityGroupId;
  if (of.kind === 'ec2/SecurityGroup' && /Rule$/.test(holder.kind) && group !== of.id) return 'holds';
  const rules = yielding[of.kind] ?? {};
  return rules[holder.kind] ?? rules['*'] ?? 'holds';
}

/** Everything in the account that points to a resource: by its ARN, by its id, or by a field that names its kind. */
export function dependents(account: Account, of: Resource, kinds: Kinds): readonly Resource[] {
  return account.all().filter(other => other !== of && pointsTo(other, of, kinds));
}

function pointsTo(other: Resource, of: Resource, kinds: Kinds): boolean {
  const sameRegion = other.region === of.region || other.region === 'global' || of.region === 'global';
  if (!sameRegion || (other.kind === of.kind && other.id === of.id)) return false;
  const said = mentions(other);
  if (said.has(of.arn) || (isUnmistakable(of.id) && said.has(of.id))) return true;
  if (!said.has(of.name) && !said.has(of.id)) return false;
  return pointers(other, kinds).some(({ kind, value }) => kind === of.kind && (value === of.name || value === of.id));
}

function isUnmistakable(id: string): boolean {
  return /-[0-9a-f]{17}$/.test(id) || /^(?:arn|https?):/.test(id);
}

const pointersOf = new WeakMap<JsonObject, readonly Pointer[]>();

function pointers(resource: Resource, kinds: Kinds): readonly Pointer[] {
  let found = pointersOf.get(resource.asked);
  if (!found) {
    const fields = kinds.get(resource.kind)?.references ?? [];
    found = fields.flatMap(({ parents, value, target }) =>
      at(resource.asked, [...parents, value]).map(text => ({ value: text, kind: target })),
    );
    pointersOf.set(resource.asked, found);
  }
  return found;
}

function at(value: Json | undefined, path: readonly string[]): readonly string[] {
  const [first, ...rest] = path;
  if (first === undefined)
    return items(value ?? null).length > 0 ? items(value).filter(isText) : isText(value) ? [value] : [];
  if (first === '[]') return items(value).flatMap(item => at(item, rest));
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? at((value as JsonObject)[first], rest)
    : [];
}

function isText(value: Json | undefined): value is string {
  return typeof value === 'string';
}

/** What goes along when a resource is deleted, and refuses, with an AwsError, while something holds it. */
export function releases(account: Account, of: Resource, kinds: Kinds): readonly Resource[] {
  const all = dependents(account, of, kinds);
  const holder = all.find(other => fate(of, other) === 'holds');
  if (holder) refuseDeletion(of, holder);
  return all.filter(other => fate(of, other) === 'goes');
}

/** What goes along when a resource is deleted whoever holds it: what AWS's console does not let one do, but a test may. */
export function goesAlong(kinds: Kinds): (account: Account, of: Resource) => readonly Resource[] {
  return (account, of) => [
    ...dependents(account, of, kinds).filter(other => fate(of, other) === 'goes'),
    // A cluster's own security group names nobody but its VPC, and a database's secret nobody.
    ...account
      .all()
      .filter(({ kind, token }) => ['ec2/SecurityGroup', 'secretsmanager/Secret'].includes(kind) && token === of.arn),
  ];
}

/** What AWS says of a deletion that something else stands against. */
function refuseDeletion(of: Resource, holder: Resource): never {
  const [group, kind = ''] = of.kind.split('/');
  const low = kind.charAt(0).toLowerCase() + kind.slice(1);
  switch (of.kind) {
    case 'ec2/VPC':
      return refuse('DependencyViolation', `The vpc '${of.id}' has dependencies and cannot be deleted.`);
    case 'ec2/SecurityGroup':
      return refuse('DependencyViolation', `resource ${of.id} has a dependent object`);
    case 'ec2/EIP':
      return refuse('InvalidIPAddress.InUse', `Address ${of.id} is in use.`);
    case 'eks/Cluster':
      return refuse('ResourceInUseException', 'Cluster has nodegroups attached', 409);
    case 'iam/Role':
      return refuse(
        'DeleteConflict',
        holder.kind === 'iam/InstanceProfile'
          ? 'Cannot delete entity, must remove roles from instance profile first.'
          : holder.kind === 'iam/RolePolicy'
            ? 'Cannot delete entity, must delete policies first.'
            : 'Cannot delete entity, must detach all policies first.',
        409,
      );
    case 'iam/Policy':
      return refuse('DeleteConflict', 'Cannot delete a policy attached to entities.', 409);
    case 'rds/Cluster':
      return refuse(
        'InvalidDBClusterStateFault',
        'Cluster cannot be deleted, it still contains DB instances in non-deleting state.',
      );
    case 'rds/SubnetGroup':
      return refuse(
        'InvalidDBSubnetGroupStateFault',
        `Cannot delete the subnet group '${of.name}' because at least one database instance: ${holder.name} is still using it.`,
      );
    case 'rds/ClusterParameterGroup':
    case 'rds/ParameterGroup':
      return refuse(
        'InvalidDBParameterGroupState',
        'One or more database instances are still members of this parameter group',
      );
    case 'route53/Zone':
      return refuse(
        'HostedZoneNotEmpty',
        'The specified hosted zone contains non-required resource record sets and so cannot be deleted.',
      );
    case 'cloudwatchevents/Rule':
      return refuse('ValidationException', "Rule can't be deleted since it has targets.");
    default:
      if (group === 'ec2') {
        return refuse('DependencyViolation', `The ${low} '${of.id}' has dependencies and cannot be deleted.`);
      }
      return refuse('ResourceInUseException', `${kind} ${of.name} is in use by ${holder.id}`, 409);
  }
}

const missing: Readonly<Record<string, readonly [code: string, noun: string]>> = {
  eipalloc: ['InvalidAllocationID.NotFound', 'allocation'],
  igw: ['InvalidInternetGatewayID.NotFound', 'internetGateway'],
  lt: ['InvalidLaunchTemplateId.NotFound', 'launchTemplate'],
  nat: ['NatGatewayNotFound', 'natGateway'],
  rtb: ['InvalidRouteTableID.NotFound', 'routeTable'],
  sg: ['InvalidGroup.NotFound', 'security group'],
  subnet: ['InvalidSubnetID.NotFound', 'subnet'],
  vpc: ['InvalidVpcID.NotFound', 'vpc'],
};

/** Refuses, with an AwsError, arguments that name a network resource which the account does not have. */
export function refuseUnknown(account: Account, args: JsonObject): void {
  const named = [...mentions({ asked: args })].filter(value => /^[a-z]+-[0-9a-f]{17}$/.test(value));
  for (const value of named) {
    const words = missing[value.split('-')[0] ?? ''];
    if (!words) continue;
    const there = account.all().some(({ id, computed }) => id === value || mentions({ asked: computed }).has(value));
    if (!there) refuse(words[0], `The ${words[1]} ID '${value}' does not exist`);
  }
}
