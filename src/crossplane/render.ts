import type { Evaluation, Memory } from './evaluate.ts';
import { evaluate } from './evaluate.ts';
import type { Package, Part } from './package.ts';
import { partOf } from './package.ts';
import { getPath, parsePath, setPath } from './path.ts';
import type { Composition, Manifest, Patch } from './pipeline.ts';
import { resourcesOf, sourcesOf, writesResource } from './pipeline.ts';
import { sampleOf } from './sample.ts';
import type { Schema } from './schema.ts';
import { schemaAt } from './schema.ts';
import { textWith } from './transforms.ts';
import { withDefaults } from './validate.ts';

/** A composite resource with all that comes of it. */
export interface Rendered {
  readonly composite: Manifest;
  readonly composition: Composition;
  readonly resources: readonly RenderedResource[];
  /** Reconciles until nothing changed any more. */
  readonly rounds: number;
  /** Resources that were never made, and the field that each waits for. */
  readonly waiting: Evaluation['waiting'];
}

export interface RenderedResource {
  readonly name: string;
  readonly manifest: Manifest;
  /** The reconcile in which it was made, from 1. */
  readonly round: number;
  /** What comes of it, where it is itself a composite resource. */
  readonly rendered?: Rendered;
}

/** A Composition whose values chase each other is given up after this many reconciles. */
const mostRounds = 20;

/** Stands for the uid that the API server gives each object. */
export const madeUpUid = 'e6b9cf5b-7d3a-4c8e-9f10-2a3b4c5d6e7f';

/**
 * Renders a composite resource and all levels below it without a cluster: reconcile after reconcile, with what each managed
 * resource would be observed to be, until nothing changes. Observed values are made up in the form that their schema asks for.
 */
export function render(pkg: Package, composite: Manifest): Rendered {
  const part = partOf(pkg, composite);
  if (!part) throw new Error(`${composite.kind} (${composite.apiVersion}) is not a kind of this package`);
  const placed = composite.metadata?.uid ? composite : (setPath(composite, ['metadata', 'uid'], madeUpUid) as Manifest);
  return renderWith(pkg, compositionFor(part, composite), placed);
}

const rendered = new WeakMap<Package, Map<string, Rendered>>();

/** What comes of a composite resource that is composed. A parent asks for it in each of its reconciles. */
function renderOnce(pkg: Package, composite: Manifest): Rendered {
  const known = rendered.get(pkg) ?? new Map<string, Rendered>();
  rendered.set(pkg, known);
  const key = JSON.stringify(composite);
  const result = known.get(key) ?? render(pkg, composite);
  known.set(key, result);
  return result;
}

/**
 * The same with a Composition that is given. With `levels` at `one`, what is composed and is itself a composite resource is
 * observed as a managed resource is, and nothing comes of it.
 */
export function renderWith(
  pkg: Package,
  composition: Composition,
  composite: Manifest,
  levels: 'all' | 'one' = 'all',
): Rendered {
  const part = partOf(pkg, composite);
  let current = part ? (withDefaults(part.schema, composite) as Manifest) : composite;
  const made = new Map<string, RenderedResource>();
  const observed = new Map<string, Manifest>();
  const wanted = new Map<string, Manifest>();
  const memory: Memory = new Map();
  let before = '';
  for (let round = 1; ; round++) {
    const { resources, status, waiting } = evaluate(composition, current, observed, memory);
    let changed = false;
    for (const [name, manifest] of resources) {
      if (wanted.get(name) === manifest) continue;
      wanted.set(name, manifest);
      changed = true;
      const placed = setPath(manifest, ['metadata', 'namespace'], current.metadata?.namespace) as Manifest;
      const rendered = levels === 'all' && partOf(pkg, placed) ? renderOnce(pkg, placed) : undefined;
      made.set(name, { name, manifest: placed, round: made.get(name)?.round ?? round, ...(rendered && { rendered }) });
      observed.set(name, rendered ? rendered.composite : observe(pkg, composition, name, placed));
    }
    current = { ...current, status };
    const now = JSON.stringify(status);
    const settled = !changed && now === before;
    before = now;
    if (settled || round === mostRounds) {
      return {
        composite: current,
        composition,
        resources: [...made.values()],
        rounds: settled ? round - 1 : round,
        waiting,
      };
    }
  }
}

/** The Composition that Crossplane would choose. */
function compositionFor(part: Part, composite: Manifest): Composition {
  const chosen =
    getPath(composite, ['spec', 'crossplane', 'compositionRef', 'name']) ?? part.xrd.spec.defaultCompositionRef.name;
  const composition = part.compositions.find(({ metadata }) => metadata.name === chosen);
  if (!composition) {
    const names = part.compositions.map(({ metadata }) => metadata.name);
    throw new Error(`${part.api.kind}: there is no Composition ${JSON.stringify(chosen)}, only ${names.join(', ')}`);
  }
  return composition;
}

/** A managed resource as its provider would show it: with a value in each field that the Composition reads of it. */
function observe(pkg: Package, composition: Composition, name: string, manifest: Manifest): Manifest {
  const schema = pkg.kinds.get(manifest.apiVersion, manifest.kind)?.schema ?? {};
  const template = resourcesOf(composition).find(resource => resource.name === name);
  const patches = (template?.patches ?? []).filter(patch => !writesResource(patch));
  return patches.flatMap(sourcesOf).reduce<Manifest>((observed, source) => {
    const path = parsePath(source);
    const value = observedValue(manifest, name, schemaAt(schema, path) ?? {}, path);
    return setPath(observed, path, inTheForm(value, source, patches)) as Manifest;
  }, manifest);
}

/** A made-up value in the form that a patch asks for which takes a part of it. */
function inTheForm(value: unknown, source: string, patches: readonly Patch[]): unknown {
  const transforms = patches.flatMap(patch =>
    'combine' in patch || patch.fromFieldPath !== source ? [] : (patch.transforms ?? []),
  );
  return transforms.reduce(
    (so, transform) =>
      transform.type === 'string' && transform.string.type === 'Regexp'
        ? textWith(`${so}`, transform.string.regexp.match)
        : so,
    value,
  );
}

/**
 * What the provider shows of a field: what was asked for, where it was, also of `versionActual` where `version` was; else a
 * value with the resource's name in it.
 */
function observedValue(manifest: Manifest, name: string, schema: Schema, path: readonly (string | number)[]): unknown {
  if (path[0] === 'metadata') return `${name}.${path.at(-1)}`;
  const field = path.slice(2).map(segment => (typeof segment === 'string' ? segment.replace(/Actual$/, '') : segment));
  const asked = getPath(manifest, ['spec', 'forProvider', ...field]);
  if (asked !== undefined) return asked;
  return schema.type === 'string' && !schema.enum ? `${name}.${path.at(-1)}` : sampleOf(schema, 'all');
}

/** All manifests below a composite resource, level by level. */
export function manifestsOf(rendered: Rendered): readonly Manifest[] {
  return rendered.resources.flatMap(({ manifest, rendered: inner }) => [
    manifest,
    ...(inner ? manifestsOf(inner) : []),
  ]);
}
