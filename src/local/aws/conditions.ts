import { child, equal, items, type Json, type JsonObject, text } from '../../kubernetes/json.ts';

/** A condition of a managed resource, without the times. */
export interface Condition {
  readonly type: 'Synced' | 'Ready' | 'LastAsyncOperation' | 'AsyncOperation';
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message?: string;
}

export const creating: Condition = { type: 'Ready', status: 'False', reason: 'Creating' };
export const available: Condition = { type: 'Ready', status: 'True', reason: 'Available' };
export const unavailable: Condition = { type: 'Ready', status: 'False', reason: 'Unavailable' };
export const deleting: Condition = { type: 'Ready', status: 'False', reason: 'Deleting' };
export const synced: Condition = { type: 'Synced', status: 'True', reason: 'ReconcileSuccess' };
export const asyncOngoing: Condition = { type: 'AsyncOperation', status: 'False', reason: 'Ongoing' };
export const asyncFinished: Condition = { type: 'AsyncOperation', status: 'True', reason: 'Finished' };
export const asyncSucceeded: Condition = { type: 'LastAsyncOperation', status: 'True', reason: 'Success' };
export const paused: Condition = {
  type: 'Synced',
  status: 'False',
  reason: 'ReconcilePaused',
  message: 'Reconciliation is paused either through the `spec.managementPolicies` or the pause annotation',
};

/** Synced=False with the provider's message. */
export function failed(message: string): Condition {
  return { type: 'Synced', status: 'False', reason: 'ReconcileError', message };
}

/** The result of an operation in the background that went wrong: `AsyncCreateFailure`. */
export function asyncFailed(operation: 'Create' | 'Update' | 'Delete', message: string): Condition {
  return { type: 'LastAsyncOperation', status: 'False', reason: `Async${operation}Failure`, message };
}

/** Conditions with some set: those that say what they said keep the time since when they do. */
export function withConditions(object: JsonObject, set: readonly Condition[], now: number): readonly Json[] {
  const before = items(child(object, 'status').conditions).map(item => child(item));
  const generation = child(object, 'metadata').generation;
  const next = new Map<string, JsonObject>(before.map(condition => [text(condition, 'type') ?? '', condition]));
  for (const condition of set) {
    const old = next.get(condition.type);
    const same = old !== undefined && equal(bare(old), { ...condition });
    const since = same ? (text(old, 'lastTransitionTime') ?? '') : new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
    next.set(condition.type, {
      ...condition,
      lastTransitionTime: since,
      ...(typeof generation === 'number' ? { observedGeneration: generation } : {}),
    });
  }
  return [...next.values()];
}

function bare({ type, status, reason, message }: JsonObject): JsonObject {
  return { type, status, reason, message };
}
