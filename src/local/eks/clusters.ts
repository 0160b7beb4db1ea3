import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import type { AccountControl, ServedCluster } from '../account/control.ts';
import { Api } from '../api.ts';
import { readJson, writePrivate } from '../files.ts';
import { sleep } from '../process.ts';
import type { Supervisor } from '../supervisor.ts';
import type { Clock } from './clock.ts';
import { fill } from './contents.ts';
import { Acting } from './controllers.ts';
import { removeKeys } from './keys.ts';
import { folderOf, type Machinery, prefixOf, type Servers, serversOf } from './servers.ts';

/** What the clusters of an account are kept with. */
export interface Keeping {
  readonly machinery: Machinery;
  readonly supervisor: Supervisor;
  readonly control: AccountControl;
  /** Address of the account. */
  readonly account: string;
  readonly repository: string;
  readonly clock: Clock;
  log(line: string): void;
}

/** Keeps an API server, its controllers and what acts in it for each EKS cluster that the account has. */
export class Clusters {
  readonly #keeping: Keeping;
  readonly #kept = new Map<string, Kept>();

  private constructor(keeping: Keeping) {
    this.#keeping = keeping;
  }

  /** Takes up what a run before left: its clusters, whether they still run or not. */
  static async open(keeping: Keeping): Promise<Clusters> {
    const clusters = new Clusters(keeping);
    const folder = join(keeping.machinery.state.folder, 'clusters');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const id of await readdir(folder)) {
      const known = await readJson<ServedCluster | undefined>(recordOf(keeping.machinery, id), undefined);
      clusters.#kept.set(id, new Kept(id, keeping, known));
    }
    return clusters;
  }

  /** Brings what there is to what the account has; does not wait until it is so. */
  async look(): Promise<void> {
    const there = await this.#keeping.control.clusters();
    for (const [id, kept] of this.#kept) {
      if (there.some(one => kept.is(one))) continue;
      this.#kept.delete(id);
      void kept.remove();
    }
    for (const cluster of there) {
      const known = [...this.#kept.values()].find(one => one.is(cluster));
      // One that goes away may still have the name.
      const kept = known ?? new Kept(this.#idFor(cluster), this.#keeping, cluster);
      this.#kept.set(kept.id, kept);
      kept.keep(cluster);
    }
  }

  /** Starts anew what has died. */
  revive(): void {
    for (const kept of this.#kept.values()) kept.revive();
  }

  /** Ends what acts in the clusters and then the clusters; their data stays. */
  async end(): Promise<void> {
    await Promise.all([...this.#kept.values()].map(kept => kept.end()));
    await this.#keeping.supervisor.endAll();
  }

  /** The cluster's name; those of the same name in other regions and accounts have theirs with it. */
  #idFor({ name, region, account }: ServedCluster): string {
    const names = [name, `${name}.${region}`, `${name}.${region}.${account}`];
    return names.find(one => !this.#kept.has(one)) ?? name;
  }
}

function recordOf(machinery: Machinery, id: string): string {
  return join(folderOf(machinery, id), 'cluster.json');
}

/** Milliseconds until a cluster that could not be started is tried again. */
const retry = 2000;

/** One cluster: what is done to it is done one after the other. */
class Kept {
  readonly id: string;
  readonly #keeping: Keeping;
  #cluster: ServedCluster | undefined;
  #work: Promise<void> = Promise.resolve();
  #servers: Servers | undefined;
  #acting: Acting | undefined;
  #ended = false;

  constructor(id: string, keeping: Keeping, cluster: ServedCluster | undefined) {
    this.id = id;
    this.#keeping = keeping;
    this.#cluster = cluster;
  }

  /** Whether it is this cluster, and not one of its name that came later. */
  is({ name, region, account, createdAt }: ServedCluster): boolean {
    const own = this.#cluster;
    const isName = own?.name === name && own.region === region && own.account === account;
    return isName && own.createdAt === createdAt;
  }

  /** Sees to it that it runs, and tells what acts in it that the account has changed. */
  keep(cluster: ServedCluster): void {
    this.#cluster = cluster;
    if (cluster.status === 'DELETING') this.#then(() => this.#endActing());
    else if (this.#acting) this.#acting.accountChanged();
    else this.#then(() => this.#start(cluster));
  }

  revive(): void {
    const { supervisor } = this.#keeping;
    const servers = this.#servers;
    if (!servers) return;
    const dead = [servers.apiServer, servers.controllerManager].filter(({ name }) => !supervisor.isRunning(name));
    for (const service of dead) this.#then(async () => void (await supervisor.ensure(service)));
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#work;
    await this.#endActing();
  }

  /** Ends it, and removes its data. */
  async remove(): Promise<void> {
    await this.end();
    const { supervisor, machinery, log } = this.#keeping;
    try {
      await supervisor.endWhere(({ name }) => name.startsWith(`${this.id}-kube-`));
      await removeKeys(machinery, prefixOf(this.id));
      await rm(join(machinery.state.folder, `${this.id}.kubeconfig`), { force: true });
      await rm(folderOf(machinery, this.id), { recursive: true, force: true });
      log(`${this.id}: gone`);
    } catch (error) {
      log(`${this.id}: cannot be removed: ${(error as Error).message}`);
    }
  }

  async #start(cluster: ServedCluster): Promise<void> {
    const { supervisor, machinery, control, account, repository, clock, log } = this.#keeping;
    if (this.#acting) return;
    const begin = performance.now();
    const servers = await serversOf(machinery, this.id, cluster, control);
    await writePrivate(recordOf(machinery, this.id), `${JSON.stringify(cluster, undefined, 2)}\n`);
    const { kept } = await supervisor.ensure(servers.apiServer);
    this.#servers = servers;
    const config = new KubeConfig();
    config.loadFromFile(servers.kubeconfig);
    await fill(new Api(config));
    await control.ready(cluster);
    log(
      `${this.id}: ${kept ? 'runs still' : 'ready'} at ${cluster.endpoint} after ${Math.round(performance.now() - begin)} ms`,
    );
    await supervisor.ensure(servers.controllerManager);
    if (this.#ended) return;
    const place = { endpoint: account, region: cluster.region };
    const say = (line: string) => log(`${this.id}: ${line}`);
    this.#acting = new Acting({ cluster, place, config, repository, clock, log: say });
  }

  async #endActing(): Promise<void> {
    const acting = this.#acting;
    this.#acting = undefined;
    await acting?.end();
  }

  #then(work: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (this.#ended) return;
      try {
        await work();
      } catch (error) {
        this.#keeping.log(`${this.id}: ${(error as Error).message}`);
        void sleep(retry).then(() => this.#then(work));
      }
    });
  }
}
