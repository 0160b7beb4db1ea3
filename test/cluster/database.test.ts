import { expect, inject, test } from 'vitest';
import { leave } from '../../src/local/aws/account-file.ts';
import { accountOf } from '../../src/local/platform.ts';
import { apply, claim, eventually, kubectl, untilReady, workload } from './cluster.ts';

const account = (kind?: string) =>
  accountOf(inject('state'))
    .all()
    .filter(resource => !kind || resource.kind === kind);

const deleted = (namespace: string) => kubectl('delete', '-n', namespace, 'platformclaim/kept', '--timeout=20s');

test('a database is kept, then grows in place, then goes and leaves a snapshot; nobody sees its password', async () => {
  const namespace = 'data';
  await apply(namespace, claim('kept', { database: { deletionPolicy: 'Protect' } }));
  await untilReady(namespace, 'platformclaim/kept', 120);
  const { status } = JSON.parse(await kubectl('get', '-n', namespace, 'platformclaim/kept', '-o', 'json'));
  const { identifier, endpoint, secretArn } = status.database;
  expect(identifier).toMatch(/^db-data-kept-[0-9a-f]{8}$/);
  expect(endpoint).toContain(identifier);
  expect(secretArn).toMatch(/^arn:aws:secretsmanager:af-south-1:123456789012:secret:rds!cluster-/);

  // The kubeconfig is the one Secret there is; nothing of the namespace says a password.
  const all = await kubectl('get', 'platform,managed,secrets,configmaps', '-n', namespace, '-o', 'json');
  const passwords = JSON.parse(all).items.filter((item: object) =>
    /"(master_)?password"\s*:/i.test(JSON.stringify(item)),
  );
  expect(passwords).toEqual([]);

  await expect(deleted(namespace)).rejects.toThrow(
    'it holds data, and spec.database.deletionPolicy is Protect: set it to Snapshot (a last snapshot stays) or Delete (nothing stays), then delete',
  );
  expect(account('rds/Cluster').map(({ id }) => id)).toEqual([identifier]);

  const grown = { deletionPolicy: 'Snapshot', capacity: { min: 1, max: 4 }, readers: 1, backup: { days: 14 } };
  await apply(namespace, claim('kept', { database: grown }));
  await eventually(() => account('rds/ClusterInstance').length).toBe(2);
  await eventually(() => account('rds/Cluster')[0]?.asked).toMatchObject({
    backupRetentionPeriod: 14,
    serverlessv2ScalingConfiguration: { minCapacity: 1, maxCapacity: 4 },
    deletionProtection: false,
  });
  expect(account('rds/Cluster')[0]?.id).toBe(identifier);
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
  const { data } = await workload('data_kept').get('configmap', 'shop');
  expect(data).toMatchObject({ PGHOST: endpoint, PGUSER: 'shop', DATABASE_SECRET_ARN: secretArn });
  const shop = JSON.parse(await kubectl('get', '-n', namespace, 'applicationclaim/shop', '-o', 'json'));
  expect(shop.status.database).toMatchObject({
    host: endpoint,
    user: 'shop',
    secretArn,
    tokenCommand: data.DATABASE_TOKEN_COMMAND,
  });
  expect(account('eks/PodIdentityAssociation')[0]?.asked).toMatchObject({
    namespace: 'default',
    serviceAccount: 'shop',
  });
  await kubectl('delete', '-n', namespace, 'applicationclaim/shop');
  await eventually(() => account('eks/PodIdentityAssociation')).toEqual([]);
  expect(account('rds/Cluster').map(({ id }) => id)).toEqual([identifier]);

  await deleted(namespace);
  await eventually(() => account().map(({ kind }) => kind), 120).toEqual(['rds/ClusterSnapshot']);
  leave(inject('account'), { do: 'delete', id: account()[0]?.id ?? '' });
  await eventually(() => account()).toEqual([]);
});
