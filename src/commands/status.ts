import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KubeConfig, type V1APIResource } from '@kubernetes/client-node';
import { PlatformClaim } from '../apis/claim.ts';
import { clusterStatus, defaultState } from '../local/cluster.ts';
import { Cluster, isForbidden, reasonOf } from '../status/cluster.ts';
import { find, wantedOf } from '../status/find.ts';
import type { Ref } from '../status/objects.ts';
import { readTree } from '../status/read.ts';
import { renderSummary, renderTree } from '../status/render.ts';
import { lookOf, showUntilReady } from '../status/show.ts';

export interface StatusOptions {
  /** Stay until each is ready. */
  readonly wait?: boolean;
  /** How long to stay for each: 30 minutes if left out. */
  readonly timeoutSeconds?: number;
}

const localState = defaultState(fileURLToPath(new URL('../../', import.meta.url)));

/** How many trees are read at once. */
const together = 8;

/**
 * `make status`: shows what claims have become, all PlatformClaims where none are named, on the cluster that KUBECONFIG
 * names, else on the local one. A claim is named by `name`, `namespace/name`, `kind/name` or `namespace/kind/name`.
 *
 * Tells whether all that was named could be shown; what is failing is shown and no failure of the command. With `wait`
 * it tells whether all became ready.
 */
export async function status(claims: readonly string[], options: StatusOptions = {}): Promise<boolean> {
  try {
    return await show(claims, options);
  } catch (error) {
    const hint = isForbidden(error) ? '; name a claim in a namespace of yours: CLAIM=namespace/name' : '';
    throw new Error(`${reasonOf(error)}${hint}`, { cause: error });
  }
}

async function show(claims: readonly string[], options: StatusOptions): Promise<boolean> {
  const config = kubeConfig();
  if (!process.env.KUBECONFIG) await tellOfTheDead();
  const cluster = Cluster.of(config);
  const kinds = await kindsOf(cluster, config);
  const fallback = config.getContextObject(config.getCurrentContext())?.namespace ?? 'default';
  const { apiVersion, kind } = PlatformClaim.GVK;

  const refs: Ref[] = [];
  let missing = 0;
  for (const claim of claims) {
    const wanted = wantedOf(claim, apiVersion, kinds);
    const found = wanted ? await find(cluster, wanted, fallback) : [];
    refs.push(...found);
    if (found.length > 0) continue;
    missing += 1;
    const all = await find(cluster, { apiVersion, kind: wanted?.kind ?? kind, namespace: '' }, fallback);
    const there = all.map(({ namespace, name }) => `${namespace}/${name}`).join(', ');
    const called = (wanted?.kind ?? kind).toLowerCase();
    if (!wanted) console.error(`${claim}: is not a name, namespace/name, kind/name or namespace/kind/name`);
    else console.error(`${claim}: there is no such ${called}; ${there ? `there are ${there}` : howToApply}`);
  }
  if (claims.length === 0) refs.push(...(await find(cluster, { apiVersion, kind, namespace: '' }, fallback)));
  if (claims.length === 0 && refs.length === 0) console.log(`there is no ${kind.toLowerCase()} yet; ${howToApply}`);

  const shown = options.wait ? await follow(config, refs, options) : await print(cluster, refs);
  return shown && missing === 0;
}

const howToApply = 'apply one: kubectl apply -f claims/builderspace.yaml';

async function print(cluster: Cluster, refs: readonly Ref[]): Promise<boolean> {
  const look = lookOf(process.stdout);
  for (let i = 0; i < refs.length; i += together) {
    const trees = await Promise.all(refs.slice(i, i + together).map(ref => readTree(cluster, ref)));
    for (const [j, tree] of trees.entries()) {
      if (i + j > 0) console.log();
      for (const line of renderTree(tree, look)) console.log(line);
      console.log(`\n${renderSummary(tree, look)}`);
    }
  }
  return true;
}

async function follow(config: KubeConfig, refs: readonly Ref[], { timeoutSeconds = 1800 }: StatusOptions) {
  let ready = true;
  for (const ref of refs) {
    const tree = await showUntilReady(config, ref, { timeoutSeconds, out: process.stdout });
    if (tree.state !== 'ready') ready = false;
  }
  return ready;
}

/** The cluster that KUBECONFIG names, else the local one; never one by accident. */
function kubeConfig(): KubeConfig {
  const config = new KubeConfig();
  const local = join(localState, 'kubeconfig');
  if (process.env.KUBECONFIG) {
    try {
      config.loadFromDefault();
    } catch (error) {
      throw new Error(`KUBECONFIG=${process.env.KUBECONFIG} cannot be read: ${reasonOf(error)}`, { cause: error });
    }
  } else if (existsSync(local)) config.loadFromFile(local);
  else {
    throw new Error(
      `there is no cluster to look at: start the local one with "make up" (it writes ${relative(process.cwd(), local)}), ` +
        'or name one with KUBECONFIG=file',
    );
  }
  return config;
}

/** Names the processes of the local cluster that have died, with the last lines of their logs. */
async function tellOfTheDead(): Promise<void> {
  const { died } = await clusterStatus(localState);
  for (const { message } of died) console.error(message);
  if (died.length > 0) console.error('"make up" starts what is missing.\n');
}

/** The kinds of the package that the cluster has, the claim first. */
async function kindsOf(cluster: Cluster, config: KubeConfig): Promise<[V1APIResource, ...V1APIResource[]]> {
  const { apiVersion, kind } = PlatformClaim.GVK;
  const kinds = await cluster.kindsOf(apiVersion).catch(error => {
    const server = config.getCurrentCluster()?.server;
    throw new Error(`${server}: ${reasonOf(error)}; if this is the local cluster, start it with "make up"`, {
      cause: error,
    });
  });
  const [claim] = kinds.filter(one => one.kind === kind && !one.name.includes('/'));
  if (!claim) {
    throw new Error(
      `the cluster has no kind ${kind} of ${apiVersion}: install the package, kubectl apply -f xrds/ -f compositions/`,
    );
  }
  return [claim, ...kinds.filter(one => one !== claim && !one.name.includes('/'))];
}
