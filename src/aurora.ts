import { Aurora } from './apis/aurora.ts';
import { auroraVersions } from './aws/versions.ts';
import { compositions } from './crossplane/composition.ts';
import { fmt, laterOf, merge, pick } from './crossplane/expressions.ts';
import * as logs from './imports/cloudwatchlogs.aws.m.upbound.io.ts';
import * as rds from './imports/rds.aws.m.upbound.io.ts';
import { asWritten } from './management.ts';
import { named } from './names.ts';

/** An Aurora cluster, its writer, and as many readers as its variant tells. */
export const aurora = compositions(Aurora, ({ xr, variant, compose, publish, uses, handDown }) => {
  handDown(xr.spec.providerConfigRef);
  const { name, namespace } = xr.metadata;
  const { region, deletionPolicy, keyArn } = xr.spec;
  const tags = merge(xr.spec.tags, { Name: fmt`${namespace}/${name}` });
  // 63 letters, digits and single hyphens, beginning with a letter: namespace and name alone would make one name of a-b/c and
  // a/b-c, and RDS would let the one have the data of the other.
  const identifier = fmt`db-${namespace}-${name}-${xr.spec.id}`;

  const logGroup = compose('database-log-group', logs.Group, {
    metadata: named(fmt`/aws/rds/cluster/${identifier}/postgresql`),
    spec: { forProvider: { region, retentionInDays: xr.spec.logRetentionDays, tags } },
  });

  const cluster = compose(
    'cluster',
    rds.Cluster,
    {
      metadata: named(identifier),
      spec: {
        managementPolicies: asWritten,
        forProvider: {
          region,
          engine: 'aurora-postgresql',
          engineMode: 'provisioned',
          // RDS upgrades a database whose version it no longer supports, and takes none back.
          engineVersion: laterOf(xr.spec.engineVersion, xr.status.engineVersion, auroraVersions),
          serverlessv2ScalingConfiguration: {
            minCapacity: xr.spec.capacity.min,
            maxCapacity: xr.spec.capacity.max,
            secondsUntilAutoPause: xr.spec.capacity.pauseAfterSeconds,
          },
          databaseName: xr.spec.databaseName,
          port: 5432,
          masterUsername: xr.spec.masterUsername,
          manageMasterUserPassword: true,
          masterUserSecretKmsKeyId: keyArn,
          iamDatabaseAuthenticationEnabled: true,
          storageEncrypted: true,
          kmsKeyId: keyArn,
          dbSubnetGroupName: xr.spec.subnetGroupName,
          dbClusterParameterGroupName: xr.spec.parameterGroupName,
          vpcSecurityGroupIds: [xr.spec.securityGroupId],
          backupRetentionPeriod: xr.spec.backup.days,
          preferredBackupWindow: xr.spec.backup.window,
          preferredMaintenanceWindow: xr.spec.maintenanceWindow,
          enabledCloudwatchLogsExports: ['postgresql'],
          copyTagsToSnapshot: true,
          deletionProtection: pick(deletionPolicy, { Protect: true, Snapshot: false, Delete: false }),
          skipFinalSnapshot: pick(deletionPolicy, { Protect: false, Snapshot: false, Delete: true }),
          finalSnapshotIdentifier: xr.spec.finalSnapshotName,
          snapshotIdentifier: xr.spec.restoreFrom.snapshot,
          restoreToPointInTime: {
            sourceClusterIdentifier: xr.spec.restoreFrom.pointInTime.cluster,
            restoreToTime: xr.spec.restoreFrom.pointInTime.time,
            useLatestRestorableTime: xr.spec.restoreFrom.pointInTime.latest,
          },
          // What is asked for is done now and not in the next maintenance window; and the protection that was just taken off
          // does not stand in the way of a deletion that comes before it is seen to be off.
          applyImmediately: true,
          tags,
        },
      },
    },
    // RDS makes a log group that is not there, which keeps its logs for ever and is left when the database is gone.
    { after: [logGroup.observed.arn] },
  );
  uses(cluster, logGroup, 'RDS makes the log group again as long as the database writes logs');
  publish(cluster.observed.id, xr.status.identifier);
  publish(cluster.observed.endpoint, xr.status.endpoint);
  publish(cluster.observed.readerEndpoint, xr.status.readerEndpoint);
  publish(cluster.observed.port, xr.status.port);
  publish(cluster.observed.masterUserSecret[0].secretArn, xr.status.secretArn);
  publish(cluster.observed.clusterResourceId, xr.status.clusterResourceId);
  publish(cluster.observed.engineVersionActual, xr.status.engineVersion);

  const readers = { 'no-reader': [], 'one-reader': ['first'], 'two-readers': ['first', 'second'] }[variant];
  ['writer', ...readers.map(reader => `${reader}-reader`)].forEach((instance, i) => {
    compose(instance, rds.ClusterInstance, {
      // Numbers, as RDS makes any of them the writer when the writer fails.
      metadata: named(fmt`db-${namespace}-${name}-${xr.spec.id}-${`${i + 1}`}`),
      spec: {
        managementPolicies: asWritten,
        forProvider: {
          region,
          clusterIdentifier: cluster.observed.id,
          engine: 'aurora-postgresql',
          instanceClass: 'db.serverless',
          // In the order in which they take over.
          promotionTier: i,
          availabilityZone: xr.spec.zones[([0, 1, 2] as const)[i] ?? 0],
          publiclyAccessible: false,
          monitoringInterval: 60,
          monitoringRoleArn: xr.spec.monitoringRoleArn,
          performanceInsightsEnabled: xr.spec.performanceInsights,
          // The version is a field of the database, so RDS does not move it by itself.
          autoMinorVersionUpgrade: false,
          copyTagsToSnapshot: true,
          applyImmediately: true,
          tags,
        },
      },
    });
  });
});
