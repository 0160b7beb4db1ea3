import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Composition, Manifest, Patch } from '../../src/crossplane/pipeline.ts';
import { compositionOf, environmentOf, resourcesOf } from '../../src/crossplane/pipeline.ts';
import { manifestsOf, render } from '../../src/crossplane/render.ts';
import { child, type JsonObject } from '../../src/kubernetes/json.ts';
import { assemblePackage } from '../../src/package.ts';
import { evaluator } from '../../src/render/foresight.ts';
import { type Installed, readInstalled } from '../../src/render/installed.ts';
import { renderRounds, type Seen } from '../../src/render/rounds.ts';
import { differences } from './compare.ts';
import { claimFiles, claimsIn, type Running, root, startEngine } from './engine.ts';

const pkg = assemblePackage();
const installed = readInstalled(root);
const written = new Map(
  pkg.parts.flatMap(({ compositions }) => compositions.map(one => [one.metadata.name, one] as const)),
);
let running: Running;
beforeAll(async () => {
  running = await startEngine();
});
afterAll(() => running?.stop());

/** Every reconcile on the way of claims, as Crossplane does it. */
async function reconcilesOf(claims: readonly JsonObject[], from: Installed = installed) {
  const seen: Seen[] = [];
  const rendering = await renderRounds(claims, {
    engine: running.engine,
    installed: from,
    onReconcile: one => seen.push(one),
  });
  return { seen, rendering };
}

function writtenAs({ input }: Seen): Composition {
  const found = written.get(input.composition.metadata.name);
  if (!found) throw new Error(`src/ writes no Composition ${input.composition.metadata.name}`);
  return found;
}

const apiVersion = 'platform.tekanya.services/v1alpha1';
const namespaced = (name: string) => ({ name, namespace: 'team-a' });

/** A database's inner part, as its claim would make it. */
function auroraWith(readers: number): Manifest {
  const database = {
    apiVersion,
    kind: 'XDatabase',
    metadata: namespaced(`readers-${readers}`),
    spec: { vpcId: 'vpc-1', vpcCidr: '10.0.0.0/16', subnetIds: ['subnet-1', 'subnet-2'], readers },
  };
  const aurora = render(pkg, database).resources.find(({ name }) => name === 'aurora')?.manifest;
  if (!aurora) throw new Error('an XDatabase makes no aurora');
  return aurora;
}

function application(variant: string, settings: object): Manifest {
  const crossplane = { compositionRef: { name: `applicationclaim-${variant}` } };
  const spec = { cluster: 'builderspace', namespace: 'web', serviceAccount: 'front', crossplane, ...settings };
  return { apiVersion, kind: 'ApplicationClaim', metadata: namespaced(variant), spec };
}

const database = { name: 'orders', id: 'e6b9cf5b', user: 'shop', readsSecret: false };

/** What no claim of the tree comes to. */
const further: readonly Manifest[] = [
  auroraWith(1),
  auroraWith(2),
  application('without-database', {}),
  application('with-database-by-iam', { database }),
];

const files = [...claimFiles('claims/'), ...claimFiles('test/claims/good/')];
const cases = [
  ...files.map(file => ({ of: file, claims: claimsIn(file) })),
  ...further.map(one => ({ of: `${one.kind} ${one.metadata?.name}`, claims: [one as unknown as JsonObject] })),
];
const compared = new Set<string>();

describe('our evaluator makes the same as Crossplane and the real functions', () => {
  test.each(cases)('in every reconcile of $of', async ({ claims }) => {
    const { seen, rendering } = await reconcilesOf(claims);
    for (const { input } of seen) compared.add(input.composition.metadata.name);
    expect(seen.flatMap(one => differences(one, writtenAs(one)))).toEqual([]);
    expect(rendering.settled).toBe(true);
  });

  test('with every Composition of the package', () => {
    expect([...compared].sort()).toEqual([...written.keys()].sort());
  });

  test('with all that a platform becomes', async () => {
    const [claim] = claimsIn('claims/builderspace.yaml');
    if (!claim) throw new Error('claims/builderspace.yaml is empty');
    const { rendering } = await reconcilesOf([claim]);
    // A digest is of an ARN that each makes up in its own way.
    const names = (manifests: readonly object[]) =>
      (manifests as readonly Manifest[])
        .map(({ kind, metadata }) => `${kind}/${metadata?.name}`.replace(/[0-9a-f]{40}$/, 'digest'))
        .sort();
    expect(names(rendering.resources)).toEqual(names(manifestsOf(render(pkg, claim as unknown as Manifest))));
    const ahead = await renderRounds([claim], { engine: running.engine, installed, foresight: evaluator });
    expect(ahead.resources).toEqual(rendering.resources);
  });
});

/** The last reconcile of a kind on the way of a claim, once more with another version asked for and running. */
async function reconciledAt(kind: string, field: string, asked: string, runs: string): Promise<Seen> {
  const { seen } = await reconcilesOf(claimsIn('claims/as-drawn.yaml'));
  const last = seen.findLast(({ input }) => input.composite.kind === kind);
  if (!last) throw new Error(`claims/as-drawn.yaml makes no ${kind}`);
  const { composite } = last.input;
  const versioned = (part: 'spec' | 'status', version: string) => ({ ...child(composite, part), [field]: version });
  const input = {
    ...last.input,
    composite: { ...composite, spec: versioned('spec', asked), status: versioned('status', runs) },
  };
  return { ...last, input, output: await running.engine.reconcile(input) };
}

describe('the later one of what is asked for and what runs is asked for', () => {
  test.each([
    { reason: 'an upgrade has begun', asked: '1.33', runs: '1.32', later: '1.33' },
    { reason: 'it is done', asked: '1.33', runs: '1.33', later: '1.33' },
    { reason: 'AWS has upgraded the cluster', asked: '1.31', runs: '1.33', later: '1.33' },
    { reason: 'to a version of which nothing is known', asked: '1.36', runs: '1.37', later: '1.37' },
  ])('of a cluster, $reason: $asked and $runs', async ({ asked, runs, later }) => {
    const seen = await reconciledAt('XCluster', 'version', asked, runs);
    expect(differences(seen, writtenAs(seen))).toEqual([]);
    expect(child(seen.output.composed.get('cluster'), 'spec', 'forProvider').version).toBe(later);
    expect(child(seen.output.composed.get('nodes'), 'spec', 'forProvider').version).toBe(runs);
  });

  test.each([
    { reason: 'a version later', asked: '16.13', runs: '16.4', later: '16.13' },
    { reason: 'AWS has upgraded the database', asked: '16.4', runs: '16.13', later: '16.13' },
  ])('of a database, $reason: $asked and $runs', async ({ asked, runs, later }) => {
    const seen = await reconciledAt('XAurora', 'engineVersion', asked, runs);
    expect(differences(seen, writtenAs(seen))).toEqual([]);
    expect(child(seen.output.composed.get('cluster'), 'spec', 'forProvider').engineVersion).toBe(later);
  });
});

describe('a Composition changed by hand is found out', () => {
  /** The Composition of a network with one patch of its VPC changed. */
  const changed = (composition: Composition, change: (patch: Patch) => Patch | undefined): Composition => {
    const { name } = composition.metadata;
    const resources = resourcesOf(composition).map(resource =>
      resource.name === 'vpc'
        ? { ...resource, patches: (resource.patches ?? []).flatMap(p => change(p) ?? []) }
        : resource,
    );
    return compositionOf(name, composition.spec.compositeTypeRef, resources, environmentOf(composition));
  };
  const toCidr = (patch: Patch) => patch.toFieldPath === 'spec.forProvider.cidrBlock';
  const observesId = (patch: Patch) => !('combine' in patch) && patch.fromFieldPath === 'status.atProvider.id';
  test.each<{ reason: string; change: (patch: Patch) => Patch | undefined; line: string }>([
    {
      reason: 'a patch that is gone',
      change: patch => (toCidr(patch) ? undefined : patch),
      line: 'resources.vpc.spec.forProvider.cidrBlock: ours is "10.20.0.0/16", Crossplane\'s undefined',
    },
    {
      reason: 'a patch to another field',
      change: patch => (toCidr(patch) ? { ...patch, toFieldPath: 'spec.forProvider.ipv6CidrBlock' } : patch),
      line: 'resources.vpc.spec.forProvider.ipv6CidrBlock: ours is undefined, Crossplane\'s "10.20.0.0/16"',
    },
    {
      reason: 'an observed value that is published as another one',
      change: patch => (observesId(patch) ? { ...patch, toFieldPath: 'status.routeTableId' } : patch),
      line: 'status.vpcId: ours is "vpc-',
    },
  ])('$reason', async ({ change, line }) => {
    const apis = installed.apis.map(api => ({
      ...api,
      compositions: new Map(
        [...api.compositions].map(([name, read]) => [
          name,
          () => (api.api.kind === 'XNetwork' ? changed(read(), change) : read()),
        ]),
      ),
    }));
    const { seen } = await reconcilesOf(claimsIn('claims/network-only.yaml'), {
      apis,
      apiOf: object => apis.find(({ api }) => api === installed.apiOf(object)?.api),
    });
    const found = seen.flatMap(one => differences(one, writtenAs(one)));
    expect(found.join('\n')).toContain(line);
  });
});
