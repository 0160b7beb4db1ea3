import { referenceTarget } from '../crds/reference.ts';
import type { Schema } from '../crossplane/schema.ts';
import { child, isObject, items, type Json, type JsonObject, text } from '../kubernetes/json.ts';
import { externalNameOf, meta } from '../kubernetes/metadata.ts';

/** The managed resources of a kind (`ec2/VPC`) in a namespace. */
export type Lookup = (kind: string, namespace: string) => readonly JsonObject[];

/**
 * Fields that are filled with something else than the external name, or the ARN where they are named so
 * (`zz_generated.resolvers.go` of provider-aws v2.5.0, `Extract:`).
 */
const extracted: Readonly<Record<string, string>> = {
  'cloudwatchlogs/Group kmsKeyId': 'arn',
  'ec2/LaunchTemplate kmsKeyId': 'arn',
  'ec2/SecurityGroupRule cidrBlocks': 'cidrBlock',
  'ec2/SecurityGroupRule ipv6CidrBlocks': 'ipv6CidrBlock',
  'eks/AccessPolicyAssociation principalArn': 'principalArn',
  'eks/NodeGroup version': 'version',
  'rds/Cluster kmsKeyId': 'arn',
  'rds/Cluster masterUserSecretKmsKeyId': 'keyId',
};

/**
 * What a managed resource of a kind is asked to be, with its references and selectors resolved: in its own namespace unless they
 * name another, a field that is set left alone. Undefined while a target is not there, or has no such value yet.
 */
export function resolved(
  kind: string,
  object: JsonObject,
  args: JsonObject,
  schema: Schema,
  lookup: Lookup,
): JsonObject | undefined {
  try {
    return resolve(args, schema, (reference, target, field, one) => {
      const namespace = text(reference, 'namespace') ?? meta(object, 'namespace');
      const found = lookup(target, namespace)
        .filter(other =>
          'name' in reference ? meta(other, 'name') === reference.name : isSelected(reference, object, other),
        )
        .sort((a, b) => (meta(a, 'name') < meta(b, 'name') ? -1 : 1))
        .slice(0, one ? 1 : undefined);
      const values = found.map(other => extract(other, extracted[`${kind} ${field}`] ?? defaultOf(field)));
      const known = values.filter(value => value !== undefined);
      if (known.length === 0 || known.length < values.length) throw new Unresolved();
      return known;
    });
  } catch (error) {
    if (error instanceof Unresolved) return undefined;
    throw error;
  }
}

class Unresolved extends Error {}

type Find = (reference: JsonObject, target: string, field: string, one: boolean) => readonly string[];

/** The names of fields that references fill under another name. */
const irregular: Readonly<Record<string, string>> = { principalArnFromRole: 'principalArn' };

function resolve(args: JsonObject, schema: Schema, find: Find): JsonObject {
  const { properties = {} } = schema;
  const result: Record<string, Json | undefined> = {};
  for (const [name, value] of Object.entries(args)) {
    const node = properties[name] ?? {};
    const target = referenceTarget(node);
    if (!target) {
      result[name] = isObject(value)
        ? resolve(value, node, find)
        : Array.isArray(value)
          ? value.map(item => (isObject(item) ? resolve(item, node.items ?? {}, find) : item))
          : value;
      continue;
    }
    const base = name.replace(/(?:Refs?|Selector)$/, '');
    const singular = irregular[base] ?? base;
    const field = [singular, `${singular}s`].find(one => one in properties) ?? singular;
    if (args[field] !== undefined) continue;
    const many = properties[field]?.items !== undefined;
    const references = Array.isArray(value) ? value.filter(isObject) : [child(value)];
    const values = references.flatMap(one => find(one, `${target.group}/${target.kind}`, field, !many));
    result[field] = many ? [...new Set(values)].sort() : (values[0] ?? null);
  }
  return result;
}

function isSelected(selector: JsonObject, from: JsonObject, to: JsonObject): boolean {
  const labels = child(to, 'metadata', 'labels');
  if (!Object.entries(child(selector, 'matchLabels')).every(([name, value]) => labels[name] === value)) return false;
  return selector.matchControllerRef !== true || controllerOf(from) === controllerOf(to);
}

function controllerOf(object: JsonObject): string | undefined {
  return text(
    items(child(object, 'metadata').ownerReferences).find(owner => child(owner).controller === true),
    'uid',
  );
}

function defaultOf(field: string): string {
  return /(?:^a|A)rns?$/.test(field) ? 'arn' : 'external name';
}

function extract(target: JsonObject, what: string): string | undefined {
  return what === 'external name' ? externalNameOf(target) : text(child(target, 'status', 'atProvider'), what);
}
