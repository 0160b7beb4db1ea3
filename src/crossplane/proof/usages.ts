import type { Finding } from '../finding.ts';
import { labelsOf } from '../labels.ts';
import type { Part } from '../package.ts';
import { getPath } from '../path.ts';
import type { Composition, ResourceTemplate } from '../pipeline.ts';
import { resourcesOf, sourcesOf, writesResource } from '../pipeline.ts';
import { isObject } from '../schema.ts';
import type { Facts } from './facts.ts';
import { covers, resourcePlace } from './places.ts';
import { writerOf } from './wiring.ts';

/**
 * What a Usage keeps is not taken along by what it is a part of: where a resource is deleted together with another one (a
 * role's policy with the role), whoever uses the one must use the other too.
 */
export function proveUsages(part: Part, composition: Composition, facts: Facts): readonly Finding[] {
  const resources = resourcesOf(composition);
  const usages = resources.flatMap(usage => {
    const [used, by] = [endOf(usage, 'of'), endOf(usage, 'by')];
    return used && by ? [{ usage, used: used[labelsOf(part.api).resource], by: JSON.stringify(by) }] : [];
  });
  return usages.flatMap(({ usage, used, by }) => {
    const resource = resources.find(({ name }) => name === used);
    if (!resource) return [];
    return namedBy(composition, resource, facts.goesWith(resource.base))
      .filter(whole => !usages.some(other => other.used === whole.name && other.by === by))
      .map(whole => ({
        place: resourcePlace(composition, usage),
        message: `keeps ${resource.name}, which goes with ${whole.name}, and nothing keeps that: say uses() of ${whole.name} too`,
      }));
  });
}

/** The labels by which one end of a Usage is found, of this composite resource's or of another's. */
function endOf({ base }: ResourceTemplate, end: 'of' | 'by'): Readonly<Record<string, unknown>> | undefined {
  if (base.kind !== 'Usage') return undefined;
  const labels = getPath(base.spec, [end, 'resourceSelector', 'matchLabels']);
  return isObject(labels) ? labels : undefined;
}

/** The resources of which a field of a resource takes values. */
function namedBy(
  composition: Composition,
  { patches = [] }: ResourceTemplate,
  field: string | undefined,
): readonly ResourceTemplate[] {
  const sources = patches
    .filter(patch => writesResource(patch) && patch.toFieldPath === field)
    .flatMap(sourcesOf)
    .filter(path => covers('status', path));
  return [...new Set(sources.flatMap(path => writerOf(composition, path) ?? []))];
}
