import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { load } from 'js-yaml';
import { expect, inject } from 'vitest';
import { awsClients } from '../../src/local/account/clients.ts';
import { AccountControl, type LoggedCall } from '../../src/local/account/control.ts';
import { type Inventory, type Resource, readInventory } from '../../src/local/account/inventory.ts';
import { clusterKubeconfig } from '../../src/local/eks/service.ts';
import { stateAt } from '../../src/local/state.ts';

const run = promisify(execFile);

/** A Kubernetes object, as far as the tests look at it. */
export interface KubeObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly forProvider: Readonly<Record<string, unknown>> };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

/** Runs kubectl with a kubeconfig, and with a manifest on its standard input. Rejects, with what it says, when it fails. */
async function kubectlWith(kubeconfig: string, args: readonly string[], manifest?: object): Promise<string> {
  const running = run(inject('kubectl'), args, {
    env: { ...process.env, KUBECONFIG: kubeconfig },
    maxBuffer: 64 << 20,
  });
  if (manifest) running.child.stdin?.end(JSON.stringify(manifest));
  return (await running).stdout;
}

/** Runs kubectl on the tests' cluster. */
export const kubectl = (...args: readonly string[]) => kubectlWith(inject('kubeconfig'), args);

/** Path of the admin's kubeconfig of the cluster that an EKS cluster stands for. */
export const kubeconfigOf = (eksCluster: string) => clusterKubeconfig(stateAt(inject('state')), eksCluster);

/** kubectl on the cluster that an EKS cluster stands for, as its admin. */
export function inside(eksCluster: string) {
  const kubeconfig = kubeconfigOf(eksCluster);
  const workload = (...args: readonly string[]) => kubectlWith(kubeconfig, args);
  return {
    workload,
    apply: (manifest: object) => kubectlWith(kubeconfig, ['apply', '-f', '-'], manifest),
    get: async (kind: string, name: string, namespace = 'default') =>
      JSON.parse(await workload('get', kind, name, '-n', namespace, '-o', 'json')),
  };
}

/** kubectl on the cluster that an EKS cluster stands for, as whose a token is. */
export function insideAs(eksCluster: string, token: string) {
  const config = load(readFileSync(kubeconfigOf(eksCluster), 'utf8')) as { readonly users: readonly object[] };
  const users = config.users.map(user => ({ ...user, user: { token } }));
  return async (...args: readonly string[]): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'inside-'));
    const file = join(folder, 'kubeconfig');
    await writeFile(file, JSON.stringify({ ...config, users }), { mode: 0o600 });
    return kubectlWith(file, args).finally(() => rm(folder, { recursive: true }));
  };
}

/** Applies a manifest in a namespace of its own making. */
export async function apply(namespace: string, manifest: object): Promise<string> {
  const given = manifest as { readonly metadata?: object };
  await ensureNamespace(namespace);
  return kubectlWith(inject('kubeconfig'), ['apply', '-f', '-'], {
    ...manifest,
    metadata: { ...given.metadata, namespace },
  });
}

export async function ensureNamespace(namespace: string): Promise<void> {
  await kubectl('create', 'namespace', namespace).catch((error: Error) => {
    if (!error.message.includes('AlreadyExists')) throw error;
  });
}

/** What a cluster can do without, which most of the tests do. */
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

/** An object as the management cluster has it. */
export async function get(namespace: string, what: string) {
  return JSON.parse(await kubectl('get', '-n', namespace, what, '-o', 'json'));
}

export async function untilReady(namespace: string, what: string, seconds = 180): Promise<void> {
  await kubectl('wait', '-n', namespace, what, '--for=condition=Ready', `--timeout=${seconds}s`);
}

/** What `make status` says of a claim, on one line, with a kubeconfig: the admin's unless one is given. */
export async function statusOf(claim: string, kubeconfig = inject('kubeconfig')): Promise<string> {
  const { stdout } = await run(process.execPath, ['--import=tsx', 'src/cli.ts', 'status', claim], {
    env: { ...process.env, KUBECONFIG: kubeconfig },
  });
  return stdout.replace(/\s+/g, ' ');
}

/** What of a namespace is left in the management cluster, a line each. */
export async function left(namespace: string): Promise<string> {
  return (await kubectl('get', 'platform,managed,usages', '-n', namespace, '-o', 'name')).trim();
}

/** The region of the tests' claims. */
const region = 'af-south-1';

/** Clients of AWS's SDK, as the account's administrator. */
export const aws = () => awsClients(inject('account'), region);

/** The account's own interface: its log of calls, its faults, its clock. */
export const control = () => new AccountControl(inject('account'));

/** Everything in the account, in the tests' region. */
export function inventory(): Promise<Inventory> {
  return readInventory(of => awsClients(inject('account'), of), [region]);
}

/** What of a namespace's is in the account, by the names and tags that carry it. */
export async function inAccount(namespace: string, kind?: string): Promise<readonly Resource[]> {
  const own = new RegExp(`(^|[^a-z0-9-])${namespace}[/_]|-${namespace}-`);
  const { resources } = await inventory();
  return resources
    .filter(resource => !kind || resource.kind === kind)
    .filter(({ kept, id, told }) => !kept && own.test(`${id} ${JSON.stringify(told)}`));
}

/** The same as a text a line, for messages that tell what is left. */
export async function namesInAccount(namespace: string): Promise<readonly string[]> {
  return (await inAccount(namespace)).map(({ kind, id }) => `${kind} ${id}`).sort();
}

/** Waits until nothing of a namespace is left, in the account and in the management cluster. */
export async function untilGone(namespace: string, seconds = 300): Promise<void> {
  // Dozens of kinds are asked for, which keeps a machine busy.
  const interval = 3000;
  await eventually(() => left(namespace), seconds, interval).toBe('');
  await eventually(() => namesInAccount(namespace), 60, interval).toEqual([]);
}

/** What a resource's tags say in AWS, of whichever form its service has. */
export function tagsOf(resource: Resource | undefined): Readonly<Record<string, string>> {
  const { Tags, TagSet, TagList, tags } = (resource?.told ?? {}) as Readonly<Record<string, unknown>>;
  const found = Tags ?? TagSet ?? TagList ?? tags ?? {};
  if (!Array.isArray(found)) return found as Readonly<Record<string, string>>;
  return Object.fromEntries(found.map(({ Key, Value }: { Key: string; Value: string }) => [Key, Value]));
}

/** The calls of AWS's API since one of them that changed something and went well. */
export async function changesSince(n: number): Promise<readonly LoggedCall[]> {
  return (await control().calls(n)).filter(({ reads, status }) => !reads && status < 400);
}

/** Where the account's log of calls ends now. */
export const lastCall = () => control().last();

/** Waits until `look` gives what is expected, and looks every so many milliseconds. */
export function eventually<T>(look: () => T | Promise<T>, seconds = 180, interval = 500) {
  return expect.poll(look, { timeout: seconds * 1000, interval });
}
