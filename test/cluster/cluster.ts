import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, inject } from 'vitest';
import type { Resource } from '../../src/local/aws/account.ts';
import { accountOf } from '../../src/local/platform.ts';

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

/** What is in the cluster that stands for EKS. */
export async function inWorkload(kind: string, name: string) {
  const { stdout } = await run(inject('kubectl'), ['get', kind, name, '-o', 'json'], {
    env: { ...process.env, KUBECONFIG: inject('workload') },
  });
  return JSON.parse(stdout);
}

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

/** A claim with a spec. Its database can be deleted, which by default it cannot. */
export function claim(name: string, settings: Readonly<Record<string, object | string>> = {}): object {
  const spec = { ...settings, database: { deletionPolicy: 'Delete', ...(settings.database as object) } };
  return { apiVersion: 'platform.tekanya.services/v1alpha1', kind: 'PlatformClaim', metadata: { name }, spec };
}

/** The objects of a kind in a namespace. */
export async function list(namespace: string, kind: string): Promise<readonly KubeObject[]> {
  return JSON.parse(await kubectl('get', kind, '-n', namespace, '-o', 'json')).items;
}

export async function untilReady(namespace: string, what: string, seconds = 60): Promise<void> {
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
export function eventually<T>(look: () => T | Promise<T>, seconds = 60) {
  return expect.poll(look, { timeout: seconds * 1000, interval: 200 });
}
