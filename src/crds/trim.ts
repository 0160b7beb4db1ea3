import type { Schema } from '../crossplane/schema.ts';
import type { Crd, CrdVersion, PrinterColumn } from './crd.ts';
import { describeTarget, isReference, targetInProse } from './reference.ts';

/** What differs from kind to kind. */
export interface TrimOptions {
  /** The version to keep; the stored one if not given. */
  readonly version?: string;
  /** Paths in the schema, dots between, that accept anything from here on. */
  readonly open?: readonly string[];
}

/** Schema keywords that are kept, in the order in which a reader wants them. */
const kept: readonly (keyof Schema)[] = [
  'type',
  'format',
  'nullable',
  'enum',
  'default',
  'pattern',
  'minimum',
  'exclusiveMinimum',
  'maximum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'x-kubernetes-int-or-string',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'required',
];
const nested: readonly (keyof Schema)[] = [
  'properties',
  'additionalProperties',
  'items',
  'oneOf',
  'anyOf',
  'allOf',
  'not',
];
const dropped: readonly (keyof Schema)[] = ['description', 'title', 'example'];
const known = new Set<string>([...kept, ...nested, ...dropped, 'x-kubernetes-validations', 'externalDocs']);

/** Without this annotation an API server refuses a CRD in a group of Kubernetes' own. */
const approval = 'api-approved.kubernetes.io';

/**
 * A CRD with what is needed to check, to type and to serve its kind, and nothing else: one version, no prose but the
 * target of each reference. It remains one that an API server accepts.
 */
export function trim(crd: Crd, options: TrimOptions = {}): Crd {
  const { group, names, scope } = crd.spec;
  const version = chosen(crd, options.version);
  const approved = crd.metadata.annotations?.[approval];
  const walker = new Walker(group.split('.', 1)[0] ?? group, crd.metadata.name, options.open ?? []);
  return {
    apiVersion: crd.apiVersion,
    kind: crd.kind,
    metadata: { name: crd.metadata.name, ...(approved && { annotations: { [approval]: approved } }) },
    spec: {
      group,
      names: {
        kind: names.kind,
        plural: names.plural,
        ...(names.singular && { singular: names.singular }),
        ...(names.listKind && { listKind: names.listKind }),
        ...(names.shortNames && { shortNames: names.shortNames }),
        ...(names.categories && { categories: names.categories }),
      },
      scope,
      versions: [
        {
          name: version.name,
          served: true,
          storage: true,
          ...(version.subresources?.status && { subresources: { status: {} } }),
          ...(version.additionalPrinterColumns && {
            additionalPrinterColumns: version.additionalPrinterColumns.map(column),
          }),
          schema: { openAPIV3Schema: walker.schema(version.schema.openAPIV3Schema, []) },
        },
      ],
    },
  };
}

function chosen(crd: Crd, name: string | undefined): CrdVersion {
  const found = crd.spec.versions.find(version => (name === undefined ? version.storage : version.name === name));
  if (found) return found;
  const names = crd.spec.versions.map(version => version.name).join(', ');
  throw new Error(`${crd.metadata.name}: no ${name ?? 'stored'} version among ${names}: correct src/crds/sources.ts`);
}

function column({ name, type, format, jsonPath, priority }: PrinterColumn): PrinterColumn {
  return { name, type, ...(format && { format }), jsonPath, ...(priority && { priority }) };
}

/** Trims the schema of one CRD, knowing where it stands in it. */
class Walker {
  readonly #service: string;
  readonly #crd: string;
  readonly #open: readonly string[];

  constructor(service: string, crd: string, open: readonly string[]) {
    this.#service = service;
    this.#crd = crd;
    this.#open = open;
  }

  schema(node: Schema, path: readonly string[]): Schema {
    this.#refuseUnknown(node, path);
    if (this.#open.includes(path.join('.'))) return { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const validations = node['x-kubernetes-validations'];
    return {
      ...this.#described(node, path),
      ...Object.fromEntries(kept.filter(key => node[key] !== undefined).map(key => [key, node[key]])),
      ...(validations && { 'x-kubernetes-validations': validations }),
      ...(node.properties && { properties: this.#properties(node.properties, path) }),
      ...(node.additionalProperties !== undefined && {
        additionalProperties:
          typeof node.additionalProperties === 'boolean'
            ? node.additionalProperties
            : this.schema(node.additionalProperties, [...path, '*']),
      }),
      ...(node.items && { items: this.schema(node.items, [...path, '[]']) }),
      ...(node.oneOf && { oneOf: node.oneOf.map(one => this.schema(one, path)) }),
      ...(node.anyOf && { anyOf: node.anyOf.map(one => this.schema(one, path)) }),
      ...(node.allOf && { allOf: node.allOf.map(one => this.schema(one, path)) }),
      ...(node.not && { not: this.schema(node.not, path) }),
    };
  }

  /**
   * The fields of an object. References are left out of `spec.initProvider`: nothing here sets one there, and they are
   * most of its size. Its values stay, as the provider's CEL rules name them.
   */
  #properties(properties: Readonly<Record<string, Schema>>, path: readonly string[]): Readonly<Record<string, Schema>> {
    const initial = path[0] === 'spec' && path[1] === 'initProvider';
    return Object.fromEntries(
      Object.entries(properties)
        .filter(([, node]) => !(initial && isReference(node)))
        .map(([name, node]) => [name, this.schema(node, [...path, name])]),
    );
  }

  #described(node: Schema, path: readonly string[]): Schema {
    // A list of references has its description on the list, not on its items.
    if (path.at(-1) === '[]' || !isReference(node)) return {};
    const target = targetInProse(node.description ?? '', this.#service);
    if (target) return { description: describeTarget(target) };
    throw new Error(
      `${this.#crd}: ${path.join('.')}: a reference whose description does not say to which kind ` +
        `(${JSON.stringify(node.description)}): teach src/crds/reference.ts this wording`,
    );
  }

  #refuseUnknown(node: Schema, path: readonly string[]): void {
    const unknown = Object.keys(node).filter(key => !known.has(key));
    if (unknown.length === 0) return;
    throw new Error(
      `${this.#crd}: ${path.join('.')}: unknown schema keyword ${unknown.join(', ')}: ` +
        'say in src/crds/trim.ts whether it is kept',
    );
  }
}
