import { mkdtemp, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { AccountControl } from '../../../src/local/account/control.ts';
import { ensurePki, type Pki } from '../../../src/local/certificates.ts';
import { type Machinery, serversOf } from '../../../src/local/eks/servers.ts';
import { clusterKubeconfig, eksState, writeEndpoints } from '../../../src/local/eks/service.ts';
import { choosePorts, type Ports } from '../../../src/local/ports.ts';
import { makeState, type State, stateAt } from '../../../src/local/state.ts';

const cluster = {
  name: 'team_shop',
  account: '123456789012',
  region: 'af-south-1',
  status: 'CREATING',
  endpoint: 'https://127.0.0.1:21001',
  createdAt: '2026-01-01',
  roleArn: 'arn:aws:iam::123456789012:role/cluster',
};
const control = new AccountControl('http://127.0.0.1:20000');

let state: State;
let pki: Pki;
let ports: Ports;
let machinery: Machinery;
beforeAll(async () => {
  state = stateAt(await mkdtemp(join(tmpdir(), 'eks-')));
  await makeState(state);
  await makeState(eksState(state));
  pki = await ensurePki(state.pki);
  ports = (await choosePorts({}, () => false)).ports;
  const programs = { apiServer: '/kube-apiserver', controllerManager: '/kube-controller-manager' };
  machinery = { state: eksState(state), pki: pki.folder, etcd: 2379, ...programs };
});

describe('the servers of a cluster', () => {
  it('listen where the cluster is, keep their objects apart, and ask the account whose a token is', async () => {
    const { apiServer, controllerManager } = await serversOf(machinery, cluster.name, cluster, control);
    expect(apiServer.args).toEqual(
      expect.arrayContaining([
        '--secure-port=21001',
        '--etcd-prefix=/eks/team_shop',
        '--authorization-mode=RBAC',
        '--anonymous-auth=false',
        '--authentication-token-webhook-cache-ttl=10s',
      ]),
    );
    const file = apiServer.args
      .find(one => one.startsWith('--authentication-token-webhook-config-file='))
      ?.split('=')[1];
    expect(await readFile(file ?? '', 'utf8')).toContain('http://127.0.0.1:20000/_account/authenticate/team_shop');
    expect(controllerManager.args).toContain('--secure-port=0');
  });

  it('are described the same each time, so that those that run are kept', async () => {
    const first = await serversOf(machinery, cluster.name, cluster, control);
    const second = await serversOf(machinery, cluster.name, cluster, control);
    expect(second.apiServer.args).toEqual(first.apiServer.args);
    expect(second.controllerManager.args).toEqual(first.controllerManager.args);
  });

  it('have an admin, whose kubeconfig is for its owner only', async () => {
    const { kubeconfig } = await serversOf(machinery, cluster.name, cluster, control);
    expect(kubeconfig).toBe(clusterKubeconfig(state, cluster.name));
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    const tokens = await readFile(
      join(machinery.state.folder, 'clusters', cluster.name, 'kube-apiserver-tokens.csv'),
      'utf8',
    );
    expect(tokens).toBe(`${config.getCurrentUser()?.token},admin,admin,"system:masters"\n`);
    expect((await stat(kubeconfig)).mode & 0o777).toBe(0o600);
  });
});

it('offers the account six addresses, with the authority behind them', async () => {
  const context = { state, ports, pki, programs: {} } as unknown as Parameters<typeof writeEndpoints>[0];
  const offered = JSON.parse(await readFile(await writeEndpoints(context), 'utf8'));
  expect(new Set(offered.endpoints).size).toBe(6);
  expect(offered).toMatchObject({ authority: pki.authority, told: true });
});
