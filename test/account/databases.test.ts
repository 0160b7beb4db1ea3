import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateSubnetCommand, CreateVpcCommand } from '@aws-sdk/client-ec2';
import {
  CreateDBClusterCommand,
  type CreateDBClusterCommandInput,
  CreateDBClusterParameterGroupCommand,
  CreateDBInstanceCommand,
  type CreateDBInstanceCommandInput,
  CreateDBSubnetGroupCommand,
  DeleteDBClusterCommand,
  type DeleteDBClusterCommandInput,
  DeleteDBClusterParameterGroupCommand,
  DeleteDBInstanceCommand,
  DeleteDBSubnetGroupCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBClustersCommand,
  DescribeDBEngineVersionsCommand,
  DescribeDBInstancesCommand,
  ModifyDBClusterCommand,
  RestoreDBClusterFromSnapshotCommand,
} from '@aws-sdk/client-rds';
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcome, region, startAccount, type TestAccount, until } from './account.ts';

let account: TestAccount;
let rds: TestAccount['aws']['rds'];
const zones = ['a', 'b'] as const;
let subnets: string[] = [];

const cluster = (more: Partial<CreateDBClusterCommandInput> = {}) => ({
  DBClusterIdentifier: 'db',
  Engine: 'aurora-postgresql',
  MasterUsername: 'postgres',
  ManageMasterUserPassword: true,
  StorageEncrypted: true,
  DBSubnetGroupName: 'group',
  ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 2 },
  ...more,
});
const make = (more: Partial<CreateDBClusterCommandInput> = {}) => rds.send(new CreateDBClusterCommand(cluster(more)));
const addInstance = (more: Partial<CreateDBInstanceCommandInput> = {}) =>
  rds.send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: 'db-1',
      DBClusterIdentifier: 'db',
      DBInstanceClass: 'db.serverless',
      Engine: 'aurora-postgresql',
      ...more,
    }),
  );
const told = async (DBClusterIdentifier = 'db') =>
  (await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier }))).DBClusters?.[0];
const available = (id = 'db') =>
  until(
    () => told(id),
    one => one?.Status === 'available',
  );

beforeAll(async () => {
  account = await startAccount({ time: 0.008 });
  const { ec2 } = account.aws;
  ({ rds } = account.aws);
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const made = zones.map((zone, part) =>
    ec2.send(
      new CreateSubnetCommand({
        VpcId: Vpc?.VpcId,
        CidrBlock: `10.0.${part}.0/24`,
        AvailabilityZone: `${region}${zone}`,
      }),
    ),
  );
  subnets = (await Promise.all(made)).map(({ Subnet }) => Subnet?.SubnetId ?? '');
  const asked = { DBSubnetGroupName: 'group', DBSubnetGroupDescription: 'of a test', SubnetIds: subnets };
  await rds.send(new CreateDBSubnetGroupCommand(asked));
});
afterAll(() => account.end());

describe('a cluster is refused', () => {
  it.each<[string, Partial<CreateDBClusterCommandInput>, string | RegExp]>([
    [
      'a name with two hyphens',
      { DBClusterIdentifier: 'a--b' },
      /^InvalidParameterValue: The parameter DBClusterIdentifier is not a valid identifier\. /,
    ],
    ['a name that ends with one', { DBClusterIdentifier: 'a-' }, /is not a valid identifier/],
    [
      'a subnet group that is not there',
      { DBSubnetGroupName: 'none' },
      "DBSubnetGroupNotFoundFault: DB subnet group 'none' does not exist.",
    ],
    [
      'a reserved user',
      { MasterUsername: 'admin' },
      /admin cannot be used as it is a reserved word used by the engine$/,
    ],
    [
      'backups for too long',
      { BackupRetentionPeriod: 36 },
      /^InvalidParameterValue: Invalid backup retention period: 36/,
    ],
    [
      'a version that RDS has not',
      { EngineVersion: '16.99' },
      'InvalidParameterCombination: Cannot find version 16.99 for aurora-postgresql',
    ],
    [
      'a maximum below one',
      { ServerlessV2ScalingConfiguration: { MinCapacity: 0, MaxCapacity: 0.5 } },
      "InvalidParameterValue: Serverless v2 maximum capacity 0.5 isn't valid. The maximum capacity must be at least 1.0.",
    ],
    [
      'no minimum',
      { ServerlessV2ScalingConfiguration: { MaxCapacity: 1 } },
      /^InvalidParameterValue: Both MinCapacity and MaxCapacity/,
    ],
    [
      'a quarter',
      { ServerlessV2ScalingConfiguration: { MinCapacity: 0.25, MaxCapacity: 1 } },
      /must be a multiple of 0\.5\.$/,
    ],
    [
      'a minimum above the maximum',
      { ServerlessV2ScalingConfiguration: { MinCapacity: 4, MaxCapacity: 2 } },
      /less than or equal to the maximum/,
    ],
    [
      'a parameter group that is not there',
      { DBClusterParameterGroupName: 'none' },
      'DBClusterParameterGroupNotFoundFault: DBClusterParameterGroup not found: none',
    ],
  ])('for %s', async (_, more, words) => {
    const answer = await outcome(() => make({ DBClusterIdentifier: 'refused', ...more }));
    if (typeof words === 'string') expect(answer).toBe(words);
    else expect(answer).toMatch(words);
  });

  it('for a parameter group of another major version', async () => {
    const DBClusterParameterGroupName = 'of-15';
    const asked = { DBClusterParameterGroupName, DBParameterGroupFamily: 'aurora-postgresql15', Description: 'x' };
    await rds.send(new CreateDBClusterParameterGroupCommand(asked));
    const answer = outcome(() =>
      make({ DBClusterIdentifier: 'refused', EngineVersion: '16.8', DBClusterParameterGroupName }),
    );
    expect(await answer).toMatch(/can't be used for this instance\. Please use .* aurora-postgresql16\.$/);
  });

  it('subnets in one zone are no group', async () => {
    const asked = { DBSubnetGroupName: 'one', DBSubnetGroupDescription: 'x', SubnetIds: subnets.slice(0, 1) };
    expect(await outcome(() => rds.send(new CreateDBSubnetGroupCommand(asked)))).toMatch(
      /^DBSubnetGroupDoesNotCoverEnoughAZs: .* Current AZ coverage: af-south-1a\. /,
    );
  });
});

describe('the life of a cluster', () => {
  it('is created in its time, with a secret, a log group and what AWS tells', async () => {
    const { DBCluster } = await make({ EnableCloudwatchLogsExports: ['postgresql'], EngineVersion: '16.8' });
    expect(DBCluster).toMatchObject({ Status: 'creating', EngineVersion: '16.8', StorageType: 'aurora' });
    expect(await outcome(() => addInstance())).toBe('DBClusterNotFoundFault: DBCluster db not found.');
    const ready = await available();
    expect(ready).toMatchObject({ Status: 'available', MasterUserSecret: { SecretStatus: 'active' } });
    expect(ready?.DBClusterParameterGroup).toBe('default.aurora-postgresql16');
    expect(ready?.KmsKeyId).toMatch(/^arn:aws:kms:/);
    const SecretId = ready?.MasterUserSecret?.SecretArn;
    const secret = await account.aws.secrets.send(new DescribeSecretCommand({ SecretId }));
    expect(secret.OwningService).toBe('rds');
    const { logGroups } = await account.aws.logs.send(new DescribeLogGroupsCommand({}));
    expect(logGroups?.map(({ logGroupName }) => logGroupName)).toContain('/aws/rds/cluster/db/postgresql');
    const { DBClusterSnapshots } = await rds.send(new DescribeDBClusterSnapshotsCommand({}));
    expect(DBClusterSnapshots).toEqual([]);
    expect(await outcome(() => make())).toMatch(/^DBClusterAlreadyExistsFault: /);
  });

  it.each<[string, Partial<CreateDBInstanceCommandInput>, RegExp]>([
    [
      'of another engine',
      { Engine: 'aurora-mysql' },
      /doesn't match the engine name of your DB cluster \(aurora-postgresql\)/,
    ],
    ['of no class', { DBInstanceClass: 'large' }, /^InvalidParameterValue: Invalid DB Instance class: large$/],
    ['in a zone without a subnet', { AvailabilityZone: 'af-south-1c' }, /is not covered by DB subnet group 'group'/],
    [
      'looked at every 7 s',
      { MonitoringInterval: 7, MonitoringRoleArn: 'arn:aws:iam::123456789012:role/m' },
      /Valid values are 0, 1, 5/,
    ],
    [
      'with two hyphens',
      { DBInstanceIdentifier: 'a--b' },
      /The parameter DBInstanceIdentifier is not a valid identifier/,
    ],
  ])('an instance %s is refused', async (_, more, words) => {
    expect(await outcome(() => addInstance(more))).toMatch(words);
  });

  it('has instances, the first of which writes until it goes', async () => {
    await addInstance();
    const status = async (DBInstanceIdentifier: string) =>
      (await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }))).DBInstances?.[0]?.DBInstanceStatus;
    expect(await status('db-1')).toBe('creating');
    await addInstance({ DBInstanceIdentifier: 'db-2', PromotionTier: 3 });
    expect(
      await until(
        () => status('db-2'),
        one => one === 'available',
      ),
    ).toBe('available');
    const writers = async () =>
      (await told())?.DBClusterMembers?.filter(one => one.IsClusterWriter).map(one => one.DBInstanceIdentifier);
    expect(await writers()).toEqual(['db-1']);
    await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: 'db-1', SkipFinalSnapshot: true }));
    expect(await status('db-1')).toBe('deleting');
    expect(await writers()).toEqual(['db-2']);
    const gone = await until(
      () => outcome(() => status('db-1')),
      answer => answer !== 'ok',
    );
    expect(gone).toMatch(/^DBInstanceNotFound/);
  });

  it('changes in its time, and not to an older version', async () => {
    const change = (more: object) =>
      rds.send(new ModifyDBClusterCommand({ DBClusterIdentifier: 'db', ApplyImmediately: true, ...more }));
    await change({ ServerlessV2ScalingConfiguration: { MinCapacity: 1, MaxCapacity: 4 } });
    expect((await told())?.Status).toBe('modifying');
    expect((await available())?.ServerlessV2ScalingConfiguration?.MaxCapacity).toBe(4);
    expect(await outcome(() => change({ EngineVersion: '16.6' }))).toBe(
      'InvalidParameterCombination: Cannot upgrade aurora-postgresql from 16.8 to 16.6',
    );
    expect(await outcome(() => change({ EngineVersion: '17.5' }))).toMatch(
      /AllowMajorVersionUpgrade flag must be present/,
    );
    await change({ EngineVersion: '16' });
    expect((await available())?.EngineVersion).toBe('16.8');
  });

  it('is held by its protection, its instances and its last snapshot', async () => {
    const remove = (more: Partial<DeleteDBClusterCommandInput>) =>
      outcome(() => rds.send(new DeleteDBClusterCommand({ DBClusterIdentifier: 'db', ...more })));
    await rds.send(new ModifyDBClusterCommand({ DBClusterIdentifier: 'db', DeletionProtection: true }));
    await available();
    expect(await remove({ SkipFinalSnapshot: true })).toMatch(/Cannot delete protected Cluster, please disable/);
    await rds.send(new ModifyDBClusterCommand({ DBClusterIdentifier: 'db', DeletionProtection: false }));
    await available();
    expect(await remove({ SkipFinalSnapshot: true })).toBe(
      'InvalidDBClusterStateFault: Cluster cannot be deleted, it still contains DB instances in non-deleting state.',
    );
    const groupOf = () => outcome(() => rds.send(new DeleteDBSubnetGroupCommand({ DBSubnetGroupName: 'group' })));
    expect(await groupOf()).toMatch(/at least one database instance: db-2 is still using it/);
    await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: 'db-2', SkipFinalSnapshot: true }));
    expect(await remove({})).toMatch(/^InvalidParameterCombination: FinalDBSnapshotIdentifier is required/);
    expect(await remove({ FinalDBSnapshotIdentifier: 'a--b' })).toMatch(/FinalDBSnapshotIdentifier is not a valid/);
    expect(await remove({ FinalDBSnapshotIdentifier: 'last' })).toBe('ok');
    expect((await told())?.Status).toBe('deleting');
    expect(
      await until(
        () => outcome(() => told()),
        answer => answer !== 'ok',
      ),
    ).toMatch(/^DBClusterNotFound/);
    const asked = new DescribeDBClusterSnapshotsCommand({ DBClusterSnapshotIdentifier: 'last' });
    expect((await rds.send(asked)).DBClusterSnapshots?.[0]).toMatchObject({
      Status: 'available',
      SnapshotType: 'manual',
    });
  });

  it('can be restored from its snapshot', async () => {
    const restore = (SnapshotIdentifier: string) =>
      rds.send(
        new RestoreDBClusterFromSnapshotCommand({
          DBClusterIdentifier: 'again',
          SnapshotIdentifier,
          Engine: 'aurora-postgresql',
          DBSubnetGroupName: 'group',
        }),
      );
    expect(await outcome(() => restore('none'))).toMatch(/^DBClusterSnapshotNotFoundFault: /);
    await restore('last');
    expect(await available('again')).toMatchObject({ EngineVersion: '16.8', MasterUsername: 'postgres' });
  });

  it('a parameter group in use stays', async () => {
    const DBClusterParameterGroupName = 'mine';
    const asked = { DBClusterParameterGroupName, DBParameterGroupFamily: 'aurora-postgresql16', Description: 'x' };
    await rds.send(new CreateDBClusterParameterGroupCommand(asked));
    await make({ DBClusterIdentifier: 'other', EngineVersion: '16.8', DBClusterParameterGroupName });
    const remove = () => rds.send(new DeleteDBClusterParameterGroupCommand({ DBClusterParameterGroupName }));
    expect(await outcome(remove)).toMatch(/One or more database instances are still members of this parameter group$/);
  });

  it('fails late when it is to', async () => {
    await account.control.putFaults([
      { service: 'rds', action: 'CreateDBCluster', code: 'InsufficientStorageClusterCapacity', when: 'late', count: 1 },
    ]);
    await make({ DBClusterIdentifier: 'late' });
    expect((await told('late'))?.Status).toBe('creating');
    expect(
      (
        await until(
          () => told('late'),
          one => one?.Status === 'failed',
        )
      )?.Status,
    ).toBe('failed');
  });
});

it('tells the versions of the engine, and where they may go', async () => {
  const asked = { Engine: 'aurora-postgresql', EngineVersion: '16.8' };
  const { DBEngineVersions = [] } = await rds.send(new DescribeDBEngineVersionsCommand(asked));
  expect(DBEngineVersions).toHaveLength(1);
  expect(DBEngineVersions[0]?.DBParameterGroupFamily).toBe('aurora-postgresql16');
  const targets = DBEngineVersions[0]?.ValidUpgradeTarget?.map(({ EngineVersion }) => EngineVersion) ?? [];
  expect(targets).toContain('17.5');
  expect(targets).not.toContain('16.6');
});
