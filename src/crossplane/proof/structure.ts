import type { Finding } from '../finding.ts';
import type { Package, Part } from '../package.ts';
import type { Composition, ResourceTemplate } from '../pipeline.ts';
import { resourcesOf, sourcesOf, writesResource } from '../pipeline.ts';
import type { Schema } from '../schema.ts';
import { schemaAt } from '../schema.ts';
import type { Facts } from './facts.ts';
import { covers, resourcePlace } from './places.ts';
import { proveSelectors } from './selectors.ts';
import { proveUsages } from './usages.ts';
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
      ...proveUsages(part, composition, facts),
      ...resources.flatMap((resource, i) => [
        ...doubled(composition, resources, i),
        ...readiness(pkg, composition, resource),
        ...circle(composition, resource),
        ...waitsForEmpty(composition, resource, facts),
        ...proveSelectors(pkg, part, composition, resource, facts),
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

/** A resource that takes a field for a sign that another one is up, when that field is there from the start. */
function waitsForEmpty(composition: Composition, resource: ResourceTemplate, facts: Facts): readonly Finding[] {
  return (resource.patches ?? []).filter(writesResource).flatMap(patch =>
    sourcesOf(patch).flatMap(source => {
      const writer = covers('status', source) ? writerOf(composition, source) : undefined;
      const read = writer?.patches?.find(other => !writesResource(other) && other.toFieldPath === source);
      const empty = read && writer && sourcesOf(read).find(path => facts.isEmptyAtFirst(writer.base, path));
      if (!writer || !empty) return [];
      const message = `reads ${empty} of ${writer.name}, which is an empty text until it is known, so a resource that waits for it does not wait: read what is absent until then`;
      return [{ place: resourcePlace(composition, resource, patch.toFieldPath), message }];
    }),
  );
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
