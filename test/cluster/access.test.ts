import { CreateRoleCommand, DeleteRoleCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterToken } from '../account/token.ts';
import {
  apply,
  aws,
  claim,
  eventually,
  inAccount,
  inside,
  insideAs,
  kubectl,
  untilGone,
  untilReady,
} from './cluster.ts';

const namespace = 'access';
const eksCluster = 'access_shared';
const arnOf = (role: string) => `arn:aws:iam::123456789012:role/${role}`;

/** Somebody's access, by a role of the name of the access. */
const accesses = {
  viewer: { policy: 'view' },
  shopkeeper: { policy: 'edit', namespaces: ['shop'] },
  owner: { policy: 'cluster-admin' },
} as const;
type Who = keyof typeof accesses;
const names = Object.keys(accesses) as readonly Who[];

const accessClaim = (name: Who) => ({
  apiVersion: 'platform.tekanya.services/v1alpha1',
  kind: 'AccessClaim',
  metadata: { name },
  spec: { cluster: 'shared', ...accesses[name], principal: { roleArn: arnOf(name) } },
});

/** A token as `aws eks get-token` makes it for who has taken on a role. */
async function tokenOf(role: string): Promise<string> {
  const asked = new AssumeRoleCommand({ RoleArn: arnOf(role), RoleSessionName: 'jane' });
  const { Credentials: given } = await aws().sts.send(asked);
  const keys = {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken ?? '',
  };
  return clusterToken(keys, eksCluster);
}

/** What the cluster says to who has taken on a role: what it did, or why not. */
async function asRole(role: string, ...args: readonly string[]): Promise<string> {
  const as = insideAs(eksCluster, await tokenOf(role));
  return as(...args).catch((error: Error) => error.message);
}

const create = (where: string) => ['create', 'configmap', 'note', '-n', where, '--dry-run=server', '-o', 'name'];

beforeAll(async () => {
  const trust = { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  for (const RoleName of [...names, 'stranger'])
    await aws().iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  await apply(namespace, claim('shared'));
  for (const name of names) await apply(namespace, accessClaim(name));
  await untilReady(namespace, 'platformclaim/shared', 240);
  for (const name of names) await untilReady(namespace, `accessclaim/${name}`);
  await inside(eksCluster).workload('create', 'namespace', 'shop');
});

afterAll(async () => {
  for (const RoleName of [...names, 'stranger']) await aws().iam.send(new DeleteRoleCommand({ RoleName }));
});

describe("with its role's own token", () => {
  test.each<[who: Who | 'stranger', what: string, args: readonly string[], says: RegExp]>([
    ['viewer', 'reads everywhere', ['get', 'namespaces', '-o', 'name'], /namespace\/kube-system/],
    ['viewer', 'writes nothing', create('shop'), /viewer\S* cannot create resource "configmaps"/],
    ['viewer', 'reads no secrets', ['get', 'secrets', '-n', 'shop'], /cannot list resource "secrets"/],
    ['shopkeeper', 'writes in its namespace', create('shop'), /^configmap\/note/],
    ['shopkeeper', 'writes in no other', create('default'), /shopkeeper\S* cannot create resource "configmaps"/],
    ['shopkeeper', 'reads in no other', ['get', 'pods', '-n', 'default'], /cannot list resource "pods"/],
    ['owner', 'may do anything', ['auth', 'can-i', '*', '*', '--all-namespaces'], /^yes/],
    ['stranger', 'is not let in', ['get', 'namespaces'], /must be logged in|Unauthorized/],
  ])('%s %s', async (who, _, args, says) => {
    await eventually(() => asRole(who, ...args), 30).toMatch(says);
  });
});

test('an access that is deleted ends, and touches no other', async () => {
  const entries = async () =>
    (await inAccount(namespace, 'eks/AccessEntry')).filter(({ id }) => names.some(name => id.endsWith(`/${name}`)));
  expect(await entries()).toHaveLength(names.length);
  const others = async () => (await entries()).filter(({ id }) => !id.endsWith('/viewer')).map(({ arn }) => arn);
  const before = await others();
  await kubectl('delete', '-n', namespace, 'accessclaim/viewer');
  await eventually(async () => (await entries()).length).toBe(names.length - 1);
  await eventually(() => asRole('viewer', 'get', 'pods', '-n', 'shop'), 30).toMatch(/must be logged in|Unauthorized/);
  expect(await others()).toEqual(before);
  await untilReady(namespace, 'accessclaim/shopkeeper');
  expect(await asRole('shopkeeper', ...create('shop'))).toMatch(/^configmap\/note/);
});

test('accesses may go together with their cluster', async () => {
  await kubectl('delete', '-n', namespace, 'platformclaim/shared', '--wait=false');
  await kubectl('delete', '-n', namespace, 'accessclaims', '--all');
  await untilGone(namespace);
});
