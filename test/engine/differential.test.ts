import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Composition, Manifest, Patch } from '../../src/crossplane/pipeline.ts';
import { resourcesOf } from '../../src/crossplane/pipeline.ts';
import { manifestsOf, render } from '../../src/crossplane/render.ts';
import { child, type JsonObject } from '../../src/local/aws/json.ts';
import { assemblePackage } from '../../src/package.ts';
import { readInstalled } from '../../src/render/installed.ts';
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
async function reconcilesOf(claims: readonly JsonObject[]) {
  const seen: Seen[] = [];
  const rendering = await renderRounds(claims, {
    engine: running.engine,
    installed,
    onReconcile: one => seen.push(one),
  });
  return { seen, rendering };
}

function writtenAs({ input }: Seen): Composition {
  const found = written.get(input.composition.metadata.name);
  if (!found) throw new Error(`src/ writes no Composition ${input.composition.metadata.name}`);
  return found;
}

const platform = 'platform.tekanya.services/v1alpha1';
const unclaimed: readonly Manifest[] = [
  ...['one-reader', 'two-readers'].map(variant => ({
    apiVersion: platform,
    kind: 'XAurora',
    metadata: { name: variant, namespace: 'team-a' },
    spec: {},
  })),
];
const compared = new Set<string>();

describe('our evaluator makes the same as Crossplane and the real functions in every reconcile', () => {
  const files = [...claimFiles('claims/'), ...claimFiles('test/claims/good/')];
  test.each(files)('of %s', async file => {
    const claims = claimsIn(file);
    const { seen, rendering } = await reconcilesOf(claims);
    for (const { input } of seen) compared.add(input.composition.metadata.name);
    expect(seen.flatMap(one => differences(one, writtenAs(one)))).toEqual([]);
    expect(rendering.settled).toBe(true);
  });
});
