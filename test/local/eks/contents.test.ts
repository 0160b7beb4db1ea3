import { expect, it } from 'vitest';
import { bindings } from '../../../src/local/eks/contents.ts';
import { TestGround } from './ground.ts';

const named = (kind: string, ground: TestGround) =>
  ground.applied.filter(one => one.kind === kind).map(({ metadata }) => metadata.name);

it('binds the groups of the access policies to the roles that they stand for', () => {
  const [clusterAdmin] = bindings();
  expect(clusterAdmin).toMatchObject({
    kind: 'ClusterRoleBinding',
    roleRef: { name: 'cluster-admin' },
    subjects: [{ kind: 'Group', name: 'eks.amazonaws.com/AmazonEKSClusterAdminPolicy' }],
  });
  const view = bindings('team').find(({ metadata }) => metadata.name === 'eks:AmazonEKSViewPolicy');
  expect(view).toMatchObject({
    kind: 'RoleBinding',
    metadata: { namespace: 'team' },
    roleRef: { name: 'view' },
    subjects: [{ kind: 'Group', name: 'eks.amazonaws.com/AmazonEKSViewPolicy/team' }],
  });
});

it('does so in each namespace that comes, once', async () => {
  const ground = new TestGround();
  ground.objects.apply('Namespace', { metadata: { name: 'one' } });
  await ground.settle();
  ground.objects.apply('Namespace', { metadata: { name: 'two' } });
  await ground.settle();
  const spaces = ground.applied.filter(one => one.kind === 'RoleBinding').map(({ metadata }) => metadata.namespace);
  expect(spaces).toEqual([...bindings().map(() => 'one'), ...bindings().map(() => 'two')]);
});

it('installs the kinds of snapshots when the add-on is there that brings them', async () => {
  const ground = new TestGround();
  await ground.settle();
  expect(named('CustomResourceDefinition', ground)).toEqual([]);
  ground.account.addons.push('snapshot-controller');
  await ground.settle();
  expect(named('CustomResourceDefinition', ground)).toContain('volumesnapshotclasses.snapshot.storage.k8s.io');
});
