import type { KubeConfig } from '@kubernetes/client-node';
import type { ServedCluster } from '../account/control.ts';
import { Api, ApiError } from '../api.ts';
import { Attempts } from './attempts.ts';
import { Callers, clientsOf, type Place } from './clients.ts';
import type { Clock } from './clock.ts';
import { Contents } from './contents.ts';
import { DnsRecords } from './dns-records.ts';
import { Facts, Surroundings } from './facts.ts';
import type { Ground } from './ground.ts';
import { Karpenter } from './karpenter.ts';
import { LoadBalancers } from './load-balancers.ts';
import { Nodes } from './nodes.ts';
import { sooner } from './objects.ts';
import { WatchedObjects } from './watched-objects.ts';

/**
 * All that acts in a cluster and on AWS from inside it: what EKS itself does, kubelets and scheduler, Karpenter, EKS's own controller of load
 * balancers, ExternalDNS. Each look brings everything on by a step.
 */
export class Controllers {
  readonly #all: readonly { look(): Promise<unknown> }[];
  readonly #attempts: Attempts;

  constructor(ground: Ground, contents: Contents) {
    this.#attempts = ground.attempts;
    const played = [new Nodes(ground), new Karpenter(ground), new LoadBalancers(ground), new DnsRecords(ground)];
    this.#all = [contents, ...played];
  }

  /** Says when to look again (ms), if nothing changes before. What fails of one does not keep the others from their work. */
  async look(): Promise<number | undefined> {
    let next: number | undefined;
    const errors: unknown[] = [];
    for (const controller of this.#all) {
      try {
        const at = await controller.look();
        if (typeof at === 'number') next = sooner(next, at);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
    return sooner(next, this.#attempts.due());
  }
}

/** Milliseconds for which changes are gathered before they are looked at, and after which a failed look is tried again. */
const gathering = { objects: 20, account: 250 } as const;
const retry = { first: 100, longest: 5000 } as const;

/** What acts in a cluster is given. */
export interface Given {
  readonly cluster: ServedCluster;
  readonly place: Place;
  /** The cluster, as its admin. */
  readonly config: KubeConfig;
  readonly repository: string;
  readonly clock: Clock;
  log(line: string): void;
}

/** What acts in one cluster, looking at each change of it and of the account. */
export class Acting {
  readonly #objects: WatchedObjects;
  readonly #controllers: Controllers;
  readonly #clock: Clock;
  readonly #log: (line: string) => void;
  readonly #facts = new Facts();
  #ended = false;
  #at = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #wait: number = retry.first;

  constructor({ cluster, place, config, repository, clock, log }: Given) {
    const api = new Api(config);
    this.#clock = clock;
    this.#log = log;
    this.#objects = new WatchedObjects(config, api, () => this.#lookIn(gathering.objects));
    const admin = clientsOf(place);
    const objects = this.#objects;
    const attempts = new Attempts(clock, log, (object, who, message) => {
      objects.warn(object, who, message).catch((error: Error) => log(`cannot write an event: ${error.message}`));
    });
    const ground: Ground = {
      cluster,
      objects,
      admin,
      callers: new Callers(place, cluster.name, api),
      facts: this.#facts,
      surroundings: new Surroundings(cluster.name, admin, this.#facts),
      attempts,
      clock,
      log,
    };
    this.#controllers = new Controllers(ground, new Contents(ground, api, repository));
  }

  /** The account has changed. */
  accountChanged(): void {
    this.#facts.forget();
    this.#lookIn(gathering.account);
  }

  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#objects.close();
    await this.#running;
  }

  #lookIn(milliseconds: number): void {
    const at = Date.now() + Math.max(milliseconds, gathering.objects);
    if (this.#ended || at >= this.#at) return;
    this.#at = at;
    if (this.#running) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#start(), at - Date.now());
  }

  #start(): void {
    this.#at = Number.POSITIVE_INFINITY;
    this.#running = this.#look().finally(() => {
      this.#running = undefined;
      const at = this.#at;
      this.#at = Number.POSITIVE_INFINITY;
      if (at !== Number.POSITIVE_INFINITY) this.#lookIn(at - Date.now());
    });
  }

  async #look(): Promise<void> {
    if (!this.#objects.listed) return;
    try {
      const next = await this.#controllers.look();
      this.#wait = retry.first;
      if (next !== undefined) this.#lookIn(next - this.#clock.now());
    } catch (error) {
      if (this.#ended) return;
      // Somebody wrote in between, or took it away; the watch brings what.
      if (!isOvertaken(error)) this.#log(`error ${(error as Error).message}`);
      this.#lookIn(this.#wait);
      this.#wait = Math.min(this.#wait * 2, retry.longest);
    }
  }
}

function isOvertaken(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 404 || error.status === 409);
}
