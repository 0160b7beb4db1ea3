import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, inject } from 'vitest';
import type { Resource } from '../../src/local/aws/account.ts';
import { clusterKubeconfig } from '../../src/local/eks/service.ts';
import { accountOf } from '../../src/local/platform.ts';
import { stateAt } from '../../src/local/state.ts';

const run = promisify(execFile);

/** A Kubernetes object, as far as the tests look at it. */
export interface KubeObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: { readonly forProvider: Readonly<Record<string, unknown>> };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

/** Runs kubectl on the tests' cluster. Rejects, with what it says, when it fails. */
export async function kubectl(...args: readonly string[]): Promise<string> {
  const { stdout } = await run(inject('kubectl'), args, { env: { ...process.env, KUBECONFIG: inject('kubeconfig') } });
  return stdout;
}

/** The cluster that stands for an EKS cluster, by the name of that. */
export function workload(eksCluster: string) {
  const env = { ...process.env, KUBECONFIG: clusterKubeconfig(stateAt(inject('state')), eksCluster) };
  const ask = async (...args: readonly string[]) => (await run(inject('kubectl'), args, { env })).stdout;
  return {
    /** Runs kubectl there, as the cluster's admin. */
    kubectl: ask,
    /** What is in there. */
    get: async (kind: string, name: string, namespace = 'default') =>
      JSON.parse(await ask('get', kind, name, '-n', namespace, '-o', 'json')),
    apply: async (manifest: object): Promise<string> => {
      const applied = run(inject('kubectl'), ['apply', '-f', '-'], { env });
      applied.child.stdin?.end(JSON.stringify(manifest));
      return (await applied).stdout;
    },
  };
}

/** What the stand-in has logged since a place in its log. */
export function awsLog(start = 0): readonly string[] {
  return readFileSync(`${inject('state')}/logs/aws.log`, 'utf8')
    .slice(start)
    .split('\n');
}

/** Where the stand-in's log ends now. */
export const awsLogLength = () => readFileSync(`${inject('state')}/logs/aws.log`, 'utf8').length;

/** Applies a manifest in a namespace of its own making. */
export async function apply(namespace: string, manifest: object): Promise<string> {
  const given = manifest as { readonly metadata?: object };
  await ensureNamespace(namespace);
  const text = JSON.stringify({ ...manifest, metadata: { ...given.metadata, namespace } });
  const child = run(inject('kubectl'), ['apply', '-f', '-'], {
    env: { ...process.env, KUBECONFIG: inject('kubeconfig') },
  });
  child.child.stdin?.end(text);
  return (await child).stdout;
}

export async function ensureNamespace(namespace: string): Promise<void> {
  await kubectl('create', 'namespace', namespace).catch((error: Error) => {
    if (!error.message.includes('AlreadyExists')) throw error;
  });
}

/** What a cluster can do without. One API server stands for all clusters, so only one claim at a time has them. */
const bare = { karpenter: { enabled: false }, externalDns: { enabled: false } };

/**
 * A claim with a spec. Its database can be deleted, which by default it cannot; Karpenter and ExternalDNS are left out, unless
 * `cluster` asks for them.
 */
export function claim(name: string, settings: Readonly<Record<string, object | string>> = {}): object {
  const spec = {
    ...settings,
    cluster: { ...bare, ...(settings.cluster as object) },
    database: { deletionPolicy: 'Delete', ...(settings.database as object) },
  };
  return { apiVersion: 'platform.tekanya.services/v1alpha1', kind: 'PlatformClaim', metadata: { name }, spec };
}

/** The objects of a kind in a namespace. */
export async function list(namespace: string, kind: string): Promise<readonly KubeObject[]> {
  return JSON.parse(await kubectl('get', kind, '-n', namespace, '-o', 'json')).items;
}

export async function untilReady(namespace: string, what: string, seconds = 120): Promise<void> {
  await kubectl('wait', '-n', namespace, what, '--for=condition=Ready', `--timeout=${seconds}s`);
}

/** What the AWS account holds of a namespace's resources, by the namespace in their tags. */
export function inAccount(namespace: string, kind?: string): readonly Resource[] {
  return accountOf(inject('state'))
    .all()
    .filter(resource => !kind || resource.kind === kind)
    .filter(({ asked }) => String((asked.tags as { Name?: unknown } | undefined)?.Name).startsWith(`${namespace}/`));
}

/** Waits until `look` gives what is expected. */
export function eventually<T>(look: () => T | Promise<T>, seconds = 120) {
  return expect.poll(look, { timeout: seconds * 1000, interval: 200 });
}
