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
      readonly type: 'CombineFromComposite' | 'CombineToComposite' | 'CombineFromEnvironment';
      readonly combine: {
        readonly variables: readonly { readonly fromFieldPath: string }[];
        readonly strategy: 'string';
        readonly string: { readonly fmt: string };
      };
      readonly toFieldPath: string;
      readonly transforms?: readonly Transform[];
      readonly policy?: PatchPolicy;
    };

/**
 * A value of the composite resource, transformed, to be read by CombineFromEnvironment: a combination takes values as they
 * are. `toFieldPath` is a name of its own with the field's path below it.
 */
export interface EnvironmentPatch {
  readonly type: 'FromCompositeFieldPath';
  readonly fromFieldPath: string;
  readonly toFieldPath: string;
  readonly transforms?: readonly Transform[];
}

/** One resource of a Composition. */
export interface ResourceTemplate {
  readonly name: string;
  readonly base: Manifest;
  readonly patches?: readonly Patch[];
  /** Absent: ready when its condition `Ready` is true. */
  readonly readinessChecks?: readonly { readonly type: 'None' }[];
}

/** A step of function-patch-and-transform. */
interface PatchAndTransform {
  readonly step: string;
  readonly functionRef: { readonly name: string };
  readonly input: {
    readonly apiVersion: 'pt.fn.crossplane.io/v1beta1';
    readonly kind: 'Resources';
    readonly environment?: { readonly patches: readonly EnvironmentPatch[] };
    readonly resources: readonly ResourceTemplate[];
  };
}

/** A step of function-auto-ready. */
interface AutoReady {
  readonly step: string;
  readonly functionRef: { readonly name: string };
}

/**
 * A Composition of two steps: function-patch-and-transform, then function-auto-ready. The first refuses to make nothing, so
 * a Composition without resources has the second alone.
 */
export interface Composition extends Manifest {
  readonly apiVersion: 'apiextensions.crossplane.io/v1';
  readonly kind: 'Composition';
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly compositeTypeRef: { readonly apiVersion: string; readonly kind: string };
    readonly mode: 'Pipeline';
    readonly pipeline: readonly [PatchAndTransform, AutoReady] | readonly [AutoReady];
  };
}

/** The functions, by the names that Crossplane's package manager gives them where they come as dependencies of a package. */
export const functions = {
  patchAndTransform: 'crossplane-contrib-function-patch-and-transform',
  autoReady: 'crossplane-contrib-function-auto-ready',
} as const;

/** The Composition of `resources` for a type of composite resource. */
export function compositionOf(
  name: string,
  type: Composition['spec']['compositeTypeRef'],
  resources: readonly ResourceTemplate[],
  environment: readonly EnvironmentPatch[] = [],
): Composition {
  const make: PatchAndTransform = {
    step: 'patch-and-transform',
    functionRef: { name: functions.patchAndTransform },
    input: {
      apiVersion: 'pt.fn.crossplane.io/v1beta1',
      kind: 'Resources',
      ...(environment.length > 0 && { environment: { patches: environment } }),
      resources,
    },
  };
  const ready: AutoReady = { step: 'auto-ready', functionRef: { name: functions.autoReady } };
  return {
    apiVersion: 'apiextensions.crossplane.io/v1',
    kind: 'Composition',
    metadata: { name },
    spec: { compositeTypeRef: type, mode: 'Pipeline', pipeline: resources.length > 0 ? [make, ready] : [ready] },
  };
}

/** The resources that a Composition makes. */
export function resourcesOf(composition: Composition): readonly ResourceTemplate[] {
  const [first] = composition.spec.pipeline;
  return 'input' in first ? first.input.resources : [];
}

/** What a Composition's environment is filled with, for the patches of its resources. */
export function environmentOf(composition: Composition): readonly EnvironmentPatch[] {
  const [first] = composition.spec.pipeline;
  return ('input' in first && first.input.environment?.patches) || [];
}

/** The fields that a patch reads, of the composite or the composed resource. */
export function sourcesOf(patch: Patch): readonly string[] {
  if (!('combine' in patch)) return [patch.fromFieldPath];
  const paths = patch.combine.variables.map(({ fromFieldPath }) => fromFieldPath);
  return patch.type === 'CombineFromEnvironment' ? paths.map(path => path.slice(path.indexOf('.') + 1)) : paths;
}

/** Whether a patch writes to the composed resource, and not to the composite. */
export function writesResource(patch: Patch): boolean {
  return !/^(?:Combine)?ToComposite/.test(patch.type);
}
