import { expect, test } from 'vitest';
import { apis, provePackage } from '../src/package.ts';
import { claimed } from './fixtures/claim.ts';

test('the proof finds nothing wrong with the package', () => {
  expect(provePackage().parts).toHaveLength(Object.keys(apis).length);
});

test('no two objects of a claim are of one kind and one name, in which composite resource ever they stand', () => {
  const cluster = { addons: { observability: true } };
  const roleArn = 'arn:aws:iam::123456789012:role/deployer';
  const { manifests } = claimed({ cluster, database: { readers: 2 }, githubActions: { roleArn } });
  const names = manifests.map(({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata?.name}`);
  expect(names.filter((name, i) => names.indexOf(name) < i)).toEqual([]);
});
