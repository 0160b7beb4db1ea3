import { DeleteDBClusterSnapshotCommand, DescribeDBClustersCommand } from '@aws-sdk/client-rds';
import { expect, test } from 'vitest';
import { apply, aws, claim, eventually, get, inAccount, inside, kubectl, left, untilReady } from './cluster.ts';

const namespace = 'data';
const ids = async (kind: string) => (await inAccount(namespace, kind)).map(({ id }) => id);
const deleted = () => kubectl('delete', '-n', namespace, 'platformclaim/kept', '--timeout=20s');

test('a database is kept, then grows in place, then goes and leaves a snapshot; nobody sees its password', async () => {
  await apply(namespace, claim('kept', { database: { deletionPolicy: 'Protect' } }));
  await untilReady(namespace, 'platformclaim/kept', 240);
  const { identifier, endpoint, secretArn } = (await get(namespace, 'platformclaim/kept')).status.database;
  expect(identifier).toMatch(/^db-data-kept-[0-9a-f]{8}$/);
  expect(endpoint).toContain(identifier);
  expect(secretArn).toMatch(/^arn:aws:secretsmanager:af-south-1:123456789012:secret:rds!cluster-/);

  // The kubeconfig is the one Secret there is; nothing of the namespace says a password.
  const all = await kubectl('get', 'platform,managed,secrets,configmaps', '-n', namespace, '-o', 'json');
  const passwords = JSON.parse(all).items.filter((item: object) =>
    /"(master_)?password"\s*:/i.test(JSON.stringify(item)),
  );
  expect(passwords).toEqual([]);

  await expect(deleted()).rejects.toThrow(
    'it holds data, and spec.database.deletionPolicy is Protect: set it to Snapshot (a last snapshot stays) or Delete (nothing stays), then delete',
  );
  const asAws = async () => {
    const asked = new DescribeDBClustersCommand({ DBClusterIdentifier: identifier });
    return (await aws().rds.send(asked)).DBClusters?.[0];
  };
  expect(await asAws()).toMatchObject({ Status: 'available', DeletionProtection: true });

  const grown = { deletionPolicy: 'Snapshot', capacity: { min: 1, max: 4 }, readers: 1, backup: { days: 14 } };
  await apply(namespace, claim('kept', { database: grown }));
  await eventually(async () => (await ids('rds/ClusterInstance')).length).toBe(2);
  await eventually(asAws).toMatchObject({
    BackupRetentionPeriod: 14,
    ServerlessV2ScalingConfiguration: { MinCapacity: 1, MaxCapacity: 4 },
    DeletionProtection: false,
  });
  await expect(apply(namespace, claim('kept', { database: { ...grown, databaseName: 'other' } }))).rejects.toThrow(
    'cannot be changed',
  );
  await untilReady(namespace, 'platformclaim/kept', 120);

  // An application finds it without a password, and goes before it.
  await apply(namespace, {
    apiVersion: 'platform.tekanya.services/v1alpha1',
    kind: 'ApplicationClaim',
    metadata: { name: 'shop' },
    spec: {
      cluster: 'kept',
      namespace: 'default',
      serviceAccount: 'shop',
      database: { name: 'kept', id: identifier.slice(-8), user: 'shop' },
    },
  });
  await untilReady(namespace, 'applicationclaim/shop');
  const { data } = await inside('data_kept').get('configmap', 'shop');
  expect(data).toMatchObject({ PGHOST: endpoint, PGUSER: 'shop', DATABASE_SECRET_ARN: secretArn });
  expect((await get(namespace, 'applicationclaim/shop')).status.database).toMatchObject({
    host: endpoint,
    user: 'shop',
    secretArn,
    tokenCommand: data.DATABASE_TOKEN_COMMAND,
  });
  const identities = async () =>
    (await inAccount(namespace, 'eks/PodIdentityAssociation')).filter(({ name }) => name === 'default/shop').length;
  expect(await identities()).toBe(1);
  await kubectl('delete', '-n', namespace, 'applicationclaim/shop');
  await eventually(identities).toBe(0);
  expect(await asAws()).toMatchObject({ Status: 'available' });

  await deleted();
  await eventually(async () => (await inAccount(namespace)).map(({ kind }) => kind), 300).toEqual([
    'rds/ClusterSnapshot',
  ]);
  await eventually(() => left(namespace), 60).toBe('');
  const [DBClusterSnapshotIdentifier] = await ids('rds/ClusterSnapshot');
  expect(DBClusterSnapshotIdentifier).toMatch(/^final-data-kept-/);
  await aws().rds.send(new DeleteDBClusterSnapshotCommand({ DBClusterSnapshotIdentifier }));
}, 900_000);
