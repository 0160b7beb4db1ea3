import { CreateVpcCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { ListClustersCommand } from '@aws-sdk/client-eks';
import { ListRolesCommand } from '@aws-sdk/client-iam';
import { ListKeysCommand } from '@aws-sdk/client-kms';
import { DescribeDBClustersCommand } from '@aws-sdk/client-rds';
import { ListHostedZonesCommand } from '@aws-sdk/client-route-53';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AwsClients } from '../../src/local/account/clients.ts';
import type { AccountFault } from '../../src/local/account/control.ts';
import { outcome, startAccount, type TestAccount } from './account.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await startAccount();
});
afterAll(() => account.end());

const denied = (service: string): AccountFault => ({
  service,
  action: '*',
  code: 'AccessDenied',
  message: 'no',
  count: 1,
});

describe('a fault is answered as the service answers', () => {
  it.each([
    ['ec2', 'EC2 query', (aws: AwsClients) => aws.ec2.send(new DescribeVpcsCommand({}))],
    ['iam', 'query', (aws: AwsClients) => aws.iam.send(new ListRolesCommand({}))],
    ['rds', 'query', (aws: AwsClients) => aws.rds.send(new DescribeDBClustersCommand({}))],
    ['sqs', 'JSON that knows the query codes', (aws: AwsClients) => aws.sqs.send(new ListQueuesCommand({}))],
    ['kms', 'JSON', (aws: AwsClients) => aws.kms.send(new ListKeysCommand({}))],
    ['eks', 'REST with JSON', (aws: AwsClients) => aws.eks.send(new ListClustersCommand({}))],
    ['route53', 'REST with XML', (aws: AwsClients) => aws.route53.send(new ListHostedZonesCommand({}))],
  ] as const)('%s (%s)', async (service, _, call) => {
    await account.control.putFaults([denied(service)]);
    expect(await outcome(() => call(account.aws))).toBe('AccessDenied: no');
    expect(await outcome(() => call(account.aws))).toBe('ok');
  });
});

describe('when and how often', () => {
  const make = () => account.aws.ec2.send(new CreateVpcCommand({ CidrBlock: '10.1.0.0/16' }));
  const vpcs = async () => (await account.aws.ec2.send(new DescribeVpcsCommand({}))).Vpcs?.length ?? 0;

  it('before: nothing is made', async () => {
    await account.control.putFaults([{ service: 'ec2', action: 'CreateVpc', code: 'VpcLimitExceeded', count: 1 }]);
    const before = await vpcs();
    expect(await outcome(make)).toBe('VpcLimitExceeded: The maximum number of VPCs has been reached.');
    expect(await vpcs()).toBe(before);
  });

  it('after: it is made, and the answer is the error', async () => {
    await account.control.putFaults([
      { service: 'ec2', action: 'CreateVpc', code: 'InternalFailure', count: 1, when: 'after' },
    ]);
    const before = await vpcs();
    expect(await outcome(make)).toMatch(/^InternalFailure: /);
    expect(await vpcs()).toBe(before + 1);
  });

  it('counted off, and gone from the list when it is used up', async () => {
    await account.control.putFaults([{ service: '*', action: 'DescribeVpcs', code: 'RequestLimitExceeded', count: 2 }]);
    const two = [await outcome(vpcs), await outcome(vpcs)];
    expect(two).toEqual(Array(2).fill('RequestLimitExceeded: Request limit exceeded.'));
    expect(await account.control.faults()).toEqual([]);
    expect(await outcome(vpcs)).toBe('ok');
  });

  it('until it is lifted', async () => {
    await account.control.putFaults([{ service: 'ec2', action: 'DescribeVpcs', code: 'UnauthorizedOperation' }]);
    for (let n = 0; n < 3; n++) expect(await outcome(vpcs)).toMatch(/is not authorized to perform: ec2:DescribeVpcs/);
    await account.control.putFaults([]);
    expect(await outcome(vpcs)).toBe('ok');
  });

  it('only for what its parameters name', async () => {
    const fault = { service: 'ec2', action: 'CreateVpc', code: 'Throttling', matching: '10.9.', count: null };
    await account.control.putFaults([fault]);
    expect(await outcome(make)).toBe('ok');
    const other = () => account.aws.ec2.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
    expect(await outcome(other)).toBe('Throttling: Rate exceeded');
    await account.control.putFaults([]);
  });

  it.each([
    [{ service: 'ec2', action: 'CreateVpc', code: '' }, /needs a code/],
    [
      { service: 'ec2', action: 'CreateVpc', code: 'X', when: 'never' },
      /when of a fault is one of before, after, late/,
    ],
    [{ service: 'ec2', action: 'CreateVpc', code: 'X', often: 2 }, /a fault has no often/],
  ])('%o is refused', async (fault, why) => {
    expect(await outcome(() => account.control.putFaults([fault as AccountFault]))).toMatch(why);
  });
});
