import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { accountFolder, accountService } from './account/service.ts';
import { Api } from './api.ts';
import { buildPrograms } from './build.ts';
import { ensurePki, users } from './certificates.ts';
import { chartsService } from './charts/service.ts';
import type { Context } from './context.ts';
import { clusterKubeconfig, eksProcess, eksService, eksState, endClusters, writeEndpoints } from './eks/service.ts';
import { etcdService } from './etcd.ts';
import { type OnEvent, secondsSince } from './events.ts';
import { exists, readJson, writePrivate } from './files.ts';
import { functionService } from './functions.ts';
import { type Ensure, type InstallOptions, install, together } from './install.ts';
import { kubeApiserverService } from './kube-apiserver.ts';
import { withLock } from './lock.ts';
import { type Access, kubeconfigText } from './manifest.ts';
import { memoryOf } from './memory.ts';
import { choosePorts, isEksPort, type PortName, type Ports } from './ports.ts';
import { functionNames } from './programs.ts';
import type { ProviderAwsOptions } from './provider-aws/service.ts';
import { makeState, removeState, type State, stateAt } from './state.ts';
import { type ProcessDied, runs, Supervisor } from './supervisor.ts';

export interface ClusterOptions extends Omit<InstallOptions, 'aws'> {
  /** State folder; `.local` in the repository by default. */
  state?: string;
  /** Where compiled programs are kept; see defaultCache. */
  cache?: string;
  /** The AWS that provider-aws works with; without it, its kinds are there but it does not run. */
  aws?: AwsOptions;
}

/** How AWS is played, and how provider-aws works with it. */
export interface AwsOptions extends Pick<ProviderAwsOptions, 'clock' | 'poll'> {
  /** How many real seconds one of AWS's takes: with 0.01 an EKS cluster takes 5.4 s. */
  time: number;
  /** The day that AWS believes it is (2025-10-01); today by default. */
  date?: string;
}

/** A cluster that is ready. */
export interface Cluster {
  state: State;
  /** Path of the kubeconfig of the management cluster, for people. */
  kubeconfig: string;
  /** Path of the kubeconfig of the cluster that stands for an EKS cluster, by its name. */
  kubeconfigOf: (eksCluster: string) => string;
  /** Path of a kubectl that fits. */
  kubectl: string;
  ports: Ports;
  /** The management cluster, as its admin. */
  client: KubeConfig;
  /** The same, for JSON as it is. */
  api: Api;
  context: Context;
  /** Processes that were started now; the others ran already. */
  started: string[];
  seconds: number;
}

/** State folder of a repository's cluster. */
export function defaultState(repository: string): string {
  return join(repository, '.local');
}

/**
 * Starts the local management cluster, or what is missing of it. Safe to call at any time: what runs as it should is kept,
 * what is installed isn't applied again, and what a crash left is taken up.
 */
export async function startCluster(options: ClusterOptions, onEvent: OnEvent): Promise<Cluster> {
  const start = performance.now();
  const programs = await buildPrograms(options, onEvent);
  const state = stateAt(options.state ?? defaultState(options.repository));
  await makeState(state);
  return withLock(state.lock, async () => {
    const supervisor = await Supervisor.open(state, onEvent);
    const pki = await ensurePki(state.pki);
    if (pki.isNew) await supervisor.endAll();
    else await supervisor.endStrays();
    if (!supervisor.isRunning(eksProcess)) await endClusters(state, onEvent);
    const context: Context = { state, programs, ports: await rememberedPorts(state, supervisor, onEvent), pki };
    await writeKubeconfigs(context);
    for (const name of ['crossplane/xpkg', 'provider-helm'])
      await mkdir(join(state.work, name), { recursive: true, mode: 0o700 });

    const started: string[] = [];
    const ensure: Ensure = async (service, after) => {
      // What spoke to a server that is gone waits up to a minute before it tries again; a new start takes a second.
      const { kept } = await supervisor.ensure(service, started.includes(after ?? ''));
      if (!kept) started.push(service.name);
    };
    const client = new KubeConfig();
    client.loadFromString(kubeconfigText(managementAccess(context, 'admin')));
    const api = new Api(client);
    const etcd = once(async () => ensure(await etcdService(context)));
    const account = once(async () => {
      const { repository, aws } = options;
      if (aws === undefined) return undefined;
      const endpoints = await writeEndpoints(context);
      await ensure(await accountService(context, { repository, ...aws, endpoints }, onEvent));
      const url = `http://127.0.0.1:${context.ports.account}`;
      return { ...aws, url, credentials: join(accountFolder(state), 'credentials') };
    });
    const management = async () => {
      await etcd();
      await ensure(kubeApiserverService(context), 'etcd');
      await install(context, api, { ...options, aws: await account() }, ensure, onEvent);
    };
    const clusters = async () => {
      await etcd();
      const aws = await account();
      if (aws !== undefined) await ensure(eksService(context, options.repository, aws.url), 'etcd');
    };
    const charts = async () => ensure(await chartsService(context, options.repository));
    const functions = functionNames.map(name => ensure(functionService(context, name)));
    await together([management(), clusters(), charts(), ...functions]);
    const seconds = secondsSince(start);
    onEvent({ type: 'cluster-ready', seconds });
    return {
      state,
      kubeconfig: state.kubeconfig,
      kubeconfigOf: name => clusterKubeconfig(state, name),
      kubectl: programs.kubectl.path,
      ports: context.ports,
      client,
      api,
      context,
      started,
      seconds,
    };
  });
}

/** A piece of work that is done once, whoever asks for it first. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let begun: Promise<T> | undefined;
  return () => {
    begun ??= work();
    return begun;
  };
}

/** Ends what was started in a state folder, and nothing else; true when there was something. */
export async function stopCluster(stateFolder: string, onEvent: OnEvent): Promise<boolean> {
  const state = stateAt(stateFolder);
  if (!(await exists(state.folder))) return false;
  return withLock(state.lock, async () => {
    const supervisor = await Supervisor.open(state, onEvent);
    const any = supervisor.records.length > 0;
    await supervisor.endAll();
    await endClusters(state, onEvent);
    return any;
  });
}

/** Ends what was started and removes the state folder with all data. */
export async function removeCluster(stateFolder: string, onEvent: OnEvent): Promise<void> {
  await stopCluster(stateFolder, onEvent);
  await removeState(stateAt(stateFolder));
}

export interface ProcessStatus {
  name: string;
  pid: number;
  running: boolean;
  /** Resident memory in megabytes; 0 when it doesn't run. */
  memoryMegabytes: number;
  startedAt: string;
  log: string;
}

export interface ClusterStatus {
  processes: ProcessStatus[];
  /** Processes that should run and don't, with the last lines of their logs. */
  died: ProcessDied[];
  kubeconfig: string;
}

/** Says what runs of a cluster, without touching it. */
export async function clusterStatus(stateFolder: string): Promise<ClusterStatus> {
  const state = stateAt(stateFolder);
  const supervisor = await Supervisor.open(state, () => {});
  const { records } = await Supervisor.open(eksState(state), () => {});
  const processes = [...supervisor.records, ...records].map(record => {
    const { name, pid, startedAt, log } = record;
    const running = runs(record);
    return { name, pid, running, memoryMegabytes: running ? memoryOf(pid) : 0, startedAt, log };
  });
  return { processes, died: await supervisor.dead(), kubeconfig: state.kubeconfig };
}

/**
 * Looks every second whether a process of the cluster has died and tells each once. Returns the function that ends it.
 */
export function watchProcesses(stateFolder: string, onDeath: (died: ProcessDied) => void): () => void {
  const told = new Set<string>();
  const timer = setInterval(async () => {
    // A state that is being written or removed is looked at again in a second.
    const status = await clusterStatus(stateFolder).catch(() => undefined);
    for (const died of status?.died ?? []) {
      if (told.has(died.process)) continue;
      told.add(died.process);
      onDeath(died);
    }
  }, 1000);
  timer.unref();
  return () => clearInterval(timer);
}

const processOfPort: Partial<Record<PortName, string>> = {
  'etcd-peer': 'etcd',
  'crossplane-webhook': 'crossplane',
  'crossplane-metrics': 'crossplane',
  'crossplane-health': 'crossplane',
  'provider-kubernetes-webhook': 'provider-kubernetes',
  'provider-kubernetes-health': 'provider-kubernetes',
  'provider-aws-health': 'provider-aws',
};

async function rememberedPorts(state: State, supervisor: Supervisor, onEvent: OnEvent): Promise<Ports> {
  const remembered = await readJson<Partial<Ports>>(state.ports, {});
  const processOf = (name: PortName) => processOfPort[name] ?? (isEksPort(name) ? eksProcess : name);
  const { ports, moved } = await choosePorts(remembered, name => supervisor.isRunning(processOf(name)));
  for (const move of moved) onEvent({ type: 'port-moved', ...move });
  await writePrivate(state.ports, `${JSON.stringify(ports, undefined, 2)}\n`);
  return ports;
}

function managementAccess({ ports, pki }: Context, user: (typeof users)[number]): Access {
  const server = `https://127.0.0.1:${ports['kube-apiserver']}`;
  return { server, authority: pki.authority, token: pki.tokens[user], name: user === 'admin' ? 'tekanya-local' : user };
}

async function writeKubeconfigs(context: Context): Promise<void> {
  const { state } = context;
  await writePrivate(state.kubeconfig, kubeconfigText(managementAccess(context, 'admin')));
  for (const user of users)
    await writePrivate(join(state.kubeconfigs, user), kubeconfigText(managementAccess(context, user)));
}
