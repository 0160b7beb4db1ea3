import { expect, inject, test } from 'vitest';
import { accountOf } from '../../src/local/platform.ts';
import { apply, awsLog, awsLogLength, claim, eventually, kubectl, untilReady, workload } from './cluster.ts';

const apiVersion = 'platform.tekanya.services/v1alpha1';

const inside = workload('eks_whole');

const account = (kind?: string) =>
  accountOf(inject('state'))
    .all()
    .filter(resource => !kind || resource.kind === kind);

/** The kinds that were deleted in AWS, in order, since a place in the stand-in's log. */
function deletedSince(start: number): readonly string[] {
  return awsLog(start).flatMap(line => /^\S+ delete ([a-z0-9]+\/\w+) /.exec(line)?.[1] ?? []);
}

test('a cluster comes up with its nodes, add-ons and storage, moves up a version, and goes in order', async () => {
  const namespace = 'eks';
  await apply(namespace, claim('whole', { cluster: { version: '1.31' } }));
  await untilReady(namespace, 'platformclaim/whole', 120);

  const [cluster] = account('eks/Cluster');
  expect(cluster?.name).toBe('eks_whole');
  expect(account('eks/NodeGroup')).toHaveLength(1);
  expect(
    account('eks/Addon')
      .map(({ asked }) => asked.addonName)
      .sort(),
  ).toEqual([
    'aws-ebs-csi-driver',
    'coredns',
    'eks-pod-identity-agent',
    'kube-proxy',
    'snapshot-controller',
    'vpc-cni',
  ]);
  const isDefault = (storageClass: { metadata: { annotations: Readonly<Record<string, string>> } }) =>
    storageClass.metadata.annotations['storageclass.kubernetes.io/is-default-class'];
  expect(await inside.get('storageclass', 'gp3')).toMatchObject({
    provisioner: 'ebs.csi.aws.com',
    parameters: { type: 'gp3', encrypted: 'true' },
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
  });
  expect(isDefault(await inside.get('storageclass', 'gp3'))).toBe('true');
  expect(isDefault(await inside.get('storageclass', 'gp2'))).toBe('false');
  expect(await inside.get('volumesnapshotclass', 'ebs')).toMatchObject({ driver: 'ebs.csi.aws.com' });

  await apply(namespace, claim('whole', { cluster: { version: '1.32' } }));
  await eventually(() => account('eks/Cluster')[0]?.asked.version).toBe('1.32');
  await expect(apply(namespace, claim('whole', { cluster: { version: '1.34' } }))).rejects.toThrow(
    'EKS moves one minor version at a time: go from 1.32 to 1.33 first',
  );

  const start = awsLogLength();
  await kubectl('delete', '-n', namespace, 'platformclaim/whole');
  await eventually(() => account(), 120).toEqual([]);
  await eventually(
    async () => (await kubectl('get', 'platform,managed,usages', '-n', namespace, '-o', 'name')).trim(),
    120,
  ).toBe('');
  const gone = deletedSince(start);
  const last = (kind: string) => gone.lastIndexOf(kind);
  expect(last('eks/NodeGroup')).toBeLessThan(gone.indexOf('eks/Cluster'));
  expect(gone.indexOf('eks/Cluster')).toBeLessThan(gone.indexOf('cloudwatchlogs/Group'));
  expect(gone.indexOf('eks/Cluster')).toBeLessThan(last('ec2/Subnet'));
  expect(last('ec2/Subnet')).toBeLessThan(gone.indexOf('ec2/VPC'));
});

test('three accesses to one cluster: removing one touches no other, and the cluster takes them with it', async () => {
  const namespace = 'access';
  const access = (name: string, policy: string) => ({
    apiVersion,
    kind: 'AccessClaim',
    metadata: { name },
    spec: { cluster: 'shared', policy, principal: { roleArn: `arn:aws:iam::123456789012:role/${name}` } },
  });
  await apply(namespace, claim('shared'));
  for (const [name, policy] of [
    ['one', 'view'],
    ['two', 'edit'],
    ['three', 'admin'],
  ] as const) {
    await apply(namespace, access(name, policy));
  }
  for (const name of ['one', 'two', 'three']) await untilReady(namespace, `accessclaim/${name}`, 120);
  const ids = () =>
    account('eks/AccessEntry').filter(({ asked }) => /role\/(one|two|three)$/.test(String(asked.principalArn)));
  const before = ids();
  expect(before).toHaveLength(3);
  await kubectl('delete', '-n', namespace, 'accessclaim/two');
  await eventually(() => ids().map(({ id }) => id)).toEqual(
    before.filter(({ asked }) => !String(asked.principalArn).endsWith('/two')).map(({ id }) => id),
  );
  await untilReady(namespace, 'accessclaim/one');
  await kubectl('delete', '-n', namespace, 'platformclaim/shared');
  await kubectl('delete', '-n', namespace, 'accessclaim/one', 'accessclaim/three');
  await eventually(() => account(), 120).toEqual([]);
});

test('a cluster in subnets that exist comes up too', async () => {
  const namespace = 'alone';
  await apply(namespace, { apiVersion, kind: 'XNetwork', metadata: { name: 'there' }, spec: {} });
  await untilReady(namespace, 'xnetwork/there');
  const subnetIds = account('ec2/Subnet').map(({ id }) => id);
  await apply(namespace, {
    apiVersion,
    kind: 'XCluster',
    metadata: { name: 'alone' },
    spec: { subnetIds, crossplane: { compositionRef: { name: 'xcluster-in-subnets' } } },
  });
  await untilReady(namespace, 'xcluster/alone', 120);
  await kubectl('delete', '-n', namespace, 'xcluster/alone', 'xnetwork/there');
  await eventually(() => account(), 120).toEqual([]);
});
