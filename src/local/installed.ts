import { createHash } from 'node:crypto';
import type { Api } from './api.ts';
import type { Manifest } from './manifest.ts';

/** Namespace of Crossplane's own objects, and of ours. */
export const namespace = 'crossplane-system';

const record: Manifest = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'tekanya-local-installed', namespace },
};

/**
 * What this package has installed in a cluster, by hash, kept in the cluster itself: so a second start applies nothing that
 * is there already, and a new etcd starts from nothing.
 */
export class Installed {
  readonly #api: Api;
  readonly #hashes: Map<string, string>;
  #written: Promise<unknown> = Promise.resolve();

  private constructor(api: Api, hashes: Map<string, string>) {
    this.#api = api;
    this.#hashes = hashes;
  }

  static async read(api: Api): Promise<Installed> {
    const data = (await api.read(record))?.data as Record<string, string> | undefined;
    return new Installed(api, new Map(Object.entries(data ?? {})));
  }

  has(name: string, hash: string): boolean {
    return this.#hashes.get(name) === hash;
  }

  /** Remembers what was installed. Writes one after another, so that none undoes what another remembers. */
  async add(hashes: Record<string, string>): Promise<void> {
    for (const [name, hash] of Object.entries(hashes)) this.#hashes.set(name, hash);
    const data = Object.fromEntries([...this.#hashes].sort(([a], [b]) => a.localeCompare(b)));
    const write = () => this.#api.apply({ ...record, data });
    this.#written = this.#written.then(write, write);
    await this.#written;
  }
}

/** Hash of anything that is JSON. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}
