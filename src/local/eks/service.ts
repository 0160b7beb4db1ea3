import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Context, rank } from '../context.ts';
import type { OnEvent } from '../events.ts';
import { exists, writePrivate } from '../files.ts';
import { isEksPort } from '../ports.ts';
import { logFile, type State, stateAt } from '../state.ts';
import { type Service, Supervisor } from '../supervisor.ts';

/** The process that keeps the clusters. */
export const eksProcess = 'eks';

/** What is remembered of the clusters that EKS clusters stand for. */
export function eksState({ folder }: State): State {
  return stateAt(join(folder, 'eks'));
}

/** Path of the kubeconfig of a cluster's admin, by the name of the EKS cluster. */
export function clusterKubeconfig(state: State, name: string): string {
  return join(eksState(state).folder, `${name}.kubeconfig`);
}

/** Writes which addresses EKS may give to clusters, for the account; gives the file's path. */
export async function writeEndpoints({ state, ports, pki }: Context): Promise<string> {
  const { folder } = eksState(state);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'endpoints.json');
  const own = Object.entries(ports).filter(([name]) => isEksPort(name));
  const endpoints = own.map(([, port]) => `https://127.0.0.1:${port}`);
  // The account is told when a cluster's API server is ready, and does not have to try.
  await writePrivate(file, JSON.stringify({ authority: pki.authority, endpoints, told: true }, undefined, 2));
  return file;
}

/** Keeps an API server for each EKS cluster of the account at an address, and plays what acts in it. */
export function eksService({ state, programs, ports, pki }: Context, repository: string, account: string): Service {
  return {
    name: eksProcess,
    program: process.execPath,
    args: [
      `--import=${createRequire(import.meta.url).resolve('tsx')}`,
      '--no-warnings',
      join(repository, 'src', 'local', 'eks', 'main.ts'),
      `--state=${eksState(state).folder}`,
      `--account=${account}`,
      `--repository=${repository}`,
      `--pki=${pki.folder}`,
      `--etcd=${ports.etcd}`,
      `--api-server=${programs['workload-kube-apiserver'].path}`,
      `--controller-manager=${programs['kube-controller-manager'].path}`,
    ],
    environment: {},
    directory: repository,
    log: logFile(state, eksProcess),
    rank: rank.controllers,
    ready: 'survives',
    limitSeconds: 30,
  };
}

/** Ends the clusters' processes, as far as the one that keeps them has not done it. */
export async function endClusters(state: State, onEvent: OnEvent): Promise<void> {
  const own = eksState(state);
  if (await exists(own.pids)) await (await Supervisor.open(own, onEvent)).endAll();
}
