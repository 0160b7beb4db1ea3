import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Api } from './api.ts';
import { identity } from './certificates.ts';
import { type Context, rank } from './context.ts';
import { readDefinitions } from './definitions.ts';
import { errorText } from './go.ts';
import { namespace } from './installed.ts';
import type { Manifest } from './manifest.ts';
import { allProbes, httpProbe, tcpProbe } from './probe.ts';
import { childEnvironment, sleep } from './process.ts';
import { logFile } from './state.ts';
import type { Service } from './supervisor.ts';

const run = promisify(execFile);

const secrets = { ca: 'crossplane-root-ca', server: 'crossplane-tls-server', client: 'crossplane-tls-client' };

/**
 * Limits of an XR's circuit breaker, as `kind-bootstrap/` sets them. With Crossplane's own, 100 and 1, those of XCluster,
 * XPlatform and XStorage open while a platform comes up, and each is then looked at once a minute for five minutes: the empty
 * claim is ready a minute or two later (`BREAKER=default make bench`).
 */
export const circuitBreaker: CircuitBreaker = { burst: 2000, refillPerSecond: 50 };

/** The limits of Crossplane itself, where nobody sets them (`crossplane core start --help`). */
export const defaultCircuitBreaker: CircuitBreaker = { burst: 100, refillPerSecond: 1 };

/** How many watch events of its resources an XR may have at once, and how many more a second. */
export interface CircuitBreaker {
  readonly burst: number;
  readonly refillPerSecond: number;
}

/** What Crossplane's core is told wherever this package is installed: Usages, and the limits of the circuit breaker. */
export function coreFlags({ burst, refillPerSecond }: CircuitBreaker): readonly string[] {
  return ['--enable-usages', `--circuit-breaker-burst=${burst}`, `--circuit-breaker-refill-rate=${refillPerSecond}`];
}

/** Crossplane's core, with webhooks and Usages. */
export function crossplaneService({ state, programs, ports, pki }: Context, breaker = circuitBreaker): Service {
  const name = 'crossplane';
  const home = join(state.work, name);
  return {
    name,
    program: programs.crossplane.path,
    args: [
      'core',
      'start',
      '--package-runtime=External',
      ...coreFlags(breaker),
      `--webhook-port=${ports['crossplane-webhook']}`,
      `--metrics-port=${ports['crossplane-metrics']}`,
      `--health-probe-port=${ports['crossplane-health']}`,
    ],
    environment: {
      KUBECONFIG: join(state.kubeconfigs, name),
      POD_NAMESPACE: namespace,
      POD_SERVICE_ACCOUNT: 'crossplane',
      TLS_SERVER_SECRET_NAME: secrets.server,
      TLS_SERVER_CERTS_DIR: identity(pki, 'crossplane-server'),
      TLS_CLIENT_SECRET_NAME: secrets.client,
      TLS_CLIENT_CERTS_DIR: identity(pki, 'crossplane-client'),
      XPKG_CACHE_DIR: join(home, 'xpkg'),
      XFN_CACHE_DIR: join(home, 'xfn'),
    },
    directory: home,
    log: logFile(state, name),
    rank: rank.controllers,
    ready: allProbes(httpProbe(ports['crossplane-health'], '/readyz'), tcpProbe(ports['crossplane-webhook'])),
    limitSeconds: 60,
  };
}

/**
 * Crossplane's own CustomResourceDefinitions. Its initializer would make them too, but fails on the first object of a kind
 * that it has only just made, and then starts over.
 */
export function coreDefinitions({ programs }: Context): Promise<Manifest[]> {
  return readDefinitions(join(programs.crossplane.folder, 'crds'));
}

/** Everything that must be in the API server before Crossplane's core starts: its Secrets, its webhook, its Lock. */
export async function installCrossplane(api: Api, context: Context): Promise<void> {
  await api.applyAll(await secretManifests(context));
  await initialize(context);
  await pointWebhook(api, context);
}

/** The initializer leaves a Secret alone that is filled, so all certificates are ours and the functions know them beforehand. */
async function secretManifests({ pki }: Context): Promise<Manifest[]> {
  const secret = (name: string, stringData: Record<string, string>): Manifest => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    type: 'Opaque',
    stringData,
  });
  const files = async (folder: string) => {
    const names = ['tls.crt', 'tls.key', 'ca.crt'];
    return Object.fromEntries(
      await Promise.all(names.map(async name => [name, await readFile(join(folder, name), 'utf8')])),
    );
  };
  const { certificate, key } = pki.crossplaneAuthority;
  return [
    secret(secrets.ca, { 'tls.crt': certificate, 'tls.key': key }),
    secret(secrets.server, await files(identity(pki, 'crossplane-server'))),
    secret(secrets.client, await files(identity(pki, 'crossplane-client'))),
  ];
}

async function initialize({ state, programs, ports }: Context): Promise<void> {
  const { path, folder } = programs.crossplane;
  const environment = childEnvironment(state.folder, {
    KUBECONFIG: join(state.kubeconfigs, 'crossplane'),
    CRDS_PATH: join(folder, 'crds'),
    WEBHOOK_CONFIGS_PATH: join(folder, 'webhookconfigurations'),
    POD_NAMESPACE: namespace,
    TLS_CA_SECRET_NAME: secrets.ca,
    TLS_SERVER_SECRET_NAME: secrets.server,
    TLS_CLIENT_SECRET_NAME: secrets.client,
    WEBHOOK_SERVICE_NAME: 'crossplane-webhooks',
    WEBHOOK_SERVICE_NAMESPACE: namespace,
    WEBHOOK_SERVICE_PORT: String(ports['crossplane-webhook']),
  });
  const attempts = 10;
  for (let attempt = 1; ; attempt++) {
    try {
      await run(path, ['core', 'init'], { env: environment, cwd: state.work, timeout: 120_000 });
      return;
    } catch (error) {
      const text = errorText(error);
      // Discovery lags a moment behind the CRDs that init has just made.
      if (attempt < attempts && /no matches for kind|not found/.test(text)) {
        await sleep(500);
        continue;
      }
      throw new Error(`crossplane core init failed: ${text.split('\n').slice(-8).join('\n')}`, { cause: error });
    }
  }
}

/** The initializer points the webhook at a Service in the cluster; here it is a port of this machine. */
async function pointWebhook(api: Api, { ports, pki }: Context): Promise<void> {
  const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/crossplane-no-usages';
  const configuration = await api.send<Manifest & { webhooks: { clientConfig: unknown }[] }>('GET', path);
  for (const webhook of configuration.webhooks) {
    webhook.clientConfig = {
      url: `https://127.0.0.1:${ports['crossplane-webhook']}/validate-no-usages`,
      caBundle: Buffer.from(pki.crossplaneAuthority.certificate).toString('base64'),
    };
  }
  await api.send('PUT', path, configuration);
}
