import { join } from 'node:path';
import { identity } from './certificates.ts';
import { type Context, rank } from './context.ts';
import { httpsProbe } from './probe.ts';
import { workloadVersion } from './programs.ts';
import { logFile } from './state.ts';
import type { Service } from './supervisor.ts';

/** The API server of the management cluster, with RBAC. */
export function kubeApiserverService(context: Context): Service {
  return apiServer(context, 'kube-apiserver', context.pki.tokens.admin);
}

/** The API server that stands for the EKS cluster. */
export function workloadApiserverService(context: Context): Service {
  // Called by its older name, the server emulates that version, the oldest it can, and refuses to be compatible with one before.
  const [oldest = ''] = /\d+\.\d+/.exec(workloadVersion) ?? [];
  const flags = [`--min-compatibility-version=${oldest}`];
  return apiServer(context, 'workload-kube-apiserver', context.pki.workloadToken, flags);
}

function apiServer(
  context: Context,
  name: 'kube-apiserver' | 'workload-kube-apiserver',
  token: string,
  flags: string[] = [],
): Service {
  const { state, programs, ports, pki } = context;
  const port = ports[name];
  const own = identity(pki, 'kube-apiserver');
  const toEtcd = identity(pki, 'etcd-client');
  return {
    name,
    program: programs[name].path,
    args: [
      `--etcd-servers=https://127.0.0.1:${ports.etcd}`,
      `--etcd-prefix=/${name}`,
      `--etcd-cafile=${join(toEtcd, 'ca.crt')}`,
      `--etcd-certfile=${join(toEtcd, 'tls.crt')}`,
      `--etcd-keyfile=${join(toEtcd, 'tls.key')}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${port}`,
      `--tls-cert-file=${join(own, 'tls.crt')}`,
      `--tls-private-key-file=${join(own, 'tls.key')}`,
      `--token-auth-file=${join(pki.folder, `${name}-tokens.csv`)}`,
      '--anonymous-auth=false',
      '--authorization-mode=RBAC',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${join(pki.folder, `${name}-accounts.pub`)}`,
      `--service-account-signing-key-file=${join(pki.folder, `${name}-accounts.key`)}`,
      '--service-cluster-ip-range=10.96.0.0/16',
      // No pod runs here, so nothing needs a service account's token.
      '--disable-admission-plugins=ServiceAccount',
      // The kubernetes Service cannot have a loopback address as its endpoint.
      '--endpoint-reconciler-type=none',
      '--profiling=false',
      ...flags,
    ],
    environment: {},
    directory: state.work,
    log: logFile(state, name),
    rank: rank.apiServer,
    ready: httpsProbe(port, '/readyz?verbose', { ca: pki.authority, token }),
    limitSeconds: 120,
  };
}
