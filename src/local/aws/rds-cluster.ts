import { child, type JsonObject, overlay, text } from '../../kubernetes/json.ts';
import type { Account, Resource } from './account.ts';
import { arnOf } from './arns.ts';
import { computedOf, masterSecret } from './computed.ts';
import { full, makeAlong } from './eks.ts';
import { providerRefuses, refuse } from './errors.ts';
import {
  aurora,
  clusterSnapshot,
  compared,
  dbCluster,
  engineVersionOf,
  exactVersion,
  instancesOf,
  isVersion,
  major,
  refuseCapacity,
  refuseIdentifier,
  refuseParameterGroup,
} from './rds.ts';
import type { Rules } from './rules.ts';

/** What a restored cluster has of its source, whatever it was asked to be. */
const inherited = ['engine', 'databaseName', 'masterUsername'] as const;

/** What RDS does with Aurora clusters. Changes are made at once: of maintenance windows it knows nothing. */
export const auroraCluster: Rules = {
  create: (account, { region, args, name = '' }) => {
    refuseIdentifier('DBClusterIdentifier', name, 63);
    refuseSource(account, region, args);
    refuseSubnetGroup(account, region, args);
    refuseBackups(args);
    const user = text(args, 'masterUsername') ?? '';
    if (/^(?:admin|rdsadmin|pg_.*)$/.test(user)) {
      refuse(
        'InvalidParameterValue',
        `MasterUsername ${user} cannot be used as it is a reserved word used by the engine`,
      );
    }
    if (text(args, 'engine') !== aurora) return;
    const version = text(args, 'engineVersion');
    if (version !== undefined && !isVersion(version)) {
      refuse('InvalidParameterCombination', `Cannot find version ${version} for ${aurora}`);
    }
    const source = sourceOf(account, region, args);
    const from = source && text(source, 'engineVersion');
    if (from && version && compared(exactVersion(version), from) < 0) refuseUpgrade(from, version);
    refuseParameterGroup(account, region, args, exactVersion(version ?? from));
    refuseCapacity(args);
  },

  update: (account, before, args) => {
    const asked = overlay(before.initial, args);
    refuseBackups(asked);
    if (text(before.asked, 'engine') !== aurora) return;
    const from = engineVersionOf(before);
    const version = text(asked, 'engineVersion');
    // A major alone is content with any of its minors.
    const stays = version === undefined || version === from || version === String(major(from));
    const to = stays ? from : exactVersion(version);
    if (!stays) {
      if (!isVersion(to) || compared(to, from) < 0) refuseUpgrade(from, version);
      if (major(to) > major(from)) refuseMajor(account, before, asked);
    }
    refuseParameterGroup(account, before.region, asked, to);
    refuseCapacity(asked);
  },

  /**
   * The provider asks for a final snapshot or none as the managed resource says now. A protection that it says is off it
   * takes off first, if it may at once (internal/service/rds/cluster.go of Terraform's provider); any other one holds.
   */
  delete: (account, cluster, asked) => {
    const name = finalSnapshot(asked);
    if (asked.skipFinalSnapshot !== true && name === undefined) {
      providerRefuses('RDS Cluster final_snapshot_identifier is required when skip_final_snapshot is false');
    }
    const taken = asked.deletionProtection !== true && asked.applyImmediately === true;
    if (cluster.asked.deletionProtection === true && !taken) {
      refuse(
        'InvalidParameterCombination',
        'Cannot delete protected Cluster, please disable deletion protection and try again.',
      );
    }
    if (name === undefined) return;
    refuseIdentifier('FinalDBSnapshotIdentifier', name, 255);
    if (clusterSnapshot(account, cluster.region, name)) {
      refuse(
        'DBClusterSnapshotAlreadyExistsFault',
        `Cannot create the cluster snapshot because one with the identifier ${name} already exists.`,
      );
    }
  },

  begun: (account, cluster) => {
    const source = sourceOf(account, cluster.region, cluster.asked);
    if (!source) return;
    // One that was asked for and is another one is then a change that the provider refuses, again and again.
    const kept = inherited.filter(field => cluster.asked[field] !== undefined && source[field] !== undefined);
    const asked = overlay(cluster.asked, Object.fromEntries(kept.map(field => [field, source[field]])));
    account.put({ ...cluster, asked });
  },

  computed: (account, cluster) => {
    const source = sourceOf(account, cluster.region, cluster.asked) ?? {};
    const version = text(cluster.asked, 'engineVersion') ?? text(source, 'engineVersion');
    return {
      ...Object.fromEntries(inherited.map(field => [field, source[field]])),
      ...(text(cluster.asked, 'engine') === aurora ? { engineVersionActual: exactVersion(version) } : {}),
    };
  },

  changed: (before, asked) => {
    const { masterUserSecret } = computedOf({ ...before, asked }, before.since);
    const version = text(asked, 'engineVersion');
    const from = engineVersionOf(before);
    const moves = version !== undefined && version !== String(major(from)) && text(asked, 'engine') === aurora;
    return {
      ...before.computed,
      masterUserSecret,
      ...(moves ? { engineVersionActual: exactVersion(version) } : {}),
    };
  },

  ready: secret,

  updated: (account, cluster) => {
    secret(account, cluster);
    const version = text(cluster.computed, 'engineVersionActual');
    if (text(cluster.asked, 'engine') !== aurora || version === undefined) return;
    for (const one of instancesOf(account, cluster)) {
      if (one.computed.engineVersionActual === version || one.state === 'creating') continue;
      const computed = { ...one.computed, engineVersion: version, engineVersionActual: version };
      account.put({ ...one, computed });
    }
  },

  /** The final snapshot begins with the deletion, and is of the account: nothing takes it along. */
  ending: (account, cluster, asked) => {
    const id = finalSnapshot(asked);
    if (id === undefined) return;
    const { region, arn, since, until } = cluster;
    const of = full(cluster);
    const copied = ['engine', 'databaseName', 'masterUsername', 'storageEncrypted', 'kmsKeyId', 'port'];
    account.put({
      kind: 'rds/ClusterSnapshot',
      region,
      id,
      name: id,
      arn: arnOf({ kind: 'rds/ClusterSnapshot', region, id, name: id, args: {} }),
      state: 'creating',
      since,
      until,
      asked: {
        ...Object.fromEntries(copied.flatMap(field => (of[field] === undefined ? [] : [[field, of[field]]]))),
        engineVersion: engineVersionOf(cluster),
        dbClusterIdentifier: cluster.name,
        snapshotType: 'manual',
        ...(asked.copyTagsToSnapshot === true ? { tags: child(asked, 'tags') } : {}),
      },
      initial: {},
      computed: {},
      token: arn,
    });
  },

  gone: (account, cluster) => {
    account.remove({ kind: 'secretsmanager/Secret', region: cluster.region, id: masterSecret(cluster) });
    const snapshot = account.made('rds/ClusterSnapshot', cluster.arn);
    if (snapshot?.state === 'creating') account.put({ ...snapshot, state: 'available', since: snapshot.until });
  },
};

/** RDS keeps the secret of a password that it manages in the account, under its own name, and no password is told here. */
function secret(account: Account, cluster: Resource): void {
  const id = masterSecret(cluster);
  account.remove({ kind: 'secretsmanager/Secret', region: cluster.region, id });
  if (cluster.asked.manageMasterUserPassword !== true) return;
  const kmsKeyId = text(cluster.asked, 'masterUserSecretKmsKeyId');
  makeAlong(account, cluster, {
    kind: 'secretsmanager/Secret',
    id,
    asked: {
      name: id.slice(id.indexOf('rds!'), -7),
      description: `Secret associated with primary RDS DB cluster: ${cluster.arn}`,
      ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
      tags: { 'aws:rds:primaryDBClusterArn': cluster.arn, 'aws:secretsmanager:owningService': 'rds' },
    },
  });
}

/** The name of the snapshot that a deletion is to leave. */
function finalSnapshot(asked: JsonObject): string | undefined {
  return asked.skipFinalSnapshot === true ? undefined : text(asked, 'finalSnapshotIdentifier');
}

/** What a cluster is restored from, as far as it is there: a snapshot's arguments, or a cluster's. */
function sourceOf(account: Account, region: string, args: JsonObject): JsonObject | undefined {
  const snapshot = text(args, 'snapshotIdentifier');
  if (snapshot !== undefined) return clusterSnapshot(account, region, snapshot)?.asked;
  const source = sourceCluster(account, region, args);
  return source && { ...full(source), engineVersion: engineVersionOf(source) };
}

function sourceCluster(account: Account, region: string, args: JsonObject): Resource | undefined {
  const point = child(args, 'restoreToPointInTime');
  const id = text(point, 'sourceClusterResourceId');
  if (id === undefined) return dbCluster(account, region, text(point, 'sourceClusterIdentifier'));
  const is = (one: Resource) => one.kind === 'rds/Cluster' && one.region === region;
  return account.all().find(one => is(one) && one.computed.clusterResourceId === id);
}

function refuseSource(account: Account, region: string, args: JsonObject): void {
  const name = text(args, 'snapshotIdentifier');
  if (name !== undefined) {
    const snapshot = clusterSnapshot(account, region, name);
    if (!snapshot) refuse('DBClusterSnapshotNotFoundFault', `DBClusterSnapshot not found: ${name}`, 404);
    else if (snapshot.state !== 'available') {
      refuse('InvalidDBClusterSnapshotStateFault', `DBClusterSnapshot ${name} is not in available state.`);
    }
    return;
  }
  const point = child(args, 'restoreToPointInTime');
  if (Object.keys(point).length === 0) return;
  const id = text(point, 'sourceClusterIdentifier') ?? text(point, 'sourceClusterResourceId');
  const source = sourceCluster(account, region, args);
  if (!source || source.state === 'creating') {
    refuse('DBClusterNotFoundFault', `DBCluster ${id} not found.`, 404);
  }
  const [time, latest] = [text(point, 'restoreToTime'), point.useLatestRestorableTime === true];
  if ((time !== undefined) === latest) {
    refuse('InvalidParameterCombination', 'Specify either RestoreToTime or UseLatestRestorableTime.');
  }
  const created = Date.parse(text(source.computed, 'createTime') ?? '');
  if (time !== undefined && Date.parse(time) < created) {
    refuse('InvalidParameterValue', `Cannot restore to ${time}: it is before the earliest restorable time.`);
  }
}

function refuseSubnetGroup(account: Account, region: string, args: JsonObject): void {
  const name = text(args, 'dbSubnetGroupName');
  if (name === undefined || name === 'default' || account.find('rds/SubnetGroup', region, name)) return;
  refuse('DBSubnetGroupNotFoundFault', `DB subnet group '${name}' does not exist.`, 404);
}

function refuseBackups({ backupRetentionPeriod: days }: JsonObject): void {
  if (typeof days !== 'number' || (days >= 1 && days <= 35)) return;
  refuse('InvalidParameterValue', `Invalid backup retention period: ${days}. It must be between 1 and 35.`);
}

function refuseUpgrade(from: string, to: string): never {
  return refuse('InvalidParameterCombination', `Cannot upgrade ${aurora} from ${from} to ${to}`);
}

/** A new major wants to be allowed, and parameter groups of its own. */
function refuseMajor(account: Account, before: Resource, asked: JsonObject): void {
  if (asked.allowMajorVersionUpgrade !== true) {
    refuse(
      'InvalidParameterCombination',
      'The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.',
    );
  }
  const group = text(asked, 'dbClusterParameterGroupName');
  if (group === undefined || group !== text(before.asked, 'dbClusterParameterGroupName')) return;
  if (!account.find('rds/ClusterParameterGroup', before.region, group)) return;
  refuse(
    'InvalidParameterCombination',
    `The current DB cluster parameter group ${group} is custom. You must explicitly specify a new DB cluster parameter group, either default or custom, for the engine version upgrade.`,
  );
}
