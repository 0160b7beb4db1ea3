import { items, type Json, type JsonObject, text } from '../../kubernetes/json.ts';
import type { Account, Resource } from './account.ts';
import { partition } from './arns.ts';

/** What AWS's own policies allow, as far as controllers of a cluster need it. */
const managed: Readonly<Record<string, readonly string[]>> = {
  AdministratorAccess: ['*'],
  AmazonEKSClusterPolicy: [
    'elasticloadbalancing:*',
    'ec2:CreateSecurityGroup',
    'ec2:DeleteSecurityGroup',
    'ec2:AuthorizeSecurityGroupIngress',
    'ec2:RevokeSecurityGroupIngress',
    'ec2:CreateTags',
    'ec2:Describe*',
  ],
  AmazonRoute53FullAccess: ['route53:*'],
};

/** The role of an ARN, if the account has it and it is not going. */
export function roleOf(account: Account, arn: string | undefined): Resource | undefined {
  return account.all().find(one => one.kind === 'iam/Role' && one.arn === arn && isThere(one));
}

/** Whether AWS is done with making a resource and has not begun to end it. */
export function isThere({ state }: Resource): boolean {
  return state === 'available' || state === 'updating';
}

/**
 * The first of `actions` that a role's policies do not allow on a resource (any, if none is given); undefined when it
 * may do all. Coarse: an action counts as allowed if a statement allows it under some condition, and denials that have a
 * condition are passed over.
 */
export function lacking(
  account: Account,
  role: Resource,
  actions: readonly string[],
  resource?: string,
): string | undefined {
  const statements = statementsOf(account, role);
  const meant = (statement: JsonObject, action: string): boolean =>
    list(statement.Action).some(pattern => matches(pattern, action)) &&
    (resource === undefined || list(statement.Resource).some(pattern => matches(pattern, resource)));
  return actions.find(
    action =>
      !statements.some(one => one.Effect === 'Allow' && meant(one, action)) ||
      statements.some(one => one.Effect === 'Deny' && one.Condition === undefined && meant(one, action)),
  );
}

function statementsOf(account: Account, role: Resource): readonly JsonObject[] {
  const attached = new Set(items(role.asked.managedPolicyArns).map(String));
  const documents = items(role.asked.inlinePolicy).flatMap(one => text(one, 'policy') ?? []);
  for (const one of account.all()) {
    if (!isThere(one) || one.asked.role !== role.name) continue;
    if (one.kind === 'iam/RolePolicyAttachment') attached.add(text(one.asked, 'policyArn') ?? '');
    if (one.kind === 'iam/RolePolicy') documents.push(text(one.asked, 'policy') ?? '{}');
  }
  const statements = documents.flatMap(statementsIn);
  for (const arn of attached) {
    const name = arn.startsWith(`arn:${partition}:iam::aws:policy/`) ? (arn.split('/').at(-1) ?? '') : '';
    const Action = managed[name];
    if (Action) statements.push({ Effect: 'Allow', Action, Resource: '*' });
    const own = account.find('iam/Policy', 'global', arn);
    if (own && isThere(own)) statements.push(...statementsIn(text(own.asked, 'policy') ?? '{}'));
  }
  return statements;
}

/** The statements of a policy document; none of a text that is no JSON. */
function statementsIn(document: string): readonly JsonObject[] {
  try {
    const { Statement } = JSON.parse(document) as { Statement?: JsonObject | readonly JsonObject[] };
    return Statement === undefined ? [] : Array.isArray(Statement) ? Statement : [Statement as JsonObject];
  } catch {
    return [];
  }
}

function list(value: Json | undefined): readonly string[] {
  return typeof value === 'string' ? [value] : items(value).map(String);
}

/** Whether a pattern of IAM with `*` and `?` fits, whatever the case. */
function matches(pattern: string, value: string): boolean {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`, 'i').test(value);
}
