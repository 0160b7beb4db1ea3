import { describe, expect, it } from 'vitest';
import { child, type Json, type JsonObject } from '../../../src/kubernetes/json.ts';
import { longestChain } from '../../../src/local/aws/chain.ts';
import { goesAlong } from '../../../src/local/aws/dependencies.ts';
import { accountJson, accountTree } from '../../../src/local/aws/tree.ts';
import { Ground, kinds } from './fixtures.ts';

const region = 'af-south-1';
const cluster = {
  region,
  engine: 'aurora-postgresql',
  engineVersion: '16.4',
  serverlessv2ScalingConfiguration: { minCapacity: 0.5, maxCapacity: 2 },
  databaseName: 'builderspace',
  masterUsername: 'postgres',
  manageMasterUserPassword: true,
  deletionProtection: true,
  finalSnapshotIdentifier: 'final-db',
  applyImmediately: true,
};
const instance = {
  region,
  engine: 'aurora-postgresql',
  clusterIdentifier: 'db',
  instanceClass: 'db.serverless',
};
const observed = (ground: Ground, key: string, name: string) => child(ground.get(key, name), 'status', 'atProvider');
const kindsOf = (ground: Ground) => ground.account.all().map(({ kind }) => kind);

/** A database, and its writer and as many readers as are named. */
async function made(more: JsonObject = {}, instances: readonly string[] = []): Promise<Ground> {
  const ground = new Ground();
  const writeConnectionSecretToRef = { name: 'db' };
  ground.apply('rds/Cluster', 'db', { forProvider: { ...cluster, ...more }, writeConnectionSecretToRef });
  await ground.settle('rds/Cluster', 'db');
  for (const [promotionTier, name] of instances.entries()) {
    ground.apply('rds/ClusterInstance', name, { forProvider: { ...instance, promotionTier } });
    await ground.settle('rds/ClusterInstance', name);
  }
  return ground;
}

async function deleted(ground: Ground, key: string, name: string): Promise<void> {
  ground.delete(key, name);
  await ground.settle(key, name);
}

describe('an Aurora cluster', () => {
  it('shows nothing while it is made, and all of it after 120 s', async () => {
    const ground = new Ground();
    ground.apply('rds/Cluster', 'db', { forProvider: cluster });
    await ground.step('rds/Cluster', 'db');
    ground.clock.pass(119);
    await ground.step('rds/Cluster', 'db');
    expect(observed(ground, 'rds/Cluster', 'db')).toEqual({});
    expect(kindsOf(ground)).toEqual(['rds/Cluster']);
    ground.clock.pass(1);
    await ground.step('rds/Cluster', 'db');
    expect(ground.condition('rds/Cluster', 'db', 'Ready')).toBe('True Available');
    const secretArn = expect.stringMatching(
      /^arn:aws:secretsmanager:af-south-1:123456789012:secret:rds!cluster-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-[A-Z2-7]{6}$/,
    );
    expect(observed(ground, 'rds/Cluster', 'db')).toMatchObject({
      id: 'db',
      endpoint: expect.stringMatching(/^db\.cluster-c[0-9a-f]{11}\.af-south-1\.rds\.amazonaws\.com$/),
      readerEndpoint: expect.stringMatching(/^db\.cluster-ro-c[0-9a-f]{11}\.af-south-1\.rds\.amazonaws\.com$/),
      port: 5432,
      clusterResourceId: expect.stringMatching(/^cluster-[A-Z0-9]{26}$/),
      engineVersionActual: '16.4',
      masterUserSecret: [
        { secretArn, secretStatus: 'active', kmsKeyId: expect.stringMatching(/^arn:aws:kms:af-south-1:/) },
      ],
    });
  });

  it('keeps its password in a secret of the account, and nobody tells it', async () => {
    const ground = await made();
    const secret = ground.account.all().find(({ kind }) => kind === 'secretsmanager/Secret');
    const [told] = observed(ground, 'rds/Cluster', 'db').masterUserSecret as Json[];
    expect(secret?.id).toBe(child(told).secretArn);
    expect(Object.keys(ground.secrets.get('team-a/db') ?? {}).sort()).toEqual([
      'endpoint',
      'master_username',
      'port',
      'reader_endpoint',
    ]);
    const all = accountJson(ground.account, kinds) + JSON.stringify([...ground.secrets]);
    expect(all.match(/"[^"]*password"/gi)).toEqual(['"manageMasterUserPassword"']);
    expect(goesAlong(kinds)(ground.account, ground.account.all()[0] as never)).toEqual([secret]);
  });

  it('gives the secret up, and takes it up again, as it is told', async () => {
    const ground = await made();
    for (const manageMasterUserPassword of [false, true]) {
      ground.apply('rds/Cluster', 'db', { forProvider: { manageMasterUserPassword } });
      await ground.settle('rds/Cluster', 'db');
      expect(kindsOf(ground).includes('secretsmanager/Secret')).toBe(manageMasterUserPassword);
    }
  });

  it('goes up a minor in its time, and its instances with it', async () => {
    const ground = await made({}, ['one']);
    ground.apply('rds/Cluster', 'db', { forProvider: { engineVersion: '16.8' } });
    expect(await ground.step('rds/Cluster', 'db')).toEqual({ at: ground.clock.now() + 600_000 });
    expect(observed(ground, 'rds/Cluster', 'db').engineVersionActual).toBe('16.4');
    ground.clock.pass(600);
    await ground.step('rds/Cluster', 'db');
    await ground.step('rds/ClusterInstance', 'one');
    expect(observed(ground, 'rds/Cluster', 'db').engineVersionActual).toBe('16.8');
    expect(observed(ground, 'rds/ClusterInstance', 'one').engineVersionActual).toBe('16.8');
    ground.apply('rds/Cluster', 'db', { forProvider: { engine: 'aurora-mysql' } });
    expect(await ground.step('rds/Cluster', 'db')).toBe('backoff');
    expect(ground.condition('rds/Cluster', 'db', 'Synced')).toContain(
      'cannot change the value of the argument "engine"',
    );
  });
});

describe('its instances', () => {
  it('are the longest chain with it, the first one writes, and the next one does when that goes', async () => {
    const ground = await made({}, ['one', 'two', 'three']);
    const writers = () =>
      ground.account.all().flatMap(({ name, computed }) => (computed.writer === true ? [name] : []));
    expect(writers()).toEqual(['one']);
    expect(observed(ground, 'rds/ClusterInstance', 'one')).toMatchObject({
      endpoint: expect.stringMatching(/^one\.c[0-9a-f]{11}\.af-south-1\.rds\.amazonaws\.com$/),
      port: 5432,
      engineVersionActual: '16.4',
      writer: true,
    });
    expect(longestChain(ground.account).seconds).toBe(120 + 420);
    await deleted(ground, 'rds/ClusterInstance', 'one');
    expect(writers()).toEqual(['two']);
  });
});

describe('the deletion of a cluster', () => {
  it('is refused while it is protected, or has instances, and leaves one snapshot of its own at last', async () => {
    const ground = await made({}, ['one']);
    const before = accountTree(ground.account, kinds);
    await deleted(ground, 'rds/Cluster', 'db');
    expect(ground.condition('rds/Cluster', 'db', 'Synced')).toMatch(
      /^False ReconcileError delete failed: async delete failed: .*RDS: DeleteDBCluster, .*Cannot delete protected Cluster/,
    );
    expect(accountTree(ground.account, kinds)).toBe(before);
    // The provider takes the protection off itself, as nothing else is changed of what is being deleted.
    ground.apply('rds/Cluster', 'db', { forProvider: { deletionProtection: false } });
    await ground.settle('rds/Cluster', 'db');
    expect(ground.condition('rds/Cluster', 'db', 'Synced')).toContain('it still contains DB instances');
    expect(kindsOf(ground)).not.toContain('rds/ClusterSnapshot');
    await deleted(ground, 'rds/ClusterInstance', 'one');
    await ground.step('rds/Cluster', 'db');
    expect(accountTree(ground.account, kinds)).toContain('final-db (creating)');
    await ground.settle('rds/Cluster', 'db');
    expect(accountTree(ground.account, kinds)).toBe(
      'account 123456789012: 1 resource\naf-south-1\n  rds/ClusterSnapshot\n    final-db\n',
    );
    const [snapshot] = ground.account.all();
    expect(snapshot?.arn).toBe('arn:aws:rds:af-south-1:123456789012:cluster-snapshot:final-db');
    expect(snapshot?.asked).toMatchObject({ engineVersion: '16.4', dbClusterIdentifier: 'db' });
  });

  it('leaves nothing if it is to skip the snapshot, as said last', async () => {
    const ground = await made({ deletionProtection: false });
    ground.apply('rds/Cluster', 'db', { forProvider: { skipFinalSnapshot: true } });
    await deleted(ground, 'rds/Cluster', 'db');
    expect(ground.account.size).toBe(0);
  });

  it('is refused by the provider itself if nobody says how the snapshot is called', async () => {
    const ground = await made({ finalSnapshotIdentifier: undefined });
    await deleted(ground, 'rds/Cluster', 'db');
    expect(ground.condition('rds/Cluster', 'db', 'Synced')).toBe(
      'False ReconcileError delete failed: async delete failed: failed to delete the resource: [{0 RDS Cluster final_snapshot_identifier is required when skip_final_snapshot is false  []}]',
    );
  });
});

describe('a restored cluster', () => {
  const fromSnapshot = { snapshotIdentifier: 'final-db' };
  const fromCluster = { restoreToPointInTime: { sourceClusterIdentifier: 'db', useLatestRestorableTime: true } };

  async function source(stays: boolean): Promise<Ground> {
    const ground = await made({ deletionProtection: false });
    if (!stays) await deleted(ground, 'rds/Cluster', 'db');
    return ground;
  }

  it.each([
    ['a snapshot', fromSnapshot, false],
    ['another one', fromCluster, true],
  ])('from %s is another one with the same data', async (_, from, stays) => {
    const ground = await source(stays);
    const forProvider = { ...cluster, ...from, engineVersion: '16.8' };
    ground.apply('rds/Cluster', 'again', { forProvider });
    await ground.settle('rds/Cluster', 'again');
    expect(ground.condition('rds/Cluster', 'again', 'Ready')).toBe('True Available');
    expect(await ground.step('rds/Cluster', 'again')).not.toBe('backoff');
    const [before, after] = [observed(ground, 'rds/Cluster', 'db'), observed(ground, 'rds/Cluster', 'again')];
    expect(after).toMatchObject({ databaseName: 'builderspace', engineVersionActual: '16.8' });
    expect(after.clusterResourceId).not.toBe(before.clusterResourceId);
    // It does not hold its source.
    if (stays) {
      await deleted(ground, 'rds/Cluster', 'db');
      expect(ground.account.find('rds/Cluster', region, 'db')).toBeUndefined();
    }
  });

  it('whose user is to be another one than its source’s is never in step', async () => {
    const ground = await source(false);
    ground.apply('rds/Cluster', 'again', { forProvider: { ...cluster, ...fromSnapshot, masterUsername: 'root' } });
    await ground.settle('rds/Cluster', 'again');
    expect(ground.condition('rds/Cluster', 'again', 'Synced')).toContain(
      'cannot change the value of the argument "master_username" from "postgres" to "root"',
    );
  });

  it('has all that nobody asks for of its source', async () => {
    const ground = await source(false);
    const { masterUsername: _, databaseName: __, engineVersion: ___, ...rest } = cluster;
    ground.apply('rds/Cluster', 'again', { forProvider: { ...rest, ...fromSnapshot } });
    await ground.settle('rds/Cluster', 'again');
    expect(ground.condition('rds/Cluster', 'again', 'Synced')).toBe('True ReconcileSuccess');
    expect(observed(ground, 'rds/Cluster', 'again')).toMatchObject({
      databaseName: 'builderspace',
      masterUsername: 'postgres',
      engineVersionActual: '16.4',
    });
  });
});
