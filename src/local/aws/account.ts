import type { JsonObject } from '../../kubernetes/json.ts';
import { texts } from '../../kubernetes/json.ts';

/** One resource of the account. */
export interface Resource {
  /** `ec2/VPC`. */
  readonly kind: string;
  /** `af-south-1`; `global` for what has no region. */
  readonly region: string;
  /** The id under which it is found; with kind and region it is unique. */
  readonly id: string;
  /** The external name that managed resources know it by. */
  readonly name: string;
  readonly arn: string;
  readonly state: 'creating' | 'available' | 'updating' | 'deleting';
  /** When its state began, and when AWS will be done with it; milliseconds since 1970. */
  readonly since: number;
  readonly until: number;
  /** What it was asked to be, and what of that only holds for its creation (`spec.initProvider`). */
  readonly asked: JsonObject;
  readonly initial: JsonObject;
  /** What AWS adds. */
  readonly computed: JsonObject;
  /** The uid of the managed resource that made it, by which it is found before it is known by name. */
  readonly token: string;
  /** The error in which its creation will end. */
  readonly failure?: Failure;
}

/** An error of AWS, as its APIs give it. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  /** The HTTP status. */
  readonly status: number;
  /** It is the provider's own, which did not ask AWS. */
  readonly provider?: true;
}

/** Everything in one AWS account, in memory; {@link openAccount} keeps it on disk. */
export class Account {
  readonly #resources = new Map<string, Resource>();
  readonly #byToken = new Map<string, string>();
  readonly #listeners: (() => void)[] = [];

  constructor(resources: readonly Resource[] = []) {
    for (const resource of resources) this.#set(resource);
  }

  /** Has `listener` called at each change. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  all(): readonly Resource[] {
    return [...this.#resources.values()];
  }

  get size(): number {
    return this.#resources.size;
  }

  find(kind: string, region: string, id: string): Resource | undefined {
    return this.#resources.get(key({ kind, region, id }));
  }

  /** The resource that a managed resource made, by its uid. */
  made(kind: string, token: string): Resource | undefined {
    const found = this.#byToken.get(`${kind} ${token}`);
    return found === undefined ? undefined : this.#resources.get(found);
  }

  /** Adds a resource, or replaces the one of the same kind, region and id. */
  put(resource: Resource): Resource {
    this.#set(resource);
    this.#changed();
    return resource;
  }

  remove(resource: Pick<Resource, 'kind' | 'region' | 'id'>): void {
    const found = this.#resources.get(key(resource));
    if (!found) return;
    this.#resources.delete(key(found));
    const token = `${found.kind} ${found.token}`;
    if (this.#byToken.get(token) === key(found)) this.#byToken.delete(token);
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #set(resource: Resource): void {
    this.#resources.set(key(resource), resource);
    this.#byToken.set(`${resource.kind} ${resource.token}`, key(resource));
  }
}

function key({ kind, region, id }: Pick<Resource, 'kind' | 'region' | 'id'>): string {
  return `${kind}|${region}|${id}`;
}

const mentioned = new WeakMap<JsonObject, ReadonlySet<string>>();

/** Every text in a resource's arguments, its tags left out: what it may point to others by. */
export function mentions({ asked }: Pick<Resource, 'asked'>): ReadonlySet<string> {
  let found = mentioned.get(asked);
  if (!found) {
    found = new Set(texts({ ...asked, tags: null }));
    mentioned.set(asked, found);
  }
  return found;
}
