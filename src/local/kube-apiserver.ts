import { join } from 'node:path';
import { identity } from './certificates.ts';
import { type Context, rank } from './context.ts';
import { httpsProbe } from './probe.ts';
import { logFile } from './state.ts';
import type { Service } from './supervisor.ts';

/** The API server of the management cluster, with RBAC. */
export function kubeApiserverService({ state, programs, ports, pki }: Context): Service {
  const name = 'kube-apiserver';
  const port = ports[name];
  const settings = { port, prefix: `/${name}`, etcd: ports.etcd, pki: pki.folder, secrets: join(pki.folder, name) };
  return {
    name,
    program: programs[name].path,
    args: apiServerFlags(settings),
    // What it makes of the provider's 70 kinds as they are installed, some 900 MB, is needed once.
    environment: { GOGC: '50', GOMEMLIMIT: '500MiB' },
    directory: state.work,
    log: logFile(state, name),
    rank: rank.apiServer,
    ready: httpsProbe(port, '/readyz?verbose', { ca: pki.authority, token: pki.tokens.admin }),
    limitSeconds: 120,
  };
}

/** What tells one API server from another. */
export interface ApiServerSettings {
  port: number;
  /** Port of etcd, and what the keys of this server begin with there. */
  etcd: number;
  prefix: string;
  /** The folder of the certificates. */
  pki: string;
  /** Beginning of the paths of its tokens and of the keys of its service accounts; see makeServerSecrets. */
  secrets: string;
}

/** Flags of an API server on a port of 127.0.0.1, with RBAC. */
export function apiServerFlags({ port, etcd, prefix, pki, secrets }: ApiServerSettings): string[] {
  const own = identity({ folder: pki }, 'kube-apiserver');
  const toEtcd = identity({ folder: pki }, 'etcd-client');
  return [
    `--etcd-servers=https://127.0.0.1:${etcd}`,
    `--etcd-prefix=${prefix}`,
    `--etcd-cafile=${join(toEtcd, 'ca.crt')}`,
    `--etcd-certfile=${join(toEtcd, 'tls.crt')}`,
    `--etcd-keyfile=${join(toEtcd, 'tls.key')}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    `--tls-cert-file=${join(own, 'tls.crt')}`,
    `--tls-private-key-file=${join(own, 'tls.key')}`,
    `--token-auth-file=${secrets}-tokens.csv`,
    '--anonymous-auth=false',
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${secrets}-accounts.pub`,
    `--service-account-signing-key-file=${secrets}-accounts.key`,
    '--service-cluster-ip-range=10.96.0.0/16',
    // No pod runs here, so nothing needs a service account's token.
    '--disable-admission-plugins=ServiceAccount',
    // The kubernetes Service cannot have a loopback address as its endpoint.
    '--endpoint-reconciler-type=none',
    '--profiling=false',
  ];
}
