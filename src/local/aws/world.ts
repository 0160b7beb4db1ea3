import type { JsonObject } from '../../kubernetes/json.ts';
import type { Aws } from './aws.ts';
import type { Kind } from './kinds.ts';
import type { Clock } from './latencies.ts';
import type { Lookup } from './references.ts';

/** What the reconciler does to the API server. Each write gives the object as it is afterwards. */
export interface ManagedApi {
  /** A merge patch of a managed resource. Throws a {@link Conflict} if `metadata.resourceVersion` is in it and old. */
  patch(kind: Kind, object: JsonObject, patch: JsonObject, manager?: string): Promise<JsonObject>;
  patchStatus(kind: Kind, object: JsonObject, patch: JsonObject): Promise<JsonObject>;
  event(object: JsonObject, type: 'Normal' | 'Warning', reason: string, message: string): void;
  /** Writes a connection Secret that the managed resource owns; what stands in it and is not in `data` stays. */
  secret(kind: Kind, owner: JsonObject, name: string, data: Readonly<Record<string, string>>): Promise<void>;
}

/** A write that came too late: somebody else has written since the object was read. */
export class Conflict extends Error {}
/** The object of a write is gone. */
export class Gone extends Error {}

/** Where reconciling happens. */
export interface World {
  readonly aws: Aws;
  readonly api: ManagedApi;
  readonly lookup: Lookup;
  readonly clock: Clock;
  /** When the provider was started (ms): what it began before that, it no longer waits for. */
  readonly startedAt: number;
  /** Resolves once the account is on disk. */
  saved(): Promise<void>;
  /** One line about an operation. */
  log(line: string): void;
  /** The kubeconfig of the cluster that stands for every EKS cluster. */
  readonly workload?: WorkloadAccess;
}

/** How the cluster behind every EKS cluster is reached. */
export interface WorkloadAccess {
  readonly server: string;
  /** The certificate authority, PEM. */
  readonly ca: string;
  readonly kubeconfig: (clusterName: string) => string;
}

/** When a managed resource is looked at again: not before it changes, by the queue's backoff, or at a time (ms). */
export type Next = 'done' | 'now' | 'backoff' | { readonly at: number };
