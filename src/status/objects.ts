import { getPath } from '../crossplane/path.ts';

/** What is read of any Kubernetes object. Times are texts in what a watch sends, Dates in what the client makes of a list. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly generation?: number;
    readonly creationTimestamp?: string | Date;
    readonly deletionTimestamp?: string | Date;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** What is read of an Event (v1). */
export interface KubeEvent extends KubeObject {
  readonly involvedObject?: {
    readonly kind?: string;
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
  };
  readonly reason?: string;
  readonly message?: string;
  readonly lastTimestamp?: string | Date | null;
  readonly eventTime?: string | Date | null;
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string | Date;
  readonly observedGeneration?: number;
}

/** A kind of objects in a namespace; no namespace (the empty text) for kinds that have none. */
export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
}

/** Names an object. */
export interface Ref extends Kind {
  readonly name: string;
}

/** The key of a kind in a namespace. */
export function kindKey({ apiVersion, kind, namespace }: Kind): string {
  return `${apiVersion} ${kind} ${namespace}`;
}

/** The key of an object. */
export function keyOf(ref: Ref): string {
  return `${kindKey(ref)} ${ref.name}`;
}

/** How people call an object: `vpc/builderspace-vpc`; the name alone where the kind is not known. */
export function titleOf({ kind, name }: Pick<Ref, 'kind' | 'name'>): string {
  return kind === '' ? name : `${kind.toLowerCase()}/${name}`;
}

/** The condition of a type, if the object has it. */
export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  const conditions = getPath(object, ['status', 'conditions']);
  return Array.isArray(conditions) ? (conditions as Condition[]).find(condition => condition.type === type) : undefined;
}

/** What a composite resource says it composes (`spec.crossplane.resourceRefs`), in its namespace where a reference has none. */
export function refsOf(xr: KubeObject): readonly Ref[] {
  const refs = getPath(xr, ['spec', 'crossplane', 'resourceRefs']);
  if (!Array.isArray(refs)) return [];
  return (refs as Partial<Ref>[]).flatMap(({ apiVersion, kind, name, namespace }) =>
    apiVersion && kind && name
      ? [{ apiVersion, kind, name, namespace: namespace ?? xr.metadata?.namespace ?? '' }]
      : [],
  );
}

/** The name that the Composition has for a resource that it composed. */
export function resourceNameOf(object: KubeObject | undefined): string | undefined {
  return object?.metadata?.annotations?.['crossplane.io/composition-resource-name'];
}

/** Where the CompositionRevision of a composite resource is; undefined until Crossplane has chosen one. */
export function revisionOf(xr: KubeObject): Ref | undefined {
  const name = getPath(xr, ['spec', 'crossplane', 'compositionRevisionRef', 'name']);
  if (typeof name !== 'string') return undefined;
  return { apiVersion: 'apiextensions.crossplane.io/v1', kind: 'CompositionRevision', namespace: '', name };
}

/** A time in milliseconds; undefined where there is none. */
export function timeOf(time: string | Date | null | undefined): number | undefined {
  return time === undefined || time === null ? undefined : new Date(time).getTime();
}
