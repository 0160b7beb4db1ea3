import type { Finding } from '../finding.ts';
import { labelsOf } from '../labels.ts';
import type { Package, Part } from '../package.ts';
import type { Path } from '../path.ts';
import { formatPath, getPath, parsePath } from '../path.ts';
import type { Composition, ResourceTemplate } from '../pipeline.ts';
import { resourcesOf } from '../pipeline.ts';
import { isObject, schemaAt } from '../schema.ts';
import type { Facts } from './facts.ts';
import { resourcePlace } from './places.ts';

type Target = NonNullable<ReturnType<Facts['referenceTarget']>>;

/** A selector in a resource; of a label that a patch writes the value is not known here. */
interface SelectorAt {
  readonly path: Path;
  readonly labels: Readonly<Record<string, string | undefined>>;
}

/** Every selector by the kit's labels finds a resource, and one of the kind that its field wants. */
export function proveSelectors(
  pkg: Package,
  part: Part,
  composition: Composition,
  resource: ResourceTemplate,
  facts: Facts,
): readonly Finding[] {
  const schema = pkg.kinds.get(resource.base.apiVersion, resource.base.kind)?.schema;
  return selectorsOf(resource).flatMap(({ path, labels }) => {
    const place = resourcePlace(composition, resource, formatPath(['base', ...path]));
    // Labels of another API's resources, by whose composite resource they are selected, or of this one's.
    const other = pkg.parts.find(({ api }) => Object.hasOwn(labels, labelsOf(api).composite));
    const wanted = Object.entries(labels).filter(([label]) => !other || label !== labelsOf(other.api).composite);
    const { group } = (other ?? part).api;
    if (!wanted.some(([label]) => label.startsWith(`${group}/`))) return [];
    const candidates = other ? other.compositions.flatMap(resourcesOf) : resourcesOf(composition);
    const selected = candidates.filter(({ base }) =>
      wanted.every(([label, value]) => value === undefined || base.metadata?.labels?.[label] === value),
    );
    if (selected.length === 0) {
      const text = wanted.map(([label, value]) => `${label}=${value ?? '…'}`).join(', ');
      return [{ place, message: `selects nothing: no resource of ${(other ?? part).api.kind} is labelled ${text}` }];
    }
    const field = schema && schemaAt(schema, path);
    const target = (field && facts.referenceTarget(field)) ?? namedBeside(resource.base, path);
    return selected
      .filter(({ base }) => target && !isKind(base, target))
      .slice(0, 1)
      .map(({ name, base }) => ({
        place,
        message: `points to ${target?.kind} (${target?.group}), but ${name} is of kind ${base.kind} (${base.apiVersion})`,
      }));
  });
}

/** The kind that a Usage names beside its selector. */
function namedBeside(base: ResourceTemplate['base'], path: Path): Target | undefined {
  const beside = getPath(base, path.slice(0, -1));
  if (!isObject(beside) || typeof beside.kind !== 'string' || typeof beside.apiVersion !== 'string') return undefined;
  return { kind: beside.kind, group: beside.apiVersion.split(/[./]/)[0] ?? '' };
}

function selectorsOf({ base, patches = [] }: ResourceTemplate): readonly SelectorAt[] {
  const patched = patches.map(({ toFieldPath }) => parsePath(toFieldPath));
  return constantSelectors(base, []).map(({ path, labels }) => {
    const below = formatPath([...path, 'matchLabels']);
    const ours = patched.filter(to => formatPath(to.slice(0, -1)) === below).map(to => [`${to.at(-1)}`, undefined]);
    return { path, labels: { ...Object.fromEntries(ours), ...labels } };
  });
}

function constantSelectors(value: unknown, path: Path): readonly SelectorAt[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => constantSelectors(item, [...path, i]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = [...path, key];
    const labels = key.endsWith('Selector') && isObject(inner) && inner.matchLabels;
    return labels && isObject(labels)
      ? [{ path: at, labels: labels as SelectorAt['labels'] }]
      : constantSelectors(inner, at);
  });
}

function isKind(base: ResourceTemplate['base'], { group, kind }: Target): boolean {
  return base.kind === kind && base.apiVersion.split(/[./]/)[0] === group;
}
