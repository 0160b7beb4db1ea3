import { fileURLToPath } from 'node:url';
import { type AwsOptions, type Cluster, startCluster } from '../../src/local/cluster.ts';
import type { OnEvent } from '../../src/local/events.ts';
import { defaultAwsTime } from '../../src/local/platform.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** State folder of the tests' cluster. */
export const state = `${repository}.local-test`;

/**
 * Starts the tests' cluster, or what of it is to run otherwise than it does. The provider waits a twentieth of what it waits
 * for AWS, so that its 10 to 30 seconds between two looks do not decide how long the tests take.
 */
export function startTestCluster(onEvent: OnEvent, aws: Partial<AwsOptions> = {}): Promise<Cluster> {
  return startCluster({ repository, state, aws: { time: defaultAwsTime, clock: 0.05, poll: '30s', ...aws } }, onEvent);
}
