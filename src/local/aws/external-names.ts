import { type JsonObject, text } from '../../kubernetes/json.ts';
import { accountId, iam, partition } from './arns.ts';
import { capitals, hex, newId, uuid } from './ids.ts';

/** What a resource is asked to be, before it has an id. */
export interface Request {
  readonly kind: string;
  readonly region: string;
  readonly args: JsonObject;
  /** The external name that is set; for a kind that is named by it, the managed resource's own name otherwise. */
  readonly name: string | undefined;
  /** What makes a generated name unique: the managed resource's uid. */
  readonly token: string;
}

/**
 * How a kind's external name and its id (Terraform's, under which the account knows it) hang together.
 * - `named`: the external name is the resource's name, `metadata.name` unless the annotation says other.
 * - `id`: the id that is known before the resource is there; undefined while an argument is missing.
 * - `assign`: the id that AWS gives, where it cannot be known before; made of who asks for it and when (ms).
 */
export type NameRule =
  | { readonly named: true; readonly id: (x: Request, name: string) => string | undefined }
  | { readonly named: false; readonly id: (x: Request) => string | undefined }
  | { readonly named: false; readonly assign: (x: Request, at: number) => string };

const name = (id: (x: Request, name: string) => string | undefined = (_, own) => own): NameRule => ({
  named: true,
  id,
});
const assigned = (assign: (x: Request, at: number) => string): NameRule => ({ named: false, assign });
const newIdOf = ({ kind, token }: Request, at: number) => newId(kind, token, String(at));

/** An id made of arguments, which is the external name too. */
const joined = (by: string, ...fields: readonly string[]): NameRule => ({
  named: false,
  id: ({ args }) => {
    const values = fields.map(field => text(args, field));
    return values.every(value => value !== undefined) ? values.join(by) : undefined;
  },
});

/** A name in another's scope: its id is `cluster:name`. */
const within = (field: string): NameRule =>
  name(({ args }, own) => {
    const scope = text(args, field);
    return scope === undefined ? undefined : `${scope}:${own}`;
  });

const busName = (args: JsonObject) => text(args, 'eventBusName') ?? 'default';
const ownOrGenerated = (x: Request) => text(x.args, 'name') ?? `terraform-${hex(26, x.token)}`;

/** The kinds that are not simply given an id by AWS (config/externalname.go of provider-aws v2.5.0). */
const rules: Readonly<Record<string, NameRule>> = {
  'budgets/Budget': name((_, own) => `${accountId}:${own}`),
  'cloudwatchevents/Rule': name(({ args }, own) => (busName(args) === 'default' ? own : `${busName(args)}/${own}`)),
  'cloudwatchevents/Target': {
    named: false,
    id: ({ args, token }) => {
      const rule = text(args, 'rule');
      return rule && `${busName(args)}/${rule}/${text(args, 'targetId') ?? `terraform-${hex(26, token)}`}`;
    },
  },
  'cloudwatchlogs/Group': name(),
  'ec2/EBSDefaultKMSKey': joined('', 'keyArn'),
  'ec2/Route': {
    named: false,
    id: ({ args }) => {
      const to =
        text(args, 'destinationCidrBlock') ??
        text(args, 'destinationIpv6CidrBlock') ??
        text(args, 'destinationPrefixListId');
      const table = text(args, 'routeTableId');
      return table && to && `r-${table}${Number.parseInt(hex(8, to), 16)}`;
    },
  },
  'ec2/Tag': joined(',', 'resourceId', 'key'),
  'ec2/VPCEndpointRouteTableAssociation': joined('/', 'vpcEndpointId', 'routeTableId'),
  'ec2/VPCEndpointSubnetAssociation': joined('/', 'vpcEndpointId', 'subnetId'),
  'ecr/LifecyclePolicy': joined('', 'repository'),
  'ecr/PullThroughCacheRule': joined('', 'ecrRepositoryPrefix'),
  'ecr/Repository': name(),
  'ecr/RepositoryPolicy': joined('', 'repository'),
  'eks/AccessEntry': joined(':', 'clusterName', 'principalArn'),
  'eks/AccessPolicyAssociation': joined('#', 'clusterName', 'principalArn', 'policyArn'),
  'eks/Addon': joined(':', 'clusterName', 'addonName'),
  'eks/Cluster': name(),
  'eks/IdentityProviderConfig': within('clusterName'),
  'eks/NodeGroup': within('clusterName'),
  'elasticloadbalancing/LoadBalancer': name(),
  'iam/InstanceProfile': name(),
  'iam/OpenIDConnectProvider': assigned(({ args }) =>
    iam(`oidc-provider/${(text(args, 'url') ?? '').replace(/^https:\/\//, '')}`),
  ),
  'iam/Policy': name(({ args }, own) => iam(`policy${text(args, 'path') ?? '/'}${own}`)),
  'iam/Role': name(),
  'iam/RolePolicy': within('role'),
  'iam/RolePolicyAttachment': assigned(({ args, token }) => `${text(args, 'role')}-${hex(26, token)}`),
  'iam/ServiceLinkedRole': assigned(({ args }) => {
    const service = text(args, 'awsServiceName') ?? '';
    const suffix = text(args, 'customSuffix');
    const own = `AWSServiceRoleFor_${service.split('.')[0]}${suffix ? `_${suffix}` : ''}`;
    return iam(`role/aws-service-role/${service}/${own}`);
  }),
  'kms/Alias': name((_, own) => (own.startsWith('alias/') ? own : `alias/${own}`)),
  'kms/Key': assigned((x, at) => uuid(x.token, newIdOf(x, at))),
  'rds/Cluster': name(),
  'rds/ClusterInstance': name(),
  'rds/ClusterParameterGroup': name(),
  'rds/ParameterGroup': name(),
  'rds/SubnetGroup': name(),
  'route53/Record': assigned(({ args }) =>
    [text(args, 'zoneId'), text(args, 'name'), text(args, 'type'), text(args, 'setIdentifier')]
      .filter(Boolean)
      .join('_'),
  ),
  'route53/Zone': assigned((x, at) => `Z0${capitals(19, x.token, newIdOf(x, at))}`),
  'secretsmanager/Secret': assigned(
    (x, at) =>
      `arn:${partition}:secretsmanager:${x.region}:${accountId}:secret:${ownOrGenerated(x)}-${capitals(6, newIdOf(x, at))}`,
  ),
  'sqs/Queue': assigned(x => `https://sqs.${x.region}.amazonaws.com/${accountId}/${ownOrGenerated(x)}`),
  'sqs/QueuePolicy': joined('', 'queueUrl'),
};

/** How a kind's resources are named; for a kind that is not in the table, AWS gives the id (IdentifierFromProvider). */
export function nameRule(kind: string): NameRule {
  return rules[kind] ?? assigned(newIdOf);
}

/** The id under which a resource would be found, if it can be known: by its arguments, or by the external name it has. */
export function knownId(x: Request): string | undefined {
  const rule = nameRule(x.kind);
  if ('assign' in rule) return x.name;
  if (rule.named) return x.name === undefined ? undefined : rule.id(x, x.name);
  return rule.id(x) ?? x.name;
}

/** The external name of a resource with this id: its own name for the kinds that are named, else the id. */
export function externalName(x: Request, id: string): string {
  return nameRule(x.kind).named && x.name !== undefined ? x.name : id;
}
