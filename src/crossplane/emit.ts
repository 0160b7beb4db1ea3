import { isDeepStrictEqual } from 'node:util';
import type { Blueprint, ComposedResource } from './composition.ts';
import type { Finding } from './finding.ts';
import { distinct } from './finding.ts';
import type { Kinds } from './kinds.ts';
import { isAlwaysSet } from './kinds.ts';
import { labelsOf } from './labels.ts';
import type { Path } from './path.ts';
import { formatPath } from './path.ts';
import type { Composition, EnvironmentPatch, Manifest, Patch, PatchPolicy, ResourceTemplate } from './pipeline.ts';
import { compositionOf } from './pipeline.ts';
import type { Expression, Field, Later, TextPart, Transform } from './ref.ts';
import { expressionOf, nameOf } from './ref.ts';
import type { Route } from './routes.ts';
import { Router } from './routes.ts';
import type { Schema } from './schema.ts';
import { isObject, schemaAt } from './schema.ts';
import {
  format,
  formatTransform,
  ifSetTransforms,
  laterTransforms,
  partTransforms,
  pickTransforms,
} from './transforms.ts';

export interface Emitted {
  readonly composition: Composition;
  /** The status fields that the kit passes values through. */
  readonly routes: readonly Route[];
  /** The fields of the spec, as field paths, that resources wait for though they may be absent. */
  readonly awaited: readonly string[];
  /** What the author wrote and no Composition can do. */
  readonly findings: readonly Finding[];
}

/** The name of a blueprint's Composition. */
export function compositionName({ api, variant }: Pick<Blueprint, 'api' | 'variant'>): string {
  return variant === undefined ? api.kind.toLowerCase() : api.composition(variant);
}

/**
 * Writes the Composition of a blueprint: from each resource as its author wrote it, a base and the patches. `schema` is that
 * of the composite resource.
 */
export function emit(blueprint: Blueprint, schema: Schema, kinds: Kinds): Emitted {
  const name = compositionName(blueprint);
  const findings: Finding[] = [];
  const fail = ({ name: resource }: ComposedResource, path: Path, message: string) => {
    const below = path.length > 0 ? `.${formatPath(path)}` : '';
    findings.push({ place: `compositions/${name}: resources[${resource}]${below}`, message });
  };
  const router = new Router(blueprint, kinds, fail);
  const environment: EnvironmentPatch[] = [];
  const inward = blueprint.resources.map(resource => {
    const refuse = (path: Path, message: string) => fail(resource, path, message);
    const writer = new ResourceWriter(resource, schema, router, environment, refuse);
    const base = writer.base(blueprint);
    const known = kinds.get(resource.GVK.apiVersion, resource.GVK.kind);
    if (known) writer.handDown(blueprint.handedDown, known.schema);
    return { resource, base, patches: writer.patches, awaited: writer.awaited };
  });
  const resources = inward.map(({ resource, base, patches }): ResourceTemplate => {
    const all = [...patches, ...router.outward(resource)];
    return {
      name: resource.name,
      base,
      ...(all.length > 0 && { patches: all }),
      ...(resource.options.ready && { readinessChecks: [{ type: 'None' as const }] }),
    };
  });
  return {
    composition: compositionOf(name, blueprint.api.GVK, resources, environment),
    routes: router.made,
    awaited: inward.flatMap(({ awaited }) => awaited),
    findings: distinct(findings),
  };
}

/** How a patch reads a value: where, and whether it waits for it. */
interface Reading {
  readonly fromFieldPath: string;
  readonly waits: boolean;
  readonly schema: Schema | undefined;
}

/** Parts one resource's literal into a base and the patches that write to it. */
class ResourceWriter {
  readonly patches: Patch[] = [];
  /** The fields of the spec that the resource waits for though they may be absent. */
  readonly awaited: string[] = [];
  readonly #resource: ComposedResource;
  readonly #schema: Schema;
  readonly #router: Router;
  readonly #environment: EnvironmentPatch[];
  readonly #fail: (path: Path, message: string) => void;

  constructor(
    resource: ComposedResource,
    schema: Schema,
    router: Router,
    environment: EnvironmentPatch[],
    fail: (path: Path, message: string) => void,
  ) {
    this.#resource = resource;
    this.#schema = schema;
    this.#router = router;
    this.#environment = environment;
    this.#fail = fail;
  }

  base({ api }: Blueprint): Manifest {
    const { GVK, name, options, props } = this.#resource;
    const labels = labelsOf(api);
    const metadata = (props.metadata ?? {}) as { readonly name?: unknown; readonly labels?: object };
    const composite: Field = { is: 'field', path: ['metadata', 'name'] };
    if (metadata.name === undefined) {
      this.#patch({ is: 'text', text: ['', `-${name}`], parts: [composite] }, ['metadata', 'name']);
    }
    this.#patch(composite, ['metadata', 'labels', labels.composite]);
    options.after?.forEach((value, i) => {
      const expression = expressionOf(value);
      if (expression) this.#patch(expression, ['metadata', 'annotations', labels.after(i)]);
      else this.#fail(['metadata', 'annotations'], `comes after ${JSON.stringify(value)}, which is no reference`);
    });
    const found = {
      [labels.resource]: name,
      ...Object.fromEntries((options.sets ?? []).map(set => [labels.set(set), 'true'])),
      ...metadata.labels,
    };
    return this.#plain(
      { ...GVK, metadata: { ...metadata, labels: found }, ...without(props, 'metadata') },
      [],
    ) as Manifest;
  }

  /** Gives the resource those of the composite resource's fields that its schema has too and that its author left out. */
  handDown(fields: readonly Field[], schema: Schema): void {
    for (const field of fields) {
      if (schemaAt(schema, field.path) && !isGiven(this.#resource.props, field.path)) this.#patch(field, field.path);
    }
  }

  /** `value` without its references, for each of which a patch is added. What is left empty by that is left out. */
  #plain(value: unknown, path: Path): unknown {
    const expression = expressionOf(value);
    if (expression) return this.#patch(expression, path);
    if (Array.isArray(value)) return this.#plainList(value, path);
    if (!isObject(value)) return value;
    const entries = Object.entries(value)
      .map(([key, inner]) => [key, this.#plain(inner, [...path, key])] as const)
      .filter(([, inner]) => inner !== undefined);
    return entries.length === 0 && Object.keys(value).length > 0 ? undefined : Object.fromEntries(entries);
  }

  #plainList(list: readonly unknown[], path: Path): unknown {
    const references = list.filter(item => expressionOf(item)).length;
    if (references > 0 && references < list.length) {
      this.#fail(
        path,
        'mixes constants and references, so a reference without a value would leave a hole: make all of its items references, or none',
      );
    }
    const before = this.patches.length;
    const items = list.map((item, i) => this.#plain(item, [...path, i]) ?? {});
    if (references === 0) return items;
    // A list of one that is left out leaves none.
    if (list.length > 1 && this.patches.slice(before).some(patch => patch.policy?.fromFieldPath !== 'Required')) {
      this.#fail(
        path,
        'holds an optional reference, which would leave a hole in the list: give the field a default or make it required',
      );
    }
    return undefined;
  }

  /** Adds the patch that writes an expression to `path`. Returns what stands there in the base. */
  #patch(expression: Expression, path: Path): unknown {
    switch (expression.is) {
      case 'field':
        this.#from(expression, path, () => []);
        return undefined;
      case 'pick':
        this.#from(expression.input, path, input => pickTransforms(expression, input));
        return undefined;
      case 'later':
        this.#later(expression, path);
        return undefined;
      case 'ifSet': {
        const policy = { fromFieldPath: 'Optional' } as const;
        this.#from(expression.input, path, input => ifSetTransforms(expression.set, input), policy);
        return expression.otherwise;
      }
      case 'between':
      case 'joined':
      case 'digest':
        this.#from(expression.input, path, input => partTransforms(expression, input));
        return undefined;
      case 'orElse': {
        const otherwise = this.#plain(expression.otherwise, path);
        this.#patch(expression.input, path);
        return otherwise;
      }
      case 'either': {
        const otherwise = this.#plain(expression.otherwise, path);
        const { text } = expression;
        if (text.is === 'text' && text.parts.length > 1) this.#combine(text.text, text.parts, path, 'Optional');
        else this.#patch(text, path);
        return otherwise;
      }
      case 'merge': {
        const ours = this.#plain(expression.ours, path);
        const { theirs } = expression;
        const policy = { toFieldPath: 'MergeObjects' } as const;
        if (theirs.is === 'field') this.#from(theirs, path, () => [], policy);
        else this.#from(theirs.input, path, input => pickTransforms(theirs, input), policy);
        return ours;
      }
      case 'text': {
        const { text, parts } = expression;
        const [first, second] = parts;
        if (!first) return text.join('');
        if (second) this.#combine(text, parts, path);
        else this.#from(fieldOf(first), path, input => [...partTransforms(first, input), formatTransform(text)]);
        return undefined;
      }
    }
  }

  #from(
    field: Field,
    path: Path,
    transformsOf: (input: Schema | undefined) => readonly Transform[],
    more: PatchPolicy = {},
  ): void {
    const { fromFieldPath, waits, schema } = this.#read(field, path);
    const transforms = transformsOf(schema);
    const policy = { ...(waits && { fromFieldPath: 'Required' as const }), ...more };
    this.patches.push({
      type: 'FromCompositeFieldPath',
      fromFieldPath,
      toFieldPath: formatPath(path),
      ...(transforms.length > 0 && { transforms }),
      ...(Object.keys(policy).length > 0 && { policy }),
    });
  }

  /** The one, which is there; and over it, once the other is known, the later of the two. */
  #later(later: Later, path: Path): void {
    const { input, other, table } = later;
    this.#from(input, path, schema => (table ? pickTransforms({ table }, schema) : []));
    const variables = [input, other].map(field => ({ fromFieldPath: this.#read(field, path).fromFieldPath }));
    this.patches.push({
      type: 'CombineFromComposite',
      combine: { variables, strategy: 'string', string: { fmt: '%v %v' } },
      toFieldPath: formatPath(path),
      transforms: laterTransforms(later),
    });
  }

  #combine(
    text: readonly string[],
    parts: readonly TextPart[],
    path: Path,
    fromFieldPath: 'Required' | 'Optional' = 'Required',
  ): void {
    const readings = parts.map(part => ({ part, ...this.#read(fieldOf(part), path) }));
    const maybe = readings.find(({ waits }) => !waits);
    if (maybe && fromFieldPath === 'Required') {
      const message = `${nameOf(fieldOf(maybe.part))} is optional, and a text waits for all of its fields: give it a default`;
      this.#fail(path, message);
    }
    const asTheyAre = parts.every(({ is }) => is === 'field');
    this.patches.push({
      type: asTheyAre ? 'CombineFromComposite' : 'CombineFromEnvironment',
      combine: {
        variables: readings.map(reading => ({
          fromFieldPath: asTheyAre ? reading.fromFieldPath : this.#intoEnvironment(reading),
        })),
        strategy: 'string',
        string: { fmt: format(text) },
      },
      toFieldPath: formatPath(path),
      policy: { fromFieldPath },
    });
  }

  /** Has a part of a text in the environment. Returns the place. */
  #intoEnvironment({ part, fromFieldPath, schema }: Reading & { readonly part: TextPart }): string {
    const transforms = partTransforms(part, schema);
    const same = (other: EnvironmentPatch) =>
      other.fromFieldPath === fromFieldPath && isDeepStrictEqual(other.transforms ?? [], transforms);
    const known = this.#environment.find(same);
    if (known) return known.toFieldPath;
    const toFieldPath = `${part.is}${this.#environment.length + 1}.${fromFieldPath}`;
    this.#environment.push({
      type: 'FromCompositeFieldPath',
      fromFieldPath,
      toFieldPath,
      ...(transforms.length > 0 && { transforms }),
    });
    return toFieldPath;
  }

  /** Where the composite resource holds a field's value: its own, or one that a resource passes on through status. */
  #read(field: Field, path: Path): Reading {
    if (field.resource === undefined) {
      if (field.wait) this.awaited.push(formatPath(field.path));
      return {
        fromFieldPath: formatPath(field.path),
        waits: field.wait ?? (field.present || field.path[0] !== 'spec' || isAlwaysSet(this.#schema, field.path)),
        schema: schemaAt(this.#schema, field.path),
      };
    }
    if (field.resource === this.#resource.name) {
      this.#fail(path, `waits for ${nameOf(field)}, its own: it would never be made`);
    }
    const route = this.#router.route(field);
    return { fromFieldPath: formatPath(route?.to ?? ['status']), waits: field.wait ?? true, schema: route?.schema };
  }
}

/** Whether an author gave a value at `path`, or an expression that may hold one. */
function isGiven(value: unknown, [first, ...rest]: Path): boolean {
  if (first === undefined) return value !== undefined;
  const expression = expressionOf(value);
  if (expression) return expression.is !== 'merge' || isGiven(expression.ours, [first, ...rest]);
  return isObject(value) && isGiven(value[first], rest);
}

function fieldOf(part: TextPart): Field {
  return part.is === 'field' ? part : part.input;
}

function without(object: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> {
  const { [key]: _, ...rest } = object;
  return rest;
}
