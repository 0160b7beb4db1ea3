import { fileURLToPath } from 'node:url';
import type { Package } from '../crossplane/package.ts';
import { partOf } from '../crossplane/package.ts';
import { resourcesOf, sourcesOf, writesResource } from '../crossplane/pipeline.ts';
import type { Rendered } from '../crossplane/render.ts';
import { manifestsOf, render } from '../crossplane/render.ts';
import { type Json, texts } from '../kubernetes/json.ts';
import { longestChain, secondsOf } from '../local/account/chain.ts';
import type { Resource } from '../local/account/inventory.ts';
import { localAccount } from '../local/account/local.ts';
import { removeCluster, startCluster } from '../local/cluster.ts';
import { defaultCircuitBreaker, circuitBreaker as ours } from '../local/crossplane.ts';
import { applyManifests, installPackage } from '../local/platform.ts';
import { assemblePackage } from '../package.ts';
import { nodesOf } from '../status/tree.ts';
import { watchTree } from '../status/watch.ts';
import { showProgress } from './progress.ts';
import { EventCount, type Heard } from './watch-events.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const state = `${repository}.local-bench`;

const claim = {
  apiVersion: 'platform.tekanya.services/v1alpha1',
  kind: 'PlatformClaim',
  metadata: { name: 'bench', namespace: 'bench' },
  spec: {},
};

export interface BenchOptions {
  /** How long one of AWS's seconds takes, in seconds; the smaller it is, the more Crossplane's own time shows. */
  readonly time: number;
  /** Limits of an XR's circuit breaker: `kind-bootstrap/`'s, or Crossplane's own. */
  readonly breaker: 'ours' | 'default';
}

/**
 * `make bench`: says of the empty claim what is made at once and what the rest waits for; then brings it up on a local
 * cluster of its own and compares the time from apply to Ready with AWS's longest chain, and says what Crossplane's circuit
 * breakers saw.
 */
export async function bench({ time, breaker }: BenchOptions): Promise<void> {
  console.log('What the empty claim makes at once, and what the rest waits for:\n');
  const pkg = assemblePackage();
  const rendered = render(pkg, claim);
  for (const line of rounds(pkg, rendered)) console.log(line);
  const progress = await showProgress(process.stdout);
  const circuitBreaker = breaker === 'ours' ? ours : defaultCircuitBreaker;
  const options = { repository, state, aws: { time }, circuitBreaker };
  const cluster = await startCluster(options, progress.onEvent).finally(progress.end);
  try {
    await installPackage(cluster.api, repository);
    const namespace = claim.metadata.namespace;
    await cluster.api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    const kinds = new Map(
      manifestsOf(rendered).map(({ apiVersion, kind }) => [`${apiVersion} ${kind}`, { apiVersion, kind, namespace }]),
    );
    const count = await EventCount.begin(cluster.client, [...kinds.values()]);
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
    const account = await localAccount(state);
    const times = await account.control.times();
    const chain = longestChain(await account.inventory(), times);
    const least = chain.seconds * time;
    console.log(`\n${nodesOf(tree).length} objects, ${tree.state} ${seconds.toFixed(1)} s after apply.`);
    console.log(
      `AWS's longest chain, ${chain.resources.map(({ kind }) => kind).join(' -> ')}, takes ${least.toFixed(1)} s:`,
    );
    for (const line of links(chain.resources, resource => secondsOf(resource, times) * time, pkg, rendered))
      console.log(line);
    console.log(`${(seconds / least).toFixed(2)} times as long, ${(seconds - least).toFixed(1)} s on top.\n`);
    const heard = count.end();
    console.log('Watch events by composite resource and kind, until Ready:\n');
    console.log(table(heard));
    console.log(
      `\nThe circuit breakers, of ${circuitBreaker.burst} events at once and ${circuitBreaker.refillPerSecond} more a second, as Crossplane counts them:\n`,
    );
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

/**
 * Each resource of a chain with how it waits and what that costs, where AWS tells when it was asked for both: the time from when
 * it was done with the one before, by how long it takes for that (`took`, in seconds), to when it was asked for this one.
 */
function links(
  chain: readonly Resource[],
  took: (resource: Resource) => number,
  pkg: Package,
  rendered: Rendered,
): readonly string[] {
  return chain.map((resource, i) => {
    const before = chain[i - 1];
    const cost =
      before?.created && resource.created
        ? `, asked for ${((resource.created.getTime() - before.created.getTime()) / 1000 - took(before)).toFixed(1)} s after the one before`
        : '';
    return `  ${resource.kind} ${resource.id}${cost}; waits by ${waysOf(resource, pkg, rendered).join(', ') || 'nothing'}`;
  });
}

/** How what the package makes of a resource of the account waits: by selectors, which the provider asks again, or by values. */
function waysOf(resource: Resource, pkg: Package, rendered: Rendered): readonly string[] {
  const settings = ({ manifest }: Rendered['resources'][number]) =>
    Object((manifest as { readonly spec?: { readonly forProvider?: unknown } }).spec?.forProvider) as Record<
      string,
      Json
    >;
  const told = new Set(texts(resource.told as unknown as Json));
  const alike = (one: Rendered['resources'][number]) =>
    [...texts(settings(one))].filter(value => told.has(value)).length;
  const found = within(rendered)
    .flatMap(of => of.resources.map(one => ({ of, one })))
    .filter(({ one }) => `${one.manifest.apiVersion.split('.')[0]}/${one.manifest.kind}` === resource.kind)
    .sort((a, b) => alike(b.one) - alike(a.one))[0];
  if (!found) return [];
  const selectors = JSON.stringify(settings(found.one)).match(/\w+(?=Selector":)/g) ?? [];
  const { composite, composition } = found.of;
  const values = waitsFor(resourcesOf(composition), found.one.name, partOf(pkg, composite)?.awaited ?? []);
  return [...selectors.map(field => `selector of ${field}`), ...values.map(value => `value of ${value}`)];
}

function within(rendered: Rendered): readonly Rendered[] {
  return [rendered, ...rendered.resources.flatMap(({ rendered: inner }) => (inner ? within(inner) : []))];
}

/** Rows of what each composite resource heard of each kind, with the sum of each composite resource above. */
function table(heard: readonly Heard[]): string {
  const sums = new Map<string, number>();
  for (const { composite, events } of heard) sums.set(composite, (sums.get(composite) ?? 0) + events);
  const composites = [...sums].sort(([, a], [, b]) => b - a);
  return composites
    .flatMap(([composite, sum]) => [
      `${composite}: ${sum}`,
      ...heard
        .filter(row => row.composite === composite)
        .map(({ kind, resources, events }) => `  ${kind}: ${events} of ${resources}`),
    ])
    .join('\n');
}

async function circuits(port: number): Promise<readonly string[]> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  return (await answer.text()).split('\n').filter(line => /^circuit_breaker_/.test(line));
}
