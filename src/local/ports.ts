import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** What listens, each on a port of 127.0.0.1. */
export const portNames = [
  'etcd',
  'etcd-peer',
  'kube-apiserver',
  'kube-controller-manager',
  'crossplane-webhook',
  'crossplane-metrics',
  'crossplane-health',
  'function-patch-and-transform',
  'function-auto-ready',
  'provider-kubernetes-webhook',
  'provider-kubernetes-health',
  'provider-aws-health',
  'charts',
  'account',
  'eks-1',
  'eks-2',
  'eks-3',
  'eks-4',
  'eks-5',
  'eks-6',
] as const;

export type PortName = (typeof portNames)[number];

/** Whether a port is for the API server of an EKS cluster. */
export function isEksPort(name: string): boolean {
  return name.startsWith('eks-');
}

export type Ports = Record<PortName, number>;

/** Below the ranges from which systems take ports for outgoing connections and Kubernetes takes node ports. */
const lowest = 21_000;
const highest = 29_999;

/** Says whether a program could listen on a port of 127.0.0.1 now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

export interface PortChoice {
  ports: Ports;
  /** Remembered ports that another program has taken since. */
  moved: { name: PortName; from: number; to: number }[];
}

/**
 * Chooses a port for each name: the remembered one when it is free or when `ours` says that our own process listens there,
 * else another that is free.
 */
export async function choosePorts(
  remembered: Partial<Ports>,
  ours: (name: PortName) => boolean,
  isFree: (port: number) => Promise<boolean> = isPortFree,
): Promise<PortChoice> {
  const ports: Partial<Ports> = {};
  const moved: PortChoice['moved'] = [];
  const taken = new Set(Object.values(remembered));
  for (const name of portNames) {
    const before = remembered[name];
    if (before !== undefined && (ours(name) || (await isFree(before)))) {
      ports[name] = before;
      continue;
    }
    const port = await freePort(taken, isFree);
    taken.add(port);
    ports[name] = port;
    if (before !== undefined) moved.push({ name, from: before, to: port });
  }
  return { ports: ports as Ports, moved };
}

/** Finds a port that is free and not among `taken`. */
export async function freePort(
  taken: ReadonlySet<number>,
  isFree: (port: number) => Promise<boolean> = isPortFree,
): Promise<number> {
  const count = highest - lowest + 1;
  const start = randomInt(count);
  for (let step = 0; step < count; step++) {
    const port = lowest + ((start + step) % count);
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new Error(`no port from ${lowest} to ${highest} of 127.0.0.1 is free`);
}
