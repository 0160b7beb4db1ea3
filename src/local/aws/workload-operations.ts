import type { JsonObject } from '../../kubernetes/json.ts';
import type { Resource } from './account.ts';
import { AwsError, type Operation } from './errors.ts';
import type { Request } from './external-names.ts';
import { backoffOf } from './latencies.ts';
import { isOfWorkload, type Stage, sooner } from './workload.ts';

/** What controllers of the workload cluster do to AWS, each told in the log, and tried again later where AWS refuses. */
export class Operations {
  readonly #stage: Stage;
  readonly #refused = new Map<string, { readonly at: number; readonly failures: number; readonly said: string }>();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** What an object of the workload cluster made, by its token. */
  made(kind: string, token: string): Resource | undefined {
    return this.#stage.aws.account.made(kind, token);
  }

  /** Begins to make a resource for an object (`service/default/web`); undefined, or what AWS says, if it refuses. */
  async create(request: Request, of: string): Promise<Resource | AwsError | undefined> {
    return this.#attempt('create', request.kind, of, () => this.#stage.aws.create(request, {}));
  }

  async update(resource: Resource, args: JsonObject, of: string): Promise<Resource | AwsError | undefined> {
    return this.#attempt('update', resource.kind, of, () => this.#stage.aws.update(resource, args), resource);
  }

  /** Begins to end a resource, unless that has begun; one that is being made is waited for. */
  async delete(resource: Resource, of: string): Promise<Resource | AwsError | undefined> {
    if (resource.state === 'deleting' || resource.state === 'creating') return resource;
    return this.#attempt('delete', resource.kind, of, () => this.#stage.aws.delete(resource, resource.asked), resource);
  }

  /** Lets time do what it does to what the controllers made: creations and deletions that AWS is done with. */
  settle(): void {
    const { aws, clock, log } = this.#stage;
    for (const resource of aws.account.all().filter(isOfWorkload)) {
      if (resource.state === 'available' || clock.now() < resource.until) continue;
      const left = aws.settle(resource);
      if (!left) log(`gone ${resource.kind} ${resource.id}`);
    }
  }

  /** When to look again (ms): AWS is done with something, or it is time to try again. */
  due(): number | undefined {
    const { aws, clock } = this.#stage;
    const busy = aws.account.all().filter(one => isOfWorkload(one) && one.state !== 'available' && !one.failure);
    const waits = [...this.#refused.values()].filter(({ at }) => at > clock.now());
    return [...busy.map(one => aws.due(one)), ...waits.map(({ at }) => at)].reduce<number | undefined>(
      sooner,
      undefined,
    );
  }

  async #attempt(
    operation: Operation,
    kind: string,
    of: string,
    act: () => Resource,
    on?: Resource,
  ): Promise<Resource | AwsError | undefined> {
    const { clock, log, saved } = this.#stage;
    const key = `${operation} ${kind} ${on?.id ?? ''} ${of}`;
    const before = this.#refused.get(key);
    if (before && clock.now() < before.at) return undefined;
    try {
      const resource = act();
      this.#refused.delete(key);
      log(`${operation} ${kind} ${resource.id} for ${of}`);
      await saved();
      return resource;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const failures = (before?.failures ?? 0) + 1;
      this.#refused.set(key, { at: clock.now() + backoffOf(failures, clock), failures, said: error.message });
      if (error.message !== before?.said)
        log(`refused ${operation} ${kind}${on ? ` ${on.id}` : ''} for ${of}: ${error.message}`);
      return error;
    }
  }
}
