import { isIP } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { checkRules } from './cel.ts';
import { nearest } from './nearest.ts';
import { formatPath, type Path, type Problem } from './path.ts';
import { compilePattern, correlate, isObject, itemKey, type Schema, schemaOf } from './schema.ts';

const text: Schema = { type: 'string' };
const texts: Schema = { type: 'object', additionalProperties: text };

/** `ObjectMeta`, which no schema of a kind declares. What only the server writes is not looked into. */
const metadata: Readonly<Record<string, Schema>> = {
  name: text,
  generateName: text,
  namespace: text,
  labels: texts,
  annotations: texts,
  finalizers: { type: 'array', items: text },
  ownerReferences: { type: 'array', items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
  uid: text,
  resourceVersion: text,
  selfLink: text,
  generation: { type: 'integer' },
  creationTimestamp: { ...text, nullable: true },
  deletionTimestamp: { ...text, nullable: true },
  deletionGracePeriodSeconds: { type: 'integer' },
  managedFields: { type: 'array', items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
};

/** `schema` of an object with a type of its own, as the server completes it: of `metadata` it says only what a name may be. */
function resource(schema: Schema): Schema {
  const type: Schema = { type: 'string', minLength: 1 };
  const { name = text, generateName = text } = schema.properties?.metadata?.properties ?? {};
  return {
    ...schema,
    properties: {
      ...schema.properties,
      apiVersion: type,
      kind: type,
      metadata: { type: 'object', properties: { ...metadata, name, generateName } },
    },
    required: [...new Set(['apiVersion', 'kind', ...(schema.required ?? [])])],
  };
}

const resources = new WeakMap<Schema, Schema>();

/** Embedded resources are completed as the root is, once per schema node. */
function completed(schema: Schema, isRoot = false): Schema {
  if (!isRoot && !schema['x-kubernetes-embedded-resource']) return schema;
  const known = resources.get(schema) ?? resource(schema);
  resources.set(schema, known);
  return known;
}

/**
 * A copy of `value` with the defaults of `schema` in, as the server puts them: from the top down, so that a default of `{}` is
 * filled by the defaults of its fields. A null that its field may not have gives way to the default, or is dropped.
 */
export function withDefaults(schema: Schema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = schema.items;
    return items
      ? value.map(item => withDefaults(items, isForbiddenNull(items, item) ? (items.default ?? null) : item))
      : value;
  }
  if (!isObject(value)) return value;
  const given = Object.entries(value).flatMap(([name, field]): [string, unknown][] => {
    const below = schemaOf(schema, name);
    if (!below) return [[name, field]];
    if (!isForbiddenNull(below, field)) return [[name, withDefaults(below, field)]];
    return below.default === undefined ? [] : [[name, withDefaults(below, below.default)]];
  });
  const absent = Object.entries(schema.properties ?? {}).flatMap(([name, below]): [string, unknown][] =>
    below.default === undefined || Object.hasOwn(value, name) ? [] : [[name, withDefaults(below, below.default)]],
  );
  return Object.fromEntries([...given, ...absent]);
}

function isForbiddenNull(schema: Schema, value: unknown): boolean {
  return value === null && !schema.nullable && !schema['x-kubernetes-preserve-unknown-fields'];
}

/**
 * Everything the API server has against `value`, an object of the kind that `schema` describes, under strict field validation:
 * unknown fields, types, values, and CEL rules where what they look at is otherwise in order. Defaults are put in first. With
 * `old` it is an update: rules about the change run, and a value that stays as it was is not held against the schema.
 */
export function validate(schema: Schema, value: unknown, options: { readonly old?: unknown } = {}): Problem[] {
  const root = completed(schema, true);
  const filled = withDefaults(root, value);
  const old = options.old === undefined ? undefined : withDefaults(root, options.old);
  const problems: Problem[] = [];
  check(root, filled, old, [], false, problems);
  const blocked = new Set(
    problems.flatMap(({ path }) => path.map((_, i) => formatPath(path.slice(0, i + 1))).concat('')),
  );
  return [...problems, ...checkRules(root, filled, old, path => blocked.has(formatPath(path)))];
}

/** Adds to `problems` what is wrong at `path` and below. `kept`: this value or one that holds it is as it was before. */
function check(schema: Schema, value: unknown, old: unknown, path: Path, kept: boolean, problems: Problem[]): void {
  const unchanged = kept || (old !== undefined && isDeepStrictEqual(value, old));
  if (!unchanged) {
    problems.push(
      ...checkValue(schema, value).map(({ path: below, message }) => ({ path: [...path, ...below], message })),
    );
  }
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value) ? schema.type === 'object' : schema.type === 'array') return;
  const segments = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  for (const segment of segments) {
    const below = schemaOf(schema, segment);
    const item = (value as Readonly<Record<string | number, unknown>>)[segment];
    const at = [...path, segment];
    if (below) check(completed(below), item, correlate(schema, value, old, segment), at, unchanged, problems);
    else if (typeof segment === 'string' && schema.type === 'object') {
      problems.push({
        path: at,
        message: `is not a known field${suggestion(segment, Object.keys(schema.properties ?? {}))}`,
      });
    }
  }
}

/** What is wrong with a value itself, not with its fields and items. Paths are from the value. */
function checkValue(schema: Schema, value: unknown): Problem[] {
  if (value === null && schema.nullable) return enumProblems(schema, value).map(message => ({ path: [], message }));
  const mismatch = typeMismatch(schema, value);
  if (mismatch) return [{ path: [], message: mismatch }];
  const here = [
    ...(typeof value === 'string' ? stringProblems(schema, value) : []),
    ...(typeof value === 'number' ? numberProblems(schema, value) : []),
    ...enumProblems(schema, value),
    ...shapeProblems(schema, value),
  ].map(message => ({ path: [], message }));
  if (Array.isArray(value)) return [...here, ...listProblems(schema, value)];
  return isObject(value) ? [...here, ...objectProblems(schema, value)] : here;
}

function typeMismatch(schema: Schema, value: unknown): string | undefined {
  const actual = typeOf(value);
  if (schema['x-kubernetes-int-or-string']) {
    return actual === 'integer' || actual === 'string'
      ? undefined
      : `must be an integer or a string, not ${show(value)}`;
  }
  if (!schema.type || schema.type === actual || (schema.type === 'number' && actual === 'integer')) return undefined;
  const article = /^[aio]/.test(schema.type) ? 'an' : 'a';
  const quoted = schema.type === 'string' && typeof value !== 'object' ? '; put it in quotes' : '';
  return `must be ${article} ${schema.type}, not ${show(value)}${quoted}`;
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (value === null) return 'null';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

/** A value in a message, cut where it is long. */
function show(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  const cut = json.length > 80 ? `${json.slice(0, 77)}...` : json;
  return Array.isArray(value) ? `the array ${cut}` : isObject(value) ? `the object ${cut}` : cut;
}

function enumProblems(schema: Schema, value: unknown): string[] {
  if (!schema.enum || schema.enum.some(allowed => isDeepStrictEqual(allowed, value))) return [];
  const near = typeof value === 'string' ? suggestion(value, schema.enum.map(String)) : '';
  return [`is ${show(value)}${near || ';'} allowed: ${schema.enum.map(allowed => JSON.stringify(allowed)).join(', ')}`];
}

const formats: Readonly<Record<string, (value: string) => boolean>> = {
  ipv4: value => isIP(value) === 4,
  ipv6: value => isIP(value) === 6,
  cidr: value => /^[^/]+\/\d{1,3}$/.test(value) && isIP(value.replace(/\/.*/, '')) > 0,
  uuid: value => /^[\da-f]{8}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{12}$/i.test(value),
  date: value => /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value)),
  'date-time': value =>
    /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(value) && !Number.isNaN(Date.parse(value)),
  byte: value => /^[A-Za-z\d+/]*={0,2}$/.test(value) && value.length % 4 === 0,
};

function stringProblems(schema: Schema, value: string): string[] {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern, format } = schema;
  const length = [...value].length;
  const problems: string[] = [];
  if (length < minLength) {
    problems.push(
      value === '' ? 'must not be empty' : `is ${show(value)}, ${length} characters; at least ${minLength} are needed`,
    );
  }
  if (length > maxLength) problems.push(`is ${show(value)}, ${length} characters; at most ${maxLength} are allowed`);
  if (pattern !== undefined) problems.push(...patternProblems(pattern, value));
  if (format && formats[format]?.(value) === false)
    problems.push(`is ${show(value)}, which is not of the format ${format}`);
  return problems;
}

function patternProblems(pattern: string, value: string): string[] {
  try {
    return compilePattern(pattern).test(value) ? [] : [`is ${show(value)}, which does not match ${pattern}`];
  } catch (error) {
    return [`cannot be checked: ${error instanceof Error ? error.message : error}`];
  }
}

function numberProblems(schema: Schema, value: number): string[] {
  const { minimum, maximum, multipleOf } = schema;
  const problems: string[] = [];
  if (minimum !== undefined && (schema.exclusiveMinimum ? value <= minimum : value < minimum)) {
    problems.push(`is ${value}; must be ${schema.exclusiveMinimum ? 'more than' : 'at least'} ${minimum}`);
  }
  if (maximum !== undefined && (schema.exclusiveMaximum ? value >= maximum : value > maximum)) {
    problems.push(`is ${value}; must be ${schema.exclusiveMaximum ? 'less than' : 'at most'} ${maximum}`);
  }
  if (multipleOf && !Number.isInteger(value / multipleOf))
    problems.push(`is ${value}; must be a multiple of ${multipleOf}`);
  return problems;
}

function sizeProblems(size: number, least = 0, most = Number.POSITIVE_INFINITY, of = 'item'): Problem[] {
  const has = `has ${size} ${of}${size === 1 ? '' : 's'}`;
  if (size < least) return [{ path: [], message: `${has}; needs at least ${least}` }];
  return size > most ? [{ path: [], message: `${has}; may have at most ${most}` }] : [];
}

function listProblems(schema: Schema, value: readonly unknown[]): Problem[] {
  const first = new Map<string, number>();
  const duplicates = value.flatMap((item, i): Problem[] => {
    const key = itemKey(schema, item);
    if (key === undefined) return [];
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, i);
    if (earlier === undefined) return [];
    const names = (schema['x-kubernetes-list-map-keys'] ?? []).join(', ');
    const what =
      schema['x-kubernetes-list-type'] === 'map' ? `has the same ${names} as` : `is ${show(item)}, the same as`;
    return [{ path: [i], message: `${what} item ${earlier}; each may stand once` }];
  });
  return [...sizeProblems(value.length, schema.minItems, schema.maxItems), ...duplicates];
}

function objectProblems(schema: Schema, value: Readonly<Record<string, unknown>>): Problem[] {
  const missing = (schema.required ?? []).filter(name => !Object.hasOwn(value, name));
  return [
    ...missing.map(name => ({ path: [name], message: 'is required' })),
    ...sizeProblems(Object.keys(value).length, schema.minProperties, schema.maxProperties, 'field'),
  ];
}

/** `allOf`, `anyOf`, `oneOf` and `not`, which in a structural schema say more of a value and declare no field. */
function shapeProblems(schema: Schema, value: unknown): string[] {
  const against = (shape: Schema) => shapeMismatch(shape, value);
  const problems = (schema.allOf ?? []).map(against).filter(mismatch => mismatch !== '');
  const any = schema.anyOf?.map(against);
  if (any && !any.includes('')) problems.push(`fits none of the allowed shapes: ${any.join('; or ')}`);
  const one = schema.oneOf?.map(against);
  const fitting = one?.filter(mismatch => mismatch === '').length;
  if (fitting === 0) problems.push(`fits none of the allowed shapes: ${one?.join('; or ')}`);
  if (fitting !== undefined && fitting > 1)
    problems.push(`fits ${fitting} of the allowed shapes; exactly one must fit`);
  if (schema.not && against(schema.not) === '') problems.push(`must not fit ${show(schema.not)}`);
  return problems;
}

/** Why `value` does not fit `shape`, in one line; empty where it does. */
function shapeMismatch(shape: Schema, value: unknown): string {
  const problems: Problem[] = [];
  const { type: _, ...rest } = shape;
  const isTyped = shape.type !== undefined && shape.type !== 'object' && shape.type !== 'array';
  check(isTyped ? shape : rest, value, undefined, [], false, problems);
  return problems.map(({ path, message }) => `${formatPath(path)} ${message}`.trim()).join(', ');
}

/** `; did you mean x?` where one of `known` is nearly `name`, otherwise nothing. */
function suggestion(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? '' : `; did you mean ${near}?`;
}
