import type { AnyApi } from './api.ts';
import { fieldsOf } from './api.ts';
import { compositionName } from './emit.ts';
import type { Finding } from './finding.ts';
import { formatPath } from './path.ts';
import type { Manifest } from './pipeline.ts';
import { expressionOf, nameOf } from './ref.ts';
import type { Route } from './routes.ts';
import type { Rule, Schema } from './schema.ts';
import { schemaAt } from './schema.ts';
import { structural } from './structural.ts';

/** A CompositeResourceDefinition with one version, of what the kit writes. */
export interface Xrd extends Manifest {
  readonly spec: {
    readonly group: string;
    readonly names: {
      readonly kind: string;
      readonly plural: string;
      readonly shortNames?: readonly string[];
      readonly categories?: readonly string[];
    };
    readonly scope: 'Namespaced';
    readonly defaultCompositionRef: { readonly name: string };
    readonly versions: readonly [
      {
        readonly name: string;
        readonly served: true;
        readonly referenceable: true;
        readonly additionalPrinterColumns: readonly PrinterColumn[];
        readonly schema: { readonly openAPIV3Schema: Schema };
      },
    ];
  };
}

interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly priority?: 1;
}

/** An API's schema, before its Compositions are known. */
export function schemaOfApi(api: AnyApi): { readonly schema: Schema; readonly findings: readonly Finding[] } {
  const spec = structural(api.spec);
  const status = structural(api.status);
  const findings = [
    ...spec.refusals.map(({ path, message }) => ({ place: place(api, `spec.${path}`), message })),
    ...status.refusals.map(({ path, message }) => ({ place: place(api, `status.${path}`), message })),
  ];
  const schema: Schema = {
    type: 'object',
    description: api.description,
    required: ['spec'],
    ...(api.longestName && { 'x-kubernetes-validations': [nameRule] }),
    properties: {
      ...(api.longestName && {
        metadata: { type: 'object', properties: { name: { type: 'string', maxLength: api.longestName } } },
      }),
      spec: withRules(spec.schema, variantRules(api)),
      status: withoutRequired(status.schema),
    },
  };
  return { schema, findings };
}

/**
 * Crossplane takes nothing of a name's schema over but its length (pkg/xcrd of crossplane-runtime); a rule on the whole object
 * it does.
 */
const nameRule: Rule = {
  rule: "!has(self.metadata) || !has(self.metadata.name) || !self.metadata.name.matches('[.]|--')",
  message: 'must have no dot and no two hyphens in a row: names in AWS are made of it, which take neither',
  fieldPath: '.metadata.name',
};

/** The definition of an API, with the status fields that its Compositions pass values through. */
export function xrdOf(
  api: AnyApi,
  schema: Schema,
  routes: readonly Route[],
): { readonly xrd: Xrd; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const columns = api.columns(fieldsOf(api) as never).map(({ name, of, wide }): PrinterColumn => {
    const field = expressionOf(of);
    const type = field?.is === 'field' ? schemaAt(schema, field.path)?.type : undefined;
    if (field?.is !== 'field' || !type || type === 'object' || type === 'array') {
      findings.push({
        place: place(api, `columns[${name}]`),
        message: `${field?.is === 'field' ? nameOf(field) : 'what it shows'} is no single value: a column shows a text, a number or a truth value`,
      });
      return { name, type: 'string', jsonPath: '' };
    }
    return { name, type, jsonPath: `.${formatPath(field.path)}`, ...(wide && { priority: 1 as const }) };
  });
  const variants = Object.keys(api.variants ?? {});
  const xrd: Xrd = {
    apiVersion: 'apiextensions.crossplane.io/v2',
    kind: 'CompositeResourceDefinition',
    metadata: { name: `${api.plural}.${api.group}` },
    spec: {
      group: api.group,
      names: {
        kind: api.kind,
        plural: api.plural,
        ...(api.shortNames && { shortNames: api.shortNames }),
        ...(api.categories && { categories: api.categories }),
      },
      scope: 'Namespaced',
      defaultCompositionRef: { name: compositionName({ api, variant: variants[0] }) },
      versions: [
        {
          name: api.version,
          served: true,
          referenceable: true,
          additionalPrinterColumns: columns,
          schema: { openAPIV3Schema: withRoutes(schema, routes) },
        },
      ],
    },
  };
  return { xrd, findings };
}

/** For each structure of an API: who asks for it must not name the Composition of another. */
function variantRules(api: AnyApi): readonly Rule[] {
  const variants = Object.entries(api.variants ?? {});
  const names = variants.map(([variant]) => api.composition(variant));
  const chosen = 'has(self.crossplane) && has(self.crossplane.compositionRef) ? self.crossplane.compositionRef.name';
  const selected = "has(self.crossplane) && has(self.crossplane.compositionSelector) ? ''";
  return variants.map(([variant, { when, meaning }]) => {
    const name = api.composition(variant);
    const others = names.filter(other => other !== name).map(other => `'${other}'`);
    return {
      rule: `!(${when}) || !((${chosen} : ${selected} : '${names[0]}') in [${others.join(', ')}])`,
      message: `with ${meaning}, spec.crossplane.compositionRef.name must be ${name}${name === names[0] ? ' or left out' : ''}`,
    };
  });
}

function withRules(schema: Schema, rules: readonly Rule[]): Schema {
  const all = [...(schema['x-kubernetes-validations'] ?? []), ...rules];
  return all.length === 0 ? schema : { ...schema, 'x-kubernetes-validations': all };
}

/** A status tells what is known so far. */
function withoutRequired(schema: Schema): Schema {
  const { required: _, properties, items, ...rest } = schema;
  return {
    ...rest,
    ...(properties && { properties: mapValues(properties, withoutRequired) }),
    ...(items && { items: withoutRequired(items) }),
  };
}

/** The schema of `status.observed`, which the kit passes values through. */
function withRoutes(schema: Schema, routes: readonly Route[]): Schema {
  if (routes.length === 0) return schema;
  const resources: Record<string, Record<string, Schema>> = {};
  for (const { to, schema } of routes) {
    const [, , resource, key] = to as [string, string, string, string];
    resources[resource] = { ...resources[resource], [key]: { ...(schema.type && { type: schema.type }), ...schema } };
  }
  const observed: Schema = {
    type: 'object',
    description: 'What resources of this one wait for from each other.',
    properties: mapValues(resources, properties => ({ type: 'object', properties })),
  };
  const status = schema.properties?.status;
  return {
    ...schema,
    properties: { ...schema.properties, status: { ...status, properties: { ...status?.properties, observed } } },
  };
}

function mapValues<T, U>(object: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}

function place(api: AnyApi, path: string): string {
  return `apis/${api.kind.toLowerCase()}: ${path.replace(/\.$/, '')}`;
}
