import { text } from '../kubernetes/json.ts';
import type { Asked } from './external-names.ts';
import { uuid } from './ids.ts';

/** The account in which everything is rendered. */
export const accountId = '123456789012';

/** A managed resource with its id. */
export interface Made extends Asked {
  readonly id: string;
}

/** An ARN in this account: `arn('rds', region, 'cluster:name')`; IAM and Route 53 have no regions. */
export function arn(service: string, region: string, resource: string, account = accountId): string {
  return `arn:aws:${service}:${region}:${account}:${resource}`;
}

const forms: Readonly<Record<string, (x: Made) => string>> = {
  'cloudwatchevents/Rule': x => arn('events', x.region, `rule/${x.id}`),
  'cloudwatchlogs/Group': x => arn('logs', x.region, `log-group:${x.name}`),
  'dlm/LifecyclePolicy': x => arn('dlm', x.region, `policy/${x.id}`),
  'ec2/InternetGateway': x => arn('ec2', x.region, `internet-gateway/${x.id}`),
  'ec2/LaunchTemplate': x => arn('ec2', x.region, `launch-template/${x.id}`),
  'ec2/RouteTable': x => arn('ec2', x.region, `route-table/${x.id}`),
  'ec2/SecurityGroup': x => arn('ec2', x.region, `security-group/${x.id}`),
  'ec2/SecurityGroupIngressRule': x => arn('ec2', x.region, `security-group-rule/${x.id}`),
  'eks/Addon': x =>
    arn('eks', x.region, `addon/${text(x.args, 'clusterName')}/${text(x.args, 'addonName')}/${uuid(x.id)}`),
  'eks/Cluster': x => arn('eks', x.region, `cluster/${x.name}`),
  'eks/NodeGroup': x => arn('eks', x.region, `nodegroup/${text(x.args, 'clusterName')}/${x.name}/${uuid(x.id)}`),
  'iam/Role': x => arn('iam', '', `role${text(x.args, 'path') ?? '/'}${x.name}`),
  'rds/Cluster': x => arn('rds', x.region, `cluster:${x.name}`),
  'rds/ClusterInstance': x => arn('rds', x.region, `db:${x.name}`),
  'rds/ClusterParameterGroup': x => arn('rds', x.region, `cluster-pg:${x.name}`),
  'rds/SubnetGroup': x => arn('rds', x.region, `subgrp:${x.name}`),
  'route53/Zone': x => arn('route53', '', `hostedzone/${x.id}`, ''),
  'sqs/Queue': x => arn('sqs', x.region, x.id.split('/').at(-1) ?? ''),
};

/** A resource's ARN; of a kind that is not known, `arn:aws:<service>:<region>:<account>:<kind>/<id>`. */
export function arnOf(x: Made): string {
  const [service = '', kind = ''] = x.kind.split('/');
  return forms[x.kind]?.(x) ?? arn(service, x.region, `${kind.toLowerCase()}/${x.id}`);
}
