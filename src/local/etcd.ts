import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { identity } from './certificates.ts';
import { type Context, rank } from './context.ts';
import { httpsProbe } from './probe.ts';
import { logFile } from './state.ts';
import type { Service } from './supervisor.ts';

/** One etcd for all API servers, which keep their objects under different prefixes. Only holders of our certificates may talk to it. */
export async function etcdService({ state, programs, ports, pki }: Context): Promise<Service> {
  const client = `https://127.0.0.1:${ports.etcd}`;
  const peer = `https://127.0.0.1:${ports['etcd-peer']}`;
  const own = identity(pki, 'etcd');
  const asking = identity(pki, 'etcd-client');
  const tls = (prefix: string) => [
    `--${prefix}cert-file=${join(own, 'tls.crt')}`,
    `--${prefix}key-file=${join(own, 'tls.key')}`,
    `--${prefix}trusted-ca-file=${join(own, 'ca.crt')}`,
    `--${prefix}client-cert-auth`,
  ];
  return {
    name: 'etcd',
    program: programs.etcd.path,
    args: [
      '--name=local',
      `--data-dir=${state.etcd}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=local=${peer}`,
      '--initial-cluster-token=tekanya-local',
      ...tls(''),
      ...tls('peer-'),
      // Data survives every end of a process; only the machine's own crash can cost some, and then `make clean` mends it.
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
    environment: {},
    directory: state.work,
    log: logFile(state, 'etcd'),
    rank: rank.etcd,
    ready: httpsProbe(ports.etcd, '/health', {
      ca: pki.authority,
      certificate: await readFile(join(asking, 'tls.crt'), 'utf8'),
      key: await readFile(join(asking, 'tls.key'), 'utf8'),
    }),
    limitSeconds: 60,
  };
}
