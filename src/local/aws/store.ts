import { child, equal, type JsonObject } from '../../kubernetes/json.ts';
import { meta } from '../../kubernetes/metadata.ts';
import type { Lookup } from './references.ts';

/** The managed resources of all kinds as last seen, whether by a watch or in the answer to a write. */
export class Store implements Lookup {
  readonly #kinds = new Map<string, Map<string, JsonObject>>();
  /** What is gone, by its uid, as it last was: the answer to a write can come after the word of it. */
  readonly #gone = new Map<string, string>();

  /** The object under a key of {@link keyOf}. */
  at(key: string): JsonObject | undefined {
    const [kind = '', path = ''] = key.split(' ');
    return this.#kinds.get(kind)?.get(path);
  }

  get(kind: string, namespace: string, name: string): JsonObject | undefined {
    return this.#kinds.get(kind)?.get(`${namespace}/${name}`);
  }

  list(kind: string, namespace: string): readonly JsonObject[] {
    const prefix = `${namespace}/`;
    return [...(this.#kinds.get(kind) ?? [])].filter(([path]) => path.startsWith(prefix)).map(([, object]) => object);
  }

  /** The objects of a kind in all namespaces. */
  all(kind: string): readonly JsonObject[] {
    return [...(this.#kinds.get(kind)?.values() ?? [])];
  }

  /** The keys of a kind's objects. */
  keys(kind: string): readonly string[] {
    return [...(this.#kinds.get(kind)?.keys() ?? [])].map(path => `${kind} ${path}`);
  }

  /**
   * Takes in an object, unless a newer state of it is known. Says whether the provider acts on the change: as upjet's
   * controllers it looks at specs, labels and annotations, not at statuses.
   */
  put(kind: string, object: JsonObject): boolean {
    const objects = this.#kinds.get(kind) ?? new Map<string, JsonObject>();
    this.#kinds.set(kind, objects);
    const path = pathOf(object);
    const before = objects.get(path);
    const end = this.#gone.get(meta(object, 'uid'));
    if (end !== undefined && version(object) < BigInt(end)) return false;
    if (before && meta(before, 'uid') === meta(object, 'uid') && !isNewer(object, before)) return false;
    objects.set(path, object);
    return !before || isOtherwise(before, object);
  }

  remove(kind: string, object: JsonObject): void {
    this.#gone.set(meta(object, 'uid'), String(version(object)));
    const objects = this.#kinds.get(kind);
    const known = objects?.get(pathOf(object));
    if (known && meta(known, 'uid') === meta(object, 'uid')) objects?.delete(pathOf(object));
  }
}

/** `ec2/VPC team-a/name`: how the queue calls an object. */
export function keyOf(kind: string, object: JsonObject): string {
  return `${kind} ${pathOf(object)}`;
}

function pathOf(object: JsonObject): string {
  return `${meta(object, 'namespace')}/${meta(object, 'name')}`;
}

function isNewer(a: JsonObject, b: JsonObject): boolean {
  return version(a) > version(b);
}

function version(object: JsonObject): bigint {
  return BigInt(meta(object, 'resourceVersion') || '0');
}

function isOtherwise(before: JsonObject, after: JsonObject): boolean {
  const [a, b] = [child(before, 'metadata'), child(after, 'metadata')];
  return ['uid', 'generation', 'deletionTimestamp', 'labels', 'annotations', 'finalizers'].some(
    name => !equal(a[name], b[name]),
  );
}
