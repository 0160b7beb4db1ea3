import { child, items, type Json, type JsonObject, text } from '../../kubernetes/json.ts';
import { meta } from '../../kubernetes/metadata.ts';
import type { Resource } from './account.ts';
import type { Aws } from './aws.ts';
import type { Clock } from './latencies.ts';

/** The kinds of the workload cluster that its controllers look at. */
export const workloadKinds = {
  Deployment: { apiVersion: 'apps/v1', plural: 'deployments', custom: false },
  EC2NodeClass: { apiVersion: 'karpenter.k8s.aws/v1', plural: 'ec2nodeclasses', custom: true },
  Ingress: { apiVersion: 'networking.k8s.io/v1', plural: 'ingresses', custom: false },
  Node: { apiVersion: 'v1', plural: 'nodes', custom: false },
  NodeClaim: { apiVersion: 'karpenter.sh/v1', plural: 'nodeclaims', custom: true },
  NodePool: { apiVersion: 'karpenter.sh/v1', plural: 'nodepools', custom: true },
  Pod: { apiVersion: 'v1', plural: 'pods', custom: false },
  Service: { apiVersion: 'v1', plural: 'services', custom: false },
} as const;
export type WorkloadKind = keyof typeof workloadKinds;

/** The cluster behind an EKS cluster, as its controllers see it. Objects are as last seen or written. */
export interface Workload {
  /** Whether the kind is installed there. */
  serves(kind: WorkloadKind): boolean;
  all(kind: WorkloadKind): readonly JsonObject[];
  create(kind: WorkloadKind, object: JsonObject): Promise<JsonObject>;
  /** A merge patch. Throws a Conflict if `metadata.resourceVersion` is in it and old. */
  patch(kind: WorkloadKind, object: JsonObject, patch: JsonObject): Promise<JsonObject>;
  patchStatus(kind: WorkloadKind, object: JsonObject, status: JsonObject): Promise<JsonObject>;
  /** Deletes at once, as kubelet does, or leaves it to finalizers. */
  delete(kind: WorkloadKind, object: JsonObject): Promise<void>;
  /** What a scheduler does. */
  bind(pod: JsonObject, node: string): Promise<void>;
}

/** Where the controllers of the workload cluster act. */
export interface Stage {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly workload: Workload;
  /** One line about an operation. */
  log(line: string): void;
  /** Resolves once the account is on disk. */
  saved(): Promise<void>;
}

/** The sooner of two times (ms); undefined is never. */
export function sooner(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}

/** Says what stands in a controller's way when that changes, and not again at each look. */
export class Hindrances {
  readonly #said = new Map<string, string>();
  readonly #log: (line: string) => void;

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  /** `who` is `karpenter`, `what` what it cannot do; `why` undefined says that nothing hinders it. Gives whether it is free. */
  tell(who: string, what: string, why: string | undefined): boolean {
    const key = `${who} ${what}`;
    const before = this.#said.get(key);
    if (why !== before) {
      if (why === undefined) this.#said.delete(key);
      else this.#said.set(key, why);
      this.#log(why === undefined ? `${who} can ${what} again` : `${who} cannot ${what}: ${why}`);
    }
    return why === undefined;
  }
}

/** Who made a resource that no managed resource knows: an object of the workload cluster, by its uid. */
export function tokenOf(object: JsonObject, part?: string): string {
  return `workload ${meta(object, 'uid')}${part === undefined ? '' : ` ${part}`}`;
}

/** Whether a controller of the workload cluster made a resource. */
export function isOfWorkload({ token }: Resource): boolean {
  return token.startsWith('workload ');
}

/** A label of an object. */
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

/** Conditions with some of them set; times change only with their status. */
export function withConditions(
  object: JsonObject,
  set: Readonly<Record<string, { readonly status: 'True' | 'False' | 'Unknown'; reason?: string; message?: string }>>,
  now: number,
): Json {
  const before = items(child(object, 'status').conditions).map(one => child(one));
  const others = before.filter(one => !((text(one, 'type') ?? '') in set));
  const own = Object.entries(set).map(([type, { status, reason, message }]) => {
    const known = before.find(one => one.type === type);
    return {
      type,
      status,
      reason: reason ?? type,
      message: message ?? '',
      lastTransitionTime:
        known?.status === status
          ? (known.lastTransitionTime ?? null)
          : new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'),
      ...(known?.observedGeneration === undefined ? {} : { observedGeneration: known.observedGeneration }),
    };
  });
  return [...others, ...own];
}

/** The status of a condition; Unknown where there is none. */
export function conditionOf(object: JsonObject, type: string): string {
  const found = items(child(object, 'status').conditions).find(one => text(one, 'type') === type);
  return text(found, 'status') ?? 'Unknown';
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
