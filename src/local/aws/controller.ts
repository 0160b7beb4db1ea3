import { mkdirSync, watch as watchFolder } from 'node:fs';
import type { KubeConfig } from '@kubernetes/client-node';
import type { JsonObject } from '../../kubernetes/json.ts';
import { inboxOf, openAccount } from './account-file.ts';
import { Aws } from './aws.ts';
import { goesAlong } from './dependencies.ts';
import { faultsOf } from './faults.ts';
import { watchInstalled } from './installed.ts';
import { awsKinds, type Kind } from './kinds.ts';
import { collection, managedApi } from './kube-api.ts';
import { backoffOf, systemClock } from './latencies.ts';
import { reconcile } from './managed.ts';
import { Queue } from './queue.ts';
import { restOf } from './rest.ts';
import { keyOf, Store } from './store.ts';
import { Conflict, Gone, type World } from './world.ts';

/** What the stand-in is started with. */
export interface StandInOptions {
  readonly kubeconfig: KubeConfig;
  /** The account's file; made if there is none. */
  readonly accountFile: string;
  /** How long one of AWS's seconds takes, in seconds: 0.01 makes an EKS cluster take 5.4 s. */
  readonly time: number;
  readonly log: (line: string) => void;
}

/** A running stand-in. */
export interface StandIn {
  /** Resolves with the number of kinds that are served once those that are installed have been listed. */
  readonly ready: Promise<number>;
  /** Ends watches, finishes what is going on and writes the account. */
  stop(): Promise<void>;
}

/** How many managed resources are worked on at once (provider-aws's --max-reconcile-rate is 100). */
const workers = 64;

/** Starts to serve every AWS kind whose CRD is installed, now or later. */
export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const { kubeconfig, accountFile, log } = options;
  const kinds = awsKinds();
  const clock = systemClock(options.time);
  const { account, saved, heed } = openAccount(accountFile, goesAlong(kinds));
  const aws = new Aws(account, kinds, faultsOf(accountFile), clock);
  const rest = await restOf(kubeconfig);
  const store = new Store();
  const ending = new AbortController();
  const onError = (error: unknown): void => {
    if (!ending.signal.aborted && !(error instanceof Gone)) log(`error ${describe(error)}`);
  };
  const seen = (kind: Kind, object: JsonObject): void => {
    store.put(kind.key, object);
  };
  const world: World = {
    aws,
    clock,
    startedAt: clock.now(),
    log,
    saved,
    lookup: store,
    api: managedApi(rest, seen, onError),
  };
  const queue = new Queue({
    workers,
    now: clock.now,
    delay: failures => backoffOf(failures, clock),
    onError: (key, error) => {
      // Somebody wrote in between; the watch brings what.
      if (!(error instanceof Conflict)) onError(`${key}: ${describe(error)}`);
    },
    work: async key => {
      const kind = kinds.get(key.split(' ')[0] ?? '');
      const object = store.at(key);
      if (!kind || !object) return 'done';
      try {
        return await reconcile(kind, object, world);
      } catch (error) {
        if (error instanceof Gone) return 'done';
        throw error;
      }
    },
  });
  const installable = [...kinds.values()].map(
    kind => [kind.crd, { path: collection(kind), listener: listenerOf(kind, store, queue) }] as const,
  );
  const served = watchInstalled(kubeconfig, rest, new Map(installable), ending.signal, onError);
  const inbox = watchInbox(accountFile, () => {
    for (const { kind, id } of heed()) log(`by hand ${kind} ${id}`);
    void saved().catch(onError);
  });
  return {
    ready: served.ready,
    stop: async () => {
      ending.abort();
      inbox();
      await queue.close();
      await served.ended;
      await saved();
      rest.close();
    },
  };
}

function listenerOf(kind: Kind, store: Store, queue: Queue) {
  const changed = (object: JsonObject): void => {
    if (store.put(kind.key, object)) queue.add(keyOf(kind.key, object));
  };
  const removed = (object: JsonObject): void => {
    store.remove(kind.key, object);
    if (!store.at(keyOf(kind.key, object))) queue.forget(keyOf(kind.key, object));
  };
  return {
    changed,
    removed,
    listed: (objects: readonly JsonObject[]): void => {
      const there = new Set(objects.map(object => keyOf(kind.key, object)));
      for (const key of store.keys(kind.key)) {
        const gone = there.has(key) ? undefined : store.at(key);
        if (gone) removed(gone);
      }
      for (const object of objects) changed({ ...object, apiVersion: kind.apiVersion, kind: kind.kind });
    },
  };
}

/** Calls `heed` when something is left in the account's inbox, and for what was left before. */
function watchInbox(accountFile: string, heed: () => void): () => void {
  const folder = inboxOf(accountFile);
  mkdirSync(folder, { recursive: true });
  heed();
  const watcher = watchFolder(folder, heed);
  watcher.on('error', () => watcher.close());
  return () => watcher.close();
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
