import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';
import type { Manifest } from '../../src/crossplane/pipeline.ts';
import { manifestsOf, render } from '../../src/crossplane/render.ts';
import { assemblePackage } from '../../src/package.ts';
import { claimsIn, repository } from '../engine/engine.ts';
import { apply, ensureNamespace, kubectl, untilReady } from './cluster.ts';

const run = promisify(execFile);
const shell = (command: string) => {
  const env = { ...process.env, KUBECONFIG: inject('kubeconfig'), KUBECTL: inject('kubectl') };
  return run('sh', ['-c', command], { cwd: repository, env, maxBuffer: 2 ** 24 });
};

test('the API server accepts all that is rendered', async () => {
  const file = 'claims/builderspace.yaml';
  await ensureNamespace('builderspace');
  const { stdout } = await shell(`make -s render CLAIM=${file} | "$KUBECTL" apply --dry-run=server -f -`);
  const lines = stdout.trim().split('\n');
  expect(lines.filter(line => !line.endsWith('created (server dry run)'))).toEqual([]);
  const expected = claimsIn(file).flatMap(claim =>
    manifestsOf(render(assemblePackage(), claim as unknown as Manifest)),
  );
  expect(lines).toHaveLength(expected.length);
});

test('the crossplane CLI traces what comes of a claim', async () => {
  const namespace = 'traced';
  const [network] = claimsIn('claims/network-only.yaml');
  await apply(namespace, { ...network });
  await untilReady(namespace, 'xnetwork/network-only');
  const { stdout } = await shell(`make -s crossplane ARGS="resource trace xnetwork/network-only -n ${namespace}"`);
  const lines = stdout.trim().split('\n').slice(1);
  // The network, its resources and its Usages, which have no condition Synced.
  expect(lines).toHaveLength(15);
  expect(lines.filter(line => !/ (True|-) +True /.test(line))).toEqual([]);
  await kubectl('delete', '-n', namespace, 'xnetwork/network-only');
});
