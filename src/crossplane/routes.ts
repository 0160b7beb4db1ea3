import type { Blueprint, ComposedResource, Publication } from './composition.ts';
import type { Kinds } from './kinds.ts';
import { observedRoot } from './kinds.ts';
import type { Path } from './path.ts';
import { formatPath } from './path.ts';
import type { Patch } from './pipeline.ts';
import type { Field } from './ref.ts';
import { describe, nameOf } from './ref.ts';
import type { Schema } from './schema.ts';
import { schemaAt } from './schema.ts';
import { betweenTransform, fieldsIn, format, formatTransform, pickTransforms } from './transforms.ts';

/** A value of one resource that others wait for: the kit passes it through a status field of its own. */
export interface Route {
  readonly resource: string;
  /** Below the resource. */
  readonly from: Path;
  /** Below the composite resource. */
  readonly to: Path;
  readonly schema: Schema;
}

/** Tells of a mistake in a resource, at a path below it. */
export type Fail = (resource: ComposedResource, path: Path, message: string) => void;

/** What a Composition's resources show in the composite resource's status: what the author publishes, and what others wait for. */
export class Router {
  /** The routes through status fields of the kit's own. */
  readonly made: Route[] = [];
  readonly #blueprint: Blueprint;
  readonly #kinds: Kinds;
  readonly #fail: Fail;

  constructor(blueprint: Blueprint, kinds: Kinds, fail: Fail) {
    this.#blueprint = blueprint;
    this.#kinds = kinds;
    this.#fail = fail;
  }

  /** The status field that passes an observed value on: the one in which the author publishes it, else one of the kit's. */
  route(field: Field): { readonly to: Path; readonly schema: Schema } | undefined {
    const from = this.#observed(field);
    if (!from) return undefined;
    const isSame = (other: Field) => nameOf(other) === nameOf(field);
    const published = this.#blueprint.publications.find(({ from }) => from.is === 'field' && isSame(from));
    if (published) return { to: published.to.path, schema: from.schema };
    const resource = field.resource ?? '';
    const known = this.made.find(made => made.resource === resource && formatPath(made.from) === formatPath(from.path));
    if (known) return known;
    const key = camelCase(field.path.filter(segment => typeof segment === 'string').join('-'));
    const route = {
      resource,
      from: from.path,
      to: ['status', 'observed', camelCase(resource), key],
      schema: from.schema,
    };
    this.made.push(route);
    return route;
  }

  /** The patches from a resource to the composite resource, once all routes are known. */
  outward(resource: ComposedResource): readonly Patch[] {
    const routed = this.made.filter(route => route.resource === resource.name);
    return [
      ...this.#blueprint.publications.flatMap(publication => this.#published(resource, publication)),
      ...routed.map(({ from, to }) => toComposite(from, to)),
    ];
  }

  #published(resource: ComposedResource, { from, to }: Publication): readonly Patch[] {
    const fields = fieldsIn(from);
    const [first] = fields;
    const refuse = (message: string): readonly Patch[] => {
      this.#fail(resource, to.path, `publishes ${message}`);
      return [];
    };
    if (first && first.resource === undefined)
      return refuse(`${describe(from)}: only what is observed of a resource can be published`);
    if (first?.resource !== resource.name) return [];
    const stranger = fields.find(field => field.resource !== resource.name);
    if (stranger)
      return refuse(
        `${nameOf(stranger)} together with ${describe(from)}: a patch reads one resource, so publish them apart`,
      );
    const sources = fields.flatMap(field => this.#observed(field) ?? []);
    const [source] = sources;
    if (!source || sources.length < fields.length) return [];
    switch (from.is) {
      case 'field':
        return [toComposite(source.path, to.path)];
      case 'pick':
        return [{ ...toComposite(source.path, to.path), transforms: pickTransforms(from, source.schema) }];
      case 'between':
        return [{ ...toComposite(source.path, to.path), transforms: [betweenTransform(from)] }];
      case 'text':
        if (from.parts.some(part => part.is !== 'field'))
          return refuse(`${describe(from)}, transformed, in a text: publish the one or the other`);
        if (sources.length === 1)
          return [{ ...toComposite(source.path, to.path), transforms: [formatTransform(from.text)] }];
        return [
          {
            type: 'CombineToComposite',
            combine: {
              variables: sources.map(({ path }) => ({ fromFieldPath: formatPath(path) })),
              strategy: 'string',
              string: { fmt: format(from.text) },
            },
            toFieldPath: formatPath(to.path),
          },
        ];
      default:
        return refuse(
          `${describe(from)} through ${from.is}: publish the field, or a pick(), between() or fmt\`\` of it`,
        );
    }
  }

  /** Where a resource shows a field, and its schema. */
  #observed(field: Field): { readonly path: Path; readonly schema: Schema } | undefined {
    const owner = this.#blueprint.resources.find(({ name }) => name === field.resource);
    const kind = owner && this.#kinds.get(owner.GVK.apiVersion, owner.GVK.kind);
    // That a kind is not known is for the proof to tell.
    if (!owner || !kind) return undefined;
    if (field.whole) return { path: field.path, schema: { type: 'string' } };
    const path = [...observedRoot(kind.schema), ...field.path];
    const schema = schemaAt(kind.schema, path);
    if (schema) return { path, schema };
    this.#fail(owner, path, `${nameOf(field)} is read, but ${owner.GVK.kind} has no such field`);
    return undefined;
  }
}

function toComposite(from: Path, to: Path): Extract<Patch, { fromFieldPath: string }> {
  return { type: 'ToCompositeFieldPath', fromFieldPath: formatPath(from), toFieldPath: formatPath(to) };
}

function camelCase(text: string): string {
  return text.replace(/[^A-Za-z0-9]+(.)/g, (_, next: string) => next.toUpperCase());
}
