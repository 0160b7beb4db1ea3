import type { Package } from '../crossplane/package.ts';
import { resourcesOf } from '../crossplane/pipeline.ts';

/** A kind that is made on the management cluster. */
export interface NeededKind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** What a package needs from the cluster on which it is installed. */
export interface Needs {
  /** The functions of its pipelines, by the name that a `functionRef` gives, in the order of their first use. */
  readonly functions: readonly string[];
  /** The kinds that are made, the package's own left out, in the order of the alphabet. */
  readonly kinds: readonly NeededKind[];
}

/** What the Compositions of a package need, and the `manifests` that are applied beside it. */
export function needsOf({ parts }: Package, manifests: readonly NeededKind[] = []): Needs {
  const compositions = parts.flatMap(part => part.compositions);
  const functions = compositions.flatMap(({ spec }) => spec.pipeline.map(({ functionRef }) => functionRef.name));
  const made = [...compositions.flatMap(resourcesOf).map(({ base }) => base), ...manifests];
  const kinds = new Map(made.map(({ apiVersion, kind }) => [`${apiVersion}/${kind}`, { apiVersion, kind }]));
  for (const { api } of parts) kinds.delete(`${api.GVK.apiVersion}/${api.kind}`);
  return {
    functions: [...new Set(functions)],
    kinds: [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, kind]) => kind),
  };
}

/** The API group of a kind; empty for Kubernetes' core kinds. */
export function groupOf({ apiVersion }: NeededKind): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}
