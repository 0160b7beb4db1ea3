import type { Problem } from '../path.ts';
import type { Manifest } from '../pipeline.ts';
import type { Schema } from '../schema.ts';

/** What the proof is told of the world outside, which schemas do not say. */
export interface Facts {
  /** Each says what is wrong with a resource of a composite one though it fits its schema: a value that does not exist, for instance. */
  readonly judges: readonly ((resource: Manifest, composite: Manifest) => readonly Problem[])[];
  /** The kind that a reference or selector points to, by the field's schema: `{ group: 'ec2', kind: 'VPC' }`. */
  referenceTarget(field: Schema): { readonly group: string; readonly kind: string } | undefined;
}
