import { CreateTagsCommand, CreateVpcCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { AttachRolePolicyCommand, CreateRoleCommand, GetPolicyCommand } from '@aws-sdk/client-iam';
import { CreateKeyCommand, DescribeKeyCommand } from '@aws-sdk/client-kms';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keysOf } from '../../src/local/account/clients.ts';
import { startAccount, type TestAccount } from './account.ts';

let account: TestAccount;
beforeEach(async () => {
  account = await startAccount();
});
afterEach(() => account.end());

const clusterPolicy = 'arn:aws:iam::aws:policy/AmazonEKSClusterPolicy';
const nobody = JSON.stringify({ Version: '2012-10-17', Statement: [] });

describe.each(['SIGTERM', 'SIGKILL'] as const)('an account that ended by %s', signal => {
  it('has all that was answered', async () => {
    const { ec2, iam, kms } = account.aws;
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    await iam.send(new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: nobody }));
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'r', PolicyArn: clusterPolicy }));
    const made = await Promise.all(
      Array.from({ length: 8 }, (_, n) => ec2.send(new CreateVpcCommand({ CidrBlock: `10.${n}.0.0/16` }))),
    );
    const ids = made.map(({ Vpc }) => Vpc?.VpcId ?? '');
    await ec2.send(new CreateTagsCommand({ Resources: ids.slice(0, 1), Tags: [{ Key: 'a', Value: 'b' }] }));
    await account.control.putFaults([{ service: 'rds', action: '*', code: 'X' }]);
    const keys = await keysOf(account.folder, 'crossplane');
    const last = await account.control.last();

    await account.restart(signal);

    const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({ VpcIds: ids }));
    expect(Vpcs).toHaveLength(8);
    expect(Vpcs.find(({ VpcId }) => VpcId === ids[0])?.Tags).toEqual([{ Key: 'a', Value: 'b' }]);
    expect((await kms.send(new DescribeKeyCommand({ KeyId: KeyMetadata?.KeyId }))).KeyMetadata?.Enabled).toBe(true);
    expect((await iam.send(new GetPolicyCommand({ PolicyArn: clusterPolicy }))).Policy?.AttachmentCount).toBe(1);
    expect(await account.control.faults()).toMatchObject([{ service: 'rds', code: 'X' }]);
    expect((await account.as(keys).sts.send(new GetCallerIdentityCommand({}))).Arn).toMatch(/crossplane/);
    expect((await account.control.calls(last)).map(({ action }) => action)).toEqual([
      'DescribeVpcs',
      'DescribeKey',
      'GetPolicy',
      'GetCallerIdentity',
    ]);
  });
});
