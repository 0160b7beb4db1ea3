import { getPath, parsePath } from '../crossplane/path.ts';
import type { KubeObject } from './objects.ts';

/** A resource that a Composition makes for a composite resource. */
export interface Planned {
  /** Its name in the Composition. */
  readonly resource: string;
  readonly apiVersion: string;
  readonly kind: string;
  /** Its own name, as far as the Composition tells it: the name in the Composition otherwise. */
  readonly name: string;
  /** The fields of the composite resource that it cannot be made without and that have no value yet. */
  readonly missing: readonly string[];
  /** It counts as ready by being there. */
  readonly always: boolean;
}

interface Patch {
  readonly type?: string;
  readonly fromFieldPath?: string;
  readonly toFieldPath?: string;
  readonly patchSetName?: string;
  readonly policy?: { readonly fromFieldPath?: string };
  readonly combine?: { readonly variables?: readonly { readonly fromFieldPath?: string }[] };
  readonly transforms?: readonly { readonly string?: { readonly type?: string; readonly fmt?: string } }[];
}

interface Template {
  readonly name?: string;
  readonly base?: {
    readonly apiVersion?: string;
    readonly kind?: string;
    readonly metadata?: { readonly name?: string };
  };
  readonly patches?: readonly Patch[];
  readonly readinessChecks?: readonly { readonly type?: string }[];
}

interface Step {
  readonly input?: {
    readonly kind?: string;
    readonly resources?: readonly Template[];
    readonly patchSets?: readonly { readonly name?: string; readonly patches?: readonly Patch[] }[];
  };
}

/**
 * What a Composition (or a revision of one) makes of a composite resource as it is now, by its steps of
 * function-patch-and-transform; other functions do not say before they run.
 */
export function plannedOf(composition: KubeObject, xr: KubeObject): readonly Planned[] {
  const pipeline = getPath(composition, ['spec', 'pipeline']);
  if (!Array.isArray(pipeline)) return [];
  return (pipeline as Step[]).flatMap(({ input }) => {
    if (input?.kind !== 'Resources') return [];
    const templates = (input.resources ?? []).map(template => ({
      ...template,
      patches: (template.patches ?? []).flatMap(patch =>
        patch.type === 'PatchSet'
          ? (input.patchSets?.find(({ name }) => name === patch.patchSetName)?.patches ?? [])
          : [patch],
      ),
    }));
    const origins = originsOf(templates);
    return templates.map(template => planned(template, xr, origins));
  });
}

function planned(template: Template, xr: KubeObject, origins: ReadonlyMap<string, string>): Planned {
  const { name: resource = '', base, patches = [], readinessChecks } = template;
  const missing = patches.flatMap(requiredOf).filter(path => valueAt(xr, path) === undefined);
  return {
    resource,
    apiVersion: base?.apiVersion ?? '',
    kind: base?.kind ?? '',
    name: nameOf(template, xr) ?? resource,
    missing: [...new Set(missing)].map(path => {
      const origin = origins.get(path);
      return origin ? `${path} (from ${origin})` : path;
    }),
    always: readinessChecks?.some(({ type }) => type === 'None') ?? false,
  };
}

/** The resource that each field of the composite resource's status comes from. */
function originsOf(templates: readonly Template[]): ReadonlyMap<string, string> {
  return new Map(
    templates.flatMap(({ name, patches = [] }) =>
      patches.flatMap(({ type, toFieldPath }) =>
        name && toFieldPath && type?.startsWith('To') ? [[toFieldPath, name] as const] : [],
      ),
    ),
  );
}

function requiredOf({ type = 'FromCompositeFieldPath', policy, fromFieldPath, combine }: Patch): readonly string[] {
  if (policy?.fromFieldPath !== 'Required') return [];
  if (type === 'FromCompositeFieldPath') return fromFieldPath ? [fromFieldPath] : [];
  if (type !== 'CombineFromComposite') return [];
  return (combine?.variables ?? []).flatMap(variable => variable.fromFieldPath ?? []);
}

/** The name of a resource, where it is a constant or the composite resource's name in a text. */
function nameOf({ base, patches = [] }: Template, xr: KubeObject): string | undefined {
  const patch = patches.find(({ toFieldPath }) => toFieldPath === 'metadata.name');
  if (!patch) return base?.metadata?.name;
  const { type = 'FromCompositeFieldPath', fromFieldPath = '', transforms = [] } = patch;
  const from = type === 'FromCompositeFieldPath' ? valueAt(xr, fromFieldPath) : undefined;
  if (typeof from !== 'string') return undefined;
  if (transforms.length === 0) return from;
  const [transform, ...more] = transforms;
  const format = transform?.string?.type === 'Format' ? transform.string.fmt : undefined;
  return format && more.length === 0 ? format.replace(/%[vs]/, () => from) : undefined;
}

function valueAt(xr: KubeObject, path: string): unknown {
  try {
    return getPath(xr, parsePath(path));
  } catch {
    return undefined; // a wildcard: Crossplane says so itself
  }
}
