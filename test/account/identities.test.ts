import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateServiceLinkedRoleCommand,
  DeleteInstanceProfileCommand,
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcome, startAccount, type TestAccount } from './account.ts';

let account: TestAccount;
let iam: TestAccount['aws']['iam'];
beforeAll(async () => {
  account = await startAccount();
  ({ iam } = account.aws);
});
afterAll(() => account.end());

const document = (Statement: object[] = []) => JSON.stringify({ Version: '2012-10-17', Statement });
const allow = document([{ Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }]);
const role = (RoleName: string, more: object = {}) =>
  iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document(), ...more }));

describe('what holds a role', () => {
  const remove = () => outcome(() => iam.send(new DeleteRoleCommand({ RoleName: 'held' })));
  const RoleName = 'held';
  const InstanceProfileName = 'profile';
  const PolicyArn = 'arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy';

  it('its instance profile, its attached policies, its inline policies, one after the other', async () => {
    await role(RoleName);
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument: allow }));
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }));
    const first = 'DeleteConflictException: Cannot delete entity, must';
    expect(await remove()).toBe(`${first} remove roles from instance profile first.`);
    expect(await outcome(() => iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName })))).toBe(
      `${first} remove roles from instance profile first.`,
    );
    await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName }));
    expect(await remove()).toBe(`${first} detach all policies first.`);
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
    expect(await remove()).toBe(`${first} delete policies first.`);
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'p' }));
    expect(await remove()).toBe('ok');
  });
});

it('a policy is held by whom it is attached to', async () => {
  await role('attached');
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'mine', PolicyDocument: allow }));
  const PolicyArn = Policy?.Arn;
  await iam.send(new AttachRolePolicyCommand({ RoleName: 'attached', PolicyArn }));
  const remove = () => outcome(() => iam.send(new DeletePolicyCommand({ PolicyArn })));
  expect(await remove()).toBe('DeleteConflictException: Cannot delete a policy attached to entities.');
  await iam.send(new DetachRolePolicyCommand({ RoleName: 'attached', PolicyArn }));
  expect(await remove()).toBe('ok');
});

describe('refused', () => {
  const tags = (count: number) => Array.from({ length: count }, (_, n) => ({ Key: `k${n}`, Value: 'v' }));

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['a role name of 65 characters', () => role('r'.repeat(65)), /Member must have length less than or equal to 64/],
    ['a role name with a slash', () => role('a/b'), /Member must satisfy regular expression pattern/],
    [
      'a role that is there',
      () => role('crossplane'),
      /^EntityAlreadyExistsException: Role with name crossplane already exists/,
    ],
    ['51 tags', () => role('tagged', { Tags: tags(51) }), /^LimitExceededException: /],
    [
      'a policy that is not there',
      () =>
        iam.send(new AttachRolePolicyCommand({ RoleName: 'crossplane', PolicyArn: 'arn:aws:iam::aws:policy/None' })),
      /^NoSuchEntityException: Policy arn:aws:iam::aws:policy\/None does not exist or is not attachable/,
    ],
    [
      'a policy that is no JSON',
      () => iam.send(new PutRolePolicyCommand({ RoleName: 'crossplane', PolicyName: 'p', PolicyDocument: '{' })),
      /^MalformedPolicyDocumentException: /,
    ],
    [
      'an inline policy of a role that is not there',
      () => iam.send(new PutRolePolicyCommand({ RoleName: 'none', PolicyName: 'p', PolicyDocument: allow })),
      /^NoSuchEntityException: /,
    ],
  ])('%s', async (_, call, words) => {
    expect(await outcome(call)).toMatch(words);
  });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'a second service-linked role',
      () => iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: 'spot.amazonaws.com' })),
      /^InvalidInputException: Service role name AWSServiceRoleFor\w+ has been taken in this account, please try a different suffix\.$/,
    ],
    [
      'a second provider of the same URL',
      () =>
        iam.send(
          new CreateOpenIDConnectProviderCommand({
            Url: 'https://token.actions.githubusercontent.com',
            ClientIDList: ['sts.amazonaws.com'],
            ThumbprintList: ['0'.repeat(40)],
          }),
        ),
      /^EntityAlreadyExistsException: /,
    ],
  ])('%s', async (_, call, words) => {
    expect(await outcome(call)).toBe('ok');
    expect(await outcome(call)).toMatch(words);
  });
});
