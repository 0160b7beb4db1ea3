import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KubeConfig } from '@kubernetes/client-node';
import { Api, ApiError } from '../../../src/local/api.ts';
import { type BuiltPrograms, buildPrograms } from '../../../src/local/build.ts';
import { ensurePki, makeAdminSecrets } from '../../../src/local/certificates.ts';
import { removeCluster } from '../../../src/local/cluster.ts';
import { type Context, rank } from '../../../src/local/context.ts';
import { readDefinitions, untilEstablished } from '../../../src/local/definitions.ts';
import { etcdService } from '../../../src/local/etcd.ts';
import { writePrivate } from '../../../src/local/files.ts';
import { apiServerFlags } from '../../../src/local/kube-apiserver.ts';
import { kubeconfigText } from '../../../src/local/manifest.ts';
import { choosePorts, freePort } from '../../../src/local/ports.ts';
import { httpProbe, httpsProbe, tcpProbe } from '../../../src/local/probe.ts';
import { sleep } from '../../../src/local/process.ts';
import { clusterProgramNames, workloadVersionFlag } from '../../../src/local/programs.ts';
import { logFile, makeState, stateAt } from '../../../src/local/state.ts';
import { type Service, Supervisor } from '../../../src/local/supervisor.ts';
import { type CapacityType, instanceTypesFile } from './instance-types.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const programNames = [...clusterProgramNames, 'workload-kube-scheduler', 'karpenter-kwok'] as const;

type ScalingContext = Context & { readonly programs: BuiltPrograms<(typeof programNames)[number]> };

/** A node, as far as the tests look at it. */
export interface Node {
  readonly metadata: {
    readonly name: string;
    readonly resourceVersion: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly taints?: readonly { readonly key: string }[] };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** A cluster in which Karpenter and the scheduler run, and nothing else. */
export interface ScalingCluster {
  readonly api: Api;
  nodes(): Promise<readonly Node[]>;
  /** Starts Karpenter, or starts it anew, with capacity of some types only. */
  startKarpenter(available: readonly CapacityType[]): Promise<void>;
  end(): Promise<void>;
}

/**
 * Starts an API server of the version of EKS's, a scheduler and the CustomResourceDefinitions of Karpenter in a state folder
 * of their own: in the cluster that stands for EKS something else may play Karpenter.
 */
export async function startScalingCluster(folder: string): Promise<ScalingCluster> {
  const programs = await buildPrograms({ repository, only: programNames }, () => {});
  await removeCluster(folder, () => {});
  try {
    return await start(programs, folder);
  } catch (error) {
    await removeCluster(folder, () => {});
    throw error;
  }
}

async function start(programs: ScalingContext['programs'], folder: string): Promise<ScalingCluster> {
  const state = stateAt(folder);
  await makeState(state);
  const { ports } = await choosePorts({}, () => false);
  const context: ScalingContext = { state, programs, ports, pki: await ensurePki(state.pki) };
  const token = await makeAdminSecrets(join(state.work, 'kube-apiserver'));
  const kubeconfig = kubeconfigText({
    server: `https://127.0.0.1:${ports['eks-1']}`,
    authority: context.pki.authority,
    token,
    name: 'scaling',
  });
  await writePrivate(state.kubeconfig, kubeconfig);
  const supervisor = await Supervisor.open(state, () => {});
  const client = new KubeConfig();
  client.loadFromString(kubeconfig);
  const api = new Api(client);
  const taken = new Set(Object.values(ports));
  const otherPort = async () => {
    const port = await freePort(taken);
    taken.add(port);
    return port;
  };
  const scheduler = schedulerService(context, await otherPort());
  const karpenterPorts = { metrics: await otherPort(), health: await otherPort() };
  const kubelet = new AbortController();
  const nodes = async () => (await api.send<{ items: readonly Node[] }>('GET', '/api/v1/nodes')).items;
  await supervisor.ensure(await etcdService(context));
  await supervisor.ensure(apiServerService(context, token));
  await supervisor.ensure(scheduler);
  await installDefinitions(context, api);
  const kubelets = playKubelets(api, nodes, kubelet.signal);
  return {
    api,
    nodes,
    async startKarpenter(available) {
      // The name tells the supervisor, too, that it must start anew.
      const file = join(state.work, `instance-types-${available.join('-')}.json`);
      await writePrivate(file, instanceTypesFile(available));
      await supervisor.ensure(karpenterService(context, karpenterPorts, file));
    },
    async end() {
      kubelet.abort();
      await kubelets;
      await removeCluster(folder, () => {});
    },
  };
}

/** NodePools as this repository pins them, which is as karpenter-provider-aws has them, with its rules; the rest as in Karpenter's core. */
async function installDefinitions({ programs }: ScalingContext, api: Api): Promise<void> {
  const pinned = await readDefinitions(join(repository, 'crds'));
  const definitions = [
    ...pinned.filter(({ spec }) => (spec as { readonly group: string }).group === 'karpenter.sh'),
    ...(await readDefinitions(join(programs['karpenter-kwok'].folder, 'crds'))),
  ];
  await api.applyAll(definitions);
  await untilEstablished(api, definitions);
  await api.apply({
    apiVersion: 'karpenter.kwok.sh/v1alpha1',
    kind: 'KWOKNodeClass',
    metadata: { name: 'default' },
  });
}

function apiServerService({ state, programs, ports, pki }: ScalingContext, token: string): Service {
  const name = 'workload-kube-apiserver';
  const port = ports['eks-1'];
  const secrets = join(state.work, 'kube-apiserver');
  return {
    name,
    program: programs[name].path,
    args: [
      ...apiServerFlags({ port, etcd: ports.etcd, prefix: '/scaling', pki: pki.folder, secrets }),
      workloadVersionFlag,
    ],
    environment: {},
    directory: state.work,
    log: logFile(state, name),
    rank: rank.apiServer,
    ready: httpsProbe(port, '/readyz?verbose', { ca: pki.authority, token }),
    limitSeconds: 120,
  };
}

function schedulerService({ state, programs }: ScalingContext, port: number): Service {
  const name = 'workload-kube-scheduler';
  return {
    name,
    program: programs[name].path,
    args: [
      `--kubeconfig=${state.kubeconfig}`,
      '--leader-elect=false',
      workloadVersionFlag,
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      `--cert-dir=${join(state.work, name)}`,
      '--profiling=false',
    ],
    environment: {},
    directory: state.work,
    log: logFile(state, name),
    rank: rank.controllers,
    ready: tcpProbe(port),
    limitSeconds: 60,
  };
}

function karpenterService(
  { state, programs }: ScalingContext,
  ports: { readonly metrics: number; readonly health: number },
  instanceTypes: string,
): Service {
  const name = 'karpenter-kwok';
  return {
    name,
    program: programs[name].path,
    args: [],
    environment: {
      KUBECONFIG: state.kubeconfig,
      SYSTEM_NAMESPACE: 'kube-system',
      DISABLE_LEADER_ELECTION: 'true',
      // Nothing here was ever stored in the version that the webhook converts from.
      DISABLE_WEBHOOK: 'true',
      METRICS_PORT: String(ports.metrics),
      HEALTH_PROBE_PORT: String(ports.health),
      INSTANCE_TYPES_FILE_PATH: instanceTypes,
    },
    directory: state.work,
    log: logFile(state, name),
    rank: rank.controllers,
    ready: httpProbe(ports.health, '/readyz'),
    limitSeconds: 60,
  };
}

const notReady = 'node.kubernetes.io/not-ready';

/**
 * Does for every node what makes it one that pods can be put on: its kubelet reports every second that it is ready, and the
 * taint goes that the API server gave it at first. Once is not enough: Karpenter misses what happens to a node before it has
 * written down whose node it is.
 */
async function playKubelets(api: Api, nodes: () => Promise<readonly Node[]>, end: AbortSignal): Promise<void> {
  for (; !end.aborted; await sleep(1000)) await Promise.all((await nodes()).map(node => report(api, node)));
}

async function report(api: Api, { metadata: { name } }: Node): Promise<void> {
  const lastHeartbeatTime = new Date().toISOString();
  const status = { conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', lastHeartbeatTime }] };
  const path = `/api/v1/nodes/${name}`;
  try {
    const { metadata, spec } = await api.send<Node>('PATCH', `${path}/status`, { status }, 'merge');
    if (!spec.taints?.some(({ key }) => key === notReady)) return;
    // Karpenter takes its own taint away meanwhile, so only what was read may be changed.
    const { resourceVersion } = metadata;
    const taints = spec.taints.filter(({ key }) => key !== notReady);
    await api.send('PATCH', path, { metadata: { resourceVersion }, spec: { taints } }, 'merge');
  } catch (error) {
    // The node went meanwhile, or Karpenter changed it: the next report will find it as it is.
    if (!(error instanceof ApiError && [404, 409].includes(error.status))) throw error;
  }
}
