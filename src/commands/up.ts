import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { advise } from '../advice.ts';
import { checkFiles, linesOf } from '../check.ts';
import { longestChain } from '../local/account/chain.ts';
import { localAccount } from '../local/account/local.ts';
import { startCluster, watchProcesses } from '../local/cluster.ts';
import { clusterKubeconfig } from '../local/eks/service.ts';
import type { Manifest } from '../local/manifest.ts';
import { readManifests } from '../local/manifest.ts';
import { applyManifests, defaultAwsTime, installPackage } from '../local/platform.ts';
import { stateAt } from '../local/state.ts';
import { assemblePackage } from '../package.ts';
import type { Ref } from '../status/objects.ts';
import { showUntilReady } from '../status/show.ts';
import { showProgress } from './progress.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));

export interface UpOptions {
  /** A file with claims. */
  readonly claim: string;
  /** How long one of AWS's seconds takes, in seconds. */
  readonly time?: number;
  /** Seconds until the claims must be ready. */
  readonly timeout: number;
  /** The day that AWS believes it is: today when left out. */
  readonly date?: Date;
}

/**
 * `make up`: starts the local management cluster, or what is missing of it, installs the package as it stands in the tree,
 * applies the claims of a file and shows them come up. Tells whether all are ready.
 */
export async function up({ claim, time = defaultAwsTime, timeout, date }: UpOptions): Promise<boolean> {
  const text = await readFile(claim, 'utf8');
  const checked = checkFiles([{ name: claim, text }], assemblePackage(), manifest =>
    advise(manifest, date ?? new Date()),
  );
  if (checked.problems.length > 0) {
    console.error(linesOf(checked).join('\n'));
    return false;
  }
  for (const note of linesOf(checked).slice(0, -1)) console.log(note);
  const progress = await showProgress(process.stdout);
  const aws = { time, ...(date && { date: date.toISOString().slice(0, 10) }) };
  const cluster = await startCluster({ repository, aws }, progress.onEvent).finally(progress.end);
  await installPackage(cluster.api, repository);
  const unwatch = watchProcesses(cluster.state.folder, died => console.error(died.message));
  const claims = readManifests(text);
  await applyManifests(cluster.api, claims);
  let all = true;
  for (const manifest of claims) {
    const tree = await showUntilReady(cluster.client, refOf(manifest), {
      timeoutSeconds: timeout,
      out: process.stdout,
    });
    all &&= tree.state === 'ready';
  }
  unwatch();
  if (all) console.log(await summary(time, cluster.state.folder));
  return all;
}

function refOf({ apiVersion, kind, metadata }: Manifest): Ref {
  return { apiVersion, kind, name: metadata.name, namespace: metadata.namespace ?? 'default' };
}

/** What was made, the least that AWS would have taken for it, and what to type next. */
async function summary(time: number, state: string): Promise<string> {
  const account = await localAccount(state);
  const inventory = await account.inventory();
  const { resources, seconds } = longestChain(inventory, await account.control.times());
  const chain = resources.map(({ kind }) => kind.split('/')[1]).join(', ');
  const folder = relative(process.cwd(), state) || '.';
  const clusters = await account.control.clusters();
  return [
    '',
    `${inventory.resources.length} resources in the account. AWS takes ${seconds} s for the longest chain (${chain}), here ${(seconds * time).toFixed(2)} s.`,
    '',
    `  KUBECONFIG=${folder}/kubeconfig kubectl get platform,managed -A`,
    ...clusters.map(
      ({ name }) =>
        `  KUBECONFIG=${relative(process.cwd(), clusterKubeconfig(stateAt(state), name))} kubectl get all -A`,
    ),
    '  make status',
  ].join('\n');
}
