import {
  CreateLifecyclePolicyCommand,
  type CreateLifecyclePolicyCommandInput,
  DeleteLifecyclePolicyCommand,
  GetLifecyclePoliciesCommand,
  GetLifecyclePolicyCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateLifecyclePolicyCommand,
} from '@aws-sdk/client-dlm';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountId, outcome, region, startAccount, type TestAccount } from './account.ts';
import { trust } from './eks.ts';

let account: TestAccount;
let roleArn = '';
beforeAll(async () => {
  account = await startAccount();
  const asked = { RoleName: 'snapshots', AssumeRolePolicyDocument: trust('dlm.amazonaws.com') };
  roleArn = (await account.aws.iam.send(new CreateRoleCommand(asked))).Role?.Arn ?? '';
});
afterAll(() => account.end());

const daily = (): CreateLifecyclePolicyCommandInput => ({
  ExecutionRoleArn: roleArn,
  Description: 'daily snapshots',
  State: 'ENABLED',
  PolicyDetails: {
    ResourceTypes: ['VOLUME'],
    TargetTags: [{ Key: 'cluster', Value: 'home' }],
    Schedules: [{ Name: 'daily', CreateRule: { Interval: 24, Times: ['03:00'] }, RetainRule: { Count: 7 } }],
  },
  Tags: { team: 'a' },
});
const make = async (more: Partial<CreateLifecyclePolicyCommandInput> = {}) =>
  (await account.aws.dlm.send(new CreateLifecyclePolicyCommand({ ...daily(), ...more }))).PolicyId ?? '';
const read = async (PolicyId: string) =>
  (await account.aws.dlm.send(new GetLifecyclePolicyCommand({ PolicyId }))).Policy;

describe('a lifecycle policy', () => {
  it('is made with what DLM adds', async () => {
    const PolicyId = await make();
    expect(PolicyId).toMatch(/^policy-0[0-9a-f]{16}$/);
    expect(await read(PolicyId)).toMatchObject({
      PolicyArn: `arn:aws:dlm:${region}:${accountId}:policy/${PolicyId}`,
      State: 'ENABLED',
      StatusMessage: 'ENABLED',
      Tags: { team: 'a' },
      PolicyDetails: {
        PolicyType: 'EBS_SNAPSHOT_MANAGEMENT',
        ResourceLocations: ['CLOUD'],
        Schedules: [{ CreateRule: { Interval: 24, IntervalUnit: 'HOURS' } }],
      },
    });
  });

  it('is changed, listed, tagged and removed', async () => {
    const PolicyId = await make({ Description: 'another' });
    await account.aws.dlm.send(new UpdateLifecyclePolicyCommand({ PolicyId, State: 'DISABLED', Description: 'off' }));
    expect(await read(PolicyId)).toMatchObject({ State: 'DISABLED', Description: 'off', ExecutionRoleArn: roleArn });
    const { Policies } = await account.aws.dlm.send(new GetLifecyclePoliciesCommand({ State: 'DISABLED' }));
    expect(Policies?.map(one => [one.PolicyId, one.PolicyType])).toEqual([[PolicyId, 'EBS_SNAPSHOT_MANAGEMENT']]);
    const ResourceArn = (await read(PolicyId))?.PolicyArn;
    await account.aws.dlm.send(new TagResourceCommand({ ResourceArn, Tags: { more: 'b' } }));
    await account.aws.dlm.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['team'] }));
    const { Tags } = await account.aws.dlm.send(new ListTagsForResourceCommand({ ResourceArn }));
    expect(Tags).toEqual({ more: 'b' });
    await account.aws.dlm.send(new DeleteLifecyclePolicyCommand({ PolicyId }));
    expect(await outcome(() => read(PolicyId))).toBe(`ResourceNotFoundException: Unable to find policy: ${PolicyId}`);
  });

  it('survives a crash', async () => {
    const PolicyId = await make();
    const before = await read(PolicyId);
    await account.restart('SIGKILL');
    expect(await read(PolicyId)).toEqual(before);
  });

  const details = (more: object) => () => ({ PolicyDetails: { ...daily().PolicyDetails, ...more } });
  const schedule = (more: object) =>
    details({ Schedules: [{ Name: 'a', CreateRule: { Interval: 24 }, RetainRule: { Count: 1 }, ...more }] });
  it.each<[string, () => Partial<CreateLifecyclePolicyCommandInput>, string]>([
    [
      'of a role that is not there',
      () => ({ ExecutionRoleArn: `arn:aws:iam::${accountId}:role/nobody` }),
      'Parameter ExecutionRoleArn is invalid',
    ],
    [
      'of a role that does not trust DLM',
      () => ({ ExecutionRoleArn: `arn:aws:iam::${accountId}:role/crossplane` }),
      'Parameter ExecutionRoleArn is invalid',
    ],
    ['with a dot in its description', () => ({ Description: 'daily.' }), 'Parameter Description is invalid'],
    ['without a target', details({ TargetTags: [] }), 'The following parameter(s) are required: TargetTags'],
    ['without a schedule', details({ Schedules: [] }), 'The following parameter(s) are required: Schedules'],
    ['of another type', details({ PolicyType: 'NONSENSE' }), 'Parameter PolicyType is invalid: NONSENSE'],
    ['every five hours', schedule({ CreateRule: { Interval: 5 } }), 'Interval 5 is invalid'],
    [
      'by interval and by cron',
      schedule({ CreateRule: { Interval: 24, CronExpression: 'cron(0 3 * * ? *)' } }),
      'A CreateRule needs either an Interval or a CronExpression',
    ],
    ['that keeps nothing', schedule({ RetainRule: {} }), 'A RetainRule needs either a Count or an Interval'],
    [
      'that keeps too many',
      schedule({ RetainRule: { Count: 1001 } }),
      'The Count of a RetainRule is between 1 and 1000',
    ],
  ])('is refused %s', async (_, more, words) => {
    expect(await outcome(() => make(more()))).toContain(`InvalidRequestException: Invalid request: ${words}`);
  });

  it('is not changed into one that is refused', async () => {
    const PolicyId = await make();
    const ExecutionRoleArn = `arn:aws:iam::${accountId}:role/nobody`;
    const change = new UpdateLifecyclePolicyCommand({ PolicyId, ExecutionRoleArn });
    expect(await outcome(() => account.aws.dlm.send(change))).toContain('Parameter ExecutionRoleArn is invalid');
    expect((await read(PolicyId))?.ExecutionRoleArn).toBe(roleArn);
  });
});
