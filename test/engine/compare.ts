import { evaluate } from '../../src/crossplane/evaluate.ts';
import { formatPath, type Path } from '../../src/crossplane/path.ts';
import type { Composition, Manifest } from '../../src/crossplane/pipeline.ts';
import { isObject } from '../../src/kubernetes/json.ts';
import { nameOf } from '../../src/render/engine.ts';
import type { Seen } from '../../src/render/rounds.ts';

/**
 * Where our evaluator and Crossplane do not make the same of a reconcile, a line each: resources, their fields, the status. What
 * Crossplane adds to every composed resource (owner, namespace, its own labels and annotations) is left aside.
 */
export function differences({ input, output }: Seen, composition: Composition): readonly string[] {
  const observed = new Map(input.observed.map(object => [nameOf(object), object as unknown as Manifest]));
  const ours = evaluate(composition, input.composite as unknown as Manifest, observed);
  const { conditions: _, ...status } = output.status;
  const theirs = new Map([...output.composed].map(([name, resource]) => [name, withoutCrossplanes(resource)]));
  return [
    ...different(['resources'], Object.fromEntries(ours.resources), Object.fromEntries(theirs)),
    ...different(['status'], ours.status, status),
  ].map(line => `${composition.metadata.name}: ${line}`);
}

function withoutCrossplanes(resource: object): object {
  const { metadata, ...rest } = resource as unknown as Manifest;
  const { ownerReferences: _, namespace: __, generateName: ___, ...own } = metadata ?? {};
  const added = (key: string) => key === 'crossplane.io/composite' || key === 'crossplane.io/composition-resource-name';
  const kept = Object.fromEntries(
    Object.entries(own).flatMap(([field, value]): [string, unknown][] => {
      if (field !== 'labels' && field !== 'annotations') return [[field, value]];
      const entries = Object.entries(value ?? {}).filter(([key]) => !added(key));
      return entries.length > 0 ? [[field, Object.fromEntries(entries)]] : [];
    }),
  );
  return { ...rest, metadata: kept };
}

/** What is not the same below a path, ours first. An empty object counts as none. */
function different(path: Path, ours: unknown, theirs: unknown): readonly string[] {
  if (isObject(ours ?? {}) && isObject(theirs ?? {})) {
    const [a, b] = [ours ?? {}, theirs ?? {}] as Record<string, unknown>[];
    const names = new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})]);
    return [...names].flatMap(name => different([...path, name], a?.[name], b?.[name]));
  }
  if (JSON.stringify(sorted(ours)) === JSON.stringify(sorted(theirs))) return [];
  return [`${formatPath(path)}: ours is ${JSON.stringify(ours)}, Crossplane's ${JSON.stringify(theirs)}`];
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, field]) => [name, sorted(field)]),
  );
}
