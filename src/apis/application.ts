import { z } from 'zod';
import { immutable, rule } from '../crossplane/structural.ts';
import { providerConfigRef } from './account.ts';
import { api } from './group.ts';
import { label } from './names.ts';
import { region, tags } from './network.ts';

const anotherApplication = 'delete this one and make another';

const usedDatabase = z.object({
  name: label.describe(
    "The database, by its name: an XDatabase's or a platform's that has one, in the same namespace.",
  ),
  id: rule(z.string().max(8).meta({ example: 'e6b9cf5b' }), {
    rule: "self.matches('^[0-9a-f]{8}$')",
    message: "must be the last 8 characters of the database's status.identifier, such as e6b9cf5b",
  }).describe(
    'The last 8 characters of status.identifier of the database, which are the same for all databases of a namespace.',
  ),
  user: rule(z.string().max(63).meta({ example: 'shop' }), {
    rule: "self.matches('^[a-z_][a-z0-9_]*$')",
    message: 'must be one user of the database, such as shop, without wildcards; each application has its own',
  }).describe('The one database user that it connects as, made in SQL: CREATE USER shop; GRANT rds_iam TO shop;'),
  readsSecret: z
    .boolean()
    .default(true)
    .describe(
      "Whether it may read the database's secret in Secrets Manager, which lets it in as the first user. An application that connects with IAM alone needs no secret.",
    ),
});

export const Application = api({
  kind: 'ApplicationClaim',
  plural: 'applicationclaims',
  shortNames: ['app'],
  categories: ['platform'],
  description: 'What one service account of a cluster of the namespace may use in AWS, and where it is.',
  longestName: 32,
  spec: z.object({
    region,
    tags,
    providerConfigRef,
    cluster: immutable(label, anotherApplication).describe(
      "The cluster, by its name: a PlatformClaim's or an XCluster's, in the same namespace.",
    ),
    namespace: immutable(label, anotherApplication).describe(
      'The namespace of the application in the cluster. The ConfigMap is made once there is one.',
    ),
    serviceAccount: immutable(label, anotherApplication).describe("The application's service account in it."),
    database: usedDatabase.optional().describe('The database that the application uses.'),
    logRetentionDays: z
      .literal([1, 3, 5, 7, 14, 30, 60, 90, 180, 365])
      .default(30)
      .describe('How long the logs of the application are kept.'),
  }),
  status: z.object({
    roleArn: z.string().describe('The role that the service account works as: arn:aws:iam::…:role/…'),
    account: z.string().describe('The AWS account.'),
    logGroupArn: z.string().describe('The log group that the application writes to.'),
    database: z
      .object({
        host: z.string().describe('Where the writer of the database is.'),
        port: z.number().describe('5432'),
        name: z.string().describe('The database in it, as PostgreSQL names it.'),
        resourceId: z.string().describe('cluster-…, by which IAM names the database.'),
        secretArn: z
          .string()
          .optional()
          .describe('The secret that may be read, as Secrets Manager takes it for a name (SecretId).'),
        tokenCommand: z.string().describe('What gives a token of 15 minutes, which is the password to connect with.'),
        user: z.string().describe('The user of the database that the application works as.'),
      })
      .optional()
      .describe('The database that the application uses.'),
  }),
  variants: {
    'with-database': {
      when: 'has(self.database) && self.database.readsSecret',
      meaning: 'a database whose secret is read',
    },
    'with-database-by-iam': {
      when: 'has(self.database) && !self.database.readsSecret',
      meaning: 'a database whose secret is not read (database.readsSecret: false)',
    },
    'without-database': { when: '!has(self.database)', meaning: 'no database' },
  },
  columns: xr => [
    { name: 'CLUSTER', of: xr.spec.cluster },
    { name: 'NAMESPACE', of: xr.spec.namespace },
    { name: 'SERVICE ACCOUNT', of: xr.spec.serviceAccount },
    { name: 'DATABASE', of: xr.spec.database.name },
    { name: 'ROLE', of: xr.status.roleArn, wide: true },
  ],
});
