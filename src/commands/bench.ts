import { fileURLToPath } from 'node:url';
import type { Package } from '../crossplane/package.ts';
import { partOf } from '../crossplane/package.ts';
import { resourcesOf, sourcesOf, writesResource } from '../crossplane/pipeline.ts';
import type { Rendered } from '../crossplane/render.ts';
import { render } from '../crossplane/render.ts';
import { longestChain } from '../local/aws/chain.ts';
import { removeCluster, startCluster } from '../local/cluster.ts';
import { accountOf, applyManifests, awsService, installPackage, prepareWorkload } from '../local/platform.ts';
import { assemblePackage } from '../package.ts';
import { nodesOf } from '../status/tree.ts';
import { watchTree } from '../status/watch.ts';
import { showProgress } from './progress.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const state = `${repository}.local-bench`;

const claim = {
  apiVersion: 'platform.tekanya.services/v1alpha1',
  kind: 'PlatformClaim',
  metadata: { name: 'bench', namespace: 'bench' },
  spec: {},
};

/**
 * `make bench`: says of the empty claim what is made at once and what the rest waits for; then brings it up on a local
 * cluster of its own and compares the time from apply to Ready with AWS's longest chain, and says what Crossplane's circuit
 * breakers saw. `time`: how long one of AWS's seconds takes, in seconds; the smaller it is, the more Crossplane's own time shows.
 */
export async function bench(time: number): Promise<void> {
  console.log('What the empty claim makes at once, and what the rest waits for:\n');
  const pkg = assemblePackage();
  for (const line of rounds(pkg, render(pkg, claim))) console.log(line);
  const progress = showProgress(process.stdout);
  const services = async (context: Parameters<typeof awsService>[0]) => [await awsService(context, repository, time)];
  const cluster = await startCluster({ repository, state, services }, progress.onEvent).finally(progress.end);
  try {
    await prepareWorkload(cluster.context, repository);
    await installPackage(cluster.api, repository);
    const began = performance.now();
    await applyManifests(cluster.api, [claim]);
    const tree = await watchTree(
      cluster.client,
      { ...claim, ...claim.metadata },
      {
        onChange: () => {},
        until: tree => nodesOf(tree).every(({ state }) => state === 'ready'),
        timeoutSeconds: 1800,
      },
    );
    const seconds = (performance.now() - began) / 1000;
    const chain = longestChain(accountOf(state));
    const least = chain.seconds * time;
    console.log(`\n${nodesOf(tree).length} objects, ${tree.state} ${seconds.toFixed(1)} s after apply.`);
    console.log(
      `AWS's longest chain, ${chain.resources.map(({ kind }) => kind).join(' -> ')}, takes ${least.toFixed(1)} s:`,
    );
    console.log(`${(seconds / least).toFixed(2)} times as long, ${(seconds - least).toFixed(1)} s on top.\n`);
    console.log('Watch events by controller, as Crossplane counts them:\n');
    for (const line of await circuits(cluster.ports['crossplane-metrics'])) console.log(line);
  } finally {
    await removeCluster(state, () => {});
  }
}

/** Each composite resource: how many of its resources are made in its first reconcile, and what the others wait for. */
function rounds(pkg: Package, { composite, composition, resources }: Rendered): readonly string[] {
  const later = resources.filter(({ round }) => round > 1);
  const templates = resourcesOf(composition);
  const awaited = partOf(pkg, composite)?.awaited ?? [];
  return [
    `${composition.metadata.name}: ${resources.length - later.length} of ${resources.length} at once`,
    ...later.map(({ name, round }) => `  ${name}, in round ${round}: ${waitsFor(templates, name, awaited).join(', ')}`),
    ...resources.flatMap(({ rendered: inner }) => (inner ? rounds(pkg, inner) : [])),
  ];
}

/** The fields that a resource waits for: what others tell in status, and what somebody gives the spec later. */
function waitsFor(
  templates: ReturnType<typeof resourcesOf>,
  name: string,
  awaited: readonly string[],
): readonly string[] {
  const patches = templates.find(template => template.name === name)?.patches ?? [];
  const required = patches.filter(patch => writesResource(patch) && patch.policy?.fromFieldPath === 'Required');
  return [...new Set(required.flatMap(sourcesOf))].filter(
    source => source.startsWith('status.') || awaited.includes(source),
  );
}

async function circuits(port: number): Promise<readonly string[]> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  return (await answer.text()).split('\n').filter(line => /^circuit_breaker_/.test(line));
}
