import {
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { ChangeResourceRecordSetsCommand, CreateHostedZoneCommand } from '@aws-sdk/client-route-53';
import { CreateSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AwsClients } from '../../src/local/account/clients.ts';
import { accountId, outcome, startAccount, type TestAccount } from './account.ts';

let account: TestAccount;
let subnet = '';
beforeAll(async () => {
  account = await startAccount();
  const { Subnets = [] } = await account.aws.ec2.send(new DescribeSubnetsCommand({}));
  subnet = Subnets[0]?.SubnetId ?? '';
});
afterAll(() => account.end());

let roles = 0;
/** Clients of a session of a new role with these statements. */
async function whoMay(statements: object[], managed: string[] = [], elsewhere?: string): Promise<AwsClients> {
  const { iam, sts } = account.aws;
  const RoleName = `r${++roles}`;
  const nobody = JSON.stringify({ Version: '2012-10-17', Statement: [] });
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: nobody }));
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  if (statements.length > 0) await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument }));
  for (const PolicyArn of managed) await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
  const RoleArn = `arn:aws:iam::${accountId}:role/${RoleName}`;
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'test' }));
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '', SessionToken } = Credentials ?? {};
  return account.as({ accessKeyId, secretAccessKey, sessionToken: SessionToken ?? '' }, elsewhere);
}

const allow = (Action: string | string[], more: object = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...more });
const deny = (Action: string, more: object = {}) => ({ ...allow(Action, more), Effect: 'Deny' });
const roleList = (aws: AwsClients) => outcome(() => aws.iam.send(new ListRolesCommand({})));

describe('statements', () => {
  it.each<[string, object[], string[], boolean]>([
    ['none', [], [], false],
    ['the action itself', [allow('iam:ListRoles')], [], true],
    ['the action in other case', [allow('IAM:listroles')], [], true],
    ['a pattern', [allow('iam:List*')], [], true],
    ['another service', [allow('ec2:*')], [], false],
    ['all but another', [{ Effect: 'Allow', NotAction: 'iam:DeleteRole', Resource: '*' }], [], true],
    ['all but this', [{ Effect: 'Allow', NotAction: 'iam:List*', Resource: '*' }], [], false],
    ['a denial over all', [allow('*'), deny('iam:ListRoles')], [], false],
    [
      'a denial elsewhere',
      [allow('*'), deny('*', { Condition: { StringNotEquals: { 'aws:RequestedRegion': 'af-south-1' } } })],
      [],
      true,
    ],
    [
      'a condition that holds',
      [allow('*', { Condition: { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${accountId}:role/r*` } } })],
      [],
      true,
    ],
    [
      'a condition on a key that is not there',
      [allow('*', { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'a' } } })],
      [],
      false,
    ],
    [
      'the same if it exists',
      [allow('*', { Condition: { StringEqualsIfExists: { 'aws:PrincipalTag/team': 'a' } } })],
      [],
      true,
    ],
    ['that it is not there', [allow('*', { Condition: { Null: { 'aws:PrincipalTag/team': 'true' } } })], [], true],
    ['a managed policy', [], ['arn:aws:iam::aws:policy/IAMReadOnlyAccess'], true],
    ['administration', [], ['arn:aws:iam::aws:policy/AdministratorAccess'], true],
  ])('%s', async (_, statements, managed, may) => {
    const answer = await roleList(await whoMay(statements, managed));
    if (may) expect(answer).toBe('ok');
    else
      expect(answer).toMatch(
        /^AccessDenied: User: arn:aws:sts::123456789012:assumed-role\/r\d+\/test is not authorized/,
      );
  });

  it('say why in the words of IAM', async () => {
    expect(await roleList(await whoMay([]))).toMatch(
      /to perform: iam:ListRoles because no identity-based policy allows the iam:ListRoles action$/,
    );
    expect(await roleList(await whoMay([allow('*'), deny('iam:*')]))).toMatch(
      /with an explicit deny in an identity-based policy$/,
    );
  });

  it('nobody has to be allowed to ask who it is', async () => {
    const aws = await whoMay([]);
    expect(await outcome(() => aws.sts.send(new GetCallerIdentityCommand({})))).toBe('ok');
    expect(await outcome(() => aws.sqs.send(new ListQueuesCommand({})))).toMatch(/^AccessDeniedException: User: /);
  });
});

describe('EC2: regions, tags that are asked for, tags that are there', () => {
  const asks = { StringEquals: { 'aws:RequestTag/cluster': 'one' } };
  const has = { StringEquals: { 'aws:ResourceTag/cluster': 'one' } };
  const made = ['instance', 'volume', 'network-interface'].map(kind => `arn:aws:ec2:*:*:${kind}/*`);
  const used = ['arn:aws:ec2:*::image/*', 'arn:aws:ec2:*:*:subnet/*', 'arn:aws:ec2:*:*:security-group/*'];
  const karpenter = [
    allow('ec2:RunInstances', { Resource: used }),
    allow('ec2:RunInstances', { Resource: made, Condition: asks }),
    allow('ec2:CreateTags', { Resource: made, Condition: { StringEquals: { 'ec2:CreateAction': 'RunInstances' } } }),
    allow('ec2:TerminateInstances', { Condition: has }),
    allow('ec2:Describe*', { Condition: { StringEquals: { 'aws:RequestedRegion': 'af-south-1' } } }),
  ];
  const run = async (aws: AwsClients, cluster?: string) => {
    const Tags = [{ Key: 'cluster', Value: cluster }];
    const kinds = ['instance', 'volume', 'network-interface'] as const;
    const asked = { ImageId: 'ami-12345678', InstanceType: 't3.medium' as const, MinCount: 1, MaxCount: 1 };
    const TagSpecifications = cluster === undefined ? [] : kinds.map(ResourceType => ({ ResourceType, Tags }));
    const { Instances } = await aws.ec2.send(
      new RunInstancesCommand({ ...asked, SubnetId: subnet, TagSpecifications }),
    );
    return Instances?.[0]?.InstanceId ?? '';
  };

  it('instances are run with the tag and ended with it, and not without', async () => {
    const aws = await whoMay(karpenter);
    const own = await run(aws, 'one');
    expect(await outcome(() => run(aws, 'two'))).toMatch(
      /^UnauthorizedOperation: You are not authorized to perform this operation\. User: .* is not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:af-south-1:123456789012:instance\/\* because no/,
    );
    expect(await outcome(() => run(aws))).toMatch(/^UnauthorizedOperation: /);
    const foreign = await run(account.aws);
    const end = (id: string) => outcome(() => aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] })));
    expect(await end(foreign)).toMatch(new RegExp(`ec2:TerminateInstances on resource: arn:.*:instance/${foreign} `));
    expect(await end(own)).toBe('ok');
    const tag = () => aws.ec2.send(new CreateTagsCommand({ Resources: [own], Tags: [{ Key: 'cluster', Value: 'x' }] }));
    expect(await outcome(tag)).toMatch(/^UnauthorizedOperation: .*ec2:CreateTags/);
  });

  it('looking around is bound to a region', async () => {
    const look = (aws: AwsClients) => outcome(() => aws.ec2.send(new DescribeInstancesCommand({})));
    expect(await look(await whoMay(karpenter))).toBe('ok');
    expect(await look(await whoMay(karpenter, [], 'eu-west-1'))).toMatch(/^UnauthorizedOperation: /);
  });

  it("the EBS driver's own policy: volumes that it tagged", async () => {
    const aws = await whoMay([], ['arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy']);
    const volume = async (key: string) => {
      const TagSpecifications = [{ ResourceType: 'volume' as const, Tags: [{ Key: key, Value: 'true' }] }];
      const asked = { AvailabilityZone: 'af-south-1a', Size: 1, TagSpecifications };
      return (await aws.ec2.send(new CreateVolumeCommand(asked))).VolumeId ?? '';
    };
    const id = await volume('ebs.csi.aws.com/cluster');
    expect(await outcome(() => volume('other'))).toMatch(/^UnauthorizedOperation: /);
    expect(await outcome(() => aws.ec2.send(new DeleteVolumeCommand({ VolumeId: id })))).toBe('ok');
  });
});

it('Route 53: only the names of a domain, in one zone', async () => {
  const { HostedZone } = await account.aws.route53.send(
    new CreateHostedZoneCommand({ Name: 'example.net', CallerReference: '1' }),
  );
  const HostedZoneId = HostedZone?.Id?.split('/').at(-1) ?? '';
  const names = { 'route53:ChangeResourceRecordSetsNormalizedRecordNames': ['a.example.net', '*.a.example.net'] };
  const Condition = { 'ForAllValues:StringLike': names };
  const Resource = `arn:aws:route53:::hostedzone/${HostedZoneId}`;
  const aws = await whoMay([allow('route53:ChangeResourceRecordSets', { Resource, Condition })]);
  const put = (Name: string) => {
    const set = { Name, Type: 'A' as const, TTL: 1, ResourceRecords: [{ Value: '192.0.2.1' }] };
    const ChangeBatch = { Changes: [{ Action: 'UPSERT' as const, ResourceRecordSet: set }] };
    return outcome(() => aws.route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch })));
  };
  expect(await put('web.a.example.net.')).toBe('ok');
  expect(await put('web.b.example.net.')).toMatch(/^AccessDenied: .*on resource: arn:aws:route53:::hostedzone\//);
});

it('Secrets Manager: one secret, and not another', async () => {
  const secret = async (Name: string) =>
    (await account.aws.secrets.send(new CreateSecretCommand({ Name, SecretString: 'x' }))).ARN ?? '';
  const [own, other] = [await secret('own'), await secret('other')];
  const aws = await whoMay([allow('secretsmanager:GetSecretValue', { Resource: own })]);
  const read = (SecretId: string) => outcome(() => aws.secrets.send(new GetSecretValueCommand({ SecretId })));
  expect([await read(own), await read('own')]).toEqual(['ok', 'ok']);
  expect(await read(other)).toMatch(/^AccessDeniedException: /);
});
