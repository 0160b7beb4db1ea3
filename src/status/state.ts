import { getPath } from '../crossplane/path.ts';
import { missingAwsPermission, throttling, withoutIds } from './aws-errors.ts';
import { type Condition, conditionOf, type KubeObject, timeOf } from './objects.ts';
import { missingPermission } from './permission.ts';

export type State = 'ready' | 'creating' | 'waiting' | 'failing' | 'deleting' | 'unknown';

/** The state of an object, and what there is to say of it. */
export interface Judged {
  readonly state: State;
  readonly message?: string;
}

/** How long an object may be there without a word from its controller before that is worth saying: milliseconds. */
const grace = 10_000;

/** Errors that say no more than that something else is not there yet: the provider tries again by itself. */
const waits = [
  /cannot resolve references/i,
  /referenced resource may not yet be ready/i,
  /cannot get credentials secret/i,
];

/** Two wrote at once; the loser tries again in the same second. */
const conflict = /the object has been modified; please apply your changes to the latest version/i;

/** Kinds that have no Ready condition and work by being there. */
const passive = /^(Cluster)?(ProviderConfig|ProviderConfigUsage|Usage)$/;

/** The state of an object that is there and composes nothing; `always` when its Composition asks no readiness of it. */
export function stateOf(object: KubeObject, now: number, always = false): Judged {
  const ready = conditionOf(object, 'Ready');
  const trouble = troubleOf(object);
  if (object.metadata?.deletionTimestamp) return judged('deleting', trouble?.message);
  if (isPaused(object)) return judged(ready?.status === 'True' ? 'ready' : 'waiting', paused);
  if (trouble) return trouble;
  const brokenOff = brokenOffInAws(object);
  if (brokenOff) return brokenOff;
  if (ready?.status === 'True') return { state: 'ready' };
  if (ready?.status === 'False') return unreadyState(ready);
  if (always || passive.test(object.kind ?? '') || isKubernetesOwn(object)) return { state: 'ready' };
  if (conditionOf(object, 'Synced')) return { state: 'creating' };
  return untouched(object, now, 'no provider has looked at it yet: does the one for this kind run?');
}

/**
 * Of something that AWS began to make or to change and gave up, as the status of clusters and node groups tells. The provider
 * takes it for ready as soon as it is there.
 */
function brokenOffInAws({ status }: KubeObject): Judged | undefined {
  const said = getPath(status, ['atProvider', 'status']);
  if (typeof said !== 'string' || !/^(CREATE_FAILED|DELETE_FAILED|DEGRADED|FAILED)$/.test(said)) return undefined;
  const remedy = said === 'CREATE_FAILED' ? '; delete it in AWS, and it is made anew' : '';
  return judged('failing', `AWS says ${said}, and its health there tells why${remedy}`);
}

/** Of an object without conditions: it is new, or nobody cares for it. */
export function untouched(object: KubeObject, now: number, message: string): Judged {
  const since = timeOf(object.metadata?.creationTimestamp) ?? now;
  return now - since < grace ? { state: 'creating' } : { state: 'waiting', message };
}

/** What the controller of an object has to complain of, in its words; what is missing or waited for in ours first. */
export function troubleOf(object: KubeObject): Judged | undefined {
  const complaints = ['Synced', 'LastAsyncOperation']
    .map(type => conditionOf(object, type))
    .filter(condition => condition?.status === 'False' && condition.reason !== 'ReconcilePaused')
    .map(condition => (condition?.message || condition?.reason || 'failed, without a message').trim())
    .filter(message => !conflict.test(message));
  const distinct = distinctOf(complaints);
  if (distinct.length === 0) return undefined;
  const missing = distinct.flatMap(message => missingPermission(message) ?? missingAwsPermission(message) ?? []);
  const throttled = distinct.flatMap(message => throttling(message) ?? []);
  const waiting = distinct.every(message => throttling(message) || waits.some(pattern => pattern.test(message)));
  return {
    state: waiting && missing.length === 0 ? 'waiting' : 'failing',
    message: [...new Set([...missing, ...throttled]), ...distinct].join('\n'),
  };
}

/** Each complaint once: the provider tells of an operation's failure in the operation's condition and around it in another. */
function distinctOf(complaints: readonly string[]): readonly string[] {
  const bare = complaints.map(withoutIds);
  return complaints.filter((_, i) => {
    const mine = bare[i] ?? '';
    return !bare.some((other, j) => i !== j && other.includes(mine) && (other !== mine || j < i));
  });
}

export const paused = 'paused by its annotation crossplane.io/paused';

/** Whether Crossplane and the providers have been told to leave an object alone. */
export function isPaused(object: KubeObject): boolean {
  return object.metadata?.annotations?.['crossplane.io/paused'] === 'true';
}

/** A judgement, without an empty message. */
export function judged(state: State, message: string | undefined): Judged {
  return message ? { state, message } : { state };
}

function unreadyState({ reason, message }: Condition): Judged {
  if (reason === 'Deleting') return judged('deleting', message);
  if (reason === 'Creating') return judged('creating', message);
  return message ? { state: 'failing', message } : judged('waiting', reason && `the provider says: ${reason}`);
}

/** Kinds of Kubernetes itself (Secret, Deployment, NetworkPolicy) have no Ready condition that Crossplane asks for. */
function isKubernetesOwn({ apiVersion = '' }: KubeObject): boolean {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  return !group.includes('.') || group.endsWith('.k8s.io');
}
