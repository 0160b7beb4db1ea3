import {
  paginateDescribeDBClusterParameterGroups,
  paginateDescribeDBClusterSnapshots,
  paginateDescribeDBClusters,
  paginateDescribeDBInstances,
  paginateDescribeDBSubnetGroups,
} from '@aws-sdk/client-rds';
import { type Item, named, paged, present, type Reader } from './item.ts';

/** Databases, their groups, and the snapshots that somebody asked for: those that RDS takes by itself go by themselves. */
export const rds: Reader = async ({ rds: client }) => {
  const [clusters, instances, subnetGroups, parameterGroups, snapshots] = await Promise.all([
    paged(paginateDescribeDBClusters({ client }, {}), page => page.DBClusters),
    paged(paginateDescribeDBInstances({ client }, {}), page => page.DBInstances),
    paged(paginateDescribeDBSubnetGroups({ client }, {}), page => page.DBSubnetGroups),
    paged(paginateDescribeDBClusterParameterGroups({ client }, {}), page => page.DBClusterParameterGroups),
    paged(paginateDescribeDBClusterSnapshots({ client }, { SnapshotType: 'manual' }), page => page.DBClusterSnapshots),
  ]);
  const items: readonly Item[] = [
    ...clusters.map(told => ({
      kind: 'rds/Cluster',
      id: told.DBClusterIdentifier ?? '',
      arn: told.DBClusterArn,
      state: told.Status,
      created: told.ClusterCreateTime,
      uses: [
        named('rds/SubnetGroup', told.DBSubnetGroup),
        named('rds/ClusterParameterGroup', told.DBClusterParameterGroup),
        ...present(...(told.VpcSecurityGroups ?? []).map(one => one.VpcSecurityGroupId), told.KmsKeyId),
      ],
      madeBy: 'rds.CreateDBCluster',
      told,
    })),
    ...instances.map(told => ({
      kind: 'rds/ClusterInstance',
      id: told.DBInstanceIdentifier ?? '',
      arn: told.DBInstanceArn,
      state: told.DBInstanceStatus,
      created: told.InstanceCreateTime,
      uses: [named('rds/Cluster', told.DBClusterIdentifier), ...present(told.MonitoringRoleArn)],
      madeBy: 'rds.CreateDBInstance',
      told,
    })),
    ...subnetGroups.map(told => ({
      kind: 'rds/SubnetGroup',
      id: told.DBSubnetGroupName ?? '',
      arn: told.DBSubnetGroupArn,
      uses: present(...(told.Subnets ?? []).map(one => one.SubnetIdentifier)),
      told,
    })),
    ...parameterGroups.map(told => ({
      kind: 'rds/ClusterParameterGroup',
      id: told.DBClusterParameterGroupName ?? '',
      arn: told.DBClusterParameterGroupArn,
      uses: [],
      told,
    })),
    ...snapshots.map(told => ({
      kind: 'rds/ClusterSnapshot',
      id: told.DBClusterSnapshotIdentifier ?? '',
      arn: told.DBClusterSnapshotArn,
      state: told.Status,
      created: told.SnapshotCreateTime,
      uses: [named('rds/Cluster', told.DBClusterIdentifier)],
      told,
    })),
  ];
  // RDS's own groups are called default, or default.aurora-postgresql16.
  return items.filter(({ kind, id }) => !kind.endsWith('Group') || !/^default(?:\.|$)/.test(id));
};
