import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { removeCluster } from '../../src/local/cluster.ts';
import { installPackage } from '../../src/local/platform.ts';
import { startTestCluster, state } from './ground.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));

declare module 'vitest' {
  export interface ProvidedContext {
    /** Path of the management cluster's kubeconfig. */
    readonly kubeconfig: string;
    readonly kubectl: string;
    /** Where the AWS account answers. */
    readonly account: string;
    readonly state: string;
  }
}

/** Starts a cluster of the tests' own, and ends it after the last of them with all that it left. */
export default async function start(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await startTestCluster(event => {
    if (event.type === 'program-found' && event.source === 'built') {
      process.stdout.write(`built ${event.program} in ${event.seconds} s\n`);
    }
  });
  await installPackage(cluster.api, repository);
  project.provide('kubeconfig', cluster.kubeconfig);
  project.provide('kubectl', cluster.kubectl);
  project.provide('account', `http://127.0.0.1:${cluster.ports.account}`);
  project.provide('state', state);
  return () => removeCluster(state, () => {});
}
