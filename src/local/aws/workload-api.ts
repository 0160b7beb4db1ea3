import { KubeConfig } from '@kubernetes/client-node';
import { isObject, type JsonObject, text } from '../../kubernetes/json.ts';
import { finalizersOf, isDeleted, meta } from '../../kubernetes/metadata.ts';
import { type Installable, watchInstalled } from './installed.ts';
import { type Rest, restOf } from './rest.ts';
import { keyOf, Store } from './store.ts';
import { type Listener, watchObjects } from './watching.ts';
import { type Workload, type WorkloadKind, workloadKinds } from './workload.ts';
import type { WorkloadAccess } from './world.ts';

/** The workload cluster behind its API server. */
export interface WatchedWorkload extends Workload {
  /** Whether everything that is there has been listed. */
  listed(): boolean;
  close(): Promise<void>;
}

const kindNames = Object.keys(workloadKinds) as WorkloadKind[];

/** Watches the workload cluster; `changed` hears that something there has changed. */
export async function watchWorkload(
  access: WorkloadAccess,
  changed: () => void,
  onError: (error: unknown) => void,
): Promise<WatchedWorkload> {
  const config = new KubeConfig();
  config.loadFromString(access.kubeconfig('workload'));
  const rest = await restOf(config);
  const store = new Store();
  const ending = new AbortController();
  const listed = new Set<string>();
  const told = (error: unknown): void => {
    if (!ending.signal.aborted) onError(error);
  };
  const listener = (kind: WorkloadKind): Listener =>
    listenerOf(kind, store, () => {
      listed.add(kind);
      changed();
    });
  const builtIn = kindNames
    .filter(kind => !workloadKinds[kind].custom)
    .map(kind => watchObjects(config, rest, pathOf(kind), listener(kind), ending.signal, told));
  const custom = kindNames
    .filter(kind => workloadKinds[kind].custom)
    .map((kind): [string, Installable] => [crdOf(kind), { path: pathOf(kind), listener: listener(kind) }]);
  const installed = watchInstalled(config, rest, new Map(custom), ending.signal, told);
  let ready = false;
  installed.ready.then(() => {
    ready = true;
    changed();
  }, told);

  return {
    ...writes(rest, store),
    serves: kind => !workloadKinds[kind].custom || installed.listed(crdOf(kind)),
    listed: () => ready && kindNames.every(kind => workloadKinds[kind].custom || listed.has(kind)),
    close: async () => {
      ending.abort();
      await Promise.all([...builtIn, installed.ended]);
      rest.close();
    },
  };
}

function writes(rest: Rest, store: Store): Omit<Workload, 'serves'> {
  const seen = (kind: WorkloadKind, object: JsonObject): JsonObject => {
    // Without its last finalizer it is gone; a pod waits for its kubelet too.
    if (kind !== 'Pod' && isDeleted(object) && finalizersOf(object).length === 0) store.remove(kind, object);
    else store.put(kind, object);
    return object;
  };
  return {
    all: kind => store.all(kind),
    create: async (kind, object) =>
      seen(kind, await rest.post(`${pathOf(kind, meta(object, 'namespace'))}${by}`, object)),
    patch: async (kind, object, patch) => seen(kind, await rest.patch(`${pathOf(kind, object)}${by}`, patch)),
    patchStatus: async (kind, object, status) =>
      seen(kind, await rest.patch(`${pathOf(kind, object)}/status${by}`, { status })),
    delete: async (kind, object) => {
      const uid = meta(object, 'uid');
      const grace = kind === 'Pod' ? { gracePeriodSeconds: 0 } : {};
      const left = await rest.delete(pathOf(kind, object), { preconditions: { uid }, ...grace });
      // What has no finalizer is gone; the answer is then the object as it was, or a Status.
      if (finalizersOf(left).length > 0) seen(kind, left);
      else store.remove(kind, object);
    },
    bind: async (pod, node) => {
      const { name, namespace } = { name: meta(pod, 'name'), namespace: meta(pod, 'namespace') };
      const target = { apiVersion: 'v1', kind: 'Node', name: node };
      const path = pathOf('Pod', pod);
      await rest.post(`${path}/binding`, { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace }, target });
      seen('Pod', await rest.get(path));
    },
  };
}

/** Who the writes are by. */
const by = '?fieldManager=aws';

function listenerOf(kind: WorkloadKind, store: Store, changed: () => void): Listener {
  const { apiVersion } = workloadKinds[kind];
  const put = (object: JsonObject): void => void store.put(kind, { ...object, apiVersion, kind });
  return {
    changed: object => {
      put(object);
      changed();
    },
    removed: object => {
      store.remove(kind, object);
      changed();
    },
    listed: objects => {
      const there = new Set(objects.map(object => keyOf(kind, object)));
      for (const object of store.all(kind)) if (!there.has(keyOf(kind, object))) store.remove(kind, object);
      objects.forEach(put);
      changed();
    },
  };
}

function crdOf(kind: WorkloadKind): string {
  const { plural, apiVersion } = workloadKinds[kind];
  return `${plural}.${apiVersion.split('/')[0]}`;
}

/** Where the objects of a kind are, those of a namespace, or one of them. */
function pathOf(kind: WorkloadKind, of?: JsonObject | string): string {
  const { apiVersion, plural } = workloadKinds[kind];
  const namespace = isObject(of) ? meta(of, 'namespace') : of;
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const name = isObject(of) ? text(of.metadata, 'name') : undefined;
  return `${group}${namespace ? `/namespaces/${namespace}` : ''}/${plural}${name ? `/${name}` : ''}`;
}
