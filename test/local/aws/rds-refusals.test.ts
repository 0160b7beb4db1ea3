import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/kubernetes/json.ts';
import { Account, type Resource } from '../../../src/local/aws/account.ts';
import { callOf } from '../../../src/local/aws/errors.ts';
import { refusedChange } from '../../../src/local/aws/immutable.ts';
import { updateLatency } from '../../../src/local/aws/latencies.ts';
import { rulesOf } from '../../../src/local/aws/rules.ts';
import { region, subnet } from './eks-fixtures.ts';
import { resource } from './fixtures.ts';

const aurora = { engine: 'aurora-postgresql', engineVersion: '16.4' };
const acu = (minCapacity: number, maxCapacity: number, more: JsonObject = {}) => ({
  ...aurora,
  serverlessv2ScalingConfiguration: { minCapacity, maxCapacity, ...more },
});
const db = (asked: JsonObject = {}, over: Partial<Resource> = {}) =>
  resource('rds/Cluster', 'db', { ...acu(0.5, 2), ...asked }, over);
const group = (family: string, name = 'pg') => resource('rds/ClusterParameterGroup', name, { family });
const snapshot = (asked: JsonObject = {}, over: Partial<Resource> = {}) =>
  resource('rds/ClusterSnapshot', 'final', { ...aurora, ...asked }, over);
const instance = { engine: 'aurora-postgresql', clusterIdentifier: 'db', instanceClass: 'db.serverless' };
const nets = [resource('rds/SubnetGroup', 'nets', { subnetIds: ['s1', 's2'] }), subnet('s1', 'z1'), subnet('s2', 'z2')];
const at = (point: JsonObject) => ({ ...aurora, restoreToPointInTime: point });

interface Case {
  readonly reason: string;
  readonly kind?: string;
  readonly name?: string;
  readonly args?: JsonObject;
  readonly there?: readonly Resource[];
  /** The refusal; none if it is made. */
  readonly says?: string;
}

describe('what RDS makes and refuses to make', () => {
  const cluster: readonly Case[] = [
    { reason: 'a version', args: aurora },
    { reason: 'no version', args: { engine: 'aurora-postgresql' } },
    { reason: 'a major alone', args: { ...aurora, engineVersion: '16' } },
    {
      reason: 'a version that there never was',
      args: { ...aurora, engineVersion: '16.5' },
      says: 'InvalidParameterCombination: Cannot find version 16.5 for aurora-postgresql',
    },
    { reason: 'a major of the future', args: { ...aurora, engineVersion: '99' }, says: 'Cannot find version 99' },
    { reason: 'another engine, which nobody knows here', args: { engine: 'aurora-mysql', engineVersion: '8.0' } },
    ...['a--b', '1a', 'a-', 'a.b', `a${'b'.repeat(63)}`].map(
      (name): Case => ({
        reason: `name ${name}`,
        name,
        says: 'InvalidParameterValue: The parameter DBClusterIdentifier is not a valid identifier.',
      }),
    ),
    { reason: 'the longest name', name: `a${'b'.repeat(62)}` },
    { reason: 'a user that RDS keeps', args: { ...aurora, masterUsername: 'rdsadmin' }, says: 'it is a reserved word' },
    { reason: 'no days of backups', args: { ...aurora, backupRetentionPeriod: 0 }, says: 'backup retention period' },
    { reason: '35 days of backups', args: { ...aurora, backupRetentionPeriod: 35 } },
    { reason: 'more', args: { ...aurora, backupRetentionPeriod: 36 }, says: 'backup retention period' },
    {
      reason: 'no such subnet group',
      args: { ...aurora, dbSubnetGroupName: 'nets' },
      says: "DBSubnetGroupNotFoundFault: DB subnet group 'nets' does not exist.",
    },
    { reason: 'a subnet group', args: { ...aurora, dbSubnetGroupName: 'nets' }, there: nets },
    {
      reason: 'no such parameter group',
      args: { ...aurora, dbClusterParameterGroupName: 'pg' },
      says: 'DBClusterParameterGroupNotFound: DBClusterParameterGroup not found: pg',
    },
    {
      reason: 'a parameter group of its family',
      args: { ...aurora, dbClusterParameterGroupName: 'pg' },
      there: [group('aurora-postgresql16')],
    },
    {
      reason: 'one of another family',
      args: { ...aurora, dbClusterParameterGroupName: 'pg' },
      there: [group('aurora-postgresql15')],
      says: 'use a parameter group with DBParameterGroupFamily aurora-postgresql16',
    },
    { reason: '0 to 1 ACU', args: acu(0, 1, { secondsUntilAutoPause: 300 }) },
    { reason: '0.5 to 2 ACU', args: acu(0.5, 2) },
    { reason: '256 ACU', args: acu(256, 256) },
    ...(
      [
        [acu(-0.5, 2), 'minimum capacity must be at least 0.0.'],
        [acu(0.25, 2), 'minimum capacity must be a multiple of 0.5.'],
        [acu(0.5, 2.2), 'maximum capacity must be a multiple of 0.5.'],
        [acu(0, 0.5), "maximum capacity 0.5 isn't valid. The maximum capacity must be at least 1.0."],
        [acu(1, 256.5), 'maximum capacity must be at most 256.0.'],
        [acu(4, 2), 'must be less than or equal to the maximum capacity 2.'],
        [acu(0, 2, { secondsUntilAutoPause: 299 }), 'between 300 and 86400'],
        [{ ...aurora, serverlessv2ScalingConfiguration: { maxCapacity: 2 } }, 'Both MinCapacity and MaxCapacity must'],
      ] as const
    ).map(([args, words]): Case => ({ reason: words, args, says: words })),
    {
      reason: 'from a snapshot that is not there',
      args: { ...aurora, snapshotIdentifier: 'final' },
      says: 'DBClusterSnapshotNotFoundFault: DBClusterSnapshot not found: final',
    },
    { reason: 'from a snapshot', args: { ...aurora, snapshotIdentifier: 'final' }, there: [snapshot()] },
    {
      reason: 'from a snapshot by its ARN',
      args: { ...aurora, snapshotIdentifier: `arn:aws:rds:${region}:123456789012:cluster-snapshot:final` },
      there: [snapshot()],
    },
    {
      reason: 'from one of another region',
      args: { ...aurora, snapshotIdentifier: 'final' },
      there: [snapshot({}, { region: 'eu-west-1' })],
      says: 'DBClusterSnapshotNotFoundFault',
    },
    {
      reason: 'from one that is being made',
      args: { ...aurora, snapshotIdentifier: 'final' },
      there: [snapshot({}, { state: 'creating' })],
      says: 'InvalidDBClusterSnapshotStateFault',
    },
    {
      reason: 'from a newer snapshot',
      args: { ...aurora, snapshotIdentifier: 'final' },
      there: [snapshot({ engineVersion: '16.8' })],
      says: 'Cannot upgrade aurora-postgresql from 16.8 to 16.4',
    },
    {
      reason: 'a moment of an unknown cluster',
      args: at({ sourceClusterIdentifier: 'db', useLatestRestorableTime: true }),
      says: 'DBClusterNotFoundFault: DBCluster db not found.',
    },
    {
      reason: 'the latest moment of one',
      args: at({ sourceClusterIdentifier: 'db', useLatestRestorableTime: true }),
      there: [db()],
    },
    {
      reason: 'one by its resource id',
      args: at({ sourceClusterResourceId: 'cluster-X', useLatestRestorableTime: true }),
      there: [db({}, { computed: { clusterResourceId: 'cluster-X' } })],
    },
    {
      reason: 'no moment',
      args: at({ sourceClusterIdentifier: 'db' }),
      there: [db()],
      says: 'either RestoreToTime or UseLatestRestorableTime',
    },
    {
      reason: 'a moment before it was there',
      args: at({ sourceClusterIdentifier: 'db', restoreToTime: '2026-01-01T00:00:00Z' }),
      there: [db({}, { computed: { createTime: '2026-01-01T00:00:01Z' } })],
      says: 'before the earliest restorable time',
    },
    {
      reason: 'a moment since',
      args: at({ sourceClusterIdentifier: 'db', restoreToTime: '2026-01-01T00:00:02Z' }),
      there: [db({}, { computed: { createTime: '2026-01-01T00:00:01Z' } })],
    },
  ];
  const others: readonly Case[] = [
    ...(
      [
        ['no cluster', {}, [], 'DBClusterNotFoundFault: DBCluster db not found.'],
        ['a cluster of another region', {}, [db({}, { region: 'eu-west-1' })], 'DBClusterNotFoundFault'],
        ['a cluster that is being made', {}, [db({}, { state: 'creating' })], 'DBClusterNotFoundFault'],
        ['one that is going', {}, [db({}, { state: 'deleting' })], 'InvalidDBClusterStateFault'],
        ['one that is there', {}, [db()], undefined],
        ['one that changes', {}, [db({}, { state: 'updating' })], undefined],
        ['another engine', { engine: 'aurora-mysql' }, [db()], "doesn't match the engine name of your DB cluster"],
        ['no such class', { instanceClass: 'serverless' }, [db()], 'Invalid DB Instance class: serverless'],
        [
          'serverless without bounds',
          {},
          [db({ serverlessv2ScalingConfiguration: undefined })],
          'InvalidDBClusterStateFault: Set the Serverless v2 scaling configuration',
        ],
        ['monitoring without a role', { monitoringInterval: 60 }, [db()], 'A MonitoringRoleARN value is required'],
        ['monitoring at odd times', { monitoringInterval: 7, monitoringRoleArn: 'r' }, [db()], 'monitoring interval'],
        ['monitoring', { monitoringInterval: 60, monitoringRoleArn: 'r' }, [db()], undefined],
        ['a tier too far', { promotionTier: 16 }, [db()], 'promotion tier'],
        ['a zone of its subnets', { availabilityZone: 'z2' }, [db({ dbSubnetGroupName: 'nets' }), ...nets], undefined],
        [
          'a zone without a subnet',
          { availabilityZone: 'z3' },
          [db({ dbSubnetGroupName: 'nets' }), ...nets],
          'InvalidVPCNetworkStateFault',
        ],
      ] as const
    ).map(
      ([reason, args, there, says]): Case => ({
        reason,
        kind: 'rds/ClusterInstance',
        args: { ...instance, ...args },
        there,
        ...(says === undefined ? {} : { says }),
      }),
    ),
    ...(
      [
        [
          'subnets in one zone',
          [subnet('s1', 'z1'), subnet('s2', 'z1')],
          "DBSubnetGroupDoesNotCoverEnoughAZs: The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: z1.",
        ],
        ['subnets in two zones', nets, undefined],
        ['subnets that nobody knows', [subnet('s1', 'z1')], undefined],
      ] as const
    ).map(
      ([reason, there, says]): Case => ({
        reason,
        kind: 'rds/SubnetGroup',
        args: { subnetIds: ['s1', 's2'] },
        there,
        ...(says === undefined ? {} : { says }),
      }),
    ),
  ];

  it.each([...cluster, ...others])('$kind: $reason', ({ kind = 'rds/Cluster', name = 'n', args = {}, there, says }) => {
    const make = () => rulesOf(kind).create?.(new Account(there), { kind, region, args, name, token: 't' });
    if (says === undefined) expect(make).not.toThrow();
    else expect(make).toThrow(says);
  });
});

describe('what RDS changes', () => {
  const custom = { dbClusterParameterGroupName: 'pg' };
  const to = (engineVersion: string, more: JsonObject = {}) => ({ ...acu(0.5, 2), engineVersion, ...more });
  const major = { allowMajorVersionUpgrade: true };

  it.each<[string, Resource, JsonObject, readonly Resource[], string | undefined]>([
    ['nothing', db(), acu(0.5, 2), [], undefined],
    ['the bounds', db(), acu(1, 8), [], undefined],
    ['the bounds the wrong way round', db(), acu(8, 1), [], 'must be less than or equal'],
    ['a minor', db(), to('16.8'), [], undefined],
    ['to a minor that there is not', db(), to('16.7'), [], 'Cannot upgrade aurora-postgresql from 16.4 to 16.7'],
    ['back', db({ engineVersion: '16.8' }), to('16.4'), [], 'Cannot upgrade aurora-postgresql from 16.8 to 16.4'],
    ['to what it is', db(), to('16'), [], undefined],
    ['a major', db(), to('17.4'), [], 'InvalidParameterCombination: The AllowMajorVersionUpgrade flag must be present'],
    ['a major that may be', db(), to('17.4', major), [], undefined],
    [
      'a major with parameters of the old one',
      db(custom),
      to('17.4', { ...major, ...custom }),
      [group('aurora-postgresql16')],
      'The current DB cluster parameter group pg is custom.',
    ],
    [
      'a major with parameters of its own',
      db(custom),
      to('17.4', { ...major, dbClusterParameterGroupName: 'new' }),
      [group('aurora-postgresql17', 'new')],
      undefined,
    ],
    ['too few backups', db(), { ...acu(0.5, 2), backupRetentionPeriod: 0 }, [], 'backup retention period'],
    [
      'an instance’s monitoring without a role',
      resource('rds/ClusterInstance', 'i', instance),
      { ...instance, monitoringInterval: 60 },
      [db()],
      'A MonitoringRoleARN value is required',
    ],
    ['subnets to one zone', nets[0] as Resource, { subnetIds: ['s1'] }, nets.slice(1), 'Current AZ coverage: z1.'],
  ])('%s', (_, before, args, there, says) => {
    const change = () => rulesOf(before.kind).update?.(new Account([before, ...there]), before, args);
    if (says === undefined) expect(change).not.toThrow();
    else expect(change).toThrow(says);
  });

  it.each<[string, JsonObject, JsonObject, boolean]>([
    ['rds/Cluster', { engine: 'aurora-postgresql' }, { engine: 'aurora-mysql' }, true],
    ['rds/Cluster', { databaseName: 'a' }, { databaseName: 'b' }, true],
    ['rds/Cluster', { masterUsername: 'a' }, { masterUsername: 'b' }, true],
    ['rds/Cluster', { snapshotIdentifier: 'a' }, { snapshotIdentifier: 'b' }, true],
    ['rds/Cluster', { engineVersion: '16.4' }, { engineVersion: '16.8' }, false],
    ['rds/ClusterInstance', { availabilityZone: 'a' }, { availabilityZone: 'b' }, true],
    ['rds/ClusterInstance', { promotionTier: 0 }, { promotionTier: 1 }, false],
  ])('%s from %j to %j needs another one: %s', (kind, before, after, refused) => {
    expect(refusedChange(kind, before, after) !== undefined).toBe(refused);
  });

  it.each<[string, JsonObject, JsonObject, number]>([
    ['rds/Cluster', acu(0.5, 2), acu(1, 2), 30],
    ['rds/Cluster', acu(0.5, 2), { ...acu(1, 2), backupRetentionPeriod: 9 }, 30],
    ['rds/Cluster', acu(0.5, 2), { ...acu(1, 2), engineVersion: '16.8' }, 600],
    ['rds/Cluster', { skipFinalSnapshot: false }, { skipFinalSnapshot: true, tags: { a: 'b' } }, 0],
    ['rds/ClusterInstance', { promotionTier: 0 }, { promotionTier: 1 }, 30],
  ])('%s from %j to %j takes %i s', (kind, before, after, seconds) => {
    expect(updateLatency(kind, before, after)).toBe(seconds);
  });

  it.each([
    ['rds/Cluster', 'ModifyDBCluster'],
    ['rds/ClusterInstance', 'ModifyDBInstance'],
    ['rds/SubnetGroup', 'ModifyDBSubnetGroup'],
  ])('%s is changed by %s', (kind, call) => {
    expect(callOf(kind, 'update')).toBe(call);
  });
});

describe('what RDS deletes', () => {
  const left = { finalSnapshotIdentifier: 'final' };
  const skip = { skipFinalSnapshot: true };
  const on = { deletionProtection: true };
  const protectedWords =
    'InvalidParameterCombination: Cannot delete protected Cluster, please disable deletion protection and try again.';

  it.each<[string, JsonObject, JsonObject, readonly Resource[], string | undefined]>([
    ['with a snapshot', {}, left, [], undefined],
    ['without one', {}, skip, [], undefined],
    ['without one, whose name is taken', {}, { ...skip, ...left }, [snapshot()], undefined],
    ['without a name for it', {}, {}, [], 'final_snapshot_identifier is required when skip_final_snapshot is false'],
    [
      'with a name that is taken',
      {},
      left,
      [snapshot()],
      'DBClusterSnapshotAlreadyExistsFault: Cannot create the cluster snapshot because one with the identifier final already exists.',
    ],
    ['with a name taken elsewhere', {}, left, [snapshot({}, { region: 'eu-west-1' })], undefined],
    [
      'with a name that RDS does not take',
      {},
      { finalSnapshotIdentifier: 'a--b' },
      [],
      'FinalDBSnapshotIdentifier is not a valid',
    ],
    ['a protected one', on, { ...on, ...left }, [], protectedWords],
    ['one whose protection is not off yet', on, { ...left, deletionProtection: false }, [], protectedWords],
    [
      'one whose protection the provider takes off',
      on,
      { ...left, deletionProtection: false, applyImmediately: true },
      [],
      undefined,
    ],
    ['a protected one that changes at once', on, { ...on, ...left, applyImmediately: true }, [], protectedWords],
  ])('%s', (_, before, asked, there, says) => {
    const cluster = db({ ...skip, ...before });
    const remove = () => rulesOf('rds/Cluster').delete?.(new Account([cluster, ...there]), cluster, asked);
    if (says === undefined) expect(remove).not.toThrow();
    else expect(remove).toThrow(says);
  });
});
