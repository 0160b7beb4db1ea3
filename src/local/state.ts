import { chmod, mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Where everything of one local cluster is kept: one folder, for its owner only, that git ignores. */
export interface State {
  folder: string;
  /** The kubeconfig of the management cluster, for people. */
  kubeconfig: string;
  /** A kubeconfig for each program. */
  kubeconfigs: string;
  ports: string;
  pids: string;
  lock: string;
  /** Certificates, keys and tokens. */
  pki: string;
  logs: string;
  etcd: string;
  /** Working folders of processes that write files beside themselves. */
  work: string;
}

/** Names everything in a state folder; makes nothing. */
export function stateAt(folder: string): State {
  const root = resolve(folder);
  return {
    folder: root,
    kubeconfig: join(root, 'kubeconfig'),
    kubeconfigs: join(root, 'kubeconfigs'),
    ports: join(root, 'ports.json'),
    pids: join(root, 'pids.json'),
    lock: join(root, 'lock'),
    pki: join(root, 'pki'),
    logs: join(root, 'logs'),
    etcd: join(root, 'etcd'),
    work: join(root, 'work'),
  };
}

/** Makes the folders of a state, readable by their owner only. */
export async function makeState(state: State): Promise<void> {
  for (const folder of [state.folder, state.kubeconfigs, state.logs, state.work]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  await chmod(state.folder, 0o700);
}

/** Log file of a process. */
export function logFile(state: State, name: string): string {
  return join(state.logs, `${name}.log`);
}

/** Removes a state folder with all that is in it. The processes must have ended before. */
export async function removeState(state: State): Promise<void> {
  await rm(state.folder, { recursive: true, force: true });
}
