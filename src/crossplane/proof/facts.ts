import type { Path, Problem } from '../path.ts';
import type { Manifest } from '../pipeline.ts';
import type { Schema } from '../schema.ts';

/** What a text is at a place where another program reads it, and the characters that would end it or mean something there. */
export interface Grammar {
  /** `a policy document`. */
  readonly what: string;
  readonly forbids: readonly string[];
}

/** What the proof is told of the world outside, which schemas do not say. */
export interface Facts {
  /** Each says what is wrong with a resource of a composite one though it fits its schema: a value that does not exist, for instance. */
  readonly judges: readonly ((resource: Manifest, composite: Manifest) => readonly Problem[])[];
  /** What a text is that comes to stand at a path of a resource, behind what stands `before` it in a text of ours. */
  grammars(resource: Manifest, path: Path, before: string): readonly Grammar[];
  /** The field by which a resource names one that takes it along when it is deleted, whoever holds it. */
  goesWith(part: Manifest): string | undefined;
  /** Whether a field of a resource is there as an empty text before it has its value, so that nobody can wait for it. */
  isEmptyAtFirst(resource: Manifest, path: string): boolean;
  /** The kind that a reference or selector points to, by the field's schema: `{ group: 'ec2', kind: 'VPC' }`. */
  referenceTarget(field: Schema): { readonly group: string; readonly kind: string } | undefined;
}
