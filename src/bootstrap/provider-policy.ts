import { resourceTypesOf } from '../aws/iam.ts';
import { arnsOfTypes, callsOfKinds } from '../aws/provider-calls.ts';
import type { Package } from '../crossplane/package.ts';
import { getPath } from '../crossplane/path.ts';
import { type Manifest, type Patch, type ResourceTemplate, resourcesOf } from '../crossplane/pipeline.ts';

/** A statement of an IAM policy. */
export interface Statement {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** A policy document of IAM. */
export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

/** What IAM takes of a managed policy at most, white space not counted (iam/latest/UserGuide/reference_iam-quotas.html). */
const mostCharacters = 6144;

/**
 * What provider-aws must be allowed for all that the Compositions make, and the `manifests` that are applied beside them, in as
 * many policies as it takes.
 */
export function providerPolicies(pkg: Package, manifests: readonly Manifest[]): readonly PolicyDocument[] {
  const templates: readonly ResourceTemplate[] = [
    ...pkg.parts.flatMap(({ compositions }) => compositions).flatMap(resourcesOf),
    ...manifests.map(base => ({ name: base.kind, base })),
  ].filter(({ base }) => kindOf(base) !== undefined);
  const kinds = [...new Set(templates.flatMap(({ base }) => kindOf(base) ?? []))].sort();
  const statements = [
    ...statementsOf(kinds, templates),
    ...ofRoles(templates),
    ...kinds.flatMap(kind => besides[kind] ?? []),
    ...manifests.filter(({ kind }) => kind === 'ServiceLinkedRole').flatMap(ofServiceLinkedRole),
  ];
  return packed(statements);
}

/** The folder that holds them, and nothing else. */
export const policyFolder = 'kind-bootstrap/iam';

/** The policies as JSON, by path. */
export function policyFiles(policies: readonly PolicyDocument[]): ReadonlyMap<string, string> {
  return new Map(
    policies.map((policy, i) => [
      `${policyFolder}/provider-aws-${i + 1}.json`,
      `${JSON.stringify(policy, undefined, 2)}\n`,
    ]),
  );
}

/** The kind of a resource of AWS, as `group/kind`. */
function kindOf({ apiVersion, kind }: Manifest): string | undefined {
  const [group, version] = apiVersion.split('.aws.m.upbound.io/');
  return version && !kind.endsWith('ProviderConfig') ? `${group}/${kind}` : undefined;
}

/** A statement for each set of resources, with all actions that touch just these; `*` where AWS takes no names. */
function statementsOf(kinds: readonly string[], templates: readonly ResourceTemplate[]): readonly Statement[] {
  const calls = kinds.flatMap(kind => {
    const found = callsOfKinds[kind];
    if (!found)
      throw new Error(`${kind} is composed, but src/aws/provider-calls.ts does not say what the provider calls`);
    return found;
  });
  const byResources = new Map<string, Statement>();
  for (const action of [...new Set(calls)].sort()) {
    const Resource = resourcesOfAction(action, kinds, templates);
    // A service of AWS is told from another: a policy is read by service.
    const key = `${action.split(':')[0]} ${Resource.join(' ')}`;
    const others = byResources.get(key)?.Action ?? [];
    byResources.set(key, { Effect: 'Allow', Action: [...others, action], Resource });
  }
  return [...byResources].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, statement]) => statement);
}

function resourcesOfAction(
  action: string,
  kinds: readonly string[],
  templates: readonly ResourceTemplate[],
): readonly string[] {
  const types = resourceTypesOf(action);
  if (types.length === 0) return ['*'];
  const arns = types.flatMap(({ name }) => {
    const [kind, ...forms] = arnsOfTypes[`${action.split(':')[0]}:${name}`] ?? [];
    if (kind && !kinds.includes(kind)) return [];
    return forms.flatMap(form =>
      kind && form.includes('{}') ? namesOf(kind, templates).map(one => form.replaceAll('{}', one)) : form,
    );
  });
  if (arns.length === 0) {
    const known = types.map(({ name }) => name).join(', ');
    throw new Error(`src/aws/provider-calls.ts has no ARN of what ${action} touches: ${known}`);
  }
  return [...new Set(arns)].sort();
}

/** What resources of a kind are named in AWS, with `*` for what comes from the composite resource. */
function namesOf(kind: string, templates: readonly ResourceTemplate[]): readonly string[] {
  const names = templates.filter(({ base }) => kindOf(base) === kind).flatMap(nameOf);
  if (names.length === 0) throw new Error(`no ${kind} has a name that is known before it is made`);
  return [...new Set(names)].sort();
}

function nameOf({ patches = [] }: ResourceTemplate): readonly string[] {
  const fields = ['metadata.annotations[crossplane.io/external-name]', 'spec.forProvider.name'];
  const [form] = fields.flatMap(field => formsOf(patches, field));
  return form === undefined ? [] : [form.replaceAll(/%[sv]/g, '*')];
}

/** The texts with gaps that patches make a field of. */
function formsOf(patches: readonly Patch[], field: string): readonly string[] {
  return patches
    .filter(({ toFieldPath }) => toFieldPath === field)
    .flatMap(patch => [
      ...('combine' in patch ? [patch.combine.string.fmt] : []),
      ...(patch.transforms ?? []).flatMap(one =>
        one.type === 'string' && 'fmt' in one.string ? [one.string.fmt] : [],
      ),
    ]);
}

/**
 * Whom a role may be passed to, told by its trust, and which policies of AWS may be attached: no role is given more than the
 * Compositions give.
 */
function ofRoles(templates: readonly ResourceTemplate[]): readonly Statement[] {
  const roles = templates.filter(({ base }) => kindOf(base) === 'iam/Role');
  const arnOf = (role: ResourceTemplate) => nameOf(role).map(name => `arn:aws:iam::*:role/${name}`);
  const services = [...new Set(roles.flatMap(trusted))].sort();
  const passed = services.map((service): Statement => {
    const arns = roles.filter(role => trusted(role).includes(service)).flatMap(arnOf);
    return {
      Effect: 'Allow',
      Action: ['iam:PassRole'],
      Resource: [...new Set(arns)].sort(),
      // EKS is given the role of the nodes, for their instances.
      Condition: {
        StringEquals: { 'iam:PassedToService': service.startsWith('ec2.') ? [service, 'eks.amazonaws.com'] : service },
      },
    };
  });
  const attached = roles.flatMap(({ base }) => getPath(base, ['spec', 'forProvider', 'managedPolicyArns']) ?? []);
  const attach: Statement = {
    Effect: 'Allow',
    Action: ['iam:AttachRolePolicy', 'iam:DetachRolePolicy'],
    Resource: [...new Set(roles.flatMap(arnOf))].sort(),
    Condition: { ArnEquals: { 'iam:PolicyARN': [...new Set(attached.map(String))].sort() } },
  };
  return [...passed, attach];
}

/** The services of AWS that may work as a role. */
function trusted({ base, patches = [] }: ResourceTemplate): readonly string[] {
  const given = getPath(base, ['spec', 'forProvider', 'assumeRolePolicy']);
  const trust = [String(given ?? ''), ...formsOf(patches, 'spec.forProvider.assumeRolePolicy')].join('\n');
  return [...trust.matchAll(/"Service":"([a-z0-9.]+)"/g)].map(([, service = '']) => service);
}

/** A role of AWS's own for a service, which AWS makes in the name of the caller when the account has none. */
function serviceLinkedRole(service: string): Statement {
  return {
    Effect: 'Allow',
    Action: ['iam:CreateServiceLinkedRole', 'iam:GetRole'],
    Resource: [`arn:aws:iam::*:role/aws-service-role/${service}/*`],
  };
}

function ofServiceLinkedRole(manifest: Manifest): readonly Statement[] {
  const service = String(getPath(manifest, ['spec', 'forProvider', 'awsServiceName']));
  const { Resource } = serviceLinkedRole(service);
  return [
    serviceLinkedRole(service),
    {
      Effect: 'Allow',
      Action: ['iam:ListRoleTags', 'iam:TagRole', 'iam:UntagRole', 'iam:UpdateRole', 'iam:UpdateRoleDescription'],
      Resource,
    },
  ];
}

/** Keys of the claims' own choice, for what AWS encrypts by them. */
const keys: readonly Statement[] = [
  { Effect: 'Allow', Action: ['kms:DescribeKey'], Resource: ['arn:aws:kms:*:*:key/*'] },
  {
    Effect: 'Allow',
    Action: ['kms:CreateGrant'],
    Resource: ['arn:aws:kms:*:*:key/*'],
    Condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
  },
];

/** What AWS asks of a caller beside the call itself. */
const besides: Readonly<Record<string, readonly Statement[]>> = {
  // eks/latest/userguide/using-service-linked-roles.html, enable-kms.html.
  'eks/Cluster': [serviceLinkedRole('eks.amazonaws.com'), ...keys],
  // EKS tries, in the name of the caller, whether the launch template can be launched (launch-templates.html).
  'eks/NodeGroup': [
    serviceLinkedRole('eks-nodegroup.amazonaws.com'),
    {
      Effect: 'Allow',
      Action: ['ec2:RunInstances'],
      Resource: [
        'arn:aws:ec2:*::image/*',
        'arn:aws:ec2:*::snapshot/*',
        ...['instance', 'launch-template', 'network-interface', 'security-group', 'subnet', 'volume'].map(
          type => `arn:aws:ec2:*:*:${type}/*`,
        ),
      ],
      Condition: { ArnLike: { 'ec2:LaunchTemplate': 'arn:aws:ec2:*:*:launch-template/*' } },
    },
  ],
  // AmazonRDS/latest/AuroraUserGuide/rds-secrets-manager.html: RDS keeps the password in the name of the caller.
  'rds/Cluster': [
    serviceLinkedRole('rds.amazonaws.com'),
    ...keys,
    {
      Effect: 'Allow',
      Action: ['secretsmanager:CreateSecret', 'secretsmanager:TagResource'],
      Resource: ['arn:aws:secretsmanager:*:*:secret:rds!cluster-*'],
    },
    {
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: ['arn:aws:kms:*:*:key/*'],
      Condition: { StringLike: { 'kms:ViaService': 'secretsmanager.*.amazonaws.com' } },
    },
    // What is restored is read from a cluster of any name.
    { Effect: 'Allow', Action: ['rds:RestoreDBClusterToPointInTime'], Resource: ['arn:aws:rds:*:*:cluster:*'] },
  ],
};

/** Documents that each hold as many statements, in their order, as IAM takes. */
function packed(statements: readonly Statement[]): readonly PolicyDocument[] {
  const distinct = [...new Map(statements.map(one => [JSON.stringify(one), one])).values()];
  const documents: PolicyDocument[] = [];
  for (const one of distinct) {
    const last = documents.at(-1);
    const longer: PolicyDocument = { Version: '2012-10-17', Statement: [...(last?.Statement ?? []), one] };
    if (last && JSON.stringify(longer).length <= mostCharacters) documents[documents.length - 1] = longer;
    else documents.push({ Version: '2012-10-17', Statement: [one] });
  }
  return documents;
}
