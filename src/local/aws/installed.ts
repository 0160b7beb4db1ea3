import type { KubeConfig } from '@kubernetes/client-node';
import { child, items, type JsonObject, text } from '../../kubernetes/json.ts';
import type { Rest } from './rest.ts';
import { type Listener, watchObjects } from './watching.ts';

/** The objects of a custom resource: where they are, and who hears of them. */
export interface Installable {
  readonly path: string;
  readonly listener: Listener;
}

/** What {@link watchInstalled} began. */
export interface Installed {
  /** Resolves with the number of kinds that are watched once those that are installed have been listed. */
  readonly ready: Promise<number>;
  /** Whether the CRD of this name is there and its objects have been listed. */
  listed(crd: string): boolean;
  /** Resolves when the signal has ended all watches. */
  readonly ended: Promise<void>;
}

/** Watches the CRDs, and the objects of each of `kinds` (by the CRD's name) while its CRD is established. */
export function watchInstalled(
  config: KubeConfig,
  rest: Rest,
  kinds: ReadonlyMap<string, Installable>,
  signal: AbortSignal,
  onError: (error: unknown) => void,
): Installed {
  const watched = new Map<string, AbortController>();
  const there = new Set<string>();
  const running: Promise<void>[] = [];
  const begin = (crd: JsonObject): Promise<void> | undefined => {
    const name = nameOf(crd);
    const kind = kinds.get(name);
    const established = items(child(crd, 'status').conditions).some(
      condition => text(condition, 'type') === 'Established' && text(condition, 'status') === 'True',
    );
    if (!kind || !established || watched.has(name)) return undefined;
    const ending = new AbortController();
    watched.set(name, ending);
    return new Promise(resolve => {
      const listed = (objects: readonly JsonObject[]): void => {
        there.add(name);
        kind.listener.listed(objects);
        resolve();
      };
      const either = AbortSignal.any([signal, ending.signal]);
      const onlyWhileThere = (error: unknown): void => {
        if (watched.has(name)) onError(error);
      };
      running.push(watchObjects(config, rest, kind.path, { ...kind.listener, listed }, either, onlyWhileThere));
    });
  };
  const end = (name: string): void => {
    watched.get(name)?.abort();
    watched.delete(name);
    if (there.delete(name)) kinds.get(name)?.listener.listed([]);
  };
  let all: Promise<void> = Promise.resolve();
  const ready = new Promise<number>(resolve => {
    const crds: Listener = {
      changed: crd => void begin(crd),
      removed: crd => end(nameOf(crd)),
      listed: found => {
        const names = new Set(found.map(nameOf));
        for (const name of [...watched.keys()]) if (!names.has(name)) end(name);
        Promise.all(found.map(begin)).then(() => resolve(watched.size), onError);
      },
    };
    all = watchObjects(config, rest, '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', crds, signal, onError);
  });
  return {
    ready,
    listed: crd => there.has(crd),
    ended: all.then(async () => {
      await Promise.all(running);
    }),
  };
}

function nameOf(crd: JsonObject): string {
  return text(child(crd, 'metadata'), 'name') ?? '';
}
