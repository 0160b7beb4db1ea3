import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { addons } from '../src/addons.ts';
import { application } from '../src/application.ts';
import { checkFiles } from '../src/check.ts';
import { cluster } from '../src/cluster.ts';
import { partOf } from '../src/crossplane/package.ts';
import { formatPath } from '../src/crossplane/path.ts';
import type { Manifest } from '../src/crossplane/pipeline.ts';
import { manifestsOf, render } from '../src/crossplane/render.ts';
import { validate } from '../src/crossplane/validate.ts';
import { externalDns } from '../src/external-dns.ts';
import { interruptions } from '../src/interruptions.ts';
import { karpenter } from '../src/karpenter.ts';
import { network } from '../src/network.ts';
import { storage } from '../src/storage.ts';
import { findingsOf, packageOf } from './fixtures/package.ts';

const pkg = packageOf(application);
const base = { cluster: 'builderspace', namespace: 'web', serviceAccount: 'front' };
const database = { name: 'orders', id: 'e6b9cf5b', user: 'shop' };
const composition = (variant: string) => ({ crossplane: { compositionRef: { name: `applicationclaim-${variant}` } } });
const withDatabase = { ...base, database };
const byIam = { ...base, database: { ...database, readsSecret: false }, ...composition('with-database-by-iam') };
const withoutDatabase = { ...base, ...composition('without-database') };

interface Owner {
  readonly namespace: string;
  readonly name: string;
}

function claimOf(spec: object, { namespace, name }: Owner = { namespace: 'team-a', name: 'shop' }): Manifest {
  return {
    apiVersion: 'platform.tekanya.services/v1alpha1',
    kind: 'ApplicationClaim',
    metadata: { namespace, name },
    spec,
  };
}

/** What a claim makes, to look at by kind. */
function made(spec: object, owner?: Owner) {
  const rendered = render(pkg, claimOf(spec, owner));
  const manifests = manifestsOf(rendered);
  const ofKind = (kind: string) => manifests.filter(manifest => manifest.kind === kind);
  const settings = (kind: string) =>
    ofKind(kind).map(({ spec }) => (spec as { readonly forProvider: Readonly<Record<string, unknown>> }).forProvider);
  const names = (kind: string) =>
    ofKind(kind).map(({ metadata }) => metadata?.annotations?.['crossplane.io/external-name']);
  const statements = () => settings('RolePolicy').flatMap(({ policy }) => JSON.parse(`${policy}`).Statement);
  const configMap = () => settings('Object')[0]?.manifest as { readonly data: Readonly<Record<string, string>> };
  return { rendered, manifests, ofKind, settings, names, statements, configMap };
}

const variants = [
  { what: 'a database', spec: withDatabase },
  { what: 'a database by IAM alone', spec: byIam },
  { what: 'no database', spec: withoutDatabase },
];

test('the package of applications and clusters is proved', () => {
  expect(findingsOf(network, addons, storage, interruptions, karpenter, externalDns, cluster, application)).toEqual([]);
});

describe('an application with a database', () => {
  const { rendered, settings, ofKind, names, statements, configMap } = made(withDatabase);
  const tags = { Name: 'team-a/shop' };

  test('a role for one service account of one cluster alone', () => {
    expect(names('Role')).toEqual(['team-a_shop_app']);
    expect(JSON.parse(`${settings('Role')[0]?.assumeRolePolicy}`).Statement).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'pods.eks.amazonaws.com' },
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        Condition: {
          StringEquals: {
            'aws:RequestTag/eks-cluster-name': 'team-a_builderspace',
            'aws:RequestTag/kubernetes-namespace': 'web',
            'aws:RequestTag/kubernetes-service-account': 'front',
          },
        },
      },
    ]);
  });

  test('given to it by Pod Identity, in the cluster that is found by its name', () => {
    expect(settings('PodIdentityAssociation')).toEqual([
      {
        region: 'af-south-1',
        clusterNameSelector: {
          matchLabels: {
            'platform.tekanya.services/resource': 'cluster',
            'platform.tekanya.services/xcluster': 'builderspace',
          },
        },
        namespace: 'web',
        serviceAccount: 'front',
        roleArn: expect.stringContaining('role.arn'),
        tags,
      },
    ]);
  });

  test('it may connect as one user, read one secret, write to one log group, and nothing else', () => {
    expect(settings('RolePolicy').map(({ role }) => role)).toEqual(['role.id', 'role.id', 'role.id']);
    expect(statements()).toEqual([
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
        Resource: 'log-group.arn:*',
      },
      {
        Effect: 'Allow',
        Action: 'rds-db:connect',
        Resource: expect.stringMatching(/^arn:aws:rds-db:af-south-1:[^:]+:dbuser:database\.clusterResourceId\/shop$/),
      },
      {
        Effect: 'Allow',
        Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
        Resource: 'database.secretArn',
      },
      {
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: 'database.kmsKeyId',
        Condition: { StringEquals: { 'kms:ViaService': 'secretsmanager.af-south-1.amazonaws.com' } },
      },
    ]);
  });

  test('the database is looked at and never touched', () => {
    expect(names('Cluster')).toEqual(['db-team-a-orders-e6b9cf5b']);
    expect(ofKind('Cluster').map(({ spec }) => spec)).toEqual([
      {
        managementPolicies: ['Observe'],
        forProvider: { region: 'af-south-1' },
        providerConfigRef: { kind: 'ClusterProviderConfig', name: 'default' },
      },
    ]);
  });

  test('its logs are kept for 30 days', () => {
    expect(names('Group')).toEqual(['/tekanya/team-a_shop']);
    expect(settings('Group')).toEqual([{ region: 'af-south-1', retentionInDays: 30, tags }]);
  });

  test('a ConfigMap beside it, made by the ProviderConfig of the cluster, says where all that is', () => {
    expect(configMap()).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'shop', namespace: 'web' },
      data: {
        AWS_REGION: 'af-south-1',
        LOG_GROUP: '/tekanya/team-a_shop',
        PGHOST: 'database.endpoint',
        PGPORT: expect.stringMatching(/^\d+$/),
        PGDATABASE: 'database.databaseName',
        PGUSER: 'shop',
        PGSSLMODE: 'require',
        DATABASE_SECRET_ARN: 'database.secretArn',
        DATABASE_TOKEN_COMMAND: expect.stringMatching(
          /^aws rds generate-db-auth-token --region af-south-1 --hostname database\.endpoint --port \d+ --username shop$/,
        ),
      },
    });
    expect(ofKind('Object')).toMatchObject([
      { spec: { providerConfigRef: { kind: 'ProviderConfig', name: 'builderspace' } } },
    ]);
  });

  test('the status says the same', () => {
    expect(rendered.composite.status).toMatchObject({
      roleArn: expect.stringContaining('role.arn'),
      logGroupArn: 'log-group.arn',
      database: {
        host: 'database.endpoint',
        port: expect.any(Number),
        name: 'database.databaseName',
        resourceId: 'database.clusterResourceId',
        secretArn: 'database.secretArn',
        user: 'shop',
        tokenCommand: expect.stringMatching(
          /^aws rds generate-db-auth-token .* --hostname database\.endpoint .*--username shop$/,
        ),
      },
    });
  });

  test('nothing waits for longer than the value it needs, and what is in the cluster waits until it is up', () => {
    const madeIn = (round: number) => rendered.resources.filter(it => it.round === round).map(({ name }) => name);
    expect(madeIn(1)).toEqual(['role', 'log-group', 'database']);
    expect(madeIn(3)).toEqual(['association', 'write-logs', 'connect', 'read-secret']);
    expect(rendered.resources.find(({ name }) => name === 'config-map')?.round).toBeGreaterThan(3);
    expect([...rendered.waiting]).toEqual([]);
  });
});

describe('choices', () => {
  test('by IAM alone: it connects all the same, and neither reads the secret nor is told of it', () => {
    const { statements, configMap, rendered } = made(byIam);
    expect(statements().map(({ Action }) => [Action].flat()[0])).toEqual(['logs:CreateLogStream', 'rds-db:connect']);
    expect(configMap().data).toMatchObject({ PGHOST: 'database.endpoint', PGUSER: 'shop' });
    expect(JSON.stringify([configMap(), rendered.composite.status])).not.toMatch(/secret/i);
  });

  test('without a database: the role and its logs', () => {
    const { statements, configMap, ofKind } = made(withoutDatabase);
    expect(ofKind('Cluster')).toEqual([]);
    expect(statements().map(({ Resource }) => Resource)).toEqual(['log-group.arn:*']);
    expect(configMap().data).toEqual({ AWS_REGION: 'af-south-1', LOG_GROUP: '/tekanya/team-a_shop' });
  });

  test('region, logs and tags, which never replace ours', () => {
    const { settings, configMap } = made({
      ...withoutDatabase,
      region: 'eu-west-1',
      logRetentionDays: 365,
      tags: { owner: 'me', Name: 'mine' },
    });
    expect(settings('Group')).toMatchObject([{ region: 'eu-west-1', retentionInDays: 365 }]);
    for (const kind of ['Role', 'PodIdentityAssociation', 'Group'])
      expect(settings(kind)).toMatchObject([{ tags: { owner: 'me', Name: 'team-a/shop' } }]);
    expect(configMap().data.AWS_REGION).toBe('eu-west-1');
  });
});

describe.each(variants)('with $what', ({ spec }) => {
  const { rendered, manifests, statements } = made(spec);

  test('no policy is for everything: each names its resource, and a wildcard stands for streams of its log group only', () => {
    for (const { Resource } of statements())
      expect(`${Resource}`.replace(/^log-group\.arn:\*$/, '')).not.toContain('*');
    expect(JSON.stringify(statements().map(({ Action }) => Action))).not.toContain('*');
  });

  test('no password anywhere, and no Secret', () => {
    expect(JSON.stringify([manifests, rendered.composite])).not.toMatch(/password/i);
    expect(manifests.map(({ kind }) => kind)).not.toContain('Secret');
  });
});

test('names of a-b/c and a/b-c differ, and the longest in a namespace of 27 characters fit', () => {
  const namesOf = (namespace: string, name: string) => {
    const { names } = made(withDatabase, { namespace, name });
    return ['Role', 'Group'].flatMap(names);
  };
  expect(namesOf('a-b', 'c').filter(name => namesOf('a', 'b-c').includes(name))).toEqual([]);
  expect(namesOf('n'.repeat(27), 'a'.repeat(32))[0]).toHaveLength(64);
});

/** What the API server has against a spec, or against the change from an old one. */
function refusals(spec: object, old?: object): readonly string[] {
  const manifest = claimOf(spec);
  const schema = partOf(pkg, manifest)?.schema ?? {};
  return validate(schema, manifest, old && { old: claimOf(old) }).map(
    ({ path, message }) => `${formatPath(path)} ${message}`,
  );
}

describe('accepted', () => {
  test.each<{ what: string; spec: object; old?: object }>([
    ...variants,
    { what: 'another database', spec: { ...base, database: { ...database, id: '00000000' } }, old: withDatabase },
    { what: 'another user', spec: { ...base, database: { ...database, user: '_shop_2' } }, old: withDatabase },
    { what: 'a database later', spec: { ...withDatabase, ...composition('with-database') }, old: withoutDatabase },
    { what: 'the secret no longer', spec: byIam, old: withDatabase },
    { what: 'longer logs', spec: { ...withDatabase, logRetentionDays: 365 }, old: withDatabase },
  ])('$what', ({ spec, old }) => {
    expect(refusals(spec, old)).toEqual([]);
  });
});

describe('refused', () => {
  const another = 'cannot be changed: delete this one and make another';

  test.each<{ what: string; spec: object; old?: object; refusal: string }>([
    {
      what: 'another cluster',
      spec: { ...withDatabase, cluster: 'b' },
      old: withDatabase,
      refusal: `cluster ${another}`,
    },
    {
      what: 'another namespace',
      spec: { ...withDatabase, namespace: 'b' },
      old: withDatabase,
      refusal: `namespace ${another}`,
    },
    {
      what: 'another service account',
      spec: { ...withDatabase, serviceAccount: 'b' },
      old: withDatabase,
      refusal: `serviceAccount ${another}`,
    },
    {
      what: 'all users of a database',
      spec: { ...base, database: { ...database, user: '*' } },
      refusal: 'database.user must be one user of the database, such as shop, without wildcards',
    },
    {
      what: 'a user out of a variable of IAM',
      spec: { ...base, database: { ...database, user: `\${aws:username}` } },
      refusal: 'database.user must be one user of the database',
    },
    {
      what: 'a whole identifier for an id',
      spec: { ...base, database: { ...database, id: 'db-a-b' } },
      refusal: "database.id must be the last 8 characters of the database's status.identifier, such as e6b9cf5b",
    },
    {
      what: 'a database without a user',
      spec: { ...base, database: { name: 'orders', id: 'e6b9cf5b' } },
      refusal: 'database.user',
    },
    { what: 'all service accounts', spec: { ...withDatabase, serviceAccount: '*' }, refusal: 'serviceAccount' },
    { what: 'all namespaces', spec: { ...withDatabase, namespace: '*' }, refusal: 'namespace' },
    {
      what: 'no database in the Composition of one',
      spec: base,
      refusal: ' with no database, spec.crossplane.compositionRef.name must be applicationclaim-without-database',
    },
    {
      what: 'a database in the Composition of none',
      spec: { ...withDatabase, ...composition('without-database') },
      refusal: 'compositionRef.name must be applicationclaim-with-database or left out',
    },
    {
      what: 'no secret in the Composition that reads it',
      spec: { ...byIam, crossplane: {} },
      refusal: 'compositionRef.name must be applicationclaim-with-database-by-iam',
    },
    { what: 'logs of ten days', spec: { ...withDatabase, logRetentionDays: 10 }, refusal: 'logRetentionDays is 10' },
    { what: 'a password', spec: { ...withDatabase, password: 'hunter2' }, refusal: 'password is not a known field' },
  ])('$what', ({ spec, old, refusal }) => {
    expect(refusals(spec, old)).toEqual([expect.stringContaining(refusal)]);
  });

  test('a name that leaves no room for the namespace', () => {
    const manifest = claimOf(withDatabase, { namespace: 'team-a', name: 'a'.repeat(33) });
    const problems = validate(partOf(pkg, manifest)?.schema ?? {}, manifest);
    expect(problems.map(({ path }) => formatPath(path))).toEqual(['metadata.name']);
  });
});

describe('the example', () => {
  const read = (name: string) => readFileSync(new URL(`../claims/${name}`, import.meta.url), 'utf8');
  const deployment = read('examples/application-deployment.yaml');

  test('is a claim that is accepted', () => {
    const checked = checkFiles([{ name: 'application.yaml', text: read('application.yaml') }], pkg);
    expect(checked.problems).toEqual([]);
  });

  test('is used by a Deployment that takes all from the ConfigMap and copies nothing', () => {
    expect(deployment).toContain('serviceAccountName: shop');
    expect(deployment).toContain('configMapRef:');
    const known = Object.keys(made(withDatabase).configMap().data);
    for (const [, variable] of deployment.matchAll(/\$([A-Z_]+)/g)) expect(known).toContain(variable);
    expect(deployment).not.toMatch(/amazonaws|rds!|arn:|5432/);
  });
});
