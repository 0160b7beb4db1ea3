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
export function controllerManagerService(context: Context): Service {
  return controllerManager(
    context,
    'kube-controller-manager',
    join(context.state.kubeconfigs, 'kube-controller-manager'),
    // Each controller has a service account of its own, with the rights that the API server gives it at its start.
    ['--use-service-account-credentials=true'],
  );
}

/** The controllers of the cluster that stands for EKS; without them a namespace there would never go. */
export function workloadControllerManagerService(context: Context): Service {
  return controllerManager(context, 'workload-kube-controller-manager', context.state.workloadKubeconfig);
}

function controllerManager(
  { state, programs, ports }: Context,
  name: 'kube-controller-manager' | 'workload-kube-controller-manager',
  kubeconfig: string,
  flags: string[] = [],
): Service {
  const port = ports[name];
  return {
    name,
    program: programs['kube-controller-manager'].path,
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--controllers=${controllers.join(',')}`,
      '--leader-elect=false',
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      `--cert-dir=${join(state.work, name)}`,
      '--profiling=false',
      // Deleting many things at once is what these clusters are for.
      '--kube-api-qps=200',
      '--kube-api-burst=400',
      ...flags,
    ],
    environment: {},
    directory: state.work,
    log: logFile(state, name),
    rank: rank.controllers,
    ready: tcpProbe(port),
    limitSeconds: 60,
  };
}
