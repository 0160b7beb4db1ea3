import { child, isObject, type Json, type JsonObject, overlay } from '../../../src/kubernetes/json.ts';
import { Account, type Resource } from '../../../src/local/aws/account.ts';
import { Aws } from '../../../src/local/aws/aws.ts';
import type { Fault } from '../../../src/local/aws/faults.ts';
import { awsKinds, type Kind } from '../../../src/local/aws/kinds.ts';
import type { Clock } from '../../../src/local/aws/latencies.ts';
import { reconcile } from '../../../src/local/aws/managed.ts';
import { Store } from '../../../src/local/aws/store.ts';
import type { Next, World } from '../../../src/local/aws/world.ts';

export const kinds = awsKinds();

export function kindOf(key: string): Kind {
  const kind = kinds.get(key);
  if (!kind) throw new Error(`no kind ${key}`);
  return kind;
}

/** A clock that stands until it is moved; one of AWS's seconds takes one second. */
export class StandingClock implements Clock {
  #now = Date.parse('2026-01-01T00:00:00Z');
  now = () => this.#now;
  scaled = (seconds: number) => seconds * 1000;
  pass(seconds: number): void {
    this.#now += seconds * 1000;
  }
}

/** A resource as it stands in an account. */
export function resource(kind: string, id: string, asked: JsonObject = {}, over: Partial<Resource> = {}): Resource {
  const region = over.region ?? (kind.startsWith('iam/') ? 'global' : 'af-south-1');
  const [service] = kind.split('/');
  return {
    kind,
    region,
    id,
    name: id,
    arn: `arn:aws:${service}:${region}:123456789012:${id}`,
    state: 'available',
    since: 0,
    until: 0,
    asked,
    initial: {},
    computed: {},
    token: `token of ${id}`,
    ...over,
  };
}

/** A cluster and an account without a server: managed resources are put in, and brought on step by step. */
export class Ground {
  readonly clock = new StandingClock();
  readonly store = new Store();
  readonly events: string[] = [];
  readonly secrets = new Map<string, Readonly<Record<string, string>>>();
  readonly faults: Fault[] = [];
  readonly account = new Account();
  readonly aws: Aws;
  readonly world: World;
  writes = 0;
  #version = 1;

  constructor(startedAt = 0) {
    const meet = (kind: string, operation: Fault['operation']): Fault | undefined => {
      const at = this.faults.findIndex(fault => fault.kind === kind && fault.operation === operation);
      return at < 0 ? undefined : this.faults.splice(at, 1)[0];
    };
    this.aws = new Aws(this.account, kinds, { meet }, this.clock);
    this.world = {
      aws: this.aws,
      clock: this.clock,
      startedAt,
      lookup: this.store,
      saved: async () => {},
      log: () => {},
      workload: { server: 'https://127.0.0.1:1', ca: 'ca', kubeconfig: name => `kubeconfig of ${name}` },
      api: {
        patch: async (kind, object, patch) => this.#write(kind, object, patch),
        patchStatus: async (kind, object, patch) => this.#write(kind, object, { status: patch.status }),
        event: (_, type, reason, message) => void this.events.push(`${type} ${reason}: ${message}`),
        secret: async (_kind, owner, name, data) => {
          this.secrets.set(`${String(child(owner, 'metadata').namespace)}/${name}`, data);
        },
      },
    };
  }

  /** Puts a managed resource into namespace team-a. */
  apply(key: string, name: string, spec: JsonObject, metadata: JsonObject = {}): void {
    const { apiVersion, kind } = kindOf(key);
    this.#version += 1;
    const before = this.store.get(key, 'team-a', name);
    this.store.put(
      key,
      overlay(before ?? {}, {
        apiVersion,
        kind,
        metadata: {
          name,
          namespace: 'team-a',
          uid: `uid-${key}-${name}`,
          resourceVersion: String(this.#version),
          generation: this.#version,
          ...metadata,
        },
        spec,
      }),
    );
  }

  /** Marks a managed resource as deleted. */
  delete(key: string, name: string): void {
    this.apply(key, name, {}, { deletionTimestamp: new Date(this.clock.now()).toISOString() });
  }

  get(key: string, name: string): JsonObject {
    const found = this.store.get(key, 'team-a', name);
    if (!found) throw new Error(`no ${key} ${name}`);
    return found;
  }

  /** The same cluster and account, with a provider that was started just now. */
  restarted(): Ground {
    const again = new Ground(this.clock.now());
    again.#version = this.#version;
    again.clock.pass((this.clock.now() - again.clock.now()) / 1000);
    for (const one of this.account.all()) again.account.put(one);
    for (const key of kinds.keys()) for (const object of this.store.list(key, 'team-a')) again.store.put(key, object);
    return again;
  }

  /** One step. */
  step(key: string, name: string): Promise<Next> {
    return reconcile(kindOf(key), this.get(key, name), this.world);
  }

  /** Steps until it is not to be looked at again before a poll, letting AWS's time pass; the last answer. */
  async settle(key: string, name: string, steps = 10): Promise<Next> {
    let next: Next = 'done';
    for (let i = 0; i < steps; i++) {
      next = await this.step(key, name);
      if (typeof next !== 'object') return next;
      const seconds = (next.at - this.clock.now()) / 1000;
      if (seconds > 560) return next;
      this.clock.pass(seconds);
    }
    return next;
  }

  /** A condition as `status reason message`. */
  condition(key: string, name: string, type: string): string {
    const conditions = child(this.get(key, name), 'status').conditions;
    const found = Array.isArray(conditions)
      ? conditions.map(one => child(one as Json)).find(one => one.type === type)
      : undefined;
    return found ? [found.status, found.reason, found.message].filter(Boolean).join(' ') : 'none';
  }

  #write(kind: Kind, object: JsonObject, patch: JsonObject): JsonObject {
    this.writes += 1;
    this.#version += 1;
    const metadata = child(object, 'metadata');
    const current = this.store.get(kind.key, String(metadata.namespace), String(metadata.name)) ?? object;
    const merged = merge(current, patch);
    const written = overlay(merged, { metadata: { resourceVersion: String(this.#version) } });
    this.store.put(kind.key, written);
    return written;
  }
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
