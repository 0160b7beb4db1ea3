import type { JsonObject } from '../../kubernetes/json.ts';
import { text } from '../../kubernetes/json.ts';
import { uuid } from './ids.ts';

/** The account that the stand-in plays. */
export const accountId = '123456789012';
export const partition = 'aws';

/** What an ARN is made of: a resource's arguments, its id and its external name. */
export interface Named {
  readonly kind: string;
  readonly region: string;
  readonly id: string;
  readonly name: string;
  readonly args: JsonObject;
}

const ec2 = (type: string) => (x: Named) => regional('ec2', x.region, `${type}/${x.id}`);
const rds = (type: string) => (x: Named) => regional('rds', x.region, `${type}:${x.name}`);
const path = (x: Named) => text(x.args, 'path') ?? '/';
const cluster = (x: Named) => text(x.args, 'clusterName') ?? '';

function regional(service: string, region: string, resource: string): string {
  return `arn:${partition}:${service}:${region}:${accountId}:${resource}`;
}

/** The ARN of something in IAM, which knows no regions: `iam('role/name')`. */
export function iam(resource: string): string {
  return regional('iam', '', resource);
}

const forms: Readonly<Record<string, (x: Named) => string>> = {
  'budgets/Budget': x => regional('budgets', '', `budget/${x.name}`),
  'cloudwatchevents/Rule': x => regional('events', x.region, `rule/${x.id}`),
  'cloudwatchlogs/Group': x => regional('logs', x.region, `log-group:${x.name}`),
  'dlm/LifecyclePolicy': x => regional('dlm', x.region, `policy/${x.id}`),
  'ec2/EIP': ec2('elastic-ip'),
  'ec2/Instance': ec2('instance'),
  'ec2/InternetGateway': ec2('internet-gateway'),
  'ec2/LaunchTemplate': ec2('launch-template'),
  'ec2/RouteTable': ec2('route-table'),
  'ec2/SecurityGroup': ec2('security-group'),
  'ec2/SecurityGroupEgressRule': ec2('security-group-rule'),
  'ec2/SecurityGroupIngressRule': ec2('security-group-rule'),
  'ec2/Subnet': ec2('subnet'),
  'ec2/VPC': ec2('vpc'),
  'ec2/VPCEndpoint': ec2('vpc-endpoint'),
  'ecr/Repository': x => regional('ecr', x.region, `repository/${x.name}`),
  'eks/Addon': x => regional('eks', x.region, `addon/${cluster(x)}/${text(x.args, 'addonName')}/${uuid(x.id)}`),
  'eks/Cluster': x => regional('eks', x.region, `cluster/${x.name}`),
  'eks/IdentityProviderConfig': x =>
    regional('eks', x.region, `identityproviderconfig/${cluster(x)}/oidc/${x.name}/${uuid(x.id)}`),
  'eks/NodeGroup': x => regional('eks', x.region, `nodegroup/${cluster(x)}/${x.name}/${uuid(x.id)}`),
  'elasticloadbalancing/LoadBalancer': x => regional('elasticloadbalancing', x.region, `loadbalancer/${x.name}`),
  'iam/InstanceProfile': x => iam(`instance-profile${path(x)}${x.name}`),
  'iam/OpenIDConnectProvider': x => x.id,
  'iam/Policy': x => x.id,
  'iam/Role': x => iam(`role${path(x)}${x.name}`),
  'iam/ServiceLinkedRole': x => x.id,
  'kms/Alias': x => regional('kms', x.region, x.id),
  'kms/Key': x => regional('kms', x.region, `key/${x.id}`),
  'rds/Cluster': rds('cluster'),
  'rds/ClusterInstance': rds('db'),
  'rds/ClusterParameterGroup': rds('cluster-pg'),
  'rds/ClusterSnapshot': rds('cluster-snapshot'),
  'rds/ParameterGroup': rds('pg'),
  'rds/SubnetGroup': rds('subgrp'),
  'route53/Zone': x => `arn:${partition}:route53:::hostedzone/${x.id}`,
  'secretsmanager/Secret': x => x.id,
  'sqs/Queue': x => regional('sqs', x.region, x.id.split('/').at(-1) ?? x.name),
};

/** A resource's ARN; for a kind that the table does not know, `arn:aws:<service>:<region>:<account>:<kind>/<id>`. */
export function arnOf(x: Named): string {
  if (x.id.startsWith('arn:')) return x.id;
  const [service = '', kind = ''] = x.kind.split('/');
  return (
    forms[x.kind]?.(x) ?? regional(service, x.region === 'global' ? '' : x.region, `${kind.toLowerCase()}/${x.id}`)
  );
}
