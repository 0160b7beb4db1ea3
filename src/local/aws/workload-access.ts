import { readFileSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node';
import { dump } from 'js-yaml';
import type { WorkloadAccess } from './world.ts';

/** Reads how a cluster is reached from a kubeconfig, whose current context it takes. */
export function workloadAccess(kubeconfigFile: string): WorkloadAccess {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigFile);
  const [cluster, user] = [config.getCurrentCluster(), config.getCurrentUser()];
  if (!cluster || !user) throw new Error(`${kubeconfigFile}: has no current context with a cluster and a user`);
  const ca = cluster.caData
    ? Buffer.from(cluster.caData, 'base64').toString()
    : cluster.caFile
      ? readFileSync(cluster.caFile, 'utf8')
      : '';
  const data = (value: string | undefined, file: string | undefined) =>
    value ?? (file ? readFileSync(file).toString('base64') : undefined);
  const certificate = data(user.certData, user.certFile);
  const key = data(user.keyData, user.keyFile);
  const credentials = {
    ...(user.token ? { token: user.token } : {}),
    ...(certificate && key ? { 'client-certificate-data': certificate, 'client-key-data': key } : {}),
  };
  return {
    server: cluster.server,
    ca,
    kubeconfig: name =>
      dump({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [
          {
            name,
            cluster: { server: cluster.server, 'certificate-authority-data': Buffer.from(ca).toString('base64') },
          },
        ],
        contexts: [{ name, context: { cluster: name, user: name } }],
        users: [{ name, user: credentials }],
        'current-context': name,
      }),
  };
}
