import { join } from 'node:path';
import { type Context, rank } from '../context.ts';
import { httpProbe } from '../probe.ts';
import { logFile } from '../state.ts';
import type { Service } from '../supervisor.ts';

/** The AWS that the provider speaks to, and how it does. */
export interface ProviderAwsOptions {
  /** Where all of AWS's APIs answer. */
  url: string;
  /** File with the keys that it works with; see credentialsOf. */
  credentials: string;
  /** What part of its own waits it waits, above 0 and up to 1, which is the default; see clock.ts. */
  clock?: number;
  /** How often it looks at a resource that is as it should be, such as `1m`; the provider's own 10 minutes by default. */
  poll?: string;
}

/**
 * provider-aws. It finds AWS by the variable that all of AWS's SDKs read, so that its ProviderConfigs are what they are on AWS,
 * and no file of whoever starts it. It has one process for all services, where `kind-bootstrap/` has a pod for each: so its rate
 * is the provider's own.
 */
export function providerAwsService(
  { state, programs, ports }: Pick<Context, 'state' | 'programs' | 'ports'>,
  { url, clock = 1, poll = '10m' }: ProviderAwsOptions,
): Service {
  const name = 'provider-aws';
  const port = ports['provider-aws-health'];
  return {
    name,
    program: programs[name].path,
    args: [
      `--poll=${poll}`,
      // Its webhooks convert between versions of a kind, and its namespaced kinds have one.
      '--certs-dir=',
      '--metrics-bind-address=0',
      `--health-probe-bind-addr=127.0.0.1:${port}`,
    ],
    environment: {
      KUBECONFIG: join(state.kubeconfigs, name),
      AWS_ENDPOINT_URL: url,
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      ...(clock === 1 ? {} : { PROVIDER_CLOCK: String(clock) }),
    },
    directory: state.work,
    log: logFile(state, name),
    rank: rank.controllers,
    ready: httpProbe(port, '/readyz'),
    limitSeconds: 60,
  };
}
