import {
  type KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  ListWatch,
  Watch,
} from '@kubernetes/client-node';
import { isObject, type JsonObject, text } from '../../kubernetes/json.ts';
import { finalizersOf, isDeleted, meta } from '../../kubernetes/metadata.ts';
import { type Api, ApiError } from '../api.ts';
import { type Kind, kinds, type Objects, stamp } from './objects.ts';

/** Milliseconds until a list is tried again that failed, as that of a kind that is not installed does. */
const retry = 1000;
/** Who the writes are by. */
const by = '?fieldManager=eks';

const kindNames = Object.keys(kinds) as Kind[];

/** The objects of a cluster behind its API server, followed by a watch for each kind. */
export class WatchedObjects implements Objects {
  readonly #api: Api;
  readonly #changed: () => void;
  readonly #known = new Map<Kind, Known>(kindNames.map(kind => [kind, new Known()]));
  readonly #served = new Set<Kind>();
  readonly #asked = new Set<Kind>();
  readonly #watches: ListWatch<KubernetesObject>[];
  #closed = false;

  /** `changed` hears that something is otherwise than before. */
  constructor(config: KubeConfig, api: Api, changed: () => void) {
    this.#api = api;
    this.#changed = changed;
    this.#watches = kindNames.map(kind => this.#follow(config, kind));
  }

  /** Whether everything that is there has been listed. */
  get listed(): boolean {
    return kindNames.every(kind => this.#asked.has(kind) && (kinds[kind].custom || this.#served.has(kind)));
  }

  close(): void {
    this.#closed = true;
    for (const watch of this.#watches) void watch.stop();
  }

  serves(kind: Kind): boolean {
    return this.#served.has(kind);
  }

  all(kind: Kind): readonly JsonObject[] {
    return this.#of(kind).all();
  }

  async create(kind: Kind, object: JsonObject): Promise<JsonObject> {
    return this.#seen(kind, await this.#api.send('POST', `${pathOf(kind, meta(object, 'namespace'))}${by}`, object));
  }

  async patch(kind: Kind, object: JsonObject, patch: JsonObject): Promise<JsonObject> {
    return this.#seen(kind, await this.#api.send('PATCH', `${pathOf(kind, object)}${by}`, patch, 'merge'));
  }

  async patchStatus(kind: Kind, object: JsonObject, status: JsonObject): Promise<JsonObject> {
    const path = `${pathOf(kind, object)}/status${by}`;
    return this.#seen(kind, await this.#api.send('PATCH', path, { status }, 'merge'));
  }

  async delete(kind: Kind, object: JsonObject): Promise<void> {
    const grace = kind === 'Pod' ? { gracePeriodSeconds: 0 } : {};
    const options = { preconditions: { uid: meta(object, 'uid') }, ...grace };
    const left = await this.#api.send<JsonObject>('DELETE', pathOf(kind, object), options);
    // What has no finalizer is gone; the answer is then the object as it was, or a Status.
    if (finalizersOf(left).length > 0) this.#seen(kind, left);
    else this.#of(kind).remove(object);
  }

  async bind(pod: JsonObject, node: string): Promise<void> {
    const path = pathOf('Pod', pod);
    const metadata = { name: meta(pod, 'name'), namespace: meta(pod, 'namespace') };
    const target = { apiVersion: 'v1', kind: 'Node', name: node };
    await this.#api.send('POST', `${path}/binding`, { apiVersion: 'v1', kind: 'Binding', metadata, target });
    this.#seen('Pod', await this.#api.send('GET', path));
  }

  async warn(object: JsonObject, who: string, message: string): Promise<void> {
    const namespace = meta(object, 'namespace') || 'default';
    const time = stamp(Date.now());
    await this.#api.send('POST', `/api/v1/namespaces/${namespace}/events`, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { generateName: `${meta(object, 'name')}.`, namespace },
      involvedObject: {
        apiVersion: text(object, 'apiVersion'),
        kind: text(object, 'kind'),
        name: meta(object, 'name'),
        namespace: meta(object, 'namespace'),
        uid: meta(object, 'uid'),
      },
      type: 'Warning',
      reason: 'Refused',
      message: message.slice(0, 1024),
      source: { component: who },
      count: 1,
      firstTimestamp: time,
      lastTimestamp: time,
    });
  }

  #of(kind: Kind): Known {
    const known = this.#known.get(kind);
    if (!known) throw new Error(`${kind} is not watched`);
    return known;
  }

  /** Takes in the answer to a write. Without its last finalizer an object is gone; a pod waits for its kubelet too. */
  #seen(kind: Kind, object: JsonObject): JsonObject {
    const { apiVersion } = kinds[kind];
    if (kind !== 'Pod' && isDeleted(object) && finalizersOf(object).length === 0) this.#of(kind).remove(object);
    else this.#of(kind).put({ ...object, apiVersion, kind });
    return object;
  }

  #follow(config: KubeConfig, kind: Kind): ListWatch<KubernetesObject> {
    const known = this.#of(kind);
    const { apiVersion } = kinds[kind];
    const path = pathOf(kind);
    const list = async (): Promise<KubernetesListObject<KubernetesObject>> => {
      const found = await this.#api.send<KubernetesListObject<KubernetesObject>>('GET', path);
      // After the items have been told.
      setImmediate(() => {
        this.#asked.add(kind);
        this.#served.add(kind);
        this.#changed();
      });
      return found;
    };
    const watch = new ListWatch<KubernetesObject>(path, new Watch(config), list, false);
    const put = (object: KubernetesObject): void => {
      known.put({ ...(object as unknown as JsonObject), apiVersion, kind });
      this.#changed();
    };
    watch.on('add', put);
    watch.on('update', put);
    watch.on('delete', object => {
      known.remove(object as unknown as JsonObject);
      this.#changed();
    });
    watch.on('error', error => {
      if (this.#closed) return;
      this.#asked.add(kind);
      if (isNotFound(error) && this.#served.delete(kind)) known.clear();
      this.#changed();
      setTimeout(() => this.#closed || void watch.start(), retry).unref();
    });
    void watch.start();
    return watch;
  }
}

/** The newest that is known of the objects of a kind, whether by a watch or by the answer to a write. */
class Known {
  readonly #objects = new Map<string, JsonObject>();
  /** The answer to a write can come after the word that the object is gone. */
  readonly #gone = new Set<string>();

  all(): readonly JsonObject[] {
    return [...this.#objects.values()];
  }

  put(object: JsonObject): void {
    const uid = meta(object, 'uid');
    const before = this.#objects.get(uid);
    if (this.#gone.has(uid) || (before && version(before) > version(object))) return;
    this.#objects.set(uid, object);
  }

  remove(object: JsonObject): void {
    this.#gone.add(meta(object, 'uid'));
    this.#objects.delete(meta(object, 'uid'));
  }

  clear(): void {
    this.#objects.clear();
  }
}

function version(object: JsonObject): bigint {
  return BigInt(meta(object, 'resourceVersion') || '0');
}

function isNotFound(error: unknown): boolean {
  if (error instanceof ApiError) return error.status === 404;
  return (error as { readonly statusCode?: number } | undefined)?.statusCode === 404;
}

/** Where the objects of a kind are, those of a namespace, or one of them. */
function pathOf(kind: Kind, of?: JsonObject | string): string {
  const { apiVersion, plural } = kinds[kind];
  const namespace = isObject(of) ? meta(of, 'namespace') : of;
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const name = isObject(of) ? meta(of, 'name') : undefined;
  return `${group}${namespace ? `/namespaces/${namespace}` : ''}/${plural}${name ? `/${name}` : ''}`;
}
