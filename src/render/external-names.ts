import { type JsonObject, text } from '../kubernetes/json.ts';
import { accountId } from './arns.ts';
import { capitals, hex } from './ids.ts';

/** A managed resource before it has an id. */
export interface Asked {
  /** `ec2/VPC`. */
  readonly kind: string;
  /** Empty for what has none. */
  readonly region: string;
  /** What it is asked to be, references resolved. */
  readonly args: JsonObject;
  /** Its external name if one is set, else its name. */
  readonly name: string;
  readonly uid: string;
}

/** How a kind's id (Terraform's) and its external name come about (config/externalname.go of provider-aws v2.5.0). */
interface Rule {
  readonly id: (x: Asked) => string;
  /** The external name is the resource's own name, not the id. */
  readonly named?: true;
}

const named: Rule = { id: x => x.name, named: true };
/** A name in another's scope: its id is `cluster:name`. */
const within = (field: string): Rule => ({ id: x => `${text(x.args, field)}:${x.name}`, named: true });
/** Made of arguments. */
const joined = (by: string, ...fields: readonly string[]): Rule => ({
  id: ({ args }) => fields.map(field => text(args, field)).join(by),
});
/** Given by AWS: 17 hex digits after a prefix, as in `vpc-0123456789abcdef0`. */
const given = (prefix: string): Rule => ({ id: ({ kind, uid }) => `${prefix}-0${hex(16, kind, uid)}` });

const rules: Readonly<Record<string, Rule>> = {
  'cloudwatchevents/Rule': named,
  'cloudwatchevents/Target': {
    id: ({ args, uid }) =>
      [text(args, 'eventBusName') ?? 'default', text(args, 'rule'), text(args, 'targetId') ?? generated(uid)].join('/'),
  },
  'cloudwatchlogs/Group': named,
  'dlm/LifecyclePolicy': given('policy'),
  'ec2/InternetGateway': given('igw'),
  'ec2/LaunchTemplate': given('lt'),
  'ec2/Route': {
    id: ({ args }) =>
      `r-${text(args, 'routeTableId')}${Number.parseInt(hex(8, text(args, 'destinationCidrBlock') ?? ''), 16)}`,
  },
  'ec2/RouteTable': given('rtb'),
  'ec2/RouteTableAssociation': given('rtbassoc'),
  'ec2/SecurityGroup': given('sg'),
  'ec2/SecurityGroupIngressRule': given('sgr'),
  'ec2/SecurityGroupRule': given('sgrule'),
  'ec2/Subnet': given('subnet'),
  'ec2/VPC': given('vpc'),
  'eks/AccessEntry': joined(':', 'clusterName', 'principalArn'),
  'eks/AccessPolicyAssociation': joined('#', 'clusterName', 'principalArn', 'policyArn'),
  'eks/Addon': joined(':', 'clusterName', 'addonName'),
  'eks/Cluster': named,
  'eks/ClusterAuth': joined('', 'clusterName'),
  'eks/NodeGroup': within('clusterName'),
  'eks/PodIdentityAssociation': given('a'),
  'iam/Role': named,
  'iam/RolePolicy': within('role'),
  'rds/Cluster': named,
  'rds/ClusterInstance': named,
  'rds/ClusterParameterGroup': named,
  'rds/SubnetGroup': named,
  'route53/Zone': { id: ({ kind, uid }) => `Z0${capitals(19, kind, uid)}` },
  'sqs/Queue': {
    id: ({ region, args, uid }) =>
      `https://sqs.${region}.amazonaws.com/${accountId}/${text(args, 'name') ?? generated(uid)}`,
  },
  'sqs/QueuePolicy': joined('', 'queueUrl'),
};

function generated(uid: string): string {
  return `terraform-${hex(26, uid)}`;
}

/** Whether it is known how the resources of a kind are named. */
export function isNamed(kind: string): boolean {
  return kind in rules;
}

/** The id and the external name that a resource will have; of a kind that is not known, AWS is taken to give the id. */
export function identityOf(x: Asked): { readonly id: string; readonly externalName: string } {
  const rule = rules[x.kind] ?? given(x.kind.split('/')[1]?.toLowerCase() ?? '');
  const id = rule.id(x);
  return { id, externalName: rule.named ? x.name : id };
}
