import type { Api } from './api.ts';
import { identity } from './certificates.ts';
import { type Context, rank } from './context.ts';
import type { Manifest } from './manifest.ts';
import { tcpProbe } from './probe.ts';
import { type FunctionName, functionNames, functionPackage } from './programs.ts';
import { logFile } from './state.ts';
import type { Service } from './supervisor.ts';

/** The process of a function; Crossplane speaks to it by mutual TLS, which is not optional. */
export function functionService({ state, programs, ports, pki }: Context, name: FunctionName): Service {
  return {
    name,
    program: programs[name].path,
    args: [`--address=127.0.0.1:${ports[name]}`],
    environment: { TLS_SERVER_CERTS_DIR: identity(pki, 'function-server') },
    directory: state.work,
    log: logFile(state, name),
    rank: rank.controllers,
    ready: tcpProbe(ports[name]),
    limitSeconds: 30,
  };
}

/**
 * The FunctionRevision that Crossplane's package manager would make. It is paused, so the package manager, which has
 * no image to fetch, leaves it alone.
 */
function revision({ programs }: Context, name: FunctionName): Manifest {
  return {
    apiVersion: 'pkg.crossplane.io/v1',
    kind: 'FunctionRevision',
    metadata: {
      name: `${name}-local`,
      labels: { 'pkg.crossplane.io/package': functionPackage(name) },
      annotations: { 'crossplane.io/paused': 'true' },
    },
    spec: {
      desiredState: 'Active',
      // Never fetched; it must be a full reference.
      image: `localhost/${name}:${programs[name].version}`,
      packagePullPolicy: 'Never',
      revision: 1,
    },
  };
}

/** Tells Crossplane where the functions are. Without `capabilities`, XRs say that they have no valid function pipeline. */
export async function registerFunctions(api: Api, context: Context): Promise<void> {
  for (const name of functionNames) {
    const object = revision(context, name);
    await api.apply(object);
    const status = { endpoint: `dns:///127.0.0.1:${context.ports[name]}`, capabilities: ['composition'] };
    await api.send('PATCH', `${await api.pathOf(object)}/status`, { status }, 'merge');
  }
}
