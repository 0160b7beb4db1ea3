import { referenceTarget } from '../../crds/reference.ts';
import type { Schema } from '../../crossplane/schema.ts';
import { child, isObject, items, type Json, type JsonObject, text } from '../../kubernetes/json.ts';
import { type Extract, extract, extractOf } from './extract.ts';

/** A field of a managed resource that another one can fill: where it is, what it points to, what it takes. */
export interface ReferenceField {
  /** The names from `spec.forProvider` to the object that holds the field; `[]` goes through the items of a list. */
  readonly parents: readonly string[];
  /** The field that is filled, e.g. `vpcId` or `subnetIds`. */
  readonly value: string;
  /** The reference's field, e.g. `vpcIdRef` or `subnetIdRefs`. */
  readonly reference: string;
  /** The selector's field, e.g. `vpcIdSelector`. */
  readonly selector: string;
  readonly many: boolean;
  /** The kind that it points to, `ec2/VPC`. */
  readonly target: string;
  readonly extract: Extract;
}

/** Where managed resources are found, by kind (`ec2/VPC`). */
export interface Lookup {
  get(kind: string, namespace: string, name: string): JsonObject | undefined;
  list(kind: string, namespace: string): readonly JsonObject[];
}

/** A reference that cannot be resolved (yet); the message is crossplane-runtime's. */
export class UnresolvedReference extends Error {}

const irregular: Readonly<Record<string, string>> = { principalArnFromRole: 'principalArn' };

/** The reference fields of a kind, from the schema of its `spec.forProvider` and the targets that the catalog knows. */
export function referenceFields(kind: string, forProvider: Schema): readonly ReferenceField[] {
  const found: ReferenceField[] = [];
  const visit = (node: Schema, parents: readonly string[]): void => {
    const properties = node.properties ?? {};
    for (const [name, schema] of Object.entries(properties)) {
      const target = referenceTarget(schema);
      const base = /^(.*?)Refs?$/.exec(name)?.[1];
      if (target && base !== undefined) {
        const many = schema.items !== undefined;
        const singular = irregular[base] ?? base;
        const value = [singular, `${singular}s`].find(candidate => candidate in properties);
        const selector = [`${base}Selector`, `${base.replace(/s$/, '')}Selector`].find(s => s in properties);
        if (!value || !selector) continue;
        const points = `${target.group}/${target.kind}`;
        found.push({
          parents,
          value,
          reference: name,
          selector,
          many,
          target: points,
          extract: extractOf(kind, value),
        });
      } else if (!target) {
        visit(schema, [...parents, name]);
        if (schema.items) visit(schema.items, [...parents, name, '[]']);
      }
    }
  };
  visit(forProvider, []);
  return found;
}

/**
 * `spec` of a managed resource with its references and selectors resolved as crossplane-runtime does (pkg/reference,
 * v2.1.0): in its own namespace, not before the target has the value, and left alone once the field is set unless the
 * policy is Always. Throws {@link UnresolvedReference}.
 */
export function resolveReferences(object: JsonObject, fields: readonly ReferenceField[], lookup: Lookup): JsonObject {
  const spec = structuredClone(child(object, 'spec')) as Record<string, Json | undefined>;
  for (const section of ['forProvider', 'initProvider']) {
    for (const field of fields) {
      for (const holder of holders(spec[section], field.parents)) resolveField(object, section, holder, field, lookup);
    }
  }
  return spec;
}

type Holder = Record<string, Json | undefined>;

function holders(root: Json | undefined, parents: readonly string[]): readonly Holder[] {
  const [first, ...rest] = parents;
  if (first === '[]') return items(root).flatMap(item => holders(item, rest));
  if (!isObject(root)) return [];
  return first === undefined ? [root as Holder] : holders(root[first], rest);
}

function resolveField(object: JsonObject, section: string, holder: Holder, field: ReferenceField, lookup: Lookup) {
  const { reference, selector, value, many } = field;
  const selects = isObject(holder[selector]) ? holder[selector] : undefined;
  const given = many ? items(holder[reference]) : isObject(holder[reference]) ? [holder[reference]] : [];
  const always = selects ? isAlways(selects) : given.some(isAlways);
  const current = holder[value];
  const isSet = many ? items(current).length > 0 : typeof current === 'string' && current !== '';
  if ((isSet && !always) || (given.length === 0 && !selects)) return;
  const references = selects && isAlways(selects) ? [] : given;
  const own = text(child(object, 'metadata'), 'namespace') ?? '';
  const where = `mg.Spec.${goName(section)}.${[...field.parents.filter(p => p !== '[]'), value].map(goName).join('.')}`;
  const optional = (policy: JsonObject) => text(child(policy, 'policy'), 'resolution') === 'Optional';
  const fail = (policy: JsonObject, why: string): undefined => {
    if (optional(policy)) return undefined;
    throw new UnresolvedReference(`cannot resolve references: ${where}: ${why}`);
  };
  const noValue = 'referenced field was empty (referenced resource may not yet be ready)';
  const [group, kind] = field.target.split('/');

  const resolved: { readonly value: string; readonly name: string; readonly namespace?: string }[] = [];
  if (references.length > 0) {
    for (const item of references) {
      const ref = child(item);
      const name = text(ref, 'name') ?? '';
      const target = lookup.get(field.target, text(ref, 'namespace') ?? own, name);
      if (!target) {
        fail(ref, `cannot get referenced resource: ${kind}.${group}.aws.m.upbound.io "${name}" not found`);
        continue;
      }
      const found = extract(target, field.extract);
      if (found === undefined) fail(ref, noValue);
      else resolved.push({ value: found, name });
    }
  } else if (selects) {
    const namespace = text(selects, 'namespace') ?? own;
    const matches = lookup
      .list(field.target, namespace)
      .filter(target => selected(selects, object, target))
      .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
    if (matches.length === 0) fail(selects, 'no resources matched selector');
    for (const target of many ? matches : matches.slice(0, 1)) {
      const found = extract(target, field.extract);
      if (found === undefined) fail(selects, noValue);
      else resolved.push({ value: found, name: nameOf(target), namespace });
    }
  }
  if (resolved.length === 0) return;
  const unique = [...new Map(resolved.map(item => [item.value, item])).values()];
  unique.sort((a, b) => (a.value < b.value ? -1 : 1));
  const refs = unique.map(({ name, namespace }) => {
    const before = given.map(item => child(item)).find(item => text(item, 'name') === name);
    return before ?? { name, ...(namespace ? { namespace } : {}) };
  });
  holder[value] = many ? unique.map(item => item.value) : (unique[0]?.value ?? null);
  holder[reference] = many ? refs : (refs[0] ?? null);
}

function isAlways(reference: Json): boolean {
  return text(child(reference, 'policy'), 'resolve') === 'Always';
}

function nameOf(object: JsonObject): string {
  return text(child(object, 'metadata'), 'name') ?? '';
}

function selected(selector: JsonObject, from: JsonObject, to: JsonObject): boolean {
  const labels = child(to, 'metadata', 'labels');
  if (!Object.entries(child(selector, 'matchLabels')).every(([name, value]) => labels[name] === value)) return false;
  return (
    selector.matchControllerRef !== true || (controller(from) !== undefined && controller(from) === controller(to))
  );
}

/** The uid of an object's controlling owner. */
export function controller(object: JsonObject): string | undefined {
  const owner = items(child(object, 'metadata').ownerReferences).find(item => child(item).controller === true);
  return text(owner, 'uid');
}

const initialisms = new Set(['vpc', 'id', 'kms', 'nat', 'db', 'iam', 'ebs', 'url', 'ip', 'dns', 'acl', 's3', 'ecs']);

/** A field's name as the provider's Go types have it, which its messages show: `vpcId` is `VPCID`. */
export function goName(name: string): string {
  return name.replaceAll(/^[a-z0-9]+|[A-Z][a-z0-9]*/g, word => {
    const lower = word.toLowerCase();
    if (/^ipv[46]$/.test(lower)) return `IPv${lower.at(-1)}`;
    return initialisms.has(lower) ? word.toUpperCase() : `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
  });
}
