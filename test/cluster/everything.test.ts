import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateSecurityGroupCommand } from '@aws-sdk/client-ec2';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import {
  CreateDBClusterCommand,
  CreateDBClusterSnapshotCommand,
  DeleteDBClusterCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBClustersCommand,
} from '@aws-sdk/client-rds';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readManifests } from '../../src/local/manifest.ts';
import { assemblePackage } from '../../src/package.ts';
import {
  apply,
  aws,
  changesSince,
  ensureNamespace,
  eventually,
  get,
  kubectl,
  lastCall,
  left,
  namesInAccount,
  untilReady,
} from './cluster.ts';
import { first, type Given, second, third } from './everything.ts';
import { startTestCluster } from './ground.ts';

const namespace = 'every';
const folder = new URL('../../kind-bootstrap/account/', import.meta.url);
const names = (manifests: readonly { kind: string; metadata: { name: string } }[]) =>
  manifests.map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`);

/** Who the provider is in the account's log of calls. */
const isProvider = (caller: string) => caller.includes('assumed-role/crossplane/');

/** Makes in the account what the manifests name, and tells it. */
async function prepare(): Promise<Given> {
  const { ec2, iam, kms, rds } = aws();
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
  };
  const role = await iam.send(
    new CreateRoleCommand({ RoleName: 'every-support', AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  const key = await kms.send(new CreateKeyCommand({}));
  const source = {
    DBClusterIdentifier: 'every-source',
    Engine: 'aurora-postgresql',
    EngineVersion: '16.13',
    StorageEncrypted: true,
  };
  await rds.send(
    new CreateDBClusterCommand({ ...source, MasterUsername: 'postgres', MasterUserPassword: 'not-kept-anywhere' }),
  );
  await eventually(
    async () =>
      (await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: 'every-source' }))).DBClusters?.[0]?.Status,
  ).toBe('available');
  const snapshot = { DBClusterSnapshotIdentifier: 'every-snapshot' };
  await rds.send(new CreateDBClusterSnapshotCommand({ ...snapshot, DBClusterIdentifier: 'every-source' }));
  await eventually(
    async () => (await rds.send(new DescribeDBClusterSnapshotsCommand(snapshot))).DBClusterSnapshots?.[0]?.Status,
  ).toBe('available');
  await rds.send(new DeleteDBClusterCommand({ DBClusterIdentifier: 'every-source', SkipFinalSnapshot: true }));
  const { vpcId, subnets } = (await get(namespace, 'xnetwork/net')).status;
  const clients = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: 'every-clients', Description: 'Who uses the database', VpcId: vpcId }),
  );
  return {
    roleArn: role.Role?.Arn ?? '',
    keyArn: key.KeyMetadata?.Arn ?? '',
    githubProvider: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com',
    snapshot: snapshot.DBClusterSnapshotIdentifier,
    vpcId,
    subnetIds: [subnets.first.id, subnets.second.id, subnets.third.id],
    securityGroupId: clients.GroupId ?? '',
  };
}

/** Every composed and composite object of the namespace, by what it is, with its version. */
async function versions(): Promise<Readonly<Record<string, string>>> {
  const all = JSON.parse(await kubectl('get', 'managed,composite,platform', '-n', namespace, '-o', 'json')).items as {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly resourceVersion: string };
  }[];
  return Object.fromEntries(
    all.map(({ apiVersion, kind, metadata }) => [`${apiVersion} ${kind}/${metadata.name}`, metadata.resourceVersion]),
  );
}

describe('every API in every variant', () => {
  const applied: { kind: string; metadata: { name: string } }[] = [];
  const bring = async (manifests: readonly { kind: string; metadata: { name: string } }[], seconds: number) => {
    for (const one of manifests) await apply(namespace, one);
    applied.push(...manifests);
    await Promise.all(names(manifests).map(name => untilReady(namespace, name, seconds)));
  };

  beforeAll(async () => {
    await ensureNamespace(namespace);
    for (const name of readdirSync(folder)) await kubectl('apply', '-f', new URL(name, folder).pathname);
  }, 120_000);

  test('comes up: networks, clusters, databases, access, applications, zones', async () => {
    await bring(first, 180);
    const given = await prepare();
    await bring(second(given), 900);
    const { identifier } = (await get(namespace, 'platformclaim/full')).status.database;
    await bring(third(identifier.slice(-8)), 180);
  }, 1_500_000);

  test('is every Composition of the package', async () => {
    const used = new Set<string>();
    for (const { api } of assemblePackage().parts) {
      const kind = `${api.plural}.${api.GVK.apiVersion.split('/')[0]}`;
      const { items } = JSON.parse(await kubectl('get', kind, '-n', namespace, '-o', 'json'));
      for (const { spec } of items) used.add(spec.crossplane.compositionRef.name);
    }
    const all = assemblePackage().parts.flatMap(({ compositions }) =>
      compositions.map(({ metadata }) => metadata.name),
    );
    expect([...used].sort()).toEqual([...all].sort());
  });

  test('what an account has once is there', async () => {
    for (const name of readdirSync(folder)) {
      for (const { kind, metadata } of readManifests(readFileSync(new URL(name, folder), 'utf8'))) {
        if (metadata.namespace) await untilReady(metadata.namespace, `${kind.toLowerCase()}/${metadata.name}`, 120);
      }
    }
  });

  test('at rest: ten looks of the provider change nothing in AWS, and write no object', async () => {
    const seconds = 10;
    await startTestCluster(() => {}, { poll: `${seconds}s` });
    // What a provider that has just started still writes: annotations and conditions of an older look.
    await sleep(3 * seconds * 1000);
    const [since, before] = [await lastCall(), await versions()];
    await sleep(10.5 * seconds * 1000);
    expect(Object.keys(before).length).toBeGreaterThan(300);
    const changes = (await changesSince(since)).filter(({ caller }) => isProvider(caller));
    const after = await versions();
    expect(changes.map(({ service, action, resource }) => `${service}.${action} ${resource}`)).toEqual([]);
    expect(Object.keys(after).filter(name => before[name] !== after[name])).toEqual([]);
  }, 300_000);

  test('goes: nothing is left in the management cluster, and in the account what is kept on purpose', async () => {
    await startTestCluster(() => {});
    await kubectl('delete', '-n', namespace, ...names(applied.filter(({ metadata }) => metadata.name !== 'net')));
    await eventually(
      async () => (await left(namespace)).split('\n').filter(name => !/net(-|$)/.test(name)),
      900,
    ).toEqual([]);
    await kubectl('delete', '-n', namespace, 'xnetwork/net');
    await eventually(() => left(namespace), 200).toBe('');
    await eventually(() => namesInAccount(namespace)).toEqual([]);
  }, 1_500_000);

  afterAll(async () => {
    for (const name of readdirSync(folder))
      await kubectl('delete', '-f', new URL(name, folder).pathname, '--wait=false');
  });
});
