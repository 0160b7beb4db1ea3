import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AccountControl, ServedCluster } from '../account/control.ts';
import { identity, makeAdminSecrets } from '../certificates.ts';
import { rank } from '../context.ts';
import { exists, readText, writePrivate } from '../files.ts';
import { apiServerFlags } from '../kube-apiserver.ts';
import { controllerManagerFlags } from '../kube-controller-manager.ts';
import { authenticationKubeconfigText, kubeconfigText } from '../manifest.ts';
import { httpsProbe } from '../probe.ts';
import { workloadVersionFlag } from '../programs.ts';
import { logFile, type State } from '../state.ts';
import type { Service } from '../supervisor.ts';

/** What clusters are started with. */
export interface Machinery {
  /** What is remembered of them, in a folder of its own. */
  readonly state: State;
  /** The folder of the local cluster's certificates. */
  readonly pki: string;
  /** Port of etcd. */
  readonly etcd: number;
  /** Paths of the programs. */
  readonly apiServer: string;
  readonly controllerManager: string;
}

/** An API server and its controllers. */
export interface Servers {
  readonly apiServer: Service;
  readonly controllerManager: Service;
  /** Path of the admin's kubeconfig. */
  readonly kubeconfig: string;
}

/** What the keys of a cluster begin with in etcd. */
export function prefixOf(id: string): string {
  return `/eks/${id}`;
}

/** The folder of what is remembered of a cluster. */
export function folderOf({ state }: Machinery, id: string): string {
  return join(state.folder, 'clusters', id);
}

/**
 * Describes the processes of a cluster, and writes what they are started with. A token that the API server does not know is
 * shown to the account, and its answer is kept as long as EKS keeps it.
 */
export async function serversOf(
  machinery: Machinery,
  id: string,
  { endpoint, name }: ServedCluster,
  control: AccountControl,
): Promise<Servers> {
  const { state, pki, etcd } = machinery;
  const folder = folderOf(machinery, id);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const secrets = join(folder, 'kube-apiserver');
  const tokenFile = join(folder, 'admin-token');
  if (!(await exists(tokenFile))) await writePrivate(tokenFile, await makeAdminSecrets(secrets));
  const token = await readText(tokenFile);
  const authority = await readText(join(identity({ folder: pki }, 'kube-apiserver'), 'ca.crt'));
  const kubeconfig = join(state.folder, `${id}.kubeconfig`);
  await writePrivate(kubeconfig, kubeconfigText({ server: endpoint, authority, token, name }));
  const authentication = join(folder, 'authentication.kubeconfig');
  await writePrivate(authentication, authenticationKubeconfigText(control.authentication(name)));
  const port = Number(new URL(endpoint).port);
  const service = (program: string, part: string) => ({
    name: `${id}-${part}`,
    program,
    directory: folder,
    log: logFile(state, `${id}-${part}`),
  });
  return {
    kubeconfig,
    apiServer: {
      ...service(machinery.apiServer, 'kube-apiserver'),
      args: [
        ...apiServerFlags({ port, etcd, prefix: prefixOf(id), pki, secrets }),
        workloadVersionFlag,
        `--authentication-token-webhook-config-file=${authentication}`,
        '--authentication-token-webhook-version=v1',
        '--authentication-token-webhook-cache-ttl=10s',
      ],
      // Several of them share a machine: less memory for some more work.
      environment: { GOGC: '50' },
      rank: rank.apiServer,
      ready: httpsProbe(port, '/readyz?verbose', { ca: authority, token }),
      limitSeconds: 120,
    },
    controllerManager: {
      ...service(machinery.controllerManager, 'kube-controller-manager'),
      args: controllerManagerFlags(kubeconfig, 0),
      environment: { GOGC: '50' },
      rank: rank.controllers,
      ready: 'survives',
      limitSeconds: 60,
    },
  };
}
