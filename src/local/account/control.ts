/** One call of AWS's API, as the account's log has it. */
export interface LoggedCall {
  readonly n: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** As signatures name it: `ec2`. */
  readonly service: string;
  readonly action: string;
  /** The caller's ARN. */
  readonly caller: string;
  readonly region: string;
  /** HTTP status. */
  readonly status: number;
  /** AWS's error code; empty when it went well. */
  readonly code: string;
  readonly message: string;
  /** Whether it only looked. */
  readonly reads: boolean;
  /** A name, id or ARN of what it was about. */
  readonly resource: string;
}

/** How often somebody called something. */
export interface CallCount {
  readonly service: string;
  readonly action: string;
  readonly caller: string;
  readonly region: string;
  readonly calls: number;
  readonly errors: number;
}

/** Something that is to go wrong. */
export interface AccountFault {
  /** `eks`, or `*` for any; as signatures name it. */
  readonly service: string;
  /** `CreateCluster`, or `*` for any. */
  readonly action: string;
  /** AWS's error code. */
  readonly code: string;
  readonly message?: string;
  /** How often; null until it is lifted. */
  readonly count?: number | null;
  /** Refused (`before`, the default), carried out and answered with the error (`after`), or failing after its time (`late`). */
  readonly when?: 'before' | 'after' | 'late';
  /** Text that must stand in the call's parameters. */
  readonly matching?: string;
}

/** How the account counts time. */
export interface AccountClock {
  /** How many real seconds one of AWS's takes. */
  readonly time: number;
  /** The day that AWS believes it is (2026-01-31); null for today. */
  readonly date: string | null;
}

/** An EKS cluster, in whichever account and region, with what its API server is kept by. */
export interface ServedCluster {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly status: string;
  /** `https://127.0.0.1:PORT`, from its creation on. */
  readonly endpoint: string;
  /** Tells a cluster from one before it of the same name. */
  readonly createdAt: string;
  readonly roleArn: string;
}

/** The account's own interface (src/account/control.py), at its address. */
export class AccountControl {
  readonly #address: string;

  constructor(address: string) {
    this.#address = address;
  }

  /** The calls after the one with number `after`, oldest first. */
  async calls(after = 0): Promise<readonly LoggedCall[]> {
    return (await this.#ask<{ calls: LoggedCall[] }>('GET', `calls?after=${after}`)).calls;
  }

  /** The number of the newest call. */
  async last(): Promise<number> {
    return (await this.#ask<{ last: number }>('GET', `calls?after=${Number.MAX_SAFE_INTEGER}`)).last;
  }

  counts(): Promise<readonly CallCount[]> {
    return this.#ask('GET', 'counts');
  }

  faults(): Promise<readonly AccountFault[]> {
    return this.#ask('GET', 'faults');
  }

  /** Puts these faults in the place of all others. */
  putFaults(faults: readonly AccountFault[]): Promise<readonly AccountFault[]> {
    return this.#ask('PUT', 'faults', faults);
  }

  clock(): Promise<AccountClock> {
    return this.#ask('GET', 'clock');
  }

  putClock(clock: Partial<AccountClock>): Promise<AccountClock> {
    return this.#ask('PUT', 'clock', clock);
  }

  /** How long AWS takes, in its seconds, by service and action (`eks.CreateCluster`). */
  async times(): Promise<Readonly<Record<string, number>>> {
    return (await this.#ask<{ times: Record<string, number> }>('GET', 'tables')).times;
  }

  /** All EKS clusters, from CREATING to DELETING. */
  clusters(): Promise<readonly ServedCluster[]> {
    return this.#ask('GET', 'clusters');
  }

  /** Tells that the API server of a cluster is ready at its endpoint, so that the cluster can be ACTIVE. */
  async ready({ endpoint }: Pick<ServedCluster, 'endpoint'>): Promise<void> {
    await this.#ask('PUT', 'clusters', { ready: endpoint });
  }

  /** Where the API server of a cluster asks whose a token is. */
  authentication(cluster: string): string {
    return `${this.#address}/_account/authenticate/${encodeURIComponent(cluster)}`;
  }

  /** Answers a TokenReview of a cluster's API server. */
  authenticate(cluster: string, review: object): Promise<object> {
    return this.#ask('POST', `authenticate/${encodeURIComponent(cluster)}`, review);
  }

  /** A number now and whenever something in the account has changed; what changes in between is told once. */
  async *events(signal?: AbortSignal): AsyncIterable<number> {
    let version = 0;
    while (!signal?.aborted) {
      const asked = await this.#ask<{ version: number }>('GET', `events?after=${version}&wait=30`, undefined, signal);
      if (asked.version === version) continue;
      version = asked.version;
      yield version;
    }
  }

  async #ask<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    const answer = await fetch(`${this.#address}/_account/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
    const read = (await answer.json()) as T & { error?: string };
    if (!answer.ok) throw new Error(`the AWS account refused ${method} ${path}: ${read.error ?? answer.status}`);
    return read;
  }
}
