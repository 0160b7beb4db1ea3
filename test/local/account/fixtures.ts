import type { Resource } from '../../../src/local/account/inventory.ts';

/** A resource of af-south-1 that uses others. */
export function resource(kind: string, id: string, more: Partial<Resource> = {}): Resource {
  return { kind, id, region: 'af-south-1', uses: [], told: { id }, ...more };
}
