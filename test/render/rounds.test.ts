import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Manifest } from '../../src/crossplane/pipeline.ts';
import { parseManifests } from '../../src/crossplane/yaml.ts';
import { child, type JsonObject, text } from '../../src/kubernetes/json.ts';
import { evaluator } from '../../src/render/foresight.ts';
import { readInstalled } from '../../src/render/installed.ts';
import { timesOf, warningsOf } from '../../src/render/report.ts';
import { type RoundsOptions, renderRounds, type Seen } from '../../src/render/rounds.ts';
import { claimed } from '../fixtures/claim.ts';

const installed = readInstalled(new URL('../../', import.meta.url));
const object = (kind: string, spec: JsonObject = {}): JsonObject => ({
  apiVersion: 'platform.tekanya.services/v1alpha1',
  kind,
  metadata: { name: 'builderspace', namespace: 'team-a' },
  spec,
});

/** Rounds with our evaluator in Crossplane's place. */
async function rendered(claim: JsonObject, options: Partial<RoundsOptions> = {}) {
  const seen: Seen[] = [];
  const onReconcile = (one: Seen) => void seen.push(one);
  const rendering = await renderRounds([claim], { engine: evaluator, installed, onReconcile, ...options });
  const of = (kind: string) => rendering.resources.filter(resource => resource.kind === kind);
  return { ...rendering, seen, of };
}

describe('a claim is rendered', () => {
  test('through all levels, until nothing changes', async () => {
    const { resources, settled } = await rendered(object('PlatformClaim'));
    expect(settled).toBe(true);
    // A digest in a name is one of an ARN, and that is made up by each in its own way.
    const names = (all: readonly object[]) =>
      (all as Manifest[]).map(one => `${one.kind}/${one.metadata?.name?.replace(/-[0-9a-f]{40}$/, '-…')}`).sort();
    expect(names(resources)).toEqual(names(claimed({}).manifests));
  }, 30_000);

  test('with the values that AWS would give', async () => {
    const { of } = await rendered(object('XNetwork'));
    const [subnet] = of('Subnet');
    expect(child(subnet, 'spec', 'forProvider').vpcId).toMatch(/^vpc-0[0-9a-f]{16}$/);
    expect(of('Subnet')).toHaveLength(2);
  });

  test('the same each time', async () => {
    const [first, second] = [await rendered(object('XNetwork')), await rendered(object('XNetwork'))];
    expect(second.resources).toEqual(first.resources);
  });

  test('and after one round holds what needs no observed value', async () => {
    const { of, resources, rounds, settled, seen } = await rendered(object('XNetwork'), { most: 1 });
    expect({ rounds, settled }).toEqual({ rounds: 1, settled: false });
    expect(resources).toEqual(of('VPC'));
    expect(warningsOf(seen)).toContain('XNetwork/builderspace: internet-gateway waits for status.vpcId');
    expect(timesOf(seen)).toEqual(['level 0: XNetwork: 1 resources, 1 reconciles, 0.00 s']);
  });

  test('under a name of its own where it asks for a generated one', async () => {
    const claim = { ...object('XNetwork'), metadata: { generateName: 'net-', namespace: 'team-a' } };
    const { of } = await rendered(claim);
    expect(text(child(of('VPC')[0], 'metadata'), 'name')).toMatch(/^net-[0-9a-f]{5}-vpc$/);
  });

  test.each([
    { reason: 'subnets that are given are taken to be there', file: 'cluster-in-subnets', groups: 1 },
    { reason: 'subnets of a network that is not rendered along are waited for', file: 'cluster-in-network', groups: 0 },
  ])('and $reason', async ({ file, groups }) => {
    const source = new URL(`../claims/good/${file}.yaml`, import.meta.url);
    const [claim] = parseManifests(readFileSync(source, 'utf8')).documents;
    const { of, settled } = await rendered(claim?.value as JsonObject);
    expect({ settled, clusters: of('Cluster').length, groups: of('NodeGroup').length }).toEqual({
      settled: true,
      clusters: 1,
      groups,
    });
  });

  test('and another kind is refused', async () => {
    await expect(rendered({ ...object('Pod'), apiVersion: 'v1' })).rejects.toThrow(
      'Pod (v1) is not a kind of this package',
    );
  });
});
