import { setTimeout as sleep } from 'node:timers/promises';

/** An EKS cluster that the account has, in whichever of its accounts and regions. */
export interface ClusterOfAccount {
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

/** Seconds that the account may take to answer that nothing has changed. */
const wait = 30;

/** What the account tells beside AWS's API. */
export class Control {
  readonly #address: string;

  /** `address` is the account's. */
  constructor(address: string) {
    this.#address = address;
  }

  clusters(): Promise<readonly ClusterOfAccount[]> {
    return this.#ask('clusters');
  }

  /** How many real seconds one of AWS's takes. */
  async time(): Promise<number> {
    return (await this.#ask<{ readonly time: number }>('clock')).time;
  }

  /** Tells the account that a cluster's API server is ready, so that the cluster can be ACTIVE. */
  async ready(cluster: string): Promise<void> {
    await this.#ask(`clusters/${encodeURIComponent(cluster)}/ready`, { method: 'POST' });
  }

  /** Where an API server asks whose a token is. */
  authentication(cluster: string): string {
    return `${this.#address}/_account/authenticate/${encodeURIComponent(cluster)}`;
  }

  /** Calls `changed` at first and after each change of the account, until the signal; goes on when the account was away. */
  async follow(changed: () => Promise<void>, signal: AbortSignal, failed: (error: Error) => void): Promise<void> {
    let version = -1;
    while (!signal.aborted) {
      try {
        const asked = await this.#ask<{ readonly version: number }>(`events?after=${version}&wait=${wait}`, { signal });
        if (asked.version === version) continue;
        version = asked.version;
        await changed();
      } catch (error) {
        if (signal.aborted) return;
        failed(error as Error);
        version = -1;
        await sleep(1000, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #ask<T>(path: string, init: RequestInit = {}): Promise<T> {
    const answer = await fetch(`${this.#address}/_account/${path}`, init);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`the account answers ${answer.status} to ${path}: ${text.slice(0, 300)}`);
    return JSON.parse(text || '{}') as T;
  }
}
