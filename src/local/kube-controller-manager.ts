import { join } from 'node:path';
import { type Context, rank } from './context.ts';
import { tcpProbe } from './probe.ts';
import { logFile } from './state.ts';
import type { Service } from './supervisor.ts';

/**
 * Only the controllers that a cluster without pods needs: what an XR composes goes by garbage collection, namespaces are
 * emptied, and the roles admin, edit and view gather those of custom resources.
 */
const controllers = ['garbage-collector-controller', 'namespace-controller', 'clusterrole-aggregation-controller'];

/** The controllers of the management cluster. */
export function controllerManagerService({ state, programs, ports }: Context): Service {
  const name = 'kube-controller-manager';
  const port = ports[name];
  return {
    name,
    program: programs[name].path,
    args: [
      ...controllerManagerFlags(join(state.kubeconfigs, name), port),
      `--cert-dir=${join(state.work, name)}`,
      // Each controller has a service account of its own, with the rights that the API server gives it at its start.
      '--use-service-account-credentials=true',
    ],
    environment: {},
    directory: state.work,
    log: logFile(state, name),
    rank: rank.controllers,
    ready: tcpProbe(port),
    limitSeconds: 60,
  };
}

/** Flags of the controllers of a cluster, which serve on a port of 127.0.0.1, or not at all on port 0. */
export function controllerManagerFlags(kubeconfig: string, port: number): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--controllers=${controllers.join(',')}`,
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    '--profiling=false',
    // Deleting many things at once is what these clusters are for.
    '--kube-api-qps=200',
    '--kube-api-burst=400',
  ];
}
