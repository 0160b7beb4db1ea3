import type { Transform } from './ref.ts';

/** A Kubernetes object of any kind. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** `Required` waits for the source; without it the patch is left out while the source is absent. */
export interface PatchPolicy {
  readonly fromFieldPath?: 'Required' | 'Optional';
  readonly toFieldPath?: 'MergeObjects';
}

/** A patch of function-patch-and-transform, of those that the kit writes. */
export type Patch =
  | {
      readonly type: 'FromCompositeFieldPath' | 'ToCompositeFieldPath';
      readonly fromFieldPath: string;
      readonly toFieldPath: string;
      readonly transforms?: readonly Transform[];
      readonly policy?: PatchPolicy;
    }
  | {
      readonly type: 'CombineFromComposite' | 'CombineToComposite';
      readonly combine: {
        readonly variables: readonly { readonly fromFieldPath: string }[];
        readonly strategy: 'string';
        readonly string: { readonly fmt: string };
      };
      readonly toFieldPath: string;
      readonly policy?: PatchPolicy;
    };

/** One resource of a Composition. */
export interface ResourceTemplate {
  readonly name: string;
  readonly base: Manifest;
  readonly patches?: readonly Patch[];
  /** Absent: ready when its condition `Ready` is true. */
  readonly readinessChecks?: readonly { readonly type: 'None' }[];
}

/** A Composition of two steps: function-patch-and-transform, then function-auto-ready. */
export interface Composition extends Manifest {
  readonly apiVersion: 'apiextensions.crossplane.io/v1';
  readonly kind: 'Composition';
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly compositeTypeRef: { readonly apiVersion: string; readonly kind: string };
    readonly mode: 'Pipeline';
    readonly pipeline: readonly [
      {
        readonly step: string;
        readonly functionRef: { readonly name: string };
        readonly input: {
          readonly apiVersion: 'pt.fn.crossplane.io/v1beta1';
          readonly kind: 'Resources';
          readonly resources: readonly ResourceTemplate[];
        };
      },
      { readonly step: string; readonly functionRef: { readonly name: string } },
    ];
  };
}

/** The Composition of `resources` for a type of composite resource. */
export function compositionOf(
  name: string,
  type: Composition['spec']['compositeTypeRef'],
  resources: readonly ResourceTemplate[],
): Composition {
  return {
    apiVersion: 'apiextensions.crossplane.io/v1',
    kind: 'Composition',
    metadata: { name },
    spec: {
      compositeTypeRef: type,
      mode: 'Pipeline',
      pipeline: [
        {
          step: 'patch-and-transform',
          functionRef: { name: 'function-patch-and-transform' },
          input: { apiVersion: 'pt.fn.crossplane.io/v1beta1', kind: 'Resources', resources },
        },
        { step: 'auto-ready', functionRef: { name: 'function-auto-ready' } },
      ],
    },
  };
}

/** The resources that a Composition makes. */
export function resourcesOf(composition: Composition): readonly ResourceTemplate[] {
  return composition.spec.pipeline[0].input.resources;
}

/** The fields that a patch reads. */
export function sourcesOf(patch: Patch): readonly string[] {
  return 'combine' in patch ? patch.combine.variables.map(({ fromFieldPath }) => fromFieldPath) : [patch.fromFieldPath];
}

/** Whether a patch writes to the composed resource, and not to the composite. */
export function writesResource(patch: Patch): boolean {
  return patch.type === 'FromCompositeFieldPath' || patch.type === 'CombineFromComposite';
}
