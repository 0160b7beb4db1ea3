import { describe, expect, test } from 'vitest';
import { aurora } from '../src/aurora.ts';
import { auroraVersions } from '../src/aws/versions.ts';
import { partOf } from '../src/crossplane/package.ts';
import { formatPath } from '../src/crossplane/path.ts';
import type { Manifest } from '../src/crossplane/pipeline.ts';
import { manifestsOf, render } from '../src/crossplane/render.ts';
import { validate } from '../src/crossplane/validate.ts';
import { database } from '../src/database.ts';
import { findingsOf, packageOf } from './fixtures/package.ts';

const pkg = packageOf(database, aurora);
const where = {
  vpcId: 'vpc-0123456789abcdef0',
  vpcCidr: '10.0.0.0/16',
  subnetIds: ['subnet-0123456789abcdef0', 'subnet-0fedcba9876543210'],
};
const uid = 'e6b9cf5b-7d3a-4c8e-9f10-2a3b4c5d6e7f';
const keyArn = 'arn:aws:kms:af-south-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';

function databaseOf(spec: object, owner: object = { namespace: 'team-a', name: 'builderspace' }): Manifest {
  return {
    apiVersion: 'platform.tekanya.services/v1alpha1',
    kind: 'XDatabase',
    metadata: { uid, ...owner },
    spec: { ...where, ...spec },
  };
}

/** What a database makes, by kind. */
function rendered(spec: object, owner?: object) {
  const outer = render(pkg, databaseOf(spec, owner));
  const inner = outer.resources.find(({ name }) => name === 'aurora')?.rendered;
  if (!inner) throw new Error('there is no XAurora');
  const manifests = manifestsOf(outer);
  const ofKind = (kind: string) => manifests.filter(manifest => manifest.kind === kind);
  const settings = (kind: string) =>
    ofKind(kind).map(({ spec }) => (spec as { readonly forProvider: Readonly<Record<string, unknown>> }).forProvider);
  const names = (kind: string) =>
    ofKind(kind).map(({ metadata }) => metadata?.annotations?.['crossplane.io/external-name']);
  return { outer, inner, manifests, ofKind, settings, names };
}

/** What protects a database from being deleted. */
const protections = ({ resources }: ReturnType<typeof rendered>['outer']) =>
  resources.map(({ manifest }) => manifest).filter(({ kind }) => kind === 'Usage');

test('the package of the database alone is proved', () => {
  expect(findingsOf(database, aurora)).toEqual([]);
});

describe('a database of which nothing is chosen is that of the drawing', () => {
  const { outer, inner, manifests, ofKind, settings, names } = rendered({});
  const tags = { Name: 'team-a/builderspace' };

  test('what there is, and nothing else', () => {
    const kinds = manifests.map(({ kind }) => kind);
    expect(Object.fromEntries(kinds.map(kind => [kind, kinds.filter(other => other === kind).length]))).toEqual({
      SubnetGroup: 1,
      SecurityGroup: 1,
      SecurityGroupRule: 1,
      ClusterParameterGroup: 1,
      Role: 1,
      XAurora: 1,
      Usage: 2,
      Group: 1,
      Cluster: 1,
      ClusterInstance: 1,
    });
  });

  test('Aurora PostgreSQL 16.13, Serverless v2 with 0.5 to 2 ACU, database builderspace', () => {
    expect(settings('Cluster')).toMatchObject([
      {
        region: 'af-south-1',
        engine: 'aurora-postgresql',
        engineMode: 'provisioned',
        engineVersion: '16.13',
        serverlessv2ScalingConfiguration: { minCapacity: 0.5, maxCapacity: 2 },
        databaseName: 'builderspace',
        port: 5432,
      },
    ]);
  });

  test('authentication by IAM and by password, and the password made, kept and rotated by RDS in Secrets Manager', () => {
    expect(settings('Cluster')).toMatchObject([
      { iamDatabaseAuthenticationEnabled: true, masterUsername: 'postgres', manageMasterUserPassword: true },
    ]);
    expect(outer.composite.status).toMatchObject({ secretArn: 'cluster.secretArn' });
  });

  test('no password anywhere: nothing is generated, referenced, or written to a Secret of Kubernetes', () => {
    expect(ofKind('Secret')).toEqual([]);
    const fields = [...JSON.stringify([manifests, outer.composite, inner.composite]).matchAll(/"(\w+)":/g)];
    const suspicious = new Set(fields.map(([, field]) => `${field}`).filter(field => /password|secret/i.test(field)));
    expect([...suspicious]).toEqual(['manageMasterUserPassword', 'secretArn']);
  });

  test('encrypted at rest, with the key of the account', () => {
    expect(settings('Cluster')).toMatchObject([{ storageEncrypted: true }]);
    expect(settings('Cluster')[0]).not.toHaveProperty('kmsKeyId');
  });

  test('backups of 7 days, made at 01:00 UTC, with the tags of the database', () => {
    expect(settings('Cluster')).toMatchObject([
      {
        backupRetentionPeriod: 7,
        preferredBackupWindow: '01:00-02:00',
        preferredMaintenanceWindow: 'sun:02:30-sun:03:30',
        copyTagsToSnapshot: true,
      },
    ]);
  });

  test('deletion protection, and a final snapshot of a name that no other takes', () => {
    expect(settings('Cluster')).toMatchObject([
      {
        deletionProtection: true,
        skipFinalSnapshot: false,
        finalSnapshotIdentifier: `final-team-a-builderspace-${uid}`,
      },
    ]);
  });

  test('its log is kept for 30 days, and not for ever in a group that RDS makes and leaves', () => {
    expect(names('Group')).toEqual(['/aws/rds/cluster/db-team-a-builderspace-b28cbac7/postgresql']);
    expect(settings('Group')).toEqual([{ region: 'af-south-1', retentionInDays: 30, tags }]);
    expect(settings('Cluster')).toMatchObject([{ enabledCloudwatchLogsExports: ['postgresql'] }]);
    const [held] = inner.resources.filter(({ manifest }) => manifest.kind === 'Usage');
    expect(held?.manifest.spec).toMatchObject({ of: { kind: 'Group' }, by: { kind: 'Cluster' } });
  });

  test('one writer, db.serverless, out of reach of the internet, its version left to the field', () => {
    expect(settings('ClusterInstance')).toEqual([
      {
        region: 'af-south-1',
        clusterIdentifier: 'cluster.id',
        engine: 'aurora-postgresql',
        instanceClass: 'db.serverless',
        promotionTier: 0,
        publiclyAccessible: false,
        monitoringInterval: 60,
        monitoringRoleArn: 'monitoring-role.arn',
        performanceInsightsEnabled: false,
        autoMinorVersionUpgrade: false,
        copyTagsToSnapshot: true,
        applyImmediately: true,
        tags,
      },
    ]);
  });

  test('Enhanced Monitoring works as a role of its own', () => {
    const [role] = settings('Role');
    expect(JSON.parse(`${role?.assumeRolePolicy}`)).toMatchObject({
      Statement: [
        { Effect: 'Allow', Principal: { Service: 'monitoring.rds.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ],
    });
    expect(role?.managedPolicyArns).toEqual(['arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole']);
  });

  test('reachable from the VPC only, on 5432/tcp', () => {
    expect(settings('SecurityGroup')).toEqual([
      {
        region: 'af-south-1',
        vpcId: where.vpcId,
        name: 'team-a/builderspace/database',
        description: 'PostgreSQL from inside of the VPC',
        tags,
      },
    ]);
    expect(settings('SecurityGroupRule')).toEqual([
      {
        region: 'af-south-1',
        securityGroupId: 'database-security-group.id',
        type: 'ingress',
        protocol: 'tcp',
        fromPort: 5432,
        toPort: 5432,
        cidrBlocks: ['10.0.0.0/16'],
      },
    ]);
    expect(settings('Cluster')).toMatchObject([{ vpcSecurityGroupIds: ['database-security-group.id'] }]);
  });

  test('in the subnets that are given', () => {
    expect(settings('SubnetGroup')).toEqual([{ region: 'af-south-1', subnetIds: where.subnetIds, tags }]);
    expect(settings('Cluster')).toMatchObject([{ dbSubnetGroupName: 'subnet-group.id' }]);
  });

  test('TLS is forced, slow queries are logged, and the log is in CloudWatch', () => {
    expect(settings('ClusterParameterGroup')).toMatchObject([
      {
        family: 'aurora-postgresql16',
        parameter: [
          { name: 'rds.force_ssl', value: '1', applyMethod: 'immediate' },
          { name: 'log_min_duration_statement', value: '1000', applyMethod: 'immediate' },
        ],
      },
    ]);
    expect(settings('Cluster')).toMatchObject([
      { dbClusterParameterGroupName: 'parameter-group.id', enabledCloudwatchLogsExports: ['postgresql'] },
    ]);
  });

  test('what is asked for later is done at once', () => {
    expect(settings('Cluster')).toMatchObject([{ applyImmediately: true }]);
  });

  test('the status tells where the database is and where its secret is', () => {
    expect(outer.composite.status).toMatchObject({
      identifier: 'cluster.id',
      endpoint: 'cluster.endpoint',
      readerEndpoint: 'cluster.readerEndpoint',
      port: 5432,
      secretArn: 'cluster.secretArn',
      clusterResourceId: 'cluster.clusterResourceId',
      engineVersion: '16.13',
    });
  });

  test('deleting it is refused, with the reason and the way on', () => {
    expect(protections(outer).map(({ spec }) => spec)).toEqual([
      {
        of: {
          apiVersion: 'platform.tekanya.services/v1alpha1',
          kind: 'XDatabase',
          resourceRef: { name: 'builderspace' },
        },
        reason:
          'it holds data, and spec.deletionPolicy is Protect: set it to Snapshot (a last snapshot stays) or Delete (nothing stays), then delete',
      },
    ]);
  });

  test('nothing waits for longer than the value it needs', () => {
    const madeIn = (from: typeof outer, round: number) =>
      from.resources.filter(resource => resource.round === round).map(({ name }) => name);
    expect(madeIn(outer, 1)).toEqual([
      'subnet-group',
      'database-security-group',
      'parameter-group',
      'monitoring-role',
      'database-protection',
    ]);
    expect(madeIn(outer, 3)).toEqual(['postgresql-rule', 'aurora']);
    expect(madeIn(inner, 1)).toEqual(['database-log-group']);
    expect(madeIn(inner, 3)).toEqual(['cluster']);
    expect(madeIn(inner, 5)).toEqual(['cluster-uses-database-log-group', 'writer']);
  });

  test('names in RDS are what RDS takes', () => {
    const all = ['Cluster', 'ClusterInstance', 'ClusterParameterGroup', 'SubnetGroup'].flatMap(names);
    expect(all).toEqual([
      'db-team-a-builderspace-b28cbac7',
      'db-team-a-builderspace-b28cbac7-1',
      'db-team-a-builderspace-b28cbac7',
      'db-team-a-builderspace-b28cbac7',
    ]);
    for (const name of all) expect(name).toMatch(/^[a-z](-?[a-z0-9])*$/);
  });
});

describe('names', () => {
  test('of a-b/c and a/b-c differ, though both read alike', () => {
    const named = (namespace: string, name: string) => {
      const { names, settings } = rendered({}, { namespace, name });
      const kinds = ['Cluster', 'ClusterInstance', 'ClusterParameterGroup', 'SubnetGroup', 'Role'];
      return [...kinds.flatMap(names), settings('SecurityGroup')[0]?.name];
    };
    const [one, other] = [named('a-b', 'c'), named('a', 'b-c')];
    expect(one.filter(name => other.includes(name))).toEqual([]);
  });

  test('are the same on another management cluster, where the uid is another one, so that the database is found', () => {
    const restored = (uid: string) => {
      const { names, settings } = rendered({}, { namespace: 'team-a', name: 'shop', uid });
      const kinds = ['Cluster', 'ClusterInstance', 'ClusterParameterGroup', 'SubnetGroup', 'Role', 'Group'];
      return [...kinds.flatMap(names), settings('SecurityGroup')[0]?.name];
    };
    expect(restored('0ddba11c-7d3a-4c8e-9f10-2a3b4c5d6e7f')).toEqual(restored(uid));
  });

  test('of the longest database in a namespace of 24 characters fit', () => {
    const { names } = rendered({ readers: 2 }, { namespace: 'n'.repeat(24), name: 'd'.repeat(24) });
    for (const name of [...names('Cluster'), ...names('ClusterInstance')]) expect(name?.length).toBeLessThanOrEqual(63);
    for (const name of names('Role')) expect(name?.length).toBeLessThanOrEqual(64);
  });
});

describe('choices', () => {
  test.each([
    { deletionPolicy: 'Protect', deletionProtection: true, skipFinalSnapshot: false, held: 'XDatabase' },
    { deletionPolicy: 'Snapshot', deletionProtection: false, skipFinalSnapshot: false, held: 'XAurora' },
    { deletionPolicy: 'Delete', deletionProtection: false, skipFinalSnapshot: true, held: 'XAurora' },
  ])('deletionPolicy $deletionPolicy', ({ deletionPolicy, held, ...wanted }) => {
    const { settings, outer } = rendered({ deletionPolicy });
    expect(settings('Cluster')).toMatchObject([wanted]);
    expect(protections(outer)).toMatchObject([{ spec: { of: { kind: held, resourceRef: { name: 'builderspace' } } } }]);
  });

  test.each([
    { readers: 0, instances: ['1'] },
    { readers: 1, instances: ['1', '2'] },
    { readers: 2, instances: ['1', '2', '3'] },
  ])('readers: $readers, each in a zone of its own and in line to take over', ({ readers, instances }) => {
    const zones = ['af-south-1a', 'af-south-1b', 'af-south-1c'];
    const { names, settings } = rendered({ readers, zones });
    expect(names('ClusterInstance')).toEqual(instances.map(i => `db-team-a-builderspace-b28cbac7-${i}`));
    expect(
      settings('ClusterInstance').map(({ promotionTier, availabilityZone }) => [promotionTier, availabilityZone]),
    ).toEqual(instances.map((_, i) => [i, zones[i]]));
  });

  test('with two zones RDS places the third instance', () => {
    const { settings } = rendered({ readers: 2, zones: ['af-south-1a', 'af-south-1b'] });
    expect(settings('ClusterInstance').map(({ availabilityZone }) => availabilityZone)).toEqual([
      'af-south-1a',
      'af-south-1b',
      undefined,
    ]);
  });

  test("from a security group instead of the VPC's addresses", () => {
    const { settings } = rendered({ vpcCidr: undefined, clientSecurityGroupId: 'sg-0123456789abcdef0' });
    const [rule] = settings('SecurityGroupRule');
    expect(rule).toMatchObject({ sourceSecurityGroupId: 'sg-0123456789abcdef0', fromPort: 5432, toPort: 5432 });
    expect(rule).not.toHaveProperty('cidrBlocks');
  });

  test('a key encrypts the data and the password', () => {
    expect(rendered({ keyArn }).settings('Cluster')).toMatchObject([
      { storageEncrypted: true, kmsKeyId: keyArn, masterUserSecretKmsKeyId: keyArn },
    ]);
  });

  test('Performance Insights', () => {
    expect(rendered({ performanceInsights: true, readers: 1 }).settings('ClusterInstance')).toMatchObject([
      { performanceInsightsEnabled: true },
      { performanceInsightsEnabled: true },
    ]);
  });

  test('a database that pauses, and one that is large', () => {
    const scaling = (capacity: object) =>
      rendered({ capacity }).settings('Cluster')[0]?.serverlessv2ScalingConfiguration;
    expect(scaling({ min: 0, max: 4, pauseAfterSeconds: 600 })).toEqual({
      minCapacity: 0,
      maxCapacity: 4,
      secondsUntilAutoPause: 600,
    });
    expect(scaling({ min: 8, max: 256 })).toEqual({ minCapacity: 8, maxCapacity: 256 });
  });

  test('backups, slow queries, version', () => {
    const { settings } = rendered({
      backup: { days: 35, window: '23:30-00:30' },
      slowQueryMilliseconds: 250,
      engineVersion: '16.8',
    });
    expect(settings('Cluster')).toMatchObject([
      { backupRetentionPeriod: 35, preferredBackupWindow: '23:30-00:30', engineVersion: '16.8' },
    ]);
    expect(settings('ClusterParameterGroup')[0]?.parameter).toContainEqual({
      name: 'log_min_duration_statement',
      value: '250',
      applyMethod: 'immediate',
    });
  });

  test.each([
    {
      what: 'a snapshot',
      restoreFrom: { snapshot: 'before-the-move' },
      wanted: { snapshotIdentifier: 'before-the-move' },
    },
    {
      what: 'a moment',
      restoreFrom: { pointInTime: { cluster: 'db-team-a-old-1a2b3c4d', time: '2026-11-22T21:00:00Z' } },
      wanted: {
        restoreToPointInTime: {
          sourceClusterIdentifier: 'db-team-a-old-1a2b3c4d',
          restoreToTime: '2026-11-22T21:00:00Z',
        },
      },
    },
    {
      what: 'the latest moment',
      restoreFrom: { pointInTime: { cluster: 'db-team-a-old-1a2b3c4d', latest: true } },
      wanted: {
        restoreToPointInTime: { sourceClusterIdentifier: 'db-team-a-old-1a2b3c4d', useLatestRestorableTime: true },
      },
    },
    { what: 'nothing', restoreFrom: undefined, wanted: {} },
  ])('restored from $what', ({ restoreFrom, wanted }) => {
    const [cluster] = rendered({ restoreFrom }).settings('Cluster');
    const source = Object.entries(cluster ?? {}).filter(([field]) => /^(snapshotIdentifier|restore)/.test(field));
    expect(Object.fromEntries(source)).toEqual(wanted);
  });

  test('tags reach everything, and never replace ours', () => {
    const { settings } = rendered({ readers: 1, tags: { owner: 'me', Name: 'mine' } });
    const kinds = ['SubnetGroup', 'SecurityGroup', 'ClusterParameterGroup', 'Role', 'Cluster', 'ClusterInstance'];
    for (const { tags } of kinds.flatMap(settings)) expect(tags).toEqual({ owner: 'me', Name: 'team-a/builderspace' });
  });
});

/** What the API server has against a spec, or against the change from an old one. */
function refusals(spec: object, old?: object): readonly string[] {
  const manifest = databaseOf(spec);
  const schema = partOf(pkg, manifest)?.schema ?? {};
  return validate(schema, manifest, old && { old: databaseOf(old) }).map(
    ({ path, message }) => `${formatPath(path)} ${message}`,
  );
}

const another = 'make another database beside it, and move the data over or restore a snapshot into it';

describe('accepted', () => {
  test.each<{ what: string; spec: object; old?: object }>([
    { what: 'nothing chosen', spec: {} },
    ...auroraVersions.map(engineVersion => ({ what: `version ${engineVersion}`, spec: { engineVersion } })),
    { what: 'a database that pauses', spec: { capacity: { min: 0, pauseAfterSeconds: 300 } } },
    { what: 'the least ACU at all times', spec: { capacity: { min: 1, max: 1 } } },
    { what: 'the most ACU', spec: { capacity: { min: 0.5, max: 256 } } },
    { what: 'a backup over midnight', spec: { backup: { window: '23:45-00:15' } } },
    { what: 'three subnets', spec: { subnetIds: [...where.subnetIds, 'subnet-3'] } },
    { what: 'a version later', spec: { engineVersion: '16.10' }, old: { engineVersion: '16.9' } },
    {
      what: 'more ACU, backups and readers',
      spec: { capacity: { max: 8 }, backup: { days: 14 }, readers: 1 },
      old: {},
    },
    { what: 'protection off', spec: { deletionPolicy: 'Delete' }, old: {} },
    { what: 'a third subnet', spec: { subnetIds: [...where.subnetIds, 'subnet-3'] }, old: {} },
    {
      what: 'all the same',
      spec: { keyArn, restoreFrom: { snapshot: 's' } },
      old: { keyArn, restoreFrom: { snapshot: 's' } },
    },
  ])('$what', ({ spec, old }) => {
    expect(refusals(spec, old)).toEqual([]);
  });
});

describe('refused', () => {
  test.each<{ what: string; spec: object; old?: object; refusal: string }>([
    {
      what: 'a major upgrade',
      spec: { engineVersion: '17.4' },
      old: {},
      refusal:
        'spec.engineVersion must be of Aurora PostgreSQL 16: a major upgrade stops the database for minutes, wants parameter groups of its own and cannot be undone, so make another database with restoreFrom and move over',
    },
    {
      what: 'a minor version that there is not',
      spec: { engineVersion: '16.5' },
      refusal: `spec.engineVersion is none of the versions that are known: ${auroraVersions.join(', ')}`,
    },
    {
      what: 'a step back, in the order of numbers',
      spec: { engineVersion: '16.9' },
      old: { engineVersion: '16.10' },
      refusal: 'spec.engineVersion is 16.10 already, and RDS never goes back',
    },
    {
      what: 'another database',
      spec: { databaseName: 'other' },
      old: {},
      refusal:
        'spec.databaseName cannot be changed: it is made once; further ones are made in SQL, with CREATE DATABASE',
    },
    {
      what: "a database of PostgreSQL's own",
      spec: { databaseName: 'postgres' },
      refusal: 'spec.databaseName is a database of PostgreSQL or RDS itself; name yours otherwise',
    },
    {
      what: 'another first user',
      spec: { masterUsername: 'other' },
      old: {},
      refusal:
        'spec.masterUsername cannot be changed: it is made once; further users are made in SQL, with CREATE ROLE',
    },
    {
      what: 'a first user that RDS keeps for itself',
      spec: { masterUsername: 'admin' },
      refusal:
        'spec.masterUsername is a name that RDS or PostgreSQL keeps for itself; take another one, such as postgres',
    },
    {
      what: 'steps of less than half an ACU',
      spec: { capacity: { min: 0.7 } },
      refusal: 'spec.capacity.min must be in steps of 0.5',
    },
    {
      what: 'less than one ACU at most',
      spec: { capacity: { max: 0.5 } },
      refusal: 'spec.capacity.max is 0.5; must be at least 1',
    },
    {
      what: 'more ACU than there are',
      spec: { capacity: { max: 256.5 } },
      refusal: 'spec.capacity.max is 256.5; must be at most 256',
    },
    {
      what: 'ACU the wrong way round',
      spec: { capacity: { min: 4 } },
      refusal: 'spec.capacity.min must not be more than capacity.max',
    },
    {
      what: 'a pause of a database that never pauses',
      spec: { capacity: { pauseAfterSeconds: 600 } },
      refusal: 'spec.capacity.pauseAfterSeconds is for a database that pauses: set capacity.min to 0, or leave it out',
    },
    { what: 'no backups', spec: { backup: { days: 0 } }, refusal: 'spec.backup.days is 0; must be at least 1' },
    {
      what: 'backups for longer than RDS keeps them',
      spec: { backup: { days: 36 } },
      refusal: 'spec.backup.days is 36; must be at most 35',
    },
    {
      what: 'a window of ten minutes',
      spec: { backup: { window: '01:00-01:10' } },
      refusal: 'spec.backup.window must be of 30 minutes at least, such as 01:00-02:00',
    },
    { what: 'three readers', spec: { readers: 3 }, refusal: 'spec.readers is 3; allowed: 0, 1, 2' },
    {
      what: 'a database that the whole internet reaches',
      spec: { vpcCidr: '0.0.0.0/0' },
      refusal: 'spec.vpcCidr must be the IPv4 network of a VPC, such as 10.0.0.0/16; the database is never open to all',
    },
    {
      what: 'two answers to who reaches it',
      spec: { clientSecurityGroupId: 'sg-1' },
      refusal: 'spec set either vpcCidr or clientSecurityGroupId: who reaches the database',
    },
    {
      what: 'one subnet',
      spec: { subnetIds: ['subnet-1'] },
      refusal: 'spec.subnetIds has 1 item; needs at least 2',
    },
    {
      what: 'two sources',
      spec: { restoreFrom: { snapshot: 's', pointInTime: { cluster: 'c', latest: true } } },
      refusal: 'spec.restoreFrom set either snapshot or pointInTime',
    },
    {
      what: 'a moment that is two',
      spec: { restoreFrom: { pointInTime: { cluster: 'c', latest: true, time: '2026-11-22T21:00:00Z' } } },
      refusal: 'spec.restoreFrom.pointInTime set either time or latest',
    },
    {
      what: 'a source for a database that is there',
      spec: { restoreFrom: { snapshot: 's' } },
      old: {},
      refusal: `spec.restoreFrom cannot be changed, added or removed: ${another}`,
    },
    {
      what: 'another key',
      spec: { keyArn: keyArn.replace('1234abcd', '4321abcd') },
      old: { keyArn },
      refusal: `spec.keyArn cannot be changed, added or removed: ${another}`,
    },
    {
      what: 'no key any more',
      spec: {},
      old: { keyArn },
      refusal: `spec.keyArn cannot be changed, added or removed: ${another}`,
    },
    {
      what: 'zones, later',
      spec: { zones: ['af-south-1a', 'af-south-1b'] },
      old: {},
      refusal: `spec.zones cannot be added or removed: ${another}`,
    },
    {
      what: 'another region',
      spec: { region: 'eu-west-1' },
      old: {},
      refusal: `spec.region cannot be changed: ${another}`,
    },
    { what: 'another VPC', spec: { vpcId: 'vpc-2' }, old: {}, refusal: `spec.vpcId cannot be changed: ${another}` },
    { what: 'a password', spec: { masterPassword: 'hunter2' }, refusal: 'spec.masterPassword is not a known field' },
  ])('$what', ({ spec, old, refusal }) => {
    expect(refusals(spec, old)).toEqual([expect.stringContaining(refusal)]);
  });

  test('a name that leaves no room for the namespace', () => {
    const manifest = databaseOf({}, { namespace: 'team-a', name: 'd'.repeat(25) });
    const problems = validate(partOf(pkg, manifest)?.schema ?? {}, manifest);
    expect(problems.map(({ path }) => formatPath(path))).toEqual(['metadata.name']);
  });
});
