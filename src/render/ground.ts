import { loadCatalog } from '../crds/catalog.ts';
import type { Schema } from '../crossplane/schema.ts';
import { withDefaults } from '../crossplane/validate.ts';
import { child, isObject, type Json, type JsonObject, mergePatch } from '../kubernetes/json.ts';
import { meta } from '../kubernetes/metadata.ts';
import { uuid } from './ids.ts';
import type { Installed } from './installed.ts';
import { awsKind, beginning, made, madeByOthers } from './observed.ts';

/**
 * A management cluster in memory, as far as rendering needs it: it keeps objects and fills in defaults; what providers serve is
 * made at once, with observed values that are made up.
 */
export class Ground {
  readonly #installed: Installed;
  readonly #catalog = loadCatalog();
  /** By kind (`ec2/VPC`; others with their API version), then by namespace and name. */
  readonly #objects = new Map<string, Map<string, JsonObject>>();
  /** What Crossplane applied last, by which it knows the fields that it gives up. */
  readonly #applied = new Map<string, JsonObject>();
  /** What providers have not made yet, or not as it is to be now. */
  readonly #unmade = new Map<string, JsonObject>();

  constructor(installed: Installed) {
    this.#installed = installed;
  }

  get(object: JsonObject): JsonObject | undefined {
    return this.#objects.get(kindOf(object))?.get(nameOf(object));
  }

  /** Makes an object what it is to be, as a server-side apply by Crossplane does: what others wrote stays. */
  apply(wanted: JsonObject): JsonObject {
    const key = keyOf(wanted);
    const { status: _, ...desired } = wanted;
    const before = this.get(wanted);
    const patch = mergePatch(this.#applied.get(key) ?? {}, desired);
    if (before && !patch) return before;
    this.#applied.set(key, desired);
    const current = before ?? { metadata: { uid: uuid(key), creationTimestamp: beginning } };
    const schema = this.#schemaOf(desired);
    const merged = merge(current, patch ?? {});
    const object = this.#put(schema ? (withDefaults(schema, merged) as JsonObject) : merged);
    if (!this.#installed.apiOf(object)) this.#unmade.set(key, object);
    return object;
  }

  setStatus(object: JsonObject, status: JsonObject): void {
    const current = this.get(object);
    if (current) this.#put({ ...current, status });
  }

  remove(object: JsonObject): void {
    this.#objects.get(kindOf(object))?.delete(nameOf(object));
    this.#applied.delete(keyOf(object));
    this.#unmade.delete(keyOf(object));
  }

  /** Has providers make what there is to make; what refers to something that is not there is left. */
  settle(): void {
    for (let before = -1; this.#unmade.size !== before; ) {
      before = this.#unmade.size;
      for (const [key, object] of this.#unmade) {
        const after = this.#made(object);
        if (!after) continue;
        this.#put(after);
        this.#unmade.delete(key);
      }
    }
  }

  #made(object: JsonObject): JsonObject | undefined {
    const kind = awsKind(object);
    if (kind === undefined) return madeByOthers(object);
    return made(kind, object, this.#schemaOf(object) ?? {}, (of, namespace) =>
      [...(this.#objects.get(of)?.values() ?? [])].filter(other => meta(other, 'namespace') === namespace),
    );
  }

  #schemaOf(object: JsonObject): Schema | undefined {
    return (
      this.#installed.apiOf(object)?.schema ?? this.#catalog.get(String(object.apiVersion), String(object.kind))?.schema
    );
  }

  #put(object: JsonObject): JsonObject {
    const ofKind = this.#objects.get(kindOf(object)) ?? new Map<string, JsonObject>();
    this.#objects.set(kindOf(object), ofKind.set(nameOf(object), object));
    return object;
  }
}

function kindOf(object: JsonObject): string {
  return awsKind(object) ?? `${object.apiVersion} ${object.kind}`;
}

function nameOf(object: JsonObject): string {
  return `${meta(object, 'namespace')}/${meta(object, 'name')}`;
}

function keyOf(object: JsonObject): string {
  return `${object.apiVersion} ${object.kind} ${nameOf(object)}`;
}

/** RFC 7386. */
function merge(target: JsonObject, patch: JsonObject): JsonObject {
  const result: Record<string, Json | undefined> = { ...target };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = isObject(value) ? merge(child(result[name]), value) : value;
  }
  return result;
}
