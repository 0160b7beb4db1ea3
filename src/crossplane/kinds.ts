import type { Path } from './path.ts';
import type { Schema } from './schema.ts';
import { schemaAt } from './schema.ts';

/** A kind by name. */
export interface GVK {
  readonly apiVersion: string;
  readonly kind: string;
}

/** What the kit knows of a kind that is installed where the package runs. */
export interface KnownKind {
  /** The schema of the whole object. */
  readonly schema: Schema;
}

/** The kinds that a package may compose. */
export interface Kinds {
  get(apiVersion: string, kind: string): KnownKind | undefined;
}

/** Where a kind shows what is observed: a managed resource below `status.atProvider`, any other in `status`. */
export function observedRoot(schema: Schema): Path {
  return schemaAt(schema, ['status', 'atProvider']) ? ['status', 'atProvider'] : ['status'];
}

/** Whether a value can be missing at `path` once the API server has filled in defaults. */
export function isAlwaysSet(schema: Schema, path: Path): boolean {
  let at: Schema | undefined = schema;
  for (const segment of path) {
    const parent: Schema | undefined = at;
    if (!parent) return false;
    if (typeof segment === 'number') {
      if (segment >= (parent.minItems ?? 0)) return false;
      at = parent.items;
    } else {
      at = parent.properties?.[segment];
      if (!at || (at.default === undefined && !parent.required?.includes(segment))) return false;
    }
  }
  return true;
}
