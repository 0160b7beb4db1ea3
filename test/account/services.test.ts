import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeImagesCommand } from '@aws-sdk/client-ec2';
import { CreateRepositoryCommand } from '@aws-sdk/client-ecr';
import {
  DeleteRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateKeyCommand, DescribeKeyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import {
  type Change,
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
} from '@aws-sdk/client-route-53';
import { CreateSecretCommand, DeleteSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, DeleteQueueCommand } from '@aws-sdk/client-sqs';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountId, outcome, region, startAccount, type TestAccount, until } from './account.ts';

let account: TestAccount;
let aws: TestAccount['aws'];
beforeAll(async () => {
  account = await startAccount({ time: 0.02 });
  ({ aws } = account);
});
afterAll(() => account.end());

it('the name of a queue is free 60 seconds after the queue is gone', async () => {
  const make = () => aws.sqs.send(new CreateQueueCommand({ QueueName: 'q' }));
  const { QueueUrl } = await make();
  await aws.sqs.send(new DeleteQueueCommand({ QueueUrl }));
  expect(await outcome(make)).toBe(
    'QueueDeletedRecently: You must wait 60 seconds after deleting a queue before you can create another with the same name.',
  );
  expect(
    await until(
      () => outcome(make),
      answer => answer === 'ok',
    ),
  ).toBe('ok');
  const other = () => aws.sqs.send(new CreateQueueCommand({ QueueName: 'q', Attributes: { DelaySeconds: '5' } }));
  expect(await outcome(other)).toMatch(/^QueueNameExists: /);
});

it('a rule is held by its targets', async () => {
  const [Rule, EventBusName] = ['r', 'default'];
  await aws.events.send(new PutRuleCommand({ Name: Rule, EventBusName, EventPattern: '{"source":["aws.ec2"]}' }));
  const Targets = [{ Id: 't', Arn: `arn:aws:sqs:${region}:${accountId}:q` }];
  await aws.events.send(new PutTargetsCommand({ Rule, EventBusName, Targets }));
  const remove = () => outcome(() => aws.events.send(new DeleteRuleCommand({ Name: Rule, EventBusName })));
  expect(await remove()).toBe("ValidationException: Rule can't be deleted since it has targets.");
  await aws.events.send(new RemoveTargetsCommand({ Rule, EventBusName, Ids: ['t'] }));
  expect(await remove()).toBe('ok');
});

it('a zone is held by its records, and a record is made once', async () => {
  const made = await aws.route53.send(new CreateHostedZoneCommand({ Name: 'example.org', CallerReference: '1' }));
  const HostedZoneId = made.HostedZone?.Id;
  const change = (Action: Change['Action']) => {
    const ResourceRecordSet = {
      Name: 'www.example.org',
      Type: 'A' as const,
      TTL: 60,
      ResourceRecords: [{ Value: '192.0.2.1' }],
    };
    const ChangeBatch = { Changes: [{ Action, ResourceRecordSet }] };
    return outcome(() => aws.route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch })));
  };
  const remove = () => outcome(() => aws.route53.send(new DeleteHostedZoneCommand({ Id: HostedZoneId })));
  expect(await change('CREATE')).toBe('ok');
  expect(await change('CREATE')).toMatch(/^InvalidChangeBatch: .*already exists/);
  expect(await remove()).toBe(
    'HostedZoneNotEmpty: The specified hosted zone contains non-required resource record sets and so cannot be deleted.',
  );
  expect([await change('DELETE'), await remove()]).toEqual(['ok', 'ok']);
});

it('a log group and a repository are made once', async () => {
  const logs = () => aws.logs.send(new CreateLogGroupCommand({ logGroupName: '/a' }));
  expect([await outcome(logs), await outcome(logs)]).toEqual([
    'ok',
    'ResourceAlreadyExistsException: The specified log group already exists',
  ]);
  const repository = () => aws.ecr.send(new CreateRepositoryCommand({ repositoryName: 'a' }));
  expect(await outcome(repository)).toBe('ok');
  expect(await outcome(repository)).toMatch(/^RepositoryAlreadyExistsException: /);
});

it('a key is deleted after a while, and known until then', async () => {
  const { KeyMetadata } = await aws.kms.send(new CreateKeyCommand({}));
  await aws.kms.send(new ScheduleKeyDeletionCommand({ KeyId: KeyMetadata?.KeyId, PendingWindowInDays: 7 }));
  const told = await aws.kms.send(new DescribeKeyCommand({ KeyId: KeyMetadata?.KeyId }));
  expect(told.KeyMetadata?.KeyState).toBe('PendingDeletion');
});

it('the name of a secret is taken until its deletion is done', async () => {
  const make = () => aws.secrets.send(new CreateSecretCommand({ Name: 's', SecretString: 'x' }));
  expect(await outcome(make)).toBe('ok');
  expect(await outcome(make)).toMatch(/^ResourceExistsException: /);
  await aws.secrets.send(new DeleteSecretCommand({ SecretId: 's' }));
  const read = () => aws.secrets.send(new GetSecretValueCommand({ SecretId: 's' }));
  expect(await outcome(read)).toMatch(/^InvalidRequestException: .*marked for deletion|marked deleted/);
  expect(await outcome(make)).toMatch(/^InvalidRequestException: You can't create this secret because/);
});

describe('images are there under the ids that SSM tells', () => {
  it.each([
    [
      '/aws/service/eks/optimized-ami/1.32/amazon-linux-2023/x86_64/standard/recommended/image_id',
      'x86_64',
      /^amazon-eks-node-al2023-x86_64-standard-1\.32-v\d+$/,
    ],
    [
      '/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/arm64/nvidia/recommended/image_id',
      'arm64',
      /^amazon-eks-node-al2023-arm64-nvidia-1\.33-/,
    ],
    ['/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64', 'arm64', /^al2023-ami-2023/],
  ])('%s', async (Name, architecture, name) => {
    const { Parameter } = await aws.ssm.send(new GetParameterCommand({ Name }));
    const { Images } = await aws.ec2.send(new DescribeImagesCommand({ ImageIds: [Parameter?.Value ?? ''] }));
    expect(Images?.[0]).toMatchObject({ Architecture: architecture, Name: expect.stringMatching(name), Public: true });
  });
});
