import { setTimeout as sleep } from 'node:timers/promises';
import {
  type KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  ListWatch,
  Watch,
} from '@kubernetes/client-node';
import { type Cluster, reasonOf, type Selector } from './cluster.ts';
import type { Kind, KubeObject } from './objects.ts';

/** How long to wait before a list is tried again: milliseconds, doubling. */
const retry = { first: 250, longest: 5000 } as const;

/** The objects of a kind as they are now, kept so by a watch. */
export class Reflection {
  /** Why they cannot be read, while they cannot. */
  trouble: string | undefined;
  #objects: readonly KubeObject[] = [];
  readonly #kind: Kind;

  /** Follows the objects until the signal comes; lists anew when a watch ends by an error. `onChange` tells that they are others. */
  constructor(
    config: KubeConfig,
    cluster: Cluster,
    kind: Kind,
    selector: Selector,
    onChange: () => void,
    signal: AbortSignal,
  ) {
    this.#kind = kind;
    void this.#run(config, cluster, selector, onChange, signal);
  }

  /** The objects; the last that were known while they cannot be read. */
  get objects(): readonly KubeObject[] {
    return this.#objects;
  }

  async #run(
    config: KubeConfig,
    cluster: Cluster,
    selector: Selector,
    onChange: () => void,
    signal: AbortSignal,
  ): Promise<void> {
    let wait: number = retry.first;
    while (!signal.aborted) {
      try {
        await this.#follow(config, await cluster.pathOf(this.#kind), cluster, selector, signal, () => {
          wait = retry.first;
          onChange();
        });
      } catch (error) {
        if (signal.aborted) return;
        this.trouble = reasonOf(error);
        onChange();
      }
      await sleep(wait, undefined, { signal }).catch(() => undefined);
      wait = Math.min(wait * 2, retry.longest);
    }
  }

  /** One list, and the watches from there on; ends with the signal, throws what the server says. */
  async #follow(
    config: KubeConfig,
    path: string,
    cluster: Cluster,
    selector: Selector,
    signal: AbortSignal,
    onChange: () => void,
  ): Promise<void> {
    const { apiVersion, kind } = this.#kind;
    const list = async () => {
      const listing = await cluster.objectsOf(this.#kind, selector);
      queueMicrotask(changed);
      return listing as KubernetesListObject<KubernetesObject>;
    };
    const watch = new ListWatch(path, new Watch(config), list, false, selector.labels, selector.fields);
    const changed = () => {
      this.trouble = undefined;
      this.#objects = watch.list().map(object => ({ ...object, apiVersion, kind }) as KubeObject);
      onChange();
    };
    let stop = () => {};
    try {
      await new Promise<void>((resolve, reject) => {
        stop = () => {
          void watch.stop();
          resolve();
        };
        signal.addEventListener('abort', stop, { once: true });
        watch.on('change', changed);
        watch.on('error', reject);
        // A watch that was stopped while it connected has to be stopped again.
        watch.start().then(() => {
          if (signal.aborted) void watch.stop();
        }, reject);
      });
    } finally {
      signal.removeEventListener('abort', stop);
      void watch.stop();
    }
  }
}
