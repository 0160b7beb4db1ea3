import { setTimeout as sleep } from 'node:timers/promises';
import { type KubeConfig, Watch } from '@kubernetes/client-node';
import { child, isObject, items, type Json, type JsonObject, text } from '../../kubernetes/json.ts';
import type { Rest } from './rest.ts';

/** What is told of the objects at a path: each one at first, then each change. */
export interface Listener {
  changed(object: JsonObject): void;
  removed(object: JsonObject): void;
  /** All that there is, after a list: what is not in it is gone. */
  listed(objects: readonly JsonObject[]): void;
}

/** How often a failed list or watch is tried again: milliseconds, doubling. */
const retry = { first: 100, longest: 5000 } as const;

/**
 * Lists and watches the objects at a path until the signal comes; starts anew where it was when the connection ends,
 * with a new list when the server has forgotten where that was (410).
 */
export async function watchObjects(
  config: KubeConfig,
  rest: Rest,
  path: string,
  listener: Listener,
  signal: AbortSignal,
  onError: (error: unknown) => void,
): Promise<void> {
  const watch = new Watch(config);
  let version: string | undefined;
  let wait: number = retry.first;
  while (!signal.aborted) {
    try {
      if (version === undefined) {
        const list = await rest.get(`${path}?limit=0`);
        version = text(child(list, 'metadata'), 'resourceVersion') ?? '0';
        const kind = text(list, 'kind')?.replace(/List$/, '');
        const apiVersion = text(list, 'apiVersion');
        listener.listed(items(list.items).map(item => ({ kind, apiVersion, ...child(item) })));
      }
      version = await follow(watch, path, version, listener, signal);
      wait = retry.first;
    } catch (error) {
      if (signal.aborted) return;
      version = undefined;
      onError(error);
      await sleep(wait, undefined, { signal }).catch(() => undefined);
      wait = Math.min(wait * 2, retry.longest);
    }
  }
}

/** One connection; gives the version to go on from, undefined if a new list is needed. Throws on errors of the server. */
async function follow(
  watch: Watch,
  path: string,
  from: string,
  listener: Listener,
  signal: AbortSignal,
): Promise<string | undefined> {
  let version: string | undefined = from;
  const query = { resourceVersion: from, allowWatchBookmarks: true, timeoutSeconds: 600 };
  const onEvent = (type: string, received: unknown): void => {
    if (!isObject(received)) return;
    const object: JsonObject = received;
    if (type === 'ERROR') {
      version = undefined;
      return;
    }
    version = text(child(object, 'metadata'), 'resourceVersion') ?? version;
    if (type === 'DELETED') listener.removed(object);
    else if (type !== 'BOOKMARK') listener.changed(object);
  };
  await new Promise<void>((resolve, reject) => {
    let stop = () => {};
    const done = (error: unknown): void => {
      signal.removeEventListener('abort', stop);
      const { name, statusCode } = isObject(error as Json) ? (error as { name?: string; statusCode?: number }) : {};
      // A quiet watch is closed by client-node after 30 s, an aborted one by us: neither is a failure.
      if (statusCode === 410) version = undefined;
      if (!error || name === 'TimeoutError' || name === 'AbortError' || statusCode === 410) resolve();
      else reject(error);
    };
    watch.watch(path, query, onEvent, done).then(controller => {
      stop = () => controller.abort();
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    }, done);
  });
  return version;
}
