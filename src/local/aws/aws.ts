import type { Account, Resource } from './account.ts';
import { arnOf } from './arns.ts';
import { computedOf, vpcOf } from './computed.ts';
import { refuseUnknown, releases } from './dependencies.ts';
import { AwsError, type Operation } from './errors.ts';
import { externalName, knownId, nameRule, type Request } from './external-names.ts';
import { type Faults, failureOf } from './faults.ts';
import { child, type JsonObject, overlay } from './json.ts';
import type { Kinds } from './kinds.ts';
import { type Clock, latency } from './latencies.ts';
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
    if (!found || found.state === 'available' || this.#clock.now() < found.until) return found;
    if (found.state === 'deleting') {
      this.account.remove(found);
      return undefined;
    }
    // One that failed stays as it is until its maker has taken note.
    return found.failure ? found : this.#complete(found);
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
    const rule = nameRule(kind);
    const id = 'assign' in rule ? rule.assign(full) : knownId(full);
    if (id === undefined) {
      throw new AwsError({ code: 'InvalidParameter', message: `${kind} lacks what its id is made of`, status: 400 });
    }
    const name = externalName(request, id);
    const now = this.#clock.now();
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
      computed: {},
      token,
      ...(fault ? { failure: failureOf(fault, kind, 'create') } : {}),
    };
    return this.account.put(resource);
  }

  /** Makes a resource what it is asked to be; what it was given at first and nobody asks for now stays. */
  update(resource: Resource, args: JsonObject): Resource {
    this.#meet(resource.kind, 'update');
    refuseUnknown(this.account, args);
    return this.account.put({ ...resource, asked: overlay(resource.initial, args) });
  }

  /** Begins to end a resource; what lives on it goes along, what uses it makes AWS refuse. */
  delete(resource: Resource): Resource {
    this.#meet(resource.kind, 'delete');
    for (const gone of releases(this.account, resource, this.#kinds)) this.account.remove(gone);
    const now = this.#clock.now();
    const until = now + this.#clock.scaled(latency(resource.kind, 'delete'));
    return this.account.put({ ...resource, state: 'deleting', since: now, until });
  }

  /** Takes a resource whose creation failed out of the account. */
  forget(resource: Resource): void {
    this.account.remove(resource);
  }

  #complete(resource: Resource): Resource {
    const computed = computedOf(resource, resource.until);
    const find = (id: string) => this.account.find('ec2/Subnet', resource.region, id);
    const vpcId = vpcOf(resource, find);
    const placed =
      vpcId === undefined
        ? computed
        : resource.kind === 'eks/Cluster'
          ? overlay(computed, { vpcConfig: { vpcId } })
          : resource.kind === 'rds/SubnetGroup'
            ? { ...computed, vpcId }
            : computed;
    return this.account.put({ ...resource, state: 'available', since: resource.until, computed: placed });
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
