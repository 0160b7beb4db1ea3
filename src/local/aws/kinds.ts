import { type Catalog, loadCatalog } from '../../crds/catalog.ts';
import type { Schema } from '../../crossplane/schema.ts';
import { isObject, type Json, type JsonObject } from '../../kubernetes/json.ts';
import { type ReferenceField, referenceFields } from './references.ts';

/** A kind of managed resource that the stand-in serves. */
export interface Kind {
  /** `ec2/VPC`: what the stand-in's tables call it. */
  readonly key: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  /** `vpcs.ec2.aws.m.upbound.io`: the CRD's name. */
  readonly crd: string;
  readonly references: readonly ReferenceField[];
  readonly forProvider: Schema;
  readonly atProvider: Schema;
}

export type Kinds = ReadonlyMap<string, Kind>;

/** Every kind of provider-aws in the pinned CRDs; the provider's own configuration kinds are not managed resources. */
export function awsKinds(catalog: Catalog = loadCatalog()): Kinds {
  const kinds = catalog.kinds().flatMap(({ apiVersion, kind }) => awsKind(catalog, apiVersion, kind) ?? []);
  return new Map(kinds.map(kind => [kind.key, kind]));
}

/** A kind of managed resource of provider-aws; undefined if it is none. */
export function awsKind(catalog: Catalog, apiVersion: string, kind: string): Kind | undefined {
  const group = apiVersion.split('/')[0] ?? '';
  const service = /^(\w+)\.aws\.m\.upbound\.io$/.exec(group)?.[1];
  const resource = service ? catalog.get(apiVersion, kind) : undefined;
  const forProvider = resource?.schema.properties?.spec?.properties?.forProvider;
  if (!service || !resource || !forProvider) return undefined;
  const key = `${service}/${kind}`;
  const atProvider = resource.schema.properties?.status?.properties?.atProvider ?? {};
  const { plural } = resource;
  const references = referenceFields(key, forProvider);
  return { key, apiVersion, kind, plural, crd: `${plural}.${group}`, references, forProvider, atProvider };
}

/** The arguments that AWS is given: `spec.forProvider` without what only Crossplane reads (references, selectors, Secrets). */
export function argumentsOf(section: JsonObject, schema: Schema): JsonObject {
  const entries = Object.entries(section).flatMap(([name, value]): [string, Json][] => {
    const node = schema.properties?.[name];
    if (value === undefined || (node?.properties !== undefined && /(?:Refs?|Selector)$/.test(name))) return [];
    if (/(?:Refs|SecretRef)$/.test(name)) return [];
    if (isObject(value) && node?.properties) return [[name, argumentsOf(value, node)]];
    if (Array.isArray(value) && node?.items?.properties) {
      const item = node.items;
      return [[name, value.map(one => (isObject(one) ? argumentsOf(one, item) : one))]];
    }
    return [[name, value]];
  });
  return Object.fromEntries(entries);
}

/** What of a value a schema knows: the API server would drop the rest, and a status that is never as written is never done. */
export function known(value: Json, schema: Schema): Json {
  if (Array.isArray(value)) return schema.items ? value.map(item => known(item, schema.items ?? {})) : value;
  const { properties } = schema;
  if (!isObject(value) || !properties) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]): [string, Json][] => {
      const node = properties[name];
      return node && field !== undefined && field !== null ? [[name, known(field, node)]] : [];
    }),
  );
}
