import { CreateAccessKeyCommand, CreateUserCommand, GetRoleCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keysOf } from '../../src/local/account/clients.ts';
import { accountId, startAccount, type TestAccount } from './account.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await startAccount();
});
afterAll(() => account.end());

const whoIs = async (keys: Parameters<TestAccount['as']>[0]) => {
  const { Arn, Account } = await account.as(keys).sts.send(new GetCallerIdentityCommand({}));
  return { Arn, Account };
};

describe('who calls', () => {
  it.each([
    [
      'a key that nobody issued is the administrator',
      async () => ({ accessKeyId: 'x', secretAccessKey: 'x' }),
      `arn:aws:iam::${accountId}:user/admin`,
    ],
    [
      'the profile default is the administrator',
      () => keysOf(account.folder, 'default'),
      `arn:aws:iam::${accountId}:user/admin`,
    ],
    [
      'the profile crossplane is a session of a role',
      () => keysOf(account.folder, 'crossplane'),
      `arn:aws:sts::${accountId}:assumed-role/crossplane/provider-aws`,
    ],
  ] as const)('%s', async (_, keys, arn) => {
    expect(await whoIs(await keys())).toEqual({ Arn: arn, Account: accountId });
  });

  it('a user of the account is known by its key', async () => {
    await account.aws.iam.send(new CreateUserCommand({ UserName: 'ann' }));
    const { AccessKey } = await account.aws.iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
    const keys = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
    expect((await whoIs(keys)).Arn).toBe(`arn:aws:iam::${accountId}:user/ann`);
  });

  it('another account is there as soon as one of its roles is assumed', async () => {
    const RoleArn = 'arn:aws:iam::210987654321:role/deploy';
    const { Credentials } = await account.aws.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'ci' }));
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
    const keys = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    const identity = await whoIs(keys);
    expect(identity).toEqual({ Arn: 'arn:aws:sts::210987654321:assumed-role/deploy/ci', Account: '210987654321' });
  });

  it('the role crossplane trusts its account and is an administrator', async () => {
    const { Role } = await account.aws.iam.send(new GetRoleCommand({ RoleName: 'crossplane' }));
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toContain(`arn:aws:iam::${accountId}:root`);
  });
});
