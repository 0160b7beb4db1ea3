import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeConfig } from '@kubernetes/client-node';
import { Cluster, reasonOf } from './cluster.ts';
import { composedBelow, composeEvents, keyOfObject, named, needsOf } from './needs.ts';
import { type Kind, type KubeObject, keyOf, kindKey, type Ref } from './objects.ts';
import { Reflection } from './reflect.ts';
import { type Node, treeOf } from './tree.ts';

export interface Following {
  /** Called with each new tree, at most ten times a second; `trouble` is why the root cannot be read, while it cannot. */
  readonly onChange: (tree: Node, trouble: string | undefined) => void;
  /** When to stop by itself; when the root is ready if left out. */
  readonly until?: (tree: Node) => boolean;
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

/** The least time between two trees: milliseconds. */
const pause = 100;

/**
 * Follows the tree of an object by watches, one for each kind that it composes in its namespace, begun as the kinds
 * turn up. Gives the last tree, when it is what was wanted, when the time is over or when the signal comes; does not
 * throw for a cluster that is away or a kind that is not there yet, but goes on trying.
 */
export async function watchTree(config: KubeConfig, root: Ref, following: Following): Promise<Node> {
  const { onChange, until = isReady, timeoutSeconds, signal } = following;
  const end = new AbortController();
  setMaxListeners(0, end.signal); // each watch has one
  const follower = new Follower(config, root, end.signal);
  const stop = () => end.abort();
  const timer = timeoutSeconds === undefined ? undefined : setTimeout(stop, timeoutSeconds * 1000);
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  try {
    let tree = follower.tree();
    while (!end.signal.aborted) {
      await follower.changed();
      if (end.signal.aborted) break;
      tree = follower.tree();
      onChange(tree, follower.trouble);
      if (until(tree)) return tree;
      await sleep(pause, undefined, { signal: end.signal }).catch(() => undefined);
    }
    return follower.tree();
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
    end.abort();
  }
}

function isReady({ state }: Node): boolean {
  return state === 'ready';
}

/** All that a tree needs, each followed by a watch. */
class Follower {
  readonly #config: KubeConfig;
  readonly #cluster: Cluster;
  readonly #root: Ref;
  readonly #signal: AbortSignal;
  readonly #itself: Reflection;
  readonly #events: Reflection;
  readonly #kinds = new Map<string, Reflection>();
  readonly #refused = new Map<string, string>();
  readonly #revisions = new Map<string, KubeObject | undefined>();
  #dirty = false;
  #wake = () => {};

  constructor(config: KubeConfig, root: Ref, signal: AbortSignal) {
    this.#config = config;
    this.#cluster = Cluster.of(config);
    this.#root = root;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    this.#itself = this.#reflect(root, { fields: named(root) });
    const events = { apiVersion: 'v1', kind: 'Event', namespace: root.namespace || 'default' };
    this.#events = this.#reflect(events, { fields: composeEvents });
  }

  get trouble(): string | undefined {
    return this.#itself.trouble;
  }

  /** Waits for something to be different from what the last tree showed, or for the signal. */
  async changed(): Promise<void> {
    if (!this.#dirty && !this.#signal.aborted) {
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
    this.#dirty = false;
  }

  /** The tree as it is known now; begins to follow what it needs and what is not followed yet. */
  tree(): Node {
    const objects = this.#objects();
    const { kinds, revisions } = needsOf(this.#root, objects);
    const labels = composedBelow(this.#root, objects.get(keyOf(this.#root)));
    for (const [key, kind] of kinds) if (!this.#kinds.has(key)) this.#kinds.set(key, this.#reflect(kind, { labels }));
    for (const [key, ref] of revisions) if (!this.#revisions.has(key)) this.#readRevision(key, ref);
    const unreadable = new Map(this.#refused);
    for (const [key, { trouble }] of this.#kinds) if (trouble) unreadable.set(key, trouble);
    if (this.trouble) unreadable.set(kindKey(this.#root), this.trouble);
    return treeOf(this.#root, { objects, events: this.#events.objects, unreadable }, Date.now());
  }

  #objects(): ReadonlyMap<string, KubeObject> {
    const objects = new Map<string, KubeObject>();
    for (const { objects: some } of [...this.#kinds.values(), this.#itself]) {
      for (const object of some) objects.set(keyOfObject(object), object);
    }
    for (const [key, revision] of this.#revisions) if (revision) objects.set(key, revision);
    return objects;
  }

  #reflect(kind: Kind, selector: { readonly labels?: string; readonly fields?: string }): Reflection {
    return new Reflection(this.#config, this.#cluster, kind, selector, () => this.#change(), this.#signal);
  }

  /** A revision never changes, so it is read once; it may be for others to read. */
  #readRevision(key: string, ref: Ref): void {
    this.#revisions.set(key, undefined);
    this.#cluster
      .object(ref)
      .then(
        revision => this.#revisions.set(key, revision),
        error => this.#refused.set(kindKey(ref), reasonOf(error)),
      )
      .then(() => this.#change());
  }

  #change(): void {
    this.#dirty = true;
    this.#wake();
  }
}
