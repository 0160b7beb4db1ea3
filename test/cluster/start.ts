import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { removeCluster, startCluster } from '../../src/local/cluster.ts';
import type { OnEvent } from '../../src/local/events.ts';
import { accountFile, awsServices, defaultAwsTime, installPackage } from '../../src/local/platform.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const state = `${repository}.local-test`;

declare module 'vitest' {
  export interface ProvidedContext {
    readonly kubeconfig: string;
    readonly kubectl: string;
    readonly account: string;
    readonly state: string;
  }
}

/** Starts a cluster of the tests' own, and ends it after the last of them with all that it left. */
export default async function start(project: TestProject): Promise<() => Promise<void>> {
  const onEvent: OnEvent = event => {
    if (event.type === 'program-found' && event.source === 'built') {
      process.stdout.write(`built ${event.program} in ${event.seconds} s\n`);
    }
  };
  const cluster = await startCluster(
    { repository, state, services: context => awsServices(context, repository, defaultAwsTime, onEvent) },
    onEvent,
  );
  await installPackage(cluster.api, repository);
  project.provide('kubeconfig', cluster.kubeconfig);
  project.provide('kubectl', cluster.kubectl);
  project.provide('account', accountFile(state));
  project.provide('state', state);
  return () => removeCluster(state, () => {});
}
