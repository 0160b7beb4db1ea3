import { join } from 'node:path';
import { identity } from './certificates.ts';
import { chartsEnvironment } from './charts/service.ts';
import { type Context, rank } from './context.ts';
import { readDefinitions } from './definitions.ts';
import type { Manifest } from './manifest.ts';
import { httpProbe } from './probe.ts';
import { logFile } from './state.ts';
import type { Service } from './supervisor.ts';

/** provider-helm, which pulls charts from what plays their repositories. It listens on no port, so nobody can ask whether it is ready. */
export function providerHelmService(context: Context): Service {
  const { state, programs } = context;
  const name = 'provider-helm';
  const home = join(state.work, name);
  return {
    name,
    program: programs[name].path,
    args: ['--poll=1m'],
    environment: {
      KUBECONFIG: join(state.kubeconfigs, name),
      HELM_CACHE_HOME: join(home, 'cache'),
      HELM_CONFIG_HOME: join(home, 'config'),
      HELM_DATA_HOME: join(home, 'data'),
      TMPDIR: home,
      ...chartsEnvironment(context),
    },
    directory: home,
    log: logFile(state, name),
    rank: rank.controllers,
    ready: 'survives',
    limitSeconds: 30,
  };
}

/** provider-kubernetes. */
export function providerKubernetesService({ state, programs, ports, pki }: Context): Service {
  const name = 'provider-kubernetes';
  return {
    name,
    program: programs[name].path,
    args: [
      '--poll=1m',
      `--webhook-port=${ports['provider-kubernetes-webhook']}`,
      `--health-probe-bind-addr=127.0.0.1:${ports['provider-kubernetes-health']}`,
    ],
    environment: {
      KUBECONFIG: join(state.kubeconfigs, name),
      TLS_SERVER_CERTS_DIR: identity(pki, 'provider-webhook'),
    },
    directory: state.work,
    log: logFile(state, name),
    rank: rank.controllers,
    ready: httpProbe(ports['provider-kubernetes-health'], '/readyz'),
    limitSeconds: 60,
  };
}

/**
 * The CustomResourceDefinitions of provider-helm or provider-kubernetes, from its module: of the namespaced (`.m.`)
 * groups only, because the older Object carries a half-filled conversion webhook that an API server refuses.
 */
export function providerDefinitions(
  { programs }: Context,
  name: 'provider-helm' | 'provider-kubernetes',
): Promise<Manifest[]> {
  return readDefinitions(join(programs[name].folder, 'crds'));
}
