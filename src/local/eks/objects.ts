import { child, items, type Json, type JsonObject, text } from '../../kubernetes/json.ts';
import { meta } from '../../kubernetes/metadata.ts';

/** The kinds of a cluster that what acts in it looks at. */
export const kinds = {
  Deployment: { apiVersion: 'apps/v1', plural: 'deployments', custom: false },
  EC2NodeClass: { apiVersion: 'karpenter.k8s.aws/v1', plural: 'ec2nodeclasses', custom: true },
  Ingress: { apiVersion: 'networking.k8s.io/v1', plural: 'ingresses', custom: false },
  Namespace: { apiVersion: 'v1', plural: 'namespaces', custom: false },
  Node: { apiVersion: 'v1', plural: 'nodes', custom: false },
  NodeClaim: { apiVersion: 'karpenter.sh/v1', plural: 'nodeclaims', custom: true },
  NodePool: { apiVersion: 'karpenter.sh/v1', plural: 'nodepools', custom: true },
  Pod: { apiVersion: 'v1', plural: 'pods', custom: false },
  Service: { apiVersion: 'v1', plural: 'services', custom: false },
} as const;
export type Kind = keyof typeof kinds;

/** The objects of a cluster, as last seen or written. */
export interface Objects {
  /** Whether the kind is installed there. */
  serves(kind: Kind): boolean;
  all(kind: Kind): readonly JsonObject[];
  create(kind: Kind, object: JsonObject): Promise<JsonObject>;
  /** A merge patch. Refused (409) if `metadata.resourceVersion` is in it and old. */
  patch(kind: Kind, object: JsonObject, patch: JsonObject): Promise<JsonObject>;
  patchStatus(kind: Kind, object: JsonObject, status: JsonObject): Promise<JsonObject>;
  /** Deletes at once, as kubelet does, or leaves it to finalizers. */
  delete(kind: Kind, object: JsonObject): Promise<void>;
  /** What a scheduler does. */
  bind(pod: JsonObject, node: string): Promise<void>;
  /** Tells of an object what `kubectl describe` shows. */
  warn(object: JsonObject, who: string, message: string): Promise<void>;
}

/** An object of a kind by its name; where there are namespaces, of any. */
export function find(objects: Objects, kind: Kind, name: string | undefined): JsonObject | undefined {
  return objects.all(kind).find(one => meta(one, 'name') === name);
}

/** The sooner of two times (ms); undefined is never. */
export function sooner(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}

/** The labels of an object. */
export function labelsOf(object: JsonObject): Readonly<Record<string, string>> {
  return strings(child(object, 'metadata', 'labels'));
}

/** The fields of an object that are texts. */
export function strings(object: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(object).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])),
  );
}

/** `default/web`, or `default` for what has no namespace. */
export function fullName(object: JsonObject): string {
  return [meta(object, 'namespace'), meta(object, 'name')].filter(Boolean).join('/');
}

/** A patch that puts a finalizer on an object, or takes it off; undefined where that changes nothing. */
export function withFinalizer(object: JsonObject, finalizer: string, on: boolean): JsonObject | undefined {
  const before = items(child(object, 'metadata').finalizers);
  if (before.includes(finalizer) === on) return undefined;
  const finalizers: Json[] = on ? [...before, finalizer] : before.filter(one => one !== finalizer);
  return { metadata: { finalizers, resourceVersion: meta(object, 'resourceVersion') } };
}

/** What a condition is set to. */
export interface Setting {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
}

/** Conditions with some of them set; times change only with their status. */
export function withConditions(object: JsonObject, set: Readonly<Record<string, Setting>>, now: number): Json {
  const before = items(child(object, 'status').conditions).map(one => child(one));
  const others = before.filter(one => !((text(one, 'type') ?? '') in set));
  const own = Object.entries(set).map(([type, { status, reason, message }]) => {
    const known = before.find(one => one.type === type);
    return {
      type,
      status,
      reason: reason ?? type,
      message: message ?? '',
      lastTransitionTime: known?.status === status ? (known.lastTransitionTime ?? null) : stamp(now),
      ...(known?.observedGeneration === undefined ? {} : { observedGeneration: known.observedGeneration }),
    };
  });
  return [...others, ...own];
}

/** A time (ms) as Kubernetes writes it. */
export function stamp(now: number): string {
  return new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The status of a condition; Unknown where there is none. */
export function conditionOf(object: JsonObject, type: string): string {
  return text(condition(object, type), 'status') ?? 'Unknown';
}

/** When a condition got its status (ms); undefined where there is none. */
export function conditionSince(object: JsonObject, type: string): number | undefined {
  const since = text(condition(object, type), 'lastTransitionTime');
  return since === undefined ? undefined : Date.parse(since);
}

function condition(object: JsonObject, type: string): Json | undefined {
  return items(child(object, 'status').conditions).find(one => text(one, 'type') === type);
}

const units: Readonly<Record<string, number>> = {
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** A quantity of Kubernetes as a number: `500m` is 0.5, `1Gi` 2^30; 0 where there is none. */
export function quantity(value: Json | undefined): number {
  if (typeof value === 'number') return value;
  const [, number = '0', unit = ''] = /^([\d.]+)(m|[kMGT]i?|Ki)?$/.exec(String(value ?? '0')) ?? [];
  return Number(number) * (units[unit] ?? 1);
}

/** Seconds of a duration as Go writes it, `10m0s`; 0 if it is no such thing. */
export function seconds(duration: string): number {
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(h|m(?!s)|s|ms)/g)];
  const lengths: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };
  return parts.reduce((sum, [, value = '0', unit = 's']) => sum + Number(value) * (lengths[unit] ?? 0), 0);
}
