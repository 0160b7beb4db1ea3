import { z } from 'zod';
import { defaultAuroraVersion } from '../aws/aurora-versions.ts';
import { reservedWords } from '../aws/postgresql-words.ts';
import { regions } from '../aws/regions.ts';
import { auroraVersions, versions } from '../aws/versions.ts';
import type { Rule } from '../crossplane/schema.ts';
import { immutable, rule } from '../crossplane/structural.ts';
import { providerConfigRef } from './account.ts';
import { api } from './group.ts';
import { retentionDays } from './logs.ts';
import { identifier } from './names.ts';
import { tags } from './network.ts';

/**
 * The most characters of the name of what has a database. AWS takes 63 for a cluster and its instances, which are named by
 * namespace, name and 15 characters of ours (`db-`, a digest, the instance's number): a namespace of 24 fits beside it.
 */
export const longestName = 24;

export const anotherDatabase = 'make another database beside it, and move the data over or restore a snapshot into it';

/** The versions of which RDS makes no database any more: `16.4, 16.6`. */
const withdrawn = auroraVersions.filter(version => versions.auroraPostgresql[version].refusedFrom).join(', ');

const minorOf = (version: string) => `int(${version}.substring(3))`;

const engineVersion = rule(
  z.string().max(8),
  {
    rule: "self.startsWith('16.')",
    message:
      'must be of Aurora PostgreSQL 16: a major upgrade stops the database for minutes, wants parameter groups of its own and cannot be undone, so make another database with restoreFrom and move over',
  },
  {
    rule: `!self.startsWith('16.') || self in [${auroraVersions.map(version => `'${version}'`).join(', ')}]`,
    message: `is none of the versions that are known: ${auroraVersions.join(', ')}`,
  },
  {
    rule: `!self.matches('^16[.][0-9]+$') || ${minorOf('self')} >= ${minorOf('oldSelf')}`,
    messageExpression: "'is ' + oldSelf + ' already, and RDS never goes back'",
    message: 'cannot go back',
  },
)
  .default(defaultAuroraVersion)
  .describe(
    `The version of Aurora PostgreSQL, upgraded at once when it is set: ${auroraVersions.join(', ')}. Where RDS runs a later one than this, because AWS has upgraded the database, that one stays. RDS makes no new databases of ${withdrawn}.`,
  );

const deletionPolicies = ['Protect', 'Snapshot', 'Delete'] as const;

export type DeletionPolicy = (typeof deletionPolicies)[number];

/** Names that PostgreSQL and RDS take bare. */
const bareName = rule(
  z
    .string()
    .max(63)
    .regex(/^[a-z][a-z0-9_]*$/),
  {
    rule: `!(self in [${reservedWords.map(word => `'${word}'`).join(', ')}])`,
    message: 'is a word of PostgreSQL, which RDS takes for no name: take another one',
  },
);

/** A number of ACU. The API server takes a multipleOf of 0.5 for one of 0, and refuses the kind. */
const acu = (least: number) =>
  rule(z.number().min(least).max(256), {
    rule: 'self * 2.0 == double(int(self * 2.0))',
    message: 'must be in steps of 0.5',
  });

const capacity = z.object({
  min: acu(0)
    .default(0.5)
    .describe('The least, in ACU of 2 GiB each, in steps of 0.5. With 0 the database pauses while nobody uses it.'),
  max: acu(1).default(2).describe('The most, in ACU, in steps of 0.5.'),
  pauseAfterSeconds: z
    .int()
    .min(300)
    .max(86400)
    .optional()
    .describe('How long nobody uses a database of min 0 before it pauses. Left out: 300 seconds.'),
});

const clock = '([01][0-9]|2[0-3]):[0-5][0-9]';
const days = '(mon|tue|wed|thu|fri|sat|sun)';

/** The minutes from one time of the day in a text to another, in CEL. */
const minutes = (from: number, to: number) => {
  const at = (i: number) => `int(self.substring(${i}, ${i + 2})) * 60 + int(self.substring(${i + 3}, ${i + 5}))`;
  return `(${at(to)} - (${at(from)}) + 1440) % 1440`;
};

const backup = z.object({
  days: z.int().min(1).max(35).default(7).describe('How many days automated backups are kept.'),
  window: rule(
    z
      .string()
      .max(11)
      .regex(new RegExp(`^${clock}-${clock}$`)),
    {
      rule: `${minutes(0, 6)} >= 30`,
      message: 'must be of 30 minutes at least, such as 01:00-02:00',
    },
  )
    .default('01:00-02:00')
    .describe('When the daily backup is made, in UTC.'),
});

const restoreFrom = rule(
  z.object({
    snapshot: z
      .string()
      .max(255)
      .optional()
      .describe('The name or ARN of a cluster snapshot, such as the last one of a database that is gone.'),
    pointInTime: rule(
      z.object({
        cluster: z.string().max(63).describe('The cluster in RDS, as status.identifier of its database tells.'),
        time: z
          .string()
          .max(20)
          .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/)
          .optional()
          .meta({ example: '2026-11-22T21:00:00Z' })
          .describe('A moment in the time that its backups reach back, in UTC.'),
        latest: z.literal(true).optional().describe('In place of time: the latest moment there is.'),
      }),
      { rule: 'has(self.time) != has(self.latest)', message: 'set either time or latest' },
    )
      .optional()
      .describe('A cluster as it was at a moment.'),
  }),
  { rule: 'has(self.snapshot) != has(self.pointInTime)', message: 'set either snapshot or pointInTime' },
)
  .optional()
  .meta({ example: { snapshot: 'final-team-a-builderspace-e6b9cf5b-7d3a-4c8e-9f10-2a3b4c5d6e7f' } })
  .describe(
    'Where the data comes from, when the database is made. databaseName and masterUsername must be those of the source.',
  );

/** What can be chosen of a database, beside where it is. */
export const databaseSettings = z.object({
  engineVersion,
  databaseName: immutable(
    rule(bareName, {
      rule: "!(self in ['postgres', 'rdsadmin', 'template0', 'template1'])",
      message: 'is a database of PostgreSQL or RDS itself; name yours otherwise',
    }),
    'it is made once; further ones are made in SQL, with CREATE DATABASE',
  )
    .default('builderspace')
    .describe('The database that is there from the start.'),
  masterUsername: immutable(
    rule(bareName, {
      rule: "!(self in ['admin', 'rdsadmin']) && !self.startsWith('pg_')",
      message: 'is a name that RDS or PostgreSQL keeps for itself; take another one, such as postgres',
    }),
    'it is made once; further users are made in SQL, with CREATE ROLE',
  )
    .default('postgres')
    .describe('The first user, whose password RDS keeps and rotates in Secrets Manager.'),
  capacity: capacity
    .prefault({})
    .meta({ example: { min: 0, max: 4, pauseAfterSeconds: 600 } })
    .describe('The bounds that Aurora Serverless v2 scales in.'),
  readers: z
    .literal([0, 1, 2])
    .default(0)
    .describe('How many readers there are beside the writer, to read from and to take over when it fails.'),
  backup: backup.prefault({}).describe('Automated backups, from which any moment can be restored.'),
  maintenanceWindow: z
    .string()
    .max(19)
    .regex(new RegExp(`^${days}:${clock}-${days}:${clock}$`))
    .default('sun:02:30-sun:03:30')
    .describe('When RDS may do what cannot wait, once a week, in UTC. It must not overlap backup.window.'),
  slowQueryMilliseconds: z
    .int()
    .min(1)
    .max(3_600_000)
    .default(1000)
    .describe('A statement that takes this long is logged to CloudWatch.'),
  logRetentionDays: retentionDays.describe('How long the logs of the database are kept.'),
  performanceInsights: z
    .boolean()
    .default(false)
    .describe('Whether Performance Insights keeps what the database is busy with, for 7 days.'),
  keyArn: z
    .string()
    .max(128)
    .regex(/^arn:aws:kms:[a-z0-9-]+:[0-9]{12}:key\/[a-z0-9-]+$/)
    .optional()
    .meta({ example: 'arn:aws:kms:af-south-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab' })
    .describe("A KMS key that encrypts the data and the password, in place of the account's own."),
  deletionPolicy: z
    .enum(deletionPolicies)
    .default('Protect')
    .describe(
      'What becomes of the data. Protect: deleting is refused. Snapshot: a last snapshot stays. Delete: nothing stays.',
    ),
  restoreFrom,
});

/** What must hold inside of a database's settings, which stand at this place below the rules' own. */
export function databaseRules(database: string): readonly Rule[] {
  const at = `self${database}`;
  const old = `oldSelf${database}`;
  return [
    {
      rule: `${at}.capacity.min <= ${at}.capacity.max`,
      message: 'must not be more than capacity.max',
      fieldPath: `${database}.capacity.min`,
    },
    {
      rule: `!has(${at}.capacity.pauseAfterSeconds) || ${at}.capacity.min == 0.0`,
      message: 'is for a database that pauses: set capacity.min to 0, or leave it out',
      fieldPath: `${database}.capacity.pauseAfterSeconds`,
    },
    ...['keyArn', 'restoreFrom'].map(field => ({
      rule: `has(${at}.${field}) == has(${old}.${field}) && (!has(${at}.${field}) || ${at}.${field} == ${old}.${field})`,
      message: `cannot be changed, added or removed: ${anotherDatabase}`,
      fieldPath: `${database}.${field}`,
    })),
  ];
}

export const databaseStatus = z.object({
  identifier: z.string().describe('The name of the cluster in RDS.'),
  endpoint: z.string().describe('Where the writer is, whichever instance that is.'),
  readerEndpoint: z.string().describe('Where the readers are, or the writer where there are none.'),
  port: z.number().describe('5432'),
  secretArn: z.string().describe('The secret, in Secrets Manager, with the name and password of the first user.'),
  clusterResourceId: z.string().describe('cluster-…, by which IAM policies name the database (rds-db:connect).'),
  engineVersion: z.string().describe('The version in use.'),
});

/** Where a database is. */
export const place = z.object({
  region: immutable(z.enum(regions), anotherDatabase).default('af-south-1').describe('The AWS region of everything.'),
  tags,
  providerConfigRef,
  zones: immutable(z.array(z.string().max(20)).min(2).max(3), anotherDatabase)
    .optional()
    .meta({ example: ['af-south-1a', 'af-south-1b', 'af-south-1c'] })
    .describe(
      'The zones of the subnets: the writer is made in the first, a reader in the next. Left out: RDS chooses.',
    ),
});

export const keepsZones: Rule = {
  rule: 'has(self.zones) == has(oldSelf.zones)',
  message: `cannot be added or removed: ${anotherDatabase}`,
  fieldPath: '.zones',
};

export const Database = api({
  kind: 'XDatabase',
  plural: 'xdatabases',
  shortNames: ['xdb'],
  categories: ['platform'],
  description: 'An Aurora PostgreSQL database, Serverless v2, reachable from its VPC only and protected by default.',
  longestName,
  spec: rule(
    databaseSettings.extend({
      ...place.shape,
      vpcId: immutable(identifier, anotherDatabase).describe('The VPC that the database lives in: vpc-…'),
      subnetIds: z
        .array(identifier)
        .min(2)
        .max(3)
        .meta({ example: ['subnet-0123456789abcdef0', 'subnet-0fedcba9876543210'] })
        .describe('Subnets of the VPC, each in a zone of its own.'),
      vpcCidr: z
        .string()
        .max(18)
        .optional()
        .meta({ example: '10.0.0.0/16' })
        .describe('The addresses that reach the database: those of the VPC.'),
      clientSecurityGroupId: identifier
        .optional()
        .meta({ example: 'sg-0123456789abcdef0' })
        .describe("In place of vpcCidr: the security group whose members reach the database, such as the cluster's."),
    }),
    ...databaseRules(''),
    keepsZones,
    {
      rule: 'has(self.vpcCidr) != has(self.clientSecurityGroupId)',
      message: 'set either vpcCidr or clientSecurityGroupId: who reaches the database',
    },
    {
      rule: '!has(self.vpcCidr) || (isCIDR(self.vpcCidr) && cidr(self.vpcCidr).ip().family() == 4 && cidr(self.vpcCidr).prefixLength() >= 16)',
      message: 'must be the IPv4 network of a VPC, such as 10.0.0.0/16; the database is never open to all',
      fieldPath: '.vpcCidr',
    },
  ),
  status: databaseStatus,
  columns: xr => [
    { name: 'REGION', of: xr.spec.region },
    { name: 'VERSION', of: xr.status.engineVersion },
    { name: 'ENDPOINT', of: xr.status.endpoint },
    { name: 'POLICY', of: xr.spec.deletionPolicy },
    { name: 'SECRET', of: xr.status.secretArn, wide: true },
  ],
});
