import type { Path, Problem } from '../crossplane/path.ts';
import { getPath } from '../crossplane/path.ts';
import type { Manifest } from '../crossplane/pipeline.ts';
import { isObject } from '../crossplane/schema.ts';

/** What provider-aws 2.5.0 needs of a kind, which its CRD does not say. */
interface Needs {
  /**
   * The settings that it makes the kind's id of (config/externalname.go), one of several in a list. Without one of them it
   * fails before it asks AWS, for ever, though the CRD has it as optional.
   */
  readonly id?: readonly (string | readonly string[])[];
  /**
   * Settings that cannot be changed, have a default, and are never read from AWS (ForceNew, Default, no d.Set of what AWS
   * says). After a restart in the middle of the creation the provider takes them for empty, and refuses every later change.
   */
  readonly neverRead?: readonly string[];
  /**
   * What late initialization writes into the spec (Optional and Computed in Terraform, and no name filter in the kind's
   * zz_…_terraformed.go) though somebody else changes it later, so that the provider changes it back for ever; or what AWS
   * tells and does not take when the resource is made again.
   */
  readonly movesByItself?: string;
}

const none: Needs = {};

/** Every kind of AWS that may be composed, as `group/kind`. */
const kinds: Readonly<Record<string, Needs>> = {
  'budgets/Budget': none,
  'cloudwatchevents/Rule': { id: ['eventBusName'] },
  'cloudwatchevents/Target': { id: ['eventBusName', 'rule', 'targetId'] },
  'cloudwatchlogs/Group': none,
  'dlm/LifecyclePolicy': none,
  'ec2/EBSDefaultKMSKey': none,
  'ec2/EBSEncryptionByDefault': none,
  'ec2/EIP': none,
  'ec2/EgressOnlyInternetGateway': none,
  'ec2/InternetGateway': none,
  'ec2/LaunchTemplate': none,
  'ec2/MainRouteTableAssociation': none,
  'ec2/NATGateway': none,
  'ec2/Route': {
    id: ['routeTableId', ['destinationCidrBlock', 'destinationIpv6CidrBlock', 'destinationPrefixListId']],
  },
  'ec2/RouteTable': none,
  'ec2/RouteTableAssociation': none,
  'ec2/SecurityGroup': none,
  'ec2/SecurityGroupRule': none,
  'ec2/Subnet': none,
  'ec2/Tag': { id: ['resourceId', 'key'] },
  'ec2/VPC': none,
  'ec2/VPCEndpoint': none,
  'ec2/VPCEndpointRouteTableAssociation': { id: ['vpcEndpointId', 'routeTableId'] },
  'ec2/VPCEndpointSecurityGroupAssociation': none,
  'ec2/VPCEndpointSubnetAssociation': { id: ['vpcEndpointId', 'subnetId'] },
  'ecr/LifecyclePolicy': none,
  'ecr/PullThroughCacheRule': none,
  'ecr/Repository': none,
  'ecr/RepositoryPolicy': none,
  'eks/AccessEntry': {
    id: ['clusterName', 'principalArn'],
    movesByItself: 'kubernetesGroups and userName, which AWS gives to entries of nodes and does not take for them',
  },
  'eks/AccessPolicyAssociation': { id: ['clusterName', 'principalArn', 'policyArn'] },
  'eks/Addon': { id: ['clusterName'], movesByItself: 'addonVersion, which EKS picks for the version of the cluster' },
  'eks/Cluster': { neverRead: ['bootstrapSelfManagedAddons'] },
  'eks/ClusterAuth': none,
  'eks/IdentityProviderConfig': { id: ['clusterName'] },
  'eks/NodeGroup': { id: ['clusterName'] },
  'eks/PodIdentityAssociation': none,
  'iam/InstanceProfile': none,
  'iam/OpenIDConnectProvider': none,
  'iam/Policy': none,
  'iam/Role': none,
  'iam/RolePolicy': { id: ['role'] },
  'iam/RolePolicyAttachment': none,
  'iam/ServiceLinkedRole': none,
  'kms/Alias': none,
  'kms/Key': none,
  'rds/Cluster': { movesByItself: 'clusterMembers, which come and go' },
  'rds/ClusterInstance': {
    movesByItself: 'caCertIdentifier, which RDS rotates, and what Performance Insights leaves when it is turned off',
  },
  'rds/ClusterParameterGroup': none,
  'rds/ParameterGroup': none,
  'rds/SubnetGroup': none,
  'route53/Record': none,
  'route53/Zone': none,
  'secretsmanager/Secret': none,
  'sqs/Queue': none,
  'sqs/QueuePolicy': none,
};

/**
 * The kinds that provider-aws 2.5.0 cannot make, and what to take instead: those of Terraform's plugin framework that have an
 * identity (FrameworkResources with Identity in internal/service/ of its Terraform fork, and
 * TerraformPluginFrameworkExternalNameConfigs). It reads a resource before it is there, and a read without an identity is
 * refused by terraform-plugin-framework 1.17.0 (crossplane-contrib/provider-upjet-aws#2003, #2085).
 */
const cannotBeMade: Readonly<Record<string, string>> = {
  'batch/JobQueue': 'there is none',
  'dynamodb/ResourcePolicy': 'there is none',
  'ec2/SecurityGroupEgressRule': 'ec2/SecurityGroupRule of type egress',
  'ec2/SecurityGroupIngressRule': 'ec2/SecurityGroupRule of type ingress',
  'opensearchserverless/Collection': 'there is none',
  's3/BucketLifecycleConfiguration': 'there is none',
  's3/DirectoryBucket': 'there is none',
};

/**
 * What goes when another resource is deleted, though AWS would keep that one for it, and the setting that names it
 * (internal/service/ of Terraform's fork: ec2/vpc_route_table.go dissociates all first, iam/role.go deletes inline policies).
 */
const goesWithSetting: Readonly<Record<string, string>> = {
  'ec2/Route': 'routeTableId',
  'ec2/RouteTableAssociation': 'routeTableId',
  'eks/PodIdentityAssociation': 'roleArn',
  'iam/RolePolicy': 'role',
};

/** The field by which a resource names one that takes it along when it is deleted. */
export function goesWith(part: Manifest): string | undefined {
  const setting = goesWithSetting[kindOf(part)];
  return setting && `spec.forProvider.${setting}`;
}

/** What Terraform writes as an empty text while AWS does not tell it: aws.ToString() of nothing in a kind's read function. */
const emptyAtFirst: Readonly<Record<string, readonly string[]>> = {
  'eks/Cluster': ['status.atProvider.endpoint', 'status.atProvider.certificateAuthority[0].data'],
};

/** Whether a field is there as an empty text before it has its value. */
export function isEmptyAtFirst(resource: Manifest, path: string): boolean {
  return emptyAtFirst[kindOf(resource)]?.includes(path) ?? false;
}

function kindOf({ apiVersion, kind }: Manifest): string {
  return `${apiVersion.split('.aws.m.upbound.io/')[0]}/${kind}`;
}

/** Why provider-aws would not make a resource that its CRD lets through, or not keep it so. */
export function judgeProvider(manifest: Manifest): readonly Problem[] {
  const [group = ''] = manifest.apiVersion.split('.aws.m.upbound.io/');
  if (group === manifest.apiVersion || manifest.kind.endsWith('ProviderConfig')) return [];
  const kind = `${group}/${manifest.kind}`;
  const instead = cannotBeMade[kind];
  if (instead) {
    const message = `provider-aws 2.5.0 reads a ${kind} before it makes it, fails at that and never makes one; in its place: ${instead}`;
    return [{ path: ['kind'], message }];
  }
  const needs = kinds[kind];
  if (!needs) {
    const message = `${kind} is not in src/aws/provider-aws.ts: add what provider-aws makes its id of (config/externalname.go)`;
    return [{ path: ['kind'], message }];
  }
  return [...withoutId(manifest, needs), ...withoutConstants(manifest, needs), ...lateInitialized(manifest, needs)];
}

function withoutId({ kind, spec }: Manifest, { id = [] }: Needs): readonly Problem[] {
  const settings = getPath(spec, ['forProvider']);
  return id
    .map(one => (typeof one === 'string' ? [one] : one))
    .filter(names => !names.some(name => isGiven(settings, name)))
    .map(names => ({
      path: at(names[0] ?? ''),
      message: `${names.join(' or ')} must be set: provider-aws makes the id of a ${kind} of it, and fails without, though the CRD has it as optional`,
    }));
}

function withoutConstants({ kind, spec }: Manifest, { neverRead = [] }: Needs): readonly Problem[] {
  return neverRead
    .filter(name => getPath(spec, ['forProvider', name]) === undefined)
    .map(name => ({
      path: at(name),
      message: `${name} must be set: AWS never tells it, and a provider that is restarted while the ${kind} is made takes it for changed and is stuck`,
    }));
}

/** Without management policies all is done, late initialization too. */
function lateInitialized({ kind, spec }: Manifest, { movesByItself }: Needs): readonly Problem[] {
  const policies = getPath(spec, ['managementPolicies']) ?? ['*'];
  const initializes = Array.isArray(policies) && (policies.includes('*') || policies.includes('LateInitialize'));
  if (!movesByItself || !initializes) return [];
  const message = `must be without LateInitialize (asWritten of src/management.ts): the provider would write into the spec of a ${kind} ${movesByItself}`;
  return [{ path: ['spec', 'managementPolicies'], message }];
}

/** Whether a setting has a value, or a reference that gives it one. */
function isGiven(settings: unknown, name: string): boolean {
  return isObject(settings) && ['', 'Ref', 'Selector'].some(suffix => settings[`${name}${suffix}`] !== undefined);
}

function at(...path: Path): Path {
  return ['spec', 'forProvider', ...path];
}
