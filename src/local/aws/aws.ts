import { child, type JsonObject, overlay } from '../../kubernetes/json.ts';
import type { Account, Resource } from './account.ts';
import { arnOf } from './arns.ts';
import { computedAtFirst, computedOf } from './computed.ts';
import { refuseUnknown, releases } from './dependencies.ts';
import { AwsError, type Operation } from './errors.ts';
import { externalName, knownId, nameRule, type Request } from './external-names.ts';
import { type Faults, failureOf } from './faults.ts';
import type { Kinds } from './kinds.ts';
import { type Clock, latency, updateLatency } from './latencies.ts';
import { rulesOf } from './rules.ts';
import { refuseTaken } from './taken.ts';

/** AWS, as one account behaves: what it makes, refuses and takes its time for. Refusals are thrown as AwsErrors. */
export class Aws {
  readonly account: Account;
  readonly #kinds: Kinds;
  readonly #faults: Faults;
  readonly #clock: Clock;

  constructor(account: Account, kinds: Kinds, faults: Faults, clock: Clock) {
    this.account = account;
    this.#kinds = kinds;
    this.#faults = faults;
    this.#clock = clock;
  }

  /**
   * The resource that a request is about: found by its id, or while nothing is known of that, by who made it. Brings
   * along what time has brought: a creation or deletion that AWS is done with.
   */
  find(request: Request): Resource | undefined {
    this.#meet(request.kind, 'observe');
    const { kind, region, token } = request;
    const id = knownId(request);
    const byId = id === undefined ? undefined : this.account.find(kind, region, id);
    const made = this.account.made(kind, token);
    // Who made it counts only where its id cannot be known otherwise: a new name is a new resource.
    const mine = made && (made.state === 'creating' || 'assign' in nameRule(kind)) ? made : undefined;
    const found = byId ?? mine;
    return found && this.settle(found);
  }

  /** A resource with what time has brought: a creation, change or deletion that AWS is done with; undefined once it is gone. */
  settle(found: Resource): Resource | undefined {
    if (found.state === 'available' || this.#clock.now() < found.until) return found;
    if (found.state === 'deleting') {
      this.forget(found);
      return undefined;
    }
    if (found.state === 'updating') return this.account.put({ ...found, state: 'available', since: found.until });
    // One that failed stays as it is until its maker has taken note.
    return found.failure ? found : this.#complete(found);
  }

  /** When to look again at a resource that AWS is busy with; what waits for others is looked at every 10 s. */
  due(resource: Resource): number {
    const now = this.#clock.now();
    return resource.until > now ? resource.until : now + Math.max(this.#clock.scaled(10), 100);
  }

  /** Begins to make a resource. `initial` only holds now, and is not compared later. */
  create(request: Request, initial: JsonObject): Resource {
    const fault = this.#faults.meet(request.kind, 'create');
    if (fault && !fault.late) throw new AwsError(failureOf(fault, request.kind, 'create'));
    const { kind, region, token } = request;
    const asked = overlay(initial, request.args);
    const full = { ...request, args: asked };
    refuseTaken(this.account, full);
    refuseUnknown(this.account, asked);
    const own = rulesOf(kind);
    own.create?.(this.account, full);
    const rule = nameRule(kind);
    const now = this.#clock.now();
    const id = 'assign' in rule ? rule.assign(full, now) : knownId(full);
    if (id === undefined) {
      throw new AwsError({ code: 'InvalidParameter', message: `${kind} lacks what its id is made of`, status: 400 });
    }
    const name = externalName(request, id);
    const failure = fault ? failureOf(fault, kind, 'create') : own.fails?.(this.account, full);
    const resource: Resource = {
      kind,
      region,
      id,
      name,
      arn: arnOf({ kind, region, id, name, args: asked }),
      state: 'creating',
      since: now,
      until: now + this.#clock.scaled(latency(kind, 'create')),
      asked,
      initial,
      computed: computedAtFirst(kind),
      token,
      ...(failure ? { failure } : {}),
    };
    this.account.put(resource);
    own.begun?.(this.account, resource);
    return resource;
  }

  /**
   * Makes a resource what it is asked to be, or begins to; what it was given at first and nobody asks for now stays.
   */
  update(resource: Resource, args: JsonObject): Resource {
    this.#meet(resource.kind, 'update');
    refuseUnknown(this.account, args);
    const own = rulesOf(resource.kind);
    own.update?.(this.account, resource, args);
    const asked = overlay(resource.initial, args);
    const computed = own.changed?.(resource, asked) ?? resource.computed;
    const now = this.#clock.now();
    const seconds = updateLatency(resource.kind, resource.asked, asked);
    const time = { state: 'updating' as const, since: now, until: now + this.#clock.scaled(seconds) };
    const changed = this.account.put({ ...resource, asked, computed, ...(seconds > 0 ? time : {}) });
    own.updated?.(this.account, changed);
    return changed;
  }

  /** Begins to end a resource, of which `args` is asked by now; what lives on it goes along, what uses it makes AWS refuse. */
  delete(resource: Resource, args: JsonObject): Resource {
    this.#meet(resource.kind, 'delete');
    const own = rulesOf(resource.kind);
    const asked = overlay(resource.initial, args);
    own.delete?.(this.account, resource, asked);
    for (const gone of releases(this.account, resource, this.#kinds)) this.account.remove(gone);
    const now = this.#clock.now();
    const until = now + this.#clock.scaled(latency(resource.kind, 'delete'));
    const going = this.account.put({ ...resource, state: 'deleting', since: now, until });
    own.ending?.(this.account, going, asked);
    return going;
  }

  /** Takes a resource whose creation failed, or whose deletion is done, out of the account. */
  forget(resource: Resource): void {
    this.account.remove(resource);
    rulesOf(resource.kind).gone?.(this.account, resource);
  }

  /** Ends a creation, unless it waits for something; for what does not come in time it ends in a failure. */
  #complete(resource: Resource): Resource {
    const own = rulesOf(resource.kind);
    const awaited = own.awaits?.(this.account, resource);
    if (awaited && 'missing' in awaited) {
      const late = this.#clock.now() - resource.since >= this.#clock.scaled(awaited.patience);
      return late ? this.account.put({ ...resource, failure: awaited.missing }) : resource;
    }
    const done = Math.max(resource.until, awaited ? awaited.since + this.#clock.scaled(awaited.lasts) : 0);
    if (this.#clock.now() < done) return this.account.put({ ...resource, until: done });
    const computed = overlay(computedOf(resource, done), own.computed?.(this.account, resource) ?? {});
    const made = this.account.put({ ...resource, state: 'available', since: done, until: done, computed });
    own.ready?.(this.account, made);
    return made;
  }

  #meet(kind: string, operation: Operation): void {
    const fault = this.#faults.meet(kind, operation);
    if (fault) throw new AwsError(failureOf(fault, kind, operation));
  }
}

/** Whether a resource is what it is asked to be. */
export function differs(resource: Resource, args: JsonObject): boolean {
  const wanted = overlay(resource.initial, args);
  return JSON.stringify(sorted(wanted)) !== JSON.stringify(sorted(resource.asked));
}

function sorted(value: JsonObject): JsonObject {
  const entries = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([name, field]) => [
      name,
      typeof field === 'object' && field !== null && !Array.isArray(field) ? sorted(child(field)) : field,
    ]),
  );
}
