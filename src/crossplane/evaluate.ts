import { createHash } from 'node:crypto';
import { getPath, parsePath, setPath } from './path.ts';
import type { Composition, EnvironmentPatch, Manifest, Patch, ResourceTemplate } from './pipeline.ts';
import { environmentOf, resourcesOf, sourcesOf, writesResource } from './pipeline.ts';
import type { Transform } from './ref.ts';
import { compilePattern, isObject } from './schema.ts';

/** What a Composition makes of a composite resource in one reconcile. */
export interface Evaluation {
  /** The composed resources by name, as they are to be. */
  readonly resources: ReadonlyMap<string, Manifest>;
  /** The composite resource's status. */
  readonly status: Readonly<Record<string, unknown>>;
  /** The resources that are not made yet, and the field that each waits for. */
  readonly waiting: ReadonlyMap<string, string>;
}

/** A patch that function-patch-and-transform would fail on, and with it the whole reconcile. */
export class PatchError extends Error {
  override readonly name = 'PatchError';
  readonly resource: string;
  readonly patch: number;

  constructor(resource: string, patch: number, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.resource = resource;
    this.patch = patch;
  }
}

/** What a run made of a resource, and from what, for the next run of the same Composition. */
export type Memory = Map<string, { readonly read: readonly unknown[]; readonly made: Made }>;

/** A resource as it is to be, or the field that it waits for. */
type Made = { readonly desired: Manifest } | { readonly waitsFor: string };

/**
 * One run of a Composition, as function-patch-and-transform v0.10 does it, for the patches and transforms that the kit
 * writes. `observed` holds the composed resources that exist, by name. With a `memory` of earlier runs, a resource that reads
 * nothing new is not made again. Throws a PatchError where the function would fail.
 */
export function evaluate(
  composition: Composition,
  composite: Manifest,
  observed: ReadonlyMap<string, Manifest>,
  memory: Memory = new Map(),
): Evaluation {
  const resources = new Map<string, Manifest>();
  const waiting = new Map<string, string>();
  const environment = environmentOf(composition);
  let toComposite: unknown = {};
  for (const template of resourcesOf(composition)) {
    const { name, patches = [] } = template;
    const existing = observed.get(name);
    const inputs = patches.filter(writesResource).flatMap(sourcesOf);
    const read = [existing?.metadata?.name, ...inputs.map(path => getPath(composite, parsePath(path)))];
    const before = memory.get(name);
    const same = before?.read.every((value, i) => value === read[i]) ? before.made : undefined;
    const made = same ?? make(template, composite, existing, environment);
    memory.set(name, { read, made });
    if ('desired' in made) resources.set(name, made.desired);
    else waiting.set(name, made.waitsFor);
    if (!existing) continue;
    for (const [i, patch] of patches.entries()) {
      if (writesResource(patch) || missingOf(patch, existing) !== undefined) continue;
      attempt(template, i, () => {
        toComposite = write(toComposite, patch, valueFrom(patch, existing, environment));
      });
    }
  }
  return { resources, status: (getPath(toComposite, ['status']) ?? {}) as Evaluation['status'], waiting };
}

/** Makes one resource of its base and the patches that write to it. */
function make(
  template: ResourceTemplate,
  composite: Manifest,
  existing: Manifest | undefined,
  environment: readonly EnvironmentPatch[],
): Made {
  let desired: unknown = existing
    ? setPath(template.base, ['metadata', 'name'], existing.metadata?.name)
    : template.base;
  for (const [i, patch] of (template.patches ?? []).entries()) {
    if (!writesResource(patch)) continue;
    const missing = missingOf(patch, composite);
    if (missing !== undefined) {
      if (existing || patch.policy?.fromFieldPath !== 'Required') continue;
      return { waitsFor: missing };
    }
    attempt(template, i, () => {
      desired = write(desired, patch, valueFrom(patch, composite, environment));
    });
  }
  return { desired: desired as Manifest };
}

/** The first field of those that a patch reads which has no value. */
function missingOf(patch: Patch, source: Manifest): string | undefined {
  return sourcesOf(patch).find(path => getPath(source, parsePath(path)) === undefined);
}

/** Does what a patch does, and names the patch where it fails. */
function attempt({ name }: ResourceTemplate, patch: number, what: () => void): void {
  try {
    what();
  } catch (error) {
    throw new PatchError(name, patch, error);
  }
}

function valueFrom(patch: Patch, source: unknown, environment: readonly EnvironmentPatch[]): unknown {
  const values = sourcesOf(patch).map((path, i) => {
    const value = getPath(source, parsePath(path));
    if (patch.type !== 'CombineFromEnvironment') return value;
    const place = patch.combine.variables[i]?.fromFieldPath;
    const { transforms = [] } = environment.find(({ toFieldPath }) => toFieldPath === place) ?? {};
    return transforms.reduce(transformed, value);
  });
  const value = 'combine' in patch ? sprintf(patch.combine.string.fmt, values) : values[0];
  return (patch.transforms ?? []).reduce(transformed, value);
}

function write(target: unknown, patch: Patch, value: unknown): unknown {
  const path = parsePath(patch.toFieldPath);
  return setPath(
    target,
    path,
    patch.policy?.toFieldPath === 'MergeObjects' ? merged(getPath(target, path), value) : value,
  );
}

/** `ours`, and of `theirs` what is not in it or is empty there: mergo, which Crossplane merges with, takes empty for absent. */
function merged(ours: unknown, theirs: unknown): unknown {
  if (isEmpty(ours)) return theirs;
  if (!isObject(ours) || !isObject(theirs)) return ours;
  return {
    ...ours,
    ...Object.fromEntries(Object.entries(theirs).map(([key, value]) => [key, merged(ours[key], value)])),
  };
}

function isEmpty(value: unknown): boolean {
  return !value || (typeof value === 'object' && Object.keys(value).length === 0);
}

function transformed(input: unknown, transform: Transform): unknown {
  switch (transform.type) {
    case 'convert':
      return scalarText(input);
    case 'map': {
      if (typeof input !== 'string') throw new Error(`the map transform takes a text, not ${JSON.stringify(input)}`);
      if (!Object.hasOwn(transform.map, input)) {
        throw new Error(
          `the map transform has no case for ${JSON.stringify(input)}, only ${Object.keys(transform.map).join(', ')}`,
        );
      }
      return transform.map[input];
    }
    case 'match': {
      if (typeof input !== 'string') throw new Error(`the match transform takes a text, not ${JSON.stringify(input)}`);
      const { patterns, fallbackTo, fallbackValue = null } = transform.match;
      const hit = patterns.find(({ regexp }) => new RegExp(regexp).test(input));
      if (hit) return hit.result;
      return fallbackTo === 'Input' ? input : fallbackValue;
    }
    case 'string':
      return transformedText(input, transform.string);
  }
}

function transformedText(input: unknown, string: Extract<Transform, { type: 'string' }>['string']): string {
  switch (string.type) {
    case 'Format':
      return sprintf(string.fmt, [input]);
    case 'Convert':
      if (string.convert === 'ToJson') return JSON.stringify(input);
      return createHash('sha1').update(scalarText(input)).digest('hex');
    case 'Join':
      if (!Array.isArray(input)) throw new Error(`the Join transform takes a list, not ${JSON.stringify(input)}`);
      return input
        .map(item => scalarText(item) + string.join.separator)
        .join('')
        .slice(0, -1);
    case 'TrimSuffix': {
      const text = scalarText(input);
      return text.endsWith(string.trim) ? text.slice(0, text.length - string.trim.length) : text;
    }
    case 'Regexp': {
      const { match, group } = string.regexp;
      const found = compilePattern(match).exec(scalarText(input))?.[group];
      if (found === undefined) throw new Error(`${JSON.stringify(input)} does not match ${match}`);
      return found;
    }
  }
}

/** Go's fmt.Sprintf, for the verbs that the kit writes. */
function sprintf(format: string, values: readonly unknown[]): string {
  const rest = [...values];
  return format.replace(/%(.)/g, (verb, letter: string) => {
    if (letter === '%') return '%';
    if (letter !== 'v' || rest.length === 0)
      throw new Error(`format ${JSON.stringify(format)} does not take ${values.length} values at ${verb}`);
    return scalarText(rest.shift());
  });
}

function scalarText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(
    `${JSON.stringify(value)} is not a text, number or truth value, and would be written as Go prints it`,
  );
}
