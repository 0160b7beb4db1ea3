import { type Planned, plannedOf } from './composition.ts';
import { refusalsOf, waitsOf } from './events.ts';
import {
  conditionOf,
  type KubeEvent,
  type KubeObject,
  keyOf,
  kindKey,
  type Ref,
  refsOf,
  resourceNameOf,
  revisionOf,
  timeOf,
  titleOf,
} from './objects.ts';
import { isPaused, type Judged, judged, paused, type State, stateOf, troubleOf, untouched } from './state.ts';
import { behind } from './versions.ts';

/** An object and what it composes, as people want to see it. */
export interface Node extends Ref {
  /** `unknown`: it is not there, or cannot be read. */
  readonly state: State;
  /** Seconds since it was made; 0 where it is not there. */
  readonly age: number;
  /** Seconds from when it was made to when it became ready, where it is. */
  readonly readyAfter?: number;
  /** The whole of what the provider says, or what it waits for; lines. */
  readonly message?: string;
  readonly children: readonly Node[];
}

/** What was read of a cluster at one moment. */
export interface Snapshot {
  /** Objects by `keyOf`; CompositionRevisions too, as far as they may be read. */
  readonly objects: ReadonlyMap<string, KubeObject>;
  /** Events of composite resources. */
  readonly events: readonly KubeEvent[];
  /** Why the objects of a kind in a namespace cannot be read, by `kindKey`; that of CompositionRevisions too. */
  readonly unreadable: ReadonlyMap<string, string>;
}

/** What `make status` says of an open circuit. */
export const circuitOpen =
  'its circuit is open: it changed too often at once, so Crossplane looks at it only once a minute until it closes ' +
  '(5 minutes), and each value that travels through its status waits that long; raising --circuit-breaker-burst on ' +
  'the Crossplane deployment avoids it';

/** The tree of an object: itself, what it composes, what it is going to compose, and so on. Pure; `now` in milliseconds. */
export function treeOf(ref: Ref, snapshot: Snapshot, now: number): Node {
  return nodeOf(ref, undefined, { snapshot, now, above: [] }, true);
}

/** A node and all below it, itself first. */
export function nodesOf(node: Node): readonly Node[] {
  return [node, ...node.children.flatMap(nodesOf)];
}

interface Context {
  readonly snapshot: Snapshot;
  readonly now: number;
  /** Keys on the way down: a reference back to one of them ends there. */
  readonly above: readonly string[];
}

function nodeOf(ref: Ref, plan: Planned | undefined, context: Context, composite = false): Node {
  const { snapshot, now, above } = context;
  const key = keyOf(ref);
  const object = snapshot.objects.get(key);
  if (!object) return absent(ref, plan, snapshot);
  const below = { ...context, above: [...above, key] };
  const isComposite = composite || isObject(object.spec, 'crossplane');
  const children = isComposite && !above.includes(key) ? childrenOf(object, below) : [];
  const own = isComposite ? compositeState(object, children, now) : stateOf(object, now, plan?.always);
  // Those below say the same of a version as the one that people wrote.
  const { state, message } = judged(own.state, [composite && behind(object), own.message].filter(Boolean).join('\n'));
  const made = timeOf(object.metadata?.creationTimestamp) ?? now;
  const ready = conditionOf(object, 'Ready');
  const since = state === 'ready' && ready?.status === 'True' ? timeOf(ready.lastTransitionTime) : undefined;
  return {
    ...only(ref),
    state,
    age: seconds(now - made),
    ...(since !== undefined && { readyAfter: seconds(since - made) }),
    ...(message && { message }),
    children,
  };
}

function absent(ref: Ref, plan: Planned | undefined, { unreadable }: Snapshot): Node {
  if (plan && plan.missing.length > 0) return waiting(ref, `waits for ${plan.missing.join(', ')}`);
  const message = unreadable.get(kindKey(ref));
  return { ...only(ref), state: 'unknown', age: 0, ...(message && { message }), children: [] };
}

function waiting(ref: Ref, message: string): Node {
  return { ...only(ref), state: 'waiting', age: 0, message, children: [] };
}

/** What is there, and what is going to be: in the order of the Composition where that can be read. */
function childrenOf(xr: KubeObject, context: Context): readonly Node[] {
  const { objects } = context.snapshot;
  const revision = revisionOf(xr);
  const composition = revision && objects.get(keyOf(revision));
  const plans = composition ? plannedOf(composition, xr) : [];
  const refs = refsOf(xr);
  const resourceOf = (ref: Ref) => resourceNameOf(objects.get(keyOf(ref))) ?? plans.find(isNamed(ref))?.resource;
  const resources = new Set(refs.map(resourceOf));
  const leaving = xr.metadata?.deletionTimestamp !== undefined;
  const refusals = refusalsOf(xr, context.snapshot.events);
  const made = refs.flatMap(ref => {
    if (leaving && !objects.has(keyOf(ref))) return []; // it has gone already; references to it stay
    const resource =
      resourceOf(ref) ?? plans.find(one => one.kind === ref.kind && !resources.has(one.resource))?.resource;
    resources.add(resource);
    const plan = plans.find(one => one.resource === resource);
    const at = plan ? plans.indexOf(plan) : plans.length;
    const refusal = objects.has(keyOf(ref)) ? undefined : refusals.get(resource ?? '');
    if (refusal) return [{ at, node: { ...waiting(ref, refusal), state: 'failing' as const } }];
    return [{ at, node: nodeOf(ref, plan, context) }];
  });
  const coming = comingOf(xr, plans, context.snapshot).filter(({ resource }) => !resources.has(resource));
  return [...made, ...coming].sort((a, b) => a.at - b.at).map(({ node }) => node);
}

/** What is not there and is going to be, by the plan, or by the events where there is no plan. */
function comingOf(xr: KubeObject, plans: readonly Planned[], snapshot: Snapshot) {
  if (xr.metadata?.deletionTimestamp || conditionOf(xr, 'Ready')?.status === 'True') return [];
  const namespace = xr.metadata?.namespace ?? '';
  if (plans.length > 0) {
    return plans.map((plan, at) => ({
      at,
      resource: plan.resource,
      node: absent({ ...plan, namespace }, plan, snapshot),
    }));
  }
  // Until the revision has been read or refused, the events would call resources by other names than it does.
  const revision = revisionOf(xr);
  if (revision && !snapshot.objects.has(keyOf(revision)) && !snapshot.unreadable.has(kindKey(revision))) return [];
  return [...waitsOf(xr, snapshot.events)].map(([resource, message]) => ({
    at: 0,
    resource,
    node: waiting({ apiVersion: '', kind: '', namespace, name: resource }, message),
  }));
}

function isNamed({ kind, name }: Ref): (plan: Planned) => boolean {
  return plan => plan.kind === kind && plan.name === name;
}

/** The state of a composite resource: its own word, and which of its children it waits for. */
function compositeState(xr: KubeObject, children: readonly Node[], now: number): Judged {
  const { state, message } = ownState(xr, children, now);
  const responsive = conditionOf(xr, 'Responsive');
  if (responsive?.status !== 'False' || responsive.reason !== 'WatchCircuitOpen') return judged(state, message);
  return judged(state, [circuitOpen, responsive.message, message].filter(line => line).join('\n'));
}

function ownState(xr: KubeObject, children: readonly Node[], now: number): Judged {
  const ready = conditionOf(xr, 'Ready');
  const trouble = troubleOf(xr);
  if (xr.metadata?.deletionTimestamp) {
    const waits = children.length > 0 ? `waits for ${named(children)} to go` : undefined;
    return judged('deleting', trouble?.message ?? waits);
  }
  if (isPaused(xr)) return judged(ready?.status === 'True' ? 'ready' : 'waiting', paused);
  if (trouble) return trouble;
  if (!ready && !conditionOf(xr, 'Synced')) {
    return untouched(xr, now, 'Crossplane has not looked at it yet: does it run, and is its Composition installed?');
  }
  const stale = (ready?.observedGeneration ?? Number.POSITIVE_INFINITY) < (xr.metadata?.generation ?? 0);
  if (ready?.status === 'True') {
    return stale ? judged('waiting', 'Crossplane has not looked at its last change yet') : { state: 'ready' };
  }
  const unready = children.filter(child => child.state !== 'ready');
  if (unready.length > 0) return judged('waiting', `waits for ${named(unready)}`);
  if (ready?.message) return judged('waiting', ready.message);
  return judged(children.length > 0 ? 'waiting' : 'creating', children.length > 0 ? allReady : undefined);
}

const allReady = 'all that it composes is ready; Crossplane has not looked at it since';

/** The most that are named; failing ones first. */
const most = 4;

function named(nodes: readonly Node[]): string {
  const names = [...nodes].sort((a, b) => Number(b.state === 'failing') - Number(a.state === 'failing')).map(titleOf);
  if (names.length <= most) return names.join(', ');
  return `${names.slice(0, most - 1).join(', ')} and ${names.length - most + 1} more`;
}

function only({ apiVersion, kind, namespace, name }: Ref): Ref {
  return { apiVersion, kind, namespace, name };
}

function seconds(milliseconds: number): number {
  return Math.max(0, Math.round(milliseconds / 1000));
}

function isObject(value: unknown, field: string): boolean {
  return typeof value === 'object' && value !== null && field in value;
}
