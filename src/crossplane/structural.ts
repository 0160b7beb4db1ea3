import { z } from 'zod';
import { checkRules, parseRule } from './cel.ts';
import type { Rule, Schema } from './schema.ts';

/** A zod node of which Kubernetes could not keep the promise. */
export interface Refusal {
  /** Field path below the schema; items of a list are `[]`. */
  readonly path: string;
  readonly message: string;
}

/** What a structural schema cannot hold, by zod's name for it, and what to write instead. */
const remedies: Readonly<Record<string, string>> = {
  union: 'a union: write one optional field for each case, and a rule() that exactly one of them is set',
  intersection: 'an intersection: write one z.object() with the fields of both (a.extend(b.shape))',
  tuple: 'a tuple: write z.array() with min() and max(), or an object with a field for each place',
  date: 'a date: write z.iso.datetime()',
  bigint: 'a bigint: write z.int()',
  map: 'a map: write z.record(z.string(), …)',
  set: 'a set: write z.array(), and a rule() that its items differ',
  pipe: 'a transform, which the API server cannot run: store the value as it is given, and transform it in the Composition',
  transform:
    'a transform, which the API server cannot run: store the value as it is given, and transform it in the Composition',
  catch: 'a catch: an invalid value is refused in Kubernetes, never replaced; write default()',
  lazy: 'a recursive schema: write the levels out',
  any: 'an untyped value: give the field a type',
  unknown: 'an untyped value: give the field a type',
  null: 'null: make the field optional',
  undefined: 'undefined: make the field optional',
  custom: 'a custom check: write a rule() in CEL',
};

const checks: Readonly<Record<string, string>> = {
  custom: 'refine(), which leaves no trace in a CRD: write a rule() in CEL',
  overwrite:
    'a transform (trim, toLowerCase, …), which the API server cannot run: write a regex() that wants the value as it must be',
};

/**
 * The OpenAPI v3 schema of a zod schema, as a structural schema of Kubernetes: defaults, descriptions, enums, patterns,
 * bounds and CEL rules. Refuses what such a schema cannot hold, each with its place and what to write instead.
 */
export function structural(zod: z.ZodType): { readonly schema: Schema; readonly refusals: readonly Refusal[] } {
  const refusals: Refusal[] = [];
  const schema = z.toJSONSchema(zod, {
    target: 'openapi-3.0',
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema, path }) => {
      const refuse = (message: string) => refusals.push({ path: fieldPath(path), message });
      const { def } = zodSchema._zod;
      const remedy = remedies[def.type];
      if (remedy) refuse(remedy);
      if (def.type === 'object' && def.catchall) {
        refuse(
          'a strict or loose object: write z.object(); what it does not name is pruned by the API server and refused by `make check`',
        );
      }
      if (def.type === 'record' && (def.keyType._zod.def.type !== 'string' || def.keyType._zod.def.checks?.length)) {
        refuse('a record with a schema for its keys: write z.record(z.string(), …), and a rule() on the keys');
      }
      for (const check of new Set(def.checks?.map(check => check._zod.def.check))) {
        if (checks[check]) refuse(checks[check]);
      }
      if (jsonSchema.allOf) refuse('several patterns: write one regex()');
      if (z.globalRegistry.get(zodSchema)?.id) refuse('a shared definition (meta({ id })): leave the id out');
      if (jsonSchema.pattern && /\(\?[=!<]|\\[1-9]/.test(jsonSchema.pattern)) {
        refuse(
          `pattern ${jsonSchema.pattern}: Kubernetes matches with RE2, which has no lookaround and no backreference`,
        );
      }
      for (const { rule } of (jsonSchema['x-kubernetes-validations'] ?? []) as readonly Rule[]) {
        const problem = parseRule(rule);
        if (problem) refuse(`rule "${rule}" is not CEL: ${problem}`);
      }
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.format !== 'date-time') delete jsonSchema.format;
    },
  });
  const { $schema: _, ...rest } = schema;
  const ordered = inReadingOrder(rest as Schema);
  return { schema: ordered, refusals: unique([...refusals, ...againstDefaults(ordered, '')]) };
}

/** Defaults that rules do not hold for: the API server runs a rule on a default as it is written, and refuses the kind. */
function againstDefaults(schema: Schema, path: string): readonly Refusal[] {
  const own = schema.default === undefined ? [] : checkRules(schema, schema.default);
  return [
    ...own.map(({ message }) => ({
      path: path.replace(/^\./, ''),
      message: `the default ${JSON.stringify(schema.default)}, without the defaults of its fields, does not satisfy a rule on it (${message}): put the rule on the object around it`,
    })),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, below]) => againstDefaults(below, `${path}.${name}`)),
    ...(schema.items ? againstDefaults(schema.items, `${path}[]`) : []),
  ];
}

const order = [
  'description',
  'type',
  'default',
  'example',
  'enum',
  'pattern',
  '',
  'required',
  'x-kubernetes-validations',
];

/** What a field is comes before what is in it. */
function inReadingOrder(schema: Schema): Schema {
  const { properties, items, additionalProperties, ...own } = schema;
  const rank = (key: string) => order.indexOf(order.includes(key) ? key : '');
  return {
    ...Object.fromEntries(Object.entries(own).sort(([a], [b]) => rank(a) - rank(b))),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        typeof additionalProperties === 'object' ? inReadingOrder(additionalProperties) : additionalProperties,
    }),
    ...(items && { items: inReadingOrder(items) }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, below]) => [name, inReadingOrder(below)])),
    }),
  };
}

/** zod visits a schema again at each of its checks. */
function unique(refusals: readonly Refusal[]): readonly Refusal[] {
  return [...new Map(refusals.map(refusal => [`${refusal.path}\n${refusal.message}`, refusal])).values()];
}

function fieldPath(path: readonly (string | number)[]): string {
  let text = '';
  for (let i = 0; i < path.length; i++) {
    if (path[i] === 'properties') text += `.${path[++i]}`;
    else if (path[i] === 'items') text += '[]';
    else if (path[i] === 'additionalProperties') text += '.*';
  }
  return text.replace(/^\./, '');
}

/** Adds CEL rules to a schema, after those that it has. */
export function rule<S extends z.ZodType>(schema: S, ...rules: readonly Rule[]): S {
  return schema.meta({ ...schema.meta(), 'x-kubernetes-validations': [...rulesOf(schema), ...rules] });
}

function rulesOf(schema: z.ZodType): readonly Rule[] {
  const own = schema.meta()?.['x-kubernetes-validations'] as readonly Rule[] | undefined;
  if (own) return own;
  const { def } = schema._zod;
  return 'innerType' in def ? rulesOf(def.innerType as z.ZodType) : [];
}

/** A field that keeps its first value; `remedy` tells the person who wants another what to do. */
export function immutable<S extends z.ZodType>(schema: S, remedy: string): S {
  return rule(schema, { rule: 'self == oldSelf', message: `cannot be changed: ${remedy}` });
}
