import { Application } from './apis/application.ts';
import { Cluster } from './apis/cluster.ts';
import { compositions } from './crossplane/composition.ts';
import type { Document } from './crossplane/expressions.ts';
import { awaited, between, fmt, json, merge } from './crossplane/expressions.ts';
import type { Ref } from './crossplane/ref.ts';
import { trustOfPods } from './iam.ts';
import * as logs from './imports/cloudwatchlogs.aws.m.upbound.io.ts';
import * as eks from './imports/eks.aws.m.upbound.io.ts';
import * as iam from './imports/iam.aws.m.upbound.io.ts';
import * as kubernetes from './imports/kubernetes.m.crossplane.io.ts';
import * as rds from './imports/rds.aws.m.upbound.io.ts';
import { named } from './names.ts';

/** What the ConfigMap says that status says too. */
type Told = Readonly<Record<'PGUSER' | 'DATABASE_TOKEN_COMMAND', Ref<string>>>;

/** The role of one service account, what it may use, and a ConfigMap beside it that tells where that is. */
export const application = compositions(Application, ({ xr, variant, compose, publish, selectFrom, handDown }) => {
  handDown(xr.spec.providerConfigRef);
  const { name, namespace } = xr.metadata;
  const { region, cluster, serviceAccount } = xr.spec;
  const tags = merge(xr.spec.tags, { Name: fmt`${namespace}/${name}` });

  const role = compose('role', iam.Role, {
    metadata: named(fmt`${namespace}_${name}_app`),
    spec: {
      forProvider: {
        assumeRolePolicy: trustOfPods(fmt`${namespace}_${cluster}`, xr.spec.namespace, serviceAccount),
        tags,
      },
    },
  });
  publish(role.observed.arn, xr.status.roleArn);
  publish(between(role.observed.arn, 'arn:aws:iam::', ':'), xr.status.account);

  const association = compose('association', eks.PodIdentityAssociation, {
    spec: {
      forProvider: {
        region,
        // By reference, as the cluster is of another composite resource, and up already unless both are made together.
        clusterNameSelector: selectFrom(Cluster, cluster, { resource: 'cluster' }),
        namespace: xr.spec.namespace,
        serviceAccount,
        roleArn: role.observed.arn,
        tags,
      },
    },
  });

  /** Lets the role do something. Each policy has its own name, so one can come and go without the others. */
  const allow = (what: string, ...statements: Readonly<Record<string, Document>>[]) =>
    compose(what, iam.RolePolicy, {
      spec: {
        forProvider: {
          role: role.observed.id,
          policy: json({
            Version: '2012-10-17',
            Statement: statements.map(statement => ({ Effect: 'Allow', ...statement })),
          }),
        },
      },
    });

  const logGroupName = fmt`/tekanya/${namespace}_${name}`;
  const logGroup = compose('log-group', logs.Group, {
    metadata: named(logGroupName),
    spec: { forProvider: { region, retentionInDays: xr.spec.logRetentionDays, tags } },
  });
  publish(logGroup.observed.arn, xr.status.logGroupArn);
  // The streams in its own log group, which IAM names by what follows the group's ARN.
  allow('write-logs', {
    Action: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
    Resource: fmt`${logGroup.observed.arn}:*`,
  });

  /** Lets it use the database, and gives what libpq, and so most programs, take for the place of one. */
  const useDatabase = () => {
    const user = awaited(xr.spec.database.user);
    // Looked at, never touched: all about the database but its name, which carries a digest that the claim gives, is read
    // here. The namespace in the name is the claim's own: a team names no database of another, save that a/b-c reads as a-b/c
    // does, where the id alone tells them apart.
    const { observed } = compose('database', rds.Cluster, {
      metadata: named(fmt`db-${namespace}-${awaited(xr.spec.database.name)}-${awaited(xr.spec.database.id)}`),
      spec: { managementPolicies: ['Observe'], forProvider: { region } },
    });
    const { endpoint, port, databaseName, clusterResourceId } = observed;
    const { secretArn, kmsKeyId } = observed.masterUserSecret[0];
    publish(endpoint, xr.status.database.host);
    publish(port, xr.status.database.port);
    publish(databaseName, xr.status.database.name);
    publish(clusterResourceId, xr.status.database.resourceId);
    allow('connect', {
      Action: 'rds-db:connect',
      Resource: fmt`arn:aws:rds-db:${region}:${xr.status.account}:dbuser:${clusterResourceId}/${user}`,
    });
    const place = {
      PGHOST: endpoint,
      PGPORT: fmt`${port}`,
      PGDATABASE: databaseName,
      PGUSER: user,
      PGSSLMODE: 'require',
      DATABASE_TOKEN_COMMAND: fmt`aws rds generate-db-auth-token --region ${region} --hostname ${endpoint} --port ${port} --username ${user}`,
    };
    if (variant === 'with-database-by-iam') return place;

    publish(secretArn, xr.status.database.secretArn);
    allow(
      'read-secret',
      { Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'], Resource: secretArn },
      {
        Action: 'kms:Decrypt',
        Resource: kmsKeyId,
        Condition: { StringEquals: { 'kms:ViaService': fmt`secretsmanager.${region}.amazonaws.com` } },
      },
    );
    return { ...place, DATABASE_SECRET_ARN: secretArn };
  };

  // Never deleted there, so that a cluster that goes first leaves nothing that cannot be deleted.
  const configMap = compose(
    'config-map',
    kubernetes.Object,
    {
      spec: {
        managementPolicies: ['Observe', 'Create', 'Update', 'LateInitialize'],
        providerConfigRef: { kind: 'ProviderConfig', name: cluster },
        forProvider: {
          manifest: {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name, namespace: xr.spec.namespace },
            data: {
              AWS_REGION: region,
              LOG_GROUP: logGroupName,
              ...(variant !== 'without-database' && useDatabase()),
            },
          },
        },
      },
    },
    // The cluster is up by then.
    { after: [association.observed.id] },
  );
  if (variant !== 'without-database') {
    // What is told in status comes from what is observed, and this is where a setting of the spec can be seen again.
    const told = configMap.observed.manifest.data as unknown as Told;
    publish(told.PGUSER, xr.status.database.user);
    publish(told.DATABASE_TOKEN_COMMAND, xr.status.database.tokenCommand);
  }
});
