import { loadCatalog } from '../crds/catalog.ts';
import { withDefaults } from '../crossplane/validate.ts';
import { child, equal, isObject, type Json, type JsonObject, mergePatch } from '../kubernetes/json.ts';
import { externalNameOf, meta } from '../kubernetes/metadata.ts';
import { Account } from '../local/aws/account.ts';
import { Aws } from '../local/aws/aws.ts';
import * as is from '../local/aws/conditions.ts';
import { uuid } from '../local/aws/ids.ts';
import { awsKind, type Kind } from '../local/aws/kinds.ts';
import { pollInterval } from '../local/aws/latencies.ts';
import { reconcile } from '../local/aws/managed.ts';
import type { World } from '../local/aws/world.ts';
import type { Installed } from './installed.ts';

/** When everything begins, so that the same claim always gives the same. */
const beginning = Date.parse('2026-01-01T00:00:00Z');

/**
 * A management cluster in memory, as far as rendering needs it: it keeps objects and fills in defaults; the AWS stand-in serves
 * the managed resources, with a clock that leaps to where AWS is done; what other providers serve is ready at once.
 */
export class Ground {
  readonly #installed: Installed;
  readonly #catalog = loadCatalog();
  /** The kinds of managed resources of which there are any, by the stand-in's name for them. */
  readonly #kinds = new Map<string, Kind>();
  /** By kind, then by namespace and name. */
  readonly #objects = new Map<string, Map<string, JsonObject>>();
  /** What Crossplane applied last, by which it knows the fields that it gives up. */
  readonly #applied = new Map<string, JsonObject>();
  readonly #account = new Account();
  readonly #world: World;
  /** Managed resources that, as they are, their provider leaves alone. */
  readonly #done = new WeakSet<JsonObject>();
  #now = beginning;

  constructor(installed: Installed) {
    this.#installed = installed;
    const clock = { now: () => this.#now, scaled: (seconds: number) => seconds * 1000 };
    const write = async (_kind: unknown, object: JsonObject, patch: JsonObject) => this.#patch(object, patch);
    this.#world = {
      aws: new Aws(this.#account, this.#kinds, { meet: () => undefined }, clock),
      api: { patch: write, patchStatus: write, event: () => {}, secret: async () => {} },
      lookup: {
        get: (kind, namespace, name) => this.#ofKind(kind, namespace).find(object => meta(object, 'name') === name),
        list: (kind, namespace) => this.#ofKind(kind, namespace),
      },
      clock,
      startedAt: beginning,
      saved: async () => {},
      log: () => {},
    };
  }

  get(object: JsonObject): JsonObject | undefined {
    return this.#objects.get(kindOf(object))?.get(nameOf(object));
  }

  /** Makes an object what it is to be, as a server-side apply by Crossplane does: what others wrote stays. */
  apply(wanted: JsonObject): JsonObject {
    const key = keyOf(wanted);
    const { status: _, ...desired } = wanted;
    const known = this.get(wanted);
    const patch = mergePatch(this.#applied.get(key) ?? {}, desired);
    if (known && !patch) return known;
    this.#applied.set(key, desired);
    const current = known ?? { metadata: { uid: uuid(key), creationTimestamp: new Date(beginning).toISOString() } };
    const schema =
      this.#installed.apiOf(desired)?.schema ??
      this.#catalog.get(String(desired.apiVersion), String(desired.kind))?.schema;
    const merged = merge(current, patch ?? {});
    return this.#put(schema ? (withDefaults(schema, merged) as JsonObject) : merged);
  }

  setStatus(object: JsonObject, status: JsonObject): void {
    const current = this.get(object);
    if (current) this.#put({ ...current, status });
  }

  remove(object: JsonObject): void {
    this.#objects.get(kindOf(object))?.delete(nameOf(object));
    this.#applied.delete(keyOf(object));
  }

  /** Has providers do what there is to do, until AWS is done with all that it was asked for. */
  async settle(): Promise<void> {
    for (const objects of this.#objects.values()) {
      for (const object of objects.values()) if (this.#isOfAnotherProvider(object)) this.#makeReady(object);
    }
    for (;;) {
      let moved = false;
      for (const kind of this.#kinds.values()) {
        for (const object of this.#ofKind(kind.key)) {
          if (!this.#done.has(object) && (await this.#serve(kind, object))) moved = true;
        }
      }
      if (moved) continue;
      const ahead = this.#account.all().flatMap(({ until }) => (until > this.#now ? [until] : []));
      if (ahead.length === 0) return;
      this.#now = Math.min(...ahead);
    }
  }

  /** Has the provider look at a managed resource. Says whether anything has come of it but one more failure of the same kind. */
  async #serve(kind: Kind, object: JsonObject): Promise<boolean> {
    const next = await reconcile(kind, object, this.#world);
    const after = this.get(object) ?? object;
    const untilPoll = typeof next === 'object' && next.at - this.#now > 0.9 * pollInterval * 1000;
    if ((untilPoll || next === 'done') && after === object) this.#done.add(object);
    const told = ({ spec, status }: JsonObject) => ({ spec, status });
    return !equal(told(object), told(after)) || externalNameOf(object) !== externalNameOf(after);
  }

  #isOfAnotherProvider(object: JsonObject): boolean {
    return !this.#installed.apiOf(object) && !/\.aws\.m\.upbound\.io\//.test(String(object.apiVersion));
  }

  /** An Object, Release, Usage, or an object that has no conditions, as it is when it has been made. */
  #makeReady(object: JsonObject): void {
    const { manifest, chart } = child(object, 'spec', 'forProvider');
    const before = child(object, 'status');
    const conditions = is.withConditions(object, [is.available, is.synced], beginning);
    const atProvider = manifest ? { manifest } : chart ? { state: 'deployed', revision: 1 } : undefined;
    const after = { ...before, conditions, ...(atProvider ? { atProvider } : {}) };
    if (!equal(before, after)) this.setStatus(object, after);
  }

  #ofKind(key: string, namespace?: string): readonly JsonObject[] {
    const kind = this.#kinds.get(key);
    const objects = kind ? [...(this.#objects.get(kindOf(kind))?.values() ?? [])] : [];
    return namespace === undefined ? objects : objects.filter(object => meta(object, 'namespace') === namespace);
  }

  #patch(object: JsonObject, patch: JsonObject): JsonObject {
    return this.#put(merge(this.get(object) ?? object, patch));
  }

  #put(object: JsonObject): JsonObject {
    const known = this.#objects.get(kindOf(object));
    if (known) known.set(nameOf(object), object);
    else {
      this.#objects.set(kindOf(object), new Map([[nameOf(object), object]]));
      const kind = awsKind(this.#catalog, String(object.apiVersion), String(object.kind));
      if (kind) this.#kinds.set(kind.key, kind);
    }
    return object;
  }
}

function kindOf({ apiVersion, kind }: { readonly apiVersion?: unknown; readonly kind?: unknown }): string {
  return `${apiVersion} ${kind}`;
}

function nameOf(object: JsonObject): string {
  return `${meta(object, 'namespace')}/${meta(object, 'name')}`;
}

function keyOf(object: JsonObject): string {
  return `${kindOf(object)} ${nameOf(object)}`;
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
