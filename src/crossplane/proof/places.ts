import type { Path } from '../path.ts';
import { formatPath } from '../path.ts';
import type { Composition, ResourceTemplate } from '../pipeline.ts';

/** A place in a resource of a Composition: `compositions/xnetwork: resources[vpc].base.spec.forProvider.region`. */
export function resourcePlace(composition: Composition, resource: ResourceTemplate, below = ''): string {
  return `compositions/${composition.metadata.name}: resources[${resource.name}]${below && `.${below}`}`;
}

/** The place that gives a composed resource its value at `path`: the last patch that writes there, else the base. */
export function originOf(composition: Composition, resource: ResourceTemplate, path: Path): string {
  const written = formatPath(path);
  const patch = (resource.patches ?? []).findLastIndex(({ toFieldPath }) => covers(toFieldPath, written));
  return resourcePlace(composition, resource, patch < 0 ? `base.${written}` : `patches[${patch}].toFieldPath`);
}

/** Whether the field at `outer` is the one at `inner`, or holds it. Both in field-path notation. */
export function covers(outer: string, inner: string): boolean {
  return inner === outer || (inner.startsWith(outer) && /^[.[]/.test(inner.slice(outer.length)));
}

/** A path with all items of a list taken together: `spec.subnets[].cidr`. */
export function general(path: string): string {
  return path.replace(/\[\d+\]/g, '[]');
}
