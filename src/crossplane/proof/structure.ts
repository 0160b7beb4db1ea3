import type { Finding } from '../finding.ts';
import { labelsOf } from '../labels.ts';
import type { Package, Part } from '../package.ts';
import type { Path } from '../path.ts';
import { formatPath } from '../path.ts';
import type { Composition, Manifest, ResourceTemplate } from '../pipeline.ts';
import { resourcesOf, sourcesOf, writesResource } from '../pipeline.ts';
import type { Schema } from '../schema.ts';
import { isObject, schemaAt } from '../schema.ts';
import type { Facts } from './facts.ts';
import { covers, resourcePlace } from './places.ts';
import { writerOf } from './wiring.ts';

/**
 * Each reconcile of a composite resource applies all that it composes, so its cost grows with the square of its size, and
 * above some 50 resources it opens Crossplane's circuit breaker (crossplane#7108).
 */
const mostResources = 25;

/** The resources of a Composition fit together: names, selectors, readiness, size, and nothing waits for itself. */
export function proveStructure(pkg: Package, part: Part, facts: Facts): readonly Finding[] {
  return part.compositions.flatMap(composition => {
    const resources = resourcesOf(composition);
    return [
      ...size(composition, resources),
      ...resources.flatMap((resource, i) => [
        ...doubled(composition, resources, i),
        ...readiness(pkg, composition, resource),
        ...circle(composition, resource),
        ...selectors(pkg, part, composition, resource, facts),
      ]),
    ];
  });
}

function size(composition: Composition, { length }: readonly unknown[]): readonly Finding[] {
  if (length <= mostResources) return [];
  const place = `compositions/${composition.metadata.name}: resources`;
  return [
    {
      place,
      message: `has ${length} resources, of which ${mostResources} are the most: give a part an API of its own`,
    },
  ];
}

function doubled(composition: Composition, resources: readonly ResourceTemplate[], i: number): readonly Finding[] {
  const resource = resources[i];
  if (!resource || resources.findIndex(({ name }) => name === resource.name) === i) return [];
  return [
    { place: resourcePlace(composition, resource), message: 'has the name of another resource: a name is an identity' },
  ];
}

function readiness(pkg: Package, composition: Composition, resource: ResourceTemplate): readonly Finding[] {
  const { apiVersion, kind } = resource.base;
  const schema = pkg.kinds.get(apiVersion, kind)?.schema;
  if (!schema || resource.readinessChecks || hasReady(schema)) return [];
  const message = `${kind} has no condition Ready, so it would never be ready: compose it with { ready: 'always' }`;
  return [{ place: resourcePlace(composition, resource, 'readinessChecks'), message }];
}

/** A ProviderConfig has conditions and counts its users, and never gets the condition Ready (crossplane#3052). */
function hasReady(schema: Schema): boolean {
  return schemaAt(schema, ['status', 'conditions']) !== undefined && !schemaAt(schema, ['status', 'users']);
}

/** A resource that waits for a value of one that waits for it. */
function circle(composition: Composition, start: ResourceTemplate): readonly Finding[] {
  const waitsFor = (resource: ResourceTemplate) =>
    (resource.patches ?? [])
      .filter(patch => writesResource(patch) && patch.policy?.fromFieldPath === 'Required')
      .flatMap(sourcesOf)
      .filter(path => covers('status', path))
      .flatMap(path => writerOf(composition, path) ?? []);
  const seen = new Map<ResourceTemplate, ResourceTemplate>();
  const queue = [start];
  for (let at = queue.shift(); at; at = queue.shift()) {
    for (const next of waitsFor(at)) {
      if (next === start) {
        const trail = [start.name];
        for (let back: ResourceTemplate | undefined = at; back && back !== start; back = seen.get(back))
          trail.unshift(back.name);
        return [
          {
            place: resourcePlace(composition, start),
            message: `waits for itself: ${[start.name, ...trail].join(' -> ')}`,
          },
        ];
      }
      if (!seen.has(next)) {
        seen.set(next, at);
        queue.push(next);
      }
    }
  }
  return [];
}

function selectors(
  pkg: Package,
  part: Part,
  composition: Composition,
  resource: ResourceTemplate,
  facts: Facts,
): readonly Finding[] {
  const schema = pkg.kinds.get(resource.base.apiVersion, resource.base.kind)?.schema;
  return selectorsIn(resource.base, []).flatMap(({ path, labels }) => {
    const place = resourcePlace(composition, resource, `base.${formatPath(path)}`);
    const selected = candidates(pkg, part, composition, labels);
    if (!selected) return [];
    const hits = selected.filter(({ base }) =>
      Object.entries(labels).every(([label, value]) => value === undefined || base.metadata?.labels?.[label] === value),
    );
    if (hits.length === 0) {
      const wanted = Object.entries(labels).map(([label, value]) => `${label}=${value ?? '…'}`);
      return [{ place, message: `selects nothing: no resource is labelled ${wanted.join(', ')}` }];
    }
    const field = schema && schemaAt(schema, path);
    const target = field && facts.referenceTarget(field);
    const wrong = target && hits.find(({ base }) => !isKind(base, target));
    return wrong && target
      ? [
          {
            place,
            message: `points to ${target.kind} (${target.group}), but ${wrong.name} is a ${wrong.base.kind} (${wrong.base.apiVersion})`,
          },
        ]
      : [];
  });
}

/** Where a selector with these labels looks: in this Composition, or in those of the API whose name it selects by. */
function candidates(
  pkg: Package,
  part: Part,
  composition: Composition,
  labels: Labels,
): readonly ResourceTemplate[] | undefined {
  const other = pkg.parts.find(({ api }) => Object.hasOwn(labels, labelsOf(api).composite));
  if (other) {
    return other.compositions.flatMap(resourcesOf).map(template => {
      const composite = labelsOf(other.api).composite;
      const value = labels[composite];
      const withOwner = { ...template.base.metadata?.labels, ...(value !== undefined && { [composite]: value }) };
      return { ...template, base: { ...template.base, metadata: { ...template.base.metadata, labels: withOwner } } };
    });
  }
  return Object.keys(labels).some(label => label.startsWith(`${part.api.group}/`))
    ? resourcesOf(composition)
    : undefined;
}

type Labels = Readonly<Record<string, string | undefined>>;

/** The selectors in a base. A label that a patch gives its value has none here. */
function selectorsIn(value: unknown, path: Path): readonly { readonly path: Path; readonly labels: Labels }[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => selectorsIn(item, [...path, i]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = [...path, key];
    const labels = key.endsWith('Selector') && isObject(inner) && inner.matchLabels;
    return labels && isObject(labels) ? [{ path: at, labels: labels as Labels }] : selectorsIn(inner, at);
  });
}

function isKind(base: Manifest, { group, kind }: { readonly group: string; readonly kind: string }): boolean {
  return base.kind === kind && base.apiVersion.split(/[./]/)[0] === group;
}
