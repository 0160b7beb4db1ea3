import { getPath, type Path } from './path.ts';

/** One CEL rule of `x-kubernetes-validations`. */
export interface Rule {
  readonly rule: string;
  readonly message?: string;
  /** A CEL expression giving a string; used in place of `message` where it evaluates. */
  readonly messageExpression?: string;
  /** Where the problem is shown, relative to the node of the rule, e.g. `.spec.region`. */
  readonly fieldPath?: string;
  readonly reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';
  /** Runs a rule that mentions `oldSelf` on creation too, with `oldSelf` as an optional. */
  readonly optionalOldSelf?: boolean;
}

/** A node of a structural OpenAPI v3 schema, as `spec.versions[].schema.openAPIV3Schema` of a CRD or XRD holds it. */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly title?: string;
  readonly description?: string;
  readonly example?: unknown;
  readonly nullable?: boolean;
  readonly format?: string;
  /** An RE2 pattern, which matches anywhere unless it is anchored. */
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  /** OpenAPI v3.0: a flag on `minimum`, not a bound of its own. */
  readonly exclusiveMinimum?: boolean;
  /** OpenAPI v3.0: a flag on `maximum`, not a bound of its own. */
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly not?: Schema;
  readonly 'x-kubernetes-validations'?: readonly Rule[];
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular';
}

/** A JSON object, as opposed to a list, null or a scalar. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Below `x-kubernetes-preserve-unknown-fields`, where nothing is declared. */
const anything: Schema = { 'x-kubernetes-preserve-unknown-fields': true };

/**
 * The schema of one field or item of `schema`'s value; undefined where the schema declares none. Below
 * `x-kubernetes-preserve-unknown-fields` anything may stand, so what is undeclared there is permissive.
 */
export function schemaOf(schema: Schema, segment: string | number): Schema | undefined {
  if (typeof segment === 'number') {
    if (schema.items) return schema.items;
  } else {
    if (schema.properties && Object.hasOwn(schema.properties, segment)) return schema.properties[segment];
    if (typeof schema.additionalProperties === 'object') return schema.additionalProperties;
    if (schema.additionalProperties === true) return anything;
  }
  return schema['x-kubernetes-preserve-unknown-fields'] ? anything : undefined;
}

/** The schema at `path` below `schema`, or undefined where no value may stand. */
export function schemaAt(schema: Schema, path: Path): Schema | undefined {
  return path.reduce<Schema | undefined>((at, segment) => at && schemaOf(at, segment), schema);
}

/**
 * What makes an item of a `set` or `map` list itself, as text to compare; undefined in lists whose items have no identity but
 * their place. Keys with a default count with it.
 */
export function itemKey(list: Schema, item: unknown): string | undefined {
  const type = list['x-kubernetes-list-type'];
  if (type === 'set') return JSON.stringify(item);
  if (type !== 'map') return undefined;
  const keys = list['x-kubernetes-list-map-keys'] ?? [];
  return JSON.stringify(keys.map(key => getPath(item, [key]) ?? list.items?.properties?.[key]?.default ?? null));
}

/**
 * The earlier value of one field or item, as the API server correlates them: fields by name, items of a `map` list by their
 * keys, items of any other list not at all.
 */
export function correlate(schema: Schema, value: unknown, old: unknown, segment: string | number): unknown {
  if (typeof segment === 'string') return getPath(old, [segment]);
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(old)) return undefined;
  const key = itemKey(schema, getPath(value, [segment]));
  return old.find(item => itemKey(schema, item) === key);
}

const patterns = new Map<string, RegExp>();
const posixClasses: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  blank: '\\t ',
  digit: '0-9',
  lower: 'a-z',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
};

/**
 * An RE2 pattern, the dialect of `pattern` and of CEL's `matches`, as a JavaScript expression. Throws, saying why, on what RE2
 * does not have (lookaround, back-references) and on what neither reads.
 */
export function compilePattern(pattern: string): RegExp {
  const known = patterns.get(pattern);
  if (known) return known;
  const foreign = /(?<!\\)(?:\\\\)*(\(\?<?[=!]|\\[1-9])/.exec(pattern)?.[1];
  if (foreign) throw new Error(`pattern ${pattern}: ${foreign} is not in RE2, the dialect of Kubernetes`);
  const [, inline = '', rest = ''] = /^(?:\(\?([ims]+)\))?([\s\S]*)$/.exec(pattern) ?? [];
  const source = rest
    .replace(/\(\?P</g, '(?<')
    .replace(/\\A/g, '^')
    .replace(/\\z/g, '$')
    .replace(/\[:([a-z]+):\]/g, (text, name) => posixClasses[name] ?? text);
  const compiled = new RegExp(source, inline + (/\\p/i.test(source) ? 'u' : ''));
  patterns.set(pattern, compiled);
  return compiled;
}
