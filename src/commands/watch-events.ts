import { setMaxListeners } from 'node:events';
import { type KubeConfig, type KubernetesObject, Watch } from '@kubernetes/client-node';
import { Cluster } from '../status/cluster.ts';
import type { Kind } from '../status/objects.ts';

/** How often a composite resource heard of the resources of one kind that it composes. */
export interface Heard {
  /** Kind and name of the composite resource; `-` for what nobody composes. */
  readonly composite: string;
  readonly kind: string;
  /** How many resources of the kind there were. */
  readonly resources: number;
  /** How many watch events there were of them: each is a change of one, and a token of the composite resource's circuit. */
  readonly events: number;
}

/** Counts watch events of kinds in a namespace until it is stopped. */
export class EventCount {
  readonly #tally = new Map<string, { readonly names: Set<string>; events: number }>();
  readonly #end = new AbortController();
  readonly #failures: unknown[] = [];

  /** Begins to count. The kinds must be served already. Rejects with what the API server says. */
  static async begin(config: KubeConfig, kinds: readonly Kind[]): Promise<EventCount> {
    const count = new EventCount();
    setMaxListeners(0, count.#end.signal); // each watch has one
    const cluster = Cluster.of(config);
    await Promise.all(kinds.map(async kind => count.#follow(config, await cluster.pathOf(kind), kind.kind)));
    return count;
  }

  /** Stops counting and gives what was heard, the most first. Throws when a watch could not go on, as some was not heard then. */
  end(): readonly Heard[] {
    this.#end.abort();
    if (this.#failures.length > 0)
      throw new AggregateError(this.#failures, `watch events were missed: ${this.#failures[0]}`);
    return [...this.#tally]
      .map(([key, { names, events }]) => {
        const [composite = '-', kind = ''] = key.split(' ');
        return { composite, kind, resources: names.size, events };
      })
      .sort((a, b) => b.events - a.events || a.composite.localeCompare(b.composite) || a.kind.localeCompare(b.kind));
  }

  /** Watches a kind, again from where it was when the API server or the client ends a watch. */
  async #follow(config: KubeConfig, path: string, kind: string): Promise<void> {
    let resourceVersion: string | undefined;
    const onEvent = (_: string, { metadata }: KubernetesObject) => {
      resourceVersion = metadata?.resourceVersion;
      const owner = metadata?.ownerReferences?.find(({ controller }) => controller);
      const key = `${owner ? `${owner.kind}/${owner.name}` : '-'} ${kind}`;
      const entry = this.#tally.get(key) ?? { names: new Set<string>(), events: 0 };
      entry.names.add(metadata?.name ?? '');
      entry.events += 1;
      this.#tally.set(key, entry);
    };
    const { signal } = this.#end;
    const watch = async () => {
      let stop = () => {};
      const onEnd = () => {
        signal.removeEventListener('abort', stop);
        if (!signal.aborted) watch().catch(error => this.#failures.push(error));
      };
      const controller = await new Watch(config).watch(
        path,
        resourceVersion ? { resourceVersion } : {},
        onEvent,
        onEnd,
      );
      stop = () => controller.abort();
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
    };
    await watch();
  }
}
