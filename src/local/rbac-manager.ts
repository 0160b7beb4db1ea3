import { join } from 'node:path';
import { type Context, rank } from './context.ts';
import { logFile } from './state.ts';
import type { Service } from './supervisor.ts';

/**
 * Crossplane's RBAC manager: it makes the ClusterRoles of each XRD, for Crossplane, and of each ProviderRevision, for the
 * provider and for Crossplane. It listens on no port, so nobody can ask whether it is ready.
 */
export function rbacManagerService({ state, programs }: Context): Service {
  const name = 'rbac-manager';
  return {
    name,
    program: programs.crossplane.path,
    args: ['rbac', 'start', '--provider-clusterrole=crossplane:allowed-provider-permissions'],
    environment: { KUBECONFIG: join(state.kubeconfigs, name) },
    directory: state.work,
    log: logFile(state, name),
    rank: rank.controllers,
    ready: 'survives',
    limitSeconds: 30,
  };
}
