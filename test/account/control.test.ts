import { CreateVpcCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { DeleteAddonCommand } from '@aws-sdk/client-eks';
import { GetRoleCommand } from '@aws-sdk/client-iam';
import { CreateDBClusterCommand } from '@aws-sdk/client-rds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountId, outcome, region, startAccount, type TestAccount } from './account.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await startAccount();
});
afterAll(() => account.end());

const vpc = () => account.aws.ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));

it('the log tells who called what, how it ended and what it was about', async () => {
  const last = await account.control.last();
  await vpc();
  await outcome(() => account.aws.iam.send(new GetRoleCommand({ RoleName: 'none' })));
  const caller = `arn:aws:iam::${accountId}:user/admin`;
  const [made, missed, ...rest] = await account.control.calls(last);
  expect(rest).toEqual([]);
  expect(made).toMatchObject({
    n: last + 1,
    service: 'ec2',
    action: 'CreateVpc',
    caller,
    region,
    status: 200,
    code: '',
  });
  expect(made?.reads).toBe(false);
  expect(missed).toMatchObject({ service: 'iam', action: 'GetRole', status: 404, code: 'NoSuchEntity', reads: true });
  expect(missed).toMatchObject({ message: 'Role none not found', resource: 'none' });
});

it('what is in a cluster is named with the cluster', async () => {
  const last = await account.control.last();
  const addon = new DeleteAddonCommand({ clusterName: 'shop', addonName: 'vpc-cni' });
  await outcome(() => account.aws.eks.send(addon));
  expect(await account.control.calls(last)).toMatchObject([{ action: 'DeleteAddon', resource: 'shop/vpc-cni' }]);
});

it('counts are by service, action, caller and region', async () => {
  const count = async () =>
    (await account.control.counts()).find(one => one.action === 'DescribeVpcs' && one.region === region);
  const look = (VpcIds: string[]) => outcome(() => account.aws.ec2.send(new DescribeVpcsCommand({ VpcIds })));
  await look([]);
  const before = await count();
  await look(['vpc-00000000000000000']);
  const after = await count();
  expect([before?.calls, before?.errors]).toEqual([1, 0]);
  expect([after?.calls, after?.errors]).toEqual([2, 1]);
});

describe('events', () => {
  const next = async (events: AsyncIterator<number>) => (await events.next()).value as number;

  it('tell of changes, and not of looks', async () => {
    const abort = new AbortController();
    const events = account.control.events(abort.signal)[Symbol.asyncIterator]();
    const first = await next(events);
    const second = next(events);
    await account.aws.ec2.send(new DescribeVpcsCommand({}));
    const early = await Promise.race([second, new Promise(resolve => setTimeout(resolve, 150, 'nothing'))]);
    expect(early).toBe('nothing');
    await vpc();
    expect(await second).toBeGreaterThan(first);
    abort.abort();
  });

  it('tell of states that change by themselves', async () => {
    await account.control.putClock({ time: 0.005 });
    const Engine = 'aurora-postgresql';
    const named = { DBClusterIdentifier: 'db', Engine, MasterUsername: 'p', ManageMasterUserPassword: true };
    await account.aws.rds.send(new CreateDBClusterCommand(named));
    const abort = new AbortController();
    const events = account.control.events(abort.signal)[Symbol.asyncIterator]();
    const first = await next(events);
    expect(await next(events)).toBeGreaterThan(first);
    abort.abort();
  });
});

describe('the clock', () => {
  it('is read and set, and keeps what is not named', async () => {
    expect(await account.control.putClock({ time: 0.5, date: '2026-03-01' })).toEqual({
      time: 0.5,
      date: '2026-03-01',
    });
    expect(await account.control.putClock({ time: 0.001 })).toEqual({ time: 0.001, date: '2026-03-01' });
    expect(await account.control.putClock({ date: null })).toEqual({ time: 0.001, date: null });
    expect(await account.control.clock()).toEqual({ time: 0.001, date: null });
  });

  it('refuses what is no day', async () => {
    expect(await outcome(() => account.control.putClock({ date: 'soon' }))).toMatch(/refused PUT clock: .*soon/);
  });

  it('tells how long AWS takes', async () => {
    expect(await account.control.times()).toMatchObject({ 'rds.CreateDBInstance': 420, 'ec2.CreateNatGateway': 90 });
  });
});
