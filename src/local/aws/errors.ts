import type { Failure } from './account.ts';
import { accountId, partition } from './arns.ts';
import { uuid } from './ids.ts';

/** An operation of AWS that was refused. */
export class AwsError extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(`${failure.code}: ${failure.message}`);
    this.failure = failure;
  }
}

/** Fails as AWS does: an error code, a message, an HTTP status (400 for most). */
export function refuse(code: string, message: string, status = 400): never {
  throw new AwsError({ code, message, status });
}

/** Fails as the provider does by itself, before it asks AWS. */
export function providerRefuses(message: string): never {
  throw new AwsError({ code: 'InvalidConfiguration', message, status: 400, provider: true });
}

export type Operation = 'create' | 'update' | 'delete' | 'observe';

const services: Readonly<Record<string, readonly [sdk: string, noun: string, iam: string]>> = {
  budgets: ['Budgets', 'Budgets', 'budgets'],
  cloudwatchevents: ['EventBridge', 'EventBridge', 'events'],
  cloudwatchlogs: ['CloudWatch Logs', 'CloudWatch Logs', 'logs'],
  dlm: ['DLM', 'DLM', 'dlm'],
  ec2: ['EC2', 'EC2', 'ec2'],
  ecr: ['ECR', 'ECR', 'ecr'],
  eks: ['EKS', 'EKS', 'eks'],
  elasticloadbalancing: ['Elastic Load Balancing', 'ELB Classic', 'elasticloadbalancing'],
  iam: ['IAM', 'IAM', 'iam'],
  kms: ['KMS', 'KMS', 'kms'],
  rds: ['RDS', 'RDS', 'rds'],
  route53: ['Route 53', 'Route 53', 'route53'],
  secretsmanager: ['Secrets Manager', 'Secrets Manager', 'secretsmanager'],
  sqs: ['SQS', 'SQS', 'sqs'],
};

/** The names of the calls where they are not `Create<Kind>`, `Delete<Kind>`: create, delete. */
const calls: Readonly<Record<string, readonly [create: string, destroy: string]>> = {
  'cloudwatchevents/Rule': ['PutRule', 'DeleteRule'],
  'cloudwatchevents/Target': ['PutTargets', 'RemoveTargets'],
  'cloudwatchlogs/Group': ['CreateLogGroup', 'DeleteLogGroup'],
  'ec2/EIP': ['AllocateAddress', 'ReleaseAddress'],
  'ec2/Instance': ['RunInstances', 'TerminateInstances'],
  'ec2/NATGateway': ['CreateNatGateway', 'DeleteNatGateway'],
  'ec2/RouteTableAssociation': ['AssociateRouteTable', 'DisassociateRouteTable'],
  'ec2/SecurityGroupEgressRule': ['AuthorizeSecurityGroupEgress', 'RevokeSecurityGroupEgress'],
  'ec2/SecurityGroupIngressRule': ['AuthorizeSecurityGroupIngress', 'RevokeSecurityGroupIngress'],
  'ec2/Tag': ['CreateTags', 'DeleteTags'],
  'ec2/VPC': ['CreateVpc', 'DeleteVpc'],
  'ec2/VPCEndpoint': ['CreateVpcEndpoint', 'DeleteVpcEndpoints'],
  'eks/AccessPolicyAssociation': ['AssociateAccessPolicy', 'DisassociateAccessPolicy'],
  'eks/NodeGroup': ['CreateNodegroup', 'DeleteNodegroup'],
  'iam/RolePolicy': ['PutRolePolicy', 'DeleteRolePolicy'],
  'iam/RolePolicyAttachment': ['AttachRolePolicy', 'DetachRolePolicy'],
  'kms/Key': ['CreateKey', 'ScheduleKeyDeletion'],
  'rds/Cluster': ['CreateDBCluster', 'DeleteDBCluster'],
  'rds/ClusterInstance': ['CreateDBInstance', 'DeleteDBInstance'],
  'rds/ClusterParameterGroup': ['CreateDBClusterParameterGroup', 'DeleteDBClusterParameterGroup'],
  'rds/ParameterGroup': ['CreateDBParameterGroup', 'DeleteDBParameterGroup'],
  'rds/SubnetGroup': ['CreateDBSubnetGroup', 'DeleteDBSubnetGroup'],
  'route53/Record': ['ChangeResourceRecordSets', 'ChangeResourceRecordSets'],
  'route53/Zone': ['CreateHostedZone', 'DeleteHostedZone'],
  'sqs/QueuePolicy': ['SetQueueAttributes', 'SetQueueAttributes'],
};

const changes: Readonly<Record<string, string>> = {
  'eks/Cluster': 'UpdateClusterConfig',
  'eks/NodeGroup': 'UpdateNodegroupConfig',
  'rds/Cluster': 'ModifyDBCluster',
  'rds/ClusterInstance': 'ModifyDBInstance',
  'rds/ClusterParameterGroup': 'ModifyDBClusterParameterGroup',
  'rds/ParameterGroup': 'ModifyDBParameterGroup',
  'rds/SubnetGroup': 'ModifyDBSubnetGroup',
};

/** The call of AWS's API that an operation on a kind comes down to: `CreateVpc`. */
export function callOf(kind: string, operation: Operation): string {
  const own = kind.split('/')[1] ?? kind;
  if (operation === 'create') return calls[kind]?.[0] ?? `Create${own}`;
  if (operation === 'delete') return calls[kind]?.[1] ?? `Delete${own}`;
  if (operation === 'update') return changes[kind] ?? `${kind.startsWith('eks/') ? 'Update' : 'Modify'}${own}`;
  return kind.startsWith('eks/') ? `Describe${own}` : `Describe${own}s`;
}

/** Who may not do what, in AWS's words. */
export function accessDenied(kind: string, operation: Operation): Failure {
  const [group = ''] = kind.split('/');
  const who = `arn:${partition}:sts::${accountId}:assumed-role/crossplane-provider-aws/provider`;
  const action = `${services[group]?.[2] ?? group}:${callOf(kind, operation)}`;
  const message = `User: ${who} is not authorized to perform: ${action}`;
  return group === 'ec2'
    ? {
        code: 'UnauthorizedOperation',
        message: `You are not authorized to perform this operation. ${message}`,
        status: 403,
      }
    : { code: 'AccessDeniedException', message, status: 403 };
}

const verbs = { create: 'creating', update: 'updating', delete: 'deleting', observe: 'reading' } as const;

/**
 * What the provider says of an operation that AWS refused: Terraform's error inside upjet's inside
 * crossplane-runtime's, as it stands in Synced. The request id is the same at each try, so that a retry that fails
 * alike changes nothing.
 */
export function providerError(
  kind: string,
  operation: Operation,
  failure: Failure,
  { id, asynchronous }: { readonly id: string | undefined; readonly asynchronous: boolean },
): string {
  const [group = '', own = ''] = kind.split('/');
  const [sdk, noun] = services[group] ?? [group, group];
  const what = id && operation !== 'create' ? ` (${id})` : '';
  const call = callOf(kind, operation);
  const api = `operation error ${sdk}: ${call}, https response error StatusCode: ${failure.status}, RequestID: ${uuid(kind, id ?? '', call)}, api error ${failure.code}: ${failure.message}`;
  const summary = failure.provider ? failure.message : `${verbs[operation]} ${noun} ${own}${what}: ${api}`;
  const terraform = `[{0 ${summary}  []}]`;
  const prefix =
    asynchronous && operation !== 'observe' ? `${operation} failed: async ${operation} failed` : `${operation} failed`;
  return `${prefix}: failed to ${operation} the resource: ${terraform}`;
}
