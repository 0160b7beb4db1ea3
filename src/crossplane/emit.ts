import type { Blueprint, ComposedResource } from './composition.ts';
import type { Finding } from './finding.ts';
import { distinct } from './finding.ts';
import type { Kinds } from './kinds.ts';
import { isAlwaysSet, observedRoot } from './kinds.ts';
import { labelsOf } from './labels.ts';
import type { Path } from './path.ts';
import { formatPath } from './path.ts';
import type { Composition, Manifest, Patch, PatchPolicy, ResourceTemplate } from './pipeline.ts';
import { compositionOf } from './pipeline.ts';
import type { Expression, Field, Transform } from './ref.ts';
import { describe, expressionOf, nameOf } from './ref.ts';
import type { Schema } from './schema.ts';
import { isObject, schemaAt } from './schema.ts';

/** A value of one resource that others wait for: the kit passes it through a status field of its own. */
export interface Route {
  readonly resource: string;
  /** Below the resource. */
  readonly from: Path;
  /** Below the composite resource. */
  readonly to: Path;
  readonly schema: Schema;
}

export interface Emitted {
  readonly composition: Composition;
  readonly routes: readonly Route[];
  readonly findings: readonly Finding[];
}

/** The name of a blueprint's Composition. */
export function compositionName({ api, variant }: Pick<Blueprint, 'api' | 'variant'>): string {
  return variant === undefined ? api.kind.toLowerCase() : api.composition(variant);
}

/** Writes the Composition of a blueprint: from each resource as its author wrote it, a base and the patches. */
export function emit(blueprint: Blueprint, schema: Schema, kinds: Kinds): Emitted {
  const emitter = new Emitter(blueprint, schema, kinds);
  const resources = emitter.resources();
  return {
    composition: compositionOf(compositionName(blueprint), blueprint.api.GVK, resources),
    routes: emitter.routes,
    findings: distinct(emitter.findings),
  };
}

/** How a patch reads: where, and whether it waits. */
interface Reading {
  readonly fromFieldPath: string;
  readonly waits: boolean;
  readonly schema: Schema | undefined;
}

class Emitter {
  readonly routes: Route[] = [];
  readonly findings: Finding[] = [];
  readonly #blueprint: Blueprint;
  readonly #schema: Schema;
  readonly #kinds: Kinds;

  constructor(blueprint: Blueprint, schema: Schema, kinds: Kinds) {
    this.#blueprint = blueprint;
    this.#schema = schema;
    this.#kinds = kinds;
  }

  resources(): readonly ResourceTemplate[] {
    const inward = this.#blueprint.resources.map(resource => ({ resource, ...this.#inward(resource) }));
    return inward.map(({ resource, base, patches }) => {
      const all = [...patches, ...this.#published(resource), ...this.#routed(resource)];
      return {
        name: resource.name,
        base,
        ...(all.length > 0 && { patches: all }),
        ...(resource.options.ready && { readinessChecks: [{ type: 'None' as const }] }),
      };
    });
  }

  /** The base of a resource, and what the composite resource patches into it. */
  #inward(resource: ComposedResource): { base: Manifest; patches: readonly Patch[] } {
    const { api } = this.#blueprint;
    const labels = labelsOf(api);
    const metadata = (resource.props.metadata ?? {}) as { readonly [field: string]: unknown };
    const patches: Patch[] = [];
    const name: Expression = {
      is: 'text',
      text: ['', `-${resource.name}`],
      fields: [{ is: 'field', path: ['metadata', 'name'] }],
    };
    if (metadata.name === undefined) this.#patch(resource, name, ['metadata', 'name'], patches);
    this.#patch(
      resource,
      { is: 'field', path: ['metadata', 'name'] },
      ['metadata', 'labels', labels.composite],
      patches,
    );
    const plain = this.#plain(
      resource,
      {
        ...resource.GVK,
        ...resource.props,
        metadata: {
          ...metadata,
          labels: {
            [labels.resource]: resource.name,
            ...Object.fromEntries((resource.options.sets ?? []).map(set => [labels.set(set), 'true'])),
            ...(metadata.labels as object | undefined),
          },
        },
      },
      [],
      patches,
    ) as Manifest;
    const { apiVersion, kind, metadata: plainMetadata, ...rest } = plain;
    return { base: { apiVersion, kind, ...(plainMetadata && { metadata: plainMetadata }), ...rest }, patches };
  }

  /** `value` without its references, for each of which a patch is added. What is left empty by that is left out. */
  #plain(resource: ComposedResource, value: unknown, path: Path, patches: Patch[]): unknown {
    const expression = expressionOf(value);
    if (expression) return this.#patch(resource, expression, path, patches);
    if (Array.isArray(value)) return this.#plainList(resource, value, path, patches);
    if (!isObject(value)) return value;
    const entries = Object.entries(value)
      .map(([key, inner]) => [key, this.#plain(resource, inner, [...path, key], patches)] as const)
      .filter(([, inner]) => inner !== undefined);
    return entries.length === 0 && Object.keys(value).length > 0 ? undefined : Object.fromEntries(entries);
  }

  #plainList(resource: ComposedResource, list: readonly unknown[], path: Path, patches: Patch[]): unknown {
    const references = list.filter(item => expressionOf(item)).length;
    if (references > 0 && references < list.length) {
      this.#fail(
        resource,
        path,
        'mixes constants and references, so a reference without a value would leave a hole: make all of its items references, or none',
      );
    }
    const before = patches.length;
    const items = list.map((item, i) => this.#plain(resource, item, [...path, i], patches) ?? {});
    if (references === 0) return items;
    const optional = patches.slice(before).find(patch => patch.policy?.fromFieldPath !== 'Required');
    if (optional) {
      this.#fail(
        resource,
        path,
        'holds an optional reference, which would leave a hole in the list: give the field a default or make it required',
      );
    }
    return undefined;
  }

  /** Adds the patch that writes an expression to `path`. Returns what stands there in the base. */
  #patch(resource: ComposedResource, expression: Expression, path: Path, patches: Patch[]): unknown {
    const toFieldPath = formatPath(path);
    const read = (field: Field) => this.#read(resource, field, path);
    const single = (field: Field, transforms: readonly Transform[], policy: PatchPolicy = {}) => {
      const { fromFieldPath, waits } = read(field);
      const all = { ...(waits && { fromFieldPath: 'Required' as const }), ...policy };
      patches.push({
        type: 'FromCompositeFieldPath',
        fromFieldPath,
        toFieldPath,
        ...(transforms.length > 0 && { transforms }),
        ...(Object.keys(all).length > 0 && { policy: all }),
      });
    };
    switch (expression.is) {
      case 'field':
        single(expression, []);
        return undefined;
      case 'pick':
        single(expression.input, pickTransforms(expression.table, read(expression.input).schema));
        return undefined;
      case 'ifSet':
        single(expression.input, ifSetTransforms(expression.set, read(expression.input).schema), {
          fromFieldPath: 'Optional',
        });
        return expression.otherwise;
      case 'merge': {
        const ours = this.#plain(resource, expression.ours, path, patches);
        single(expression.theirs, [], { toFieldPath: 'MergeObjects' });
        return ours;
      }
      case 'text': {
        const [only, ...more] = expression.fields;
        if (only && more.length === 0) single(only, [formatTransform(expression.text)]);
        else if (only) {
          const variables = expression.fields.map(read);
          const maybe = expression.fields.find((_, i) => !variables[i]?.waits);
          if (maybe)
            this.#fail(
              resource,
              path,
              `${nameOf(maybe)} is optional, and a text waits for all of its fields: give it a default`,
            );
          patches.push({
            type: 'CombineFromComposite',
            combine: {
              variables: variables.map(({ fromFieldPath }) => ({ fromFieldPath })),
              strategy: 'string',
              string: { fmt: format(expression.text) },
            },
            toFieldPath,
            policy: { fromFieldPath: 'Required' },
          });
        }
        return only ? undefined : expression.text.join('');
      }
    }
  }

  /** Where the composite resource holds a field's value: its own, or one that a resource passes on through status. */
  #read(resource: ComposedResource, field: Field, path: Path): Reading {
    if (field.resource === undefined) {
      return {
        fromFieldPath: formatPath(field.path),
        waits: field.present || field.path[0] !== 'spec' || isAlwaysSet(this.#schema, field.path),
        schema: schemaAt(this.#schema, field.path),
      };
    }
    if (field.resource === resource.name) {
      this.#fail(resource, path, `waits for ${nameOf(field)}, its own: it would never be made`);
    }
    const route = this.#route(field) ?? { to: [], schema: undefined };
    return { fromFieldPath: formatPath(route.to), waits: true, schema: route.schema };
  }

  /** The status field that passes a value on: the one in which the author publishes it, else one of the kit's. */
  #route(field: Field & { readonly resource?: string }): Route | undefined {
    const from = this.#observed(field);
    const same = (other: Field) =>
      other.resource === field.resource && formatPath(other.path) === formatPath(field.path);
    const published = this.#blueprint.publications.find(({ from }) => from.is === 'field' && same(from));
    const resource = field.resource ?? '';
    if (published && from) return { resource, from: from.path, to: published.to.path, schema: from.schema };
    const made = this.routes.find(
      route => route.resource === resource && formatPath(route.from) === formatPath(from?.path ?? []),
    );
    if (made || !from) return made;
    const key = camelCase(field.path.filter(segment => typeof segment === 'string').join('-'));
    const route = {
      resource,
      from: from.path,
      to: ['status', 'observed', camelCase(resource), key],
      schema: from.schema,
    };
    this.routes.push(route);
    return route;
  }

  /** Where a resource shows a field, and its schema. */
  #observed(field: Field): { path: Path; schema: Schema } | undefined {
    const owner = this.#blueprint.resources.find(({ name }) => name === field.resource);
    if (!owner) return undefined;
    const kind = this.#kinds.get(owner.GVK.apiVersion, owner.GVK.kind);
    if (!kind) {
      this.#fail(
        owner,
        [],
        `no schema is known of ${owner.GVK.apiVersion} ${owner.GVK.kind}: add it to src/crds/sources.ts and run \`make crds\``,
      );
      return undefined;
    }
    const path = [...observedRoot(kind.schema), ...field.path];
    const schema = schemaAt(kind.schema, path);
    if (!schema) {
      this.#fail(owner, path, `${nameOf(field)} is read, but ${owner.GVK.kind} has no such field`);
      return undefined;
    }
    return { path, schema };
  }

  /** What the author shows of a resource in the composite resource's status. */
  #published(resource: ComposedResource): readonly Patch[] {
    return this.#blueprint.publications.flatMap(({ from, to }): readonly Patch[] => {
      const fields = fieldsIn(from);
      if (fields[0]?.resource !== resource.name) {
        if (fields[0]?.resource === undefined)
          this.#fail(
            resource,
            to.path,
            `publishes ${describe(from)}: only what is observed of a resource can be published`,
          );
        return [];
      }
      const stranger = fields.find(field => field.resource !== resource.name);
      if (stranger) {
        this.#fail(
          resource,
          to.path,
          `publishes ${nameOf(stranger)} together with ${describe(from)}: a patch reads one resource, so publish them apart`,
        );
        return [];
      }
      const toFieldPath = formatPath(to.path);
      const paths = fields.map(field => this.#observed(field));
      const [source] = paths;
      if (!source) return [];
      const fromFieldPath = formatPath(source.path);
      const one = { type: 'ToCompositeFieldPath' as const, fromFieldPath, toFieldPath };
      switch (from.is) {
        case 'field':
          return [one];
        case 'pick':
          return [{ ...one, transforms: pickTransforms(from.table, source.schema) }];
        case 'text':
          if (paths.length === 1) return [{ ...one, transforms: [formatTransform(from.text)] }];
          return [
            {
              type: 'CombineToComposite',
              combine: {
                variables: paths.map(path => ({ fromFieldPath: formatPath(path?.path ?? []) })),
                strategy: 'string',
                string: { fmt: format(from.text) },
              },
              toFieldPath,
            },
          ];
        default:
          this.#fail(
            resource,
            to.path,
            `publishes ${describe(from)} through ${from.is}: publish the field, or a pick() or fmt\`\` of it`,
          );
          return [];
      }
    });
  }

  #routed(resource: ComposedResource): readonly Patch[] {
    return this.routes
      .filter(route => route.resource === resource.name)
      .map(({ from, to }) => ({
        type: 'ToCompositeFieldPath',
        fromFieldPath: formatPath(from),
        toFieldPath: formatPath(to),
      }));
  }

  #fail(resource: ComposedResource, path: Path, message: string): void {
    this.findings.push({ place: resourcePlace(compositionName(this.#blueprint), resource.name, path), message });
  }
}

/** A place in a resource of a Composition. */
export function resourcePlace(composition: string, resource: string, path: Path = []): string {
  return `compositions/${composition}: resources[${resource}]${path.length > 0 ? `.${formatPath(path)}` : ''}`;
}

/** The fields that an expression reads. */
function fieldsIn(expression: Expression): readonly Field[] {
  switch (expression.is) {
    case 'field':
      return [expression];
    case 'text':
      return expression.fields;
    case 'merge':
      return [expression.theirs];
    default:
      return [expression.input];
  }
}

/** Text as Go's fmt.Sprintf takes it. */
function format(text: readonly string[]): string {
  return text.map(part => part.replaceAll('%', '%%')).join('%v');
}

function formatTransform(text: readonly string[]): Transform {
  return { type: 'string', string: { type: 'Format', fmt: format(text) } };
}

function pickTransforms(table: Readonly<Record<string, unknown>>, input: Schema | undefined): readonly Transform[] {
  const map: Transform = { type: 'map', map: table };
  return input?.type === 'string' ? [map] : [{ type: 'convert', convert: { toType: 'string' } }, map];
}

function ifSetTransforms(set: unknown, input: Schema | undefined): readonly Transform[] {
  const match: Transform = { type: 'match', match: { patterns: [{ type: 'regexp', regexp: '.*', result: set }] } };
  return input?.type === 'string'
    ? [match]
    : [{ type: 'string', string: { type: 'Convert', convert: 'ToJson' } }, match];
}

function camelCase(text: string): string {
  return text.replace(/[^A-Za-z0-9]+(.)/g, (_, next: string) => next.toUpperCase());
}
