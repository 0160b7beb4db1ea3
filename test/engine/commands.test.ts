import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { loadAll } from 'js-yaml';
import { expect, test } from 'vitest';
import type { Manifest } from '../../src/crossplane/pipeline.ts';
import { repository } from './engine.ts';

const run = promisify(execFile);
const make = (...args: readonly string[]) => run('make', ['-s', ...args], { cwd: repository, maxBuffer: 2 ** 24 });
const namesIn = (yaml: string) =>
  (loadAll(yaml) as readonly Manifest[]).map(({ kind, metadata }) => `${kind}/${metadata?.name}`);

test('make render prints manifests and nothing else, the same each time', async () => {
  const claim = 'CLAIM=claims/network-only.yaml';
  const [first, second] = [await make('render', claim), await make('render', claim)];
  expect(second).toEqual(first);
  expect(first.stderr).toBe('');
  expect(namesIn(first.stdout)).toHaveLength(14);
  expect(first.stdout).toMatch(/vpcId: vpc-0[0-9a-f]{16}$/m);
  expect(first.stdout).not.toMatch(/ownerReferences|uid:/);
});

test('make render ROUNDS=1 prints what is made at once, and says what the rest waits for', async () => {
  const { stdout, stderr } = await make('render', 'CLAIM=claims/network-only.yaml', 'ROUNDS=1', 'TIMES=1');
  expect(namesIn(stdout)).toEqual(['VPC/network-only-vpc']);
  expect(stderr).toMatch(/^XNetwork\/network-only: .*status.vpcId: no such field$/m);
  expect(stderr).toMatch(/^level 0: XNetwork: 1 resources, 1 reconciles, \d+\.\d\d s$/m);
});

test('make render of a claim that is wrong says where, and prints nothing', async () => {
  const failed = await make('render', 'CLAIM=test/claims/bad/cidr-outside.yaml').catch(error => error);
  expect(failed).toMatchObject({ code: 2, stdout: '' });
  expect(failed.stderr).toMatch(/^test\/claims\/bad\/\S+\.yaml:\d+: spec\./m);
});

test('the crossplane CLI renders a Composition, with the functions that the kit of this tree starts', async () => {
  const args = 'composition render claims/network-only.yaml compositions/xnetwork.yaml --xrd=xrds/xnetwork.yaml';
  const { stdout } = await make('crossplane', `ARGS=${args}`);
  expect(namesIn(stdout)).toEqual(['XNetwork/network-only', 'VPC/network-only-vpc']);
});

test('the crossplane CLI validates claims, and what is rendered, offline', async () => {
  const of = (resources: string) => `crossplane ARGS="resource validate crds/,xrds/ ${resources}"`;
  const claims = await run('sh', ['-c', `make -s ${of('claims/builderspace.yaml,claims/network-only.yaml')}`], {
    cwd: repository,
  });
  expect(claims.stdout).toContain('0 missing schemas, 2 success cases, 0 failure cases');
  const rendered = await run('sh', ['-c', `make -s render CLAIM=claims/network-only.yaml | make -s ${of('-')}`], {
    cwd: repository,
  });
  expect(rendered.stdout).toContain('0 missing schemas, 14 success cases, 0 failure cases');
});
