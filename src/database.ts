import { Aurora } from './apis/aurora.ts';
import { Database, databaseStatus } from './apis/database.ts';
import { compositions } from './crossplane/composition.ts';
import { digest, fmt, merge, pick } from './crossplane/expressions.ts';
import type { Ref } from './crossplane/ref.ts';
import { awsPolicy, trustOf } from './iam.ts';
import * as ec2 from './imports/ec2.aws.m.upbound.io.ts';
import * as iam from './imports/iam.aws.m.upbound.io.ts';
import { Usage } from './imports/protection.crossplane.io.ts';
import * as rds from './imports/rds.aws.m.upbound.io.ts';
import { named } from './names.ts';
import { protection } from './protection.ts';

/**
 * What surrounds an Aurora cluster: its subnets, who reaches it, its parameters, who watches it; and its protection. A kind that
 * other parts of a platform have too carries `database` in its name, as all parts have the name of the platform.
 */
export const database = compositions(Database, ({ xr, compose, publish, handDown }) => {
  handDown(xr.spec.providerConfigRef);
  const { name, namespace, uid } = xr.metadata;
  const { region, deletionPolicy } = xr.spec;
  const tags = merge(xr.spec.tags, { Name: fmt`${namespace}/${name}` });
  // Names of RDS take letters, digits and single hyphens, as namespaces and names do: a digest tells a-b/c from a/b-c. It is the
  // same wherever the database is restored to, where its uid is another one.
  const id = digest(namespace, 8);
  const unique = fmt`db-${namespace}-${name}-${id}`;

  const subnetGroup = compose('subnet-group', rds.SubnetGroup, {
    metadata: named(unique),
    spec: { forProvider: { region, subnetIds: xr.spec.subnetIds, tags } },
  });

  const securityGroup = compose('database-security-group', ec2.SecurityGroup, {
    spec: {
      forProvider: {
        region,
        vpcId: xr.spec.vpcId,
        name: fmt`${namespace}/${name}/database`,
        description: 'PostgreSQL from inside of the VPC',
        tags,
      },
    },
  });
  // Named apart from the SecurityGroupIngressRule that was here: a resource of a Composition never changes its kind.
  compose('postgresql-rule', ec2.SecurityGroupRule, {
    spec: {
      forProvider: {
        region,
        type: 'ingress',
        securityGroupId: securityGroup.observed.id,
        protocol: 'tcp',
        fromPort: 5432,
        toPort: 5432,
        cidrBlocks: [xr.spec.vpcCidr],
        sourceSecurityGroupId: xr.spec.clientSecurityGroupId,
      },
    },
  });

  const parameterGroup = compose('parameter-group', rds.ClusterParameterGroup, {
    metadata: named(unique),
    spec: {
      forProvider: {
        region,
        family: 'aurora-postgresql16',
        parameter: [
          { name: 'rds.force_ssl', value: '1', applyMethod: 'immediate' },
          {
            name: 'log_min_duration_statement',
            value: fmt`${xr.spec.slowQueryMilliseconds}`,
            applyMethod: 'immediate',
          },
        ],
        tags,
      },
    },
  });

  const monitoringRole = compose('monitoring-role', iam.Role, {
    metadata: named(fmt`${namespace}_${name}_db`),
    spec: {
      forProvider: {
        assumeRolePolicy: trustOf('monitoring.rds.amazonaws.com'),
        managedPolicyArns: [awsPolicy('service-role/AmazonRDSEnhancedMonitoringRole')],
        tags,
      },
    },
  });

  const aurora = compose('aurora', Aurora, {
    metadata: { name },
    spec: {
      region,
      id,
      subnetGroupName: subnetGroup.observed.id,
      securityGroupId: securityGroup.observed.id,
      parameterGroupName: parameterGroup.observed.id,
      monitoringRoleArn: monitoringRole.observed.arn,
      // A database of the name may have left one already.
      finalSnapshotName: fmt`final-${namespace}-${name}-${uid}`,
      zones: xr.spec.zones,
      engineVersion: xr.spec.engineVersion,
      databaseName: xr.spec.databaseName,
      masterUsername: xr.spec.masterUsername,
      capacity: xr.spec.capacity,
      readers: xr.spec.readers,
      backup: xr.spec.backup,
      maintenanceWindow: xr.spec.maintenanceWindow,
      logRetentionDays: xr.spec.logRetentionDays,
      performanceInsights: xr.spec.performanceInsights,
      keyArn: xr.spec.keyArn,
      deletionPolicy,
      restoreFrom: xr.spec.restoreFrom,
      tags: xr.spec.tags,
      crossplane: {
        compositionRef: {
          // A map transform reads a number by its text.
          name: pick(xr.spec.readers as Ref<unknown> as Ref<'0' | '1' | '2'>, {
            '0': Aurora.composition('no-reader'),
            '1': Aurora.composition('one-reader'),
            '2': Aurora.composition('two-readers'),
          }),
        },
      },
    },
  });
  const { options: texts } = databaseStatus.omit({ port: true }).keyof();
  for (const field of texts) publish(aurora.observed[field], xr.status[field]);
  publish(aurora.observed.port, xr.status.port);

  compose(
    'database-protection',
    Usage,
    protection({ whole: Database, part: Aurora, name, policy: deletionPolicy, field: 'spec.deletionPolicy' }),
  );
});
