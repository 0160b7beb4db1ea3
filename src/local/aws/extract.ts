import { child, type Json, type JsonObject, text } from '../../kubernetes/json.ts';

/** What a reference takes of the resource it points to. */
export type Extract =
  | 'external-name'
  | 'external-name-if-active'
  | 'arn'
  | { readonly observed: string }
  | 'id'
  | Given;
/** An argument of the target, `spec.forProvider`. */
interface Given {
  readonly given: string;
}

/**
 * Where the provider does not follow the rule below, by kind and field. From `zz_generated.resolvers.go` of
 * provider-aws v2.5.0 (`Extract:` of each request), for the kinds of crds/.
 */
const exceptions: Readonly<Record<string, Extract>> = {
  'cloudwatchlogs/Group kmsKeyId': 'arn',
  'ec2/LaunchTemplate kmsKeyId': 'arn',
  'ec2/NATGateway allocationId': 'id',
  'ec2/NATGateway allocationIds': 'id',
  'ec2/NATGateway secondaryAllocationIds': 'id',
  'ec2/Route egressOnlyGatewayId': 'id',
  'ec2/RouteTableAssociation gatewayId': 'id',
  'ec2/SecurityGroupRule cidrBlocks': { given: 'cidrBlock' },
  'ec2/SecurityGroupRule ipv6CidrBlocks': { given: 'ipv6CidrBlock' },
  'ec2/VPCEndpoint serviceName': { observed: 'serviceName' },
  'ec2/VPCEndpoint subnetId': 'id',
  'ec2/VPCEndpointRouteTableAssociation routeTableId': 'id',
  'ec2/VPCEndpointRouteTableAssociation vpcEndpointId': 'id',
  'ec2/VPCEndpointSecurityGroupAssociation vpcEndpointId': 'id',
  'ec2/VPCEndpointSubnetAssociation vpcEndpointId': 'id',
  'ecr/Repository kmsKey': 'arn',
  'eks/AccessEntry clusterName': 'id',
  'eks/AccessPolicyAssociation clusterName': 'id',
  'eks/AccessPolicyAssociation principalArn': { observed: 'principalArn' },
  'eks/ClusterAuth clusterName': 'external-name-if-active',
  'eks/NodeGroup clusterName': 'external-name-if-active',
  'eks/NodeGroup version': { given: 'version' },
  'iam/RolePolicy role': 'id',
  'rds/Cluster kmsKeyId': 'arn',
  'rds/Cluster masterUserSecretKmsKeyId': { observed: 'keyId' },
  'rds/ClusterInstance clusterIdentifier': 'id',
  'route53/Record records': { observed: 'publicIp' },
  'route53/Zone vpcId': 'id',
  'sqs/QueuePolicy queueUrl': 'id',
};

/** What the reference that fills `field` of a kind (`ec2/Subnet`) takes: an ARN for a field named so, else the external name. */
export function extractOf(kind: string, field: string): Extract {
  return exceptions[`${kind} ${field}`] ?? (/(?:^a|A)rns?$/.test(field) ? 'arn' : 'external-name');
}

/** The value that a reference takes of its target, a managed resource; undefined while the target has none. */
export function extract(target: JsonObject, what: Extract): string | undefined {
  const observed = child(target, 'status', 'atProvider');
  const externalName = text(child(target, 'metadata', 'annotations'), 'crossplane.io/external-name');
  if (what === 'external-name') return externalName;
  if (what === 'external-name-if-active') return text(observed, 'status') === 'ACTIVE' ? externalName : undefined;
  if (typeof what === 'string') return text(observed, what);
  if ('observed' in what) return text(observed, what.observed);
  return text(child(target, 'spec', 'forProvider'), what.given) ?? textOrNothing(observed[what.given]);
}

function textOrNothing(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
