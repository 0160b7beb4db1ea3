import { describe, expect, it } from 'vitest';
import { missingAwsPermission } from '../../src/status/aws-errors.ts';
import { composite, condition, ready, resource, tree } from './cluster.ts';

/** As provider-aws says it: AWS's words in Terraform's, in upjet's. */
const failure = (call: string, error: string, id = '5f8a2c1e-0b7d-4a52-9a3b-6f0c9d1e2f30', status = 403) =>
  `failed to create the resource: [{0 creating EKS Node Group (team-a_web:team-a_web): operation error ${call}, https response error StatusCode: ${status}, RequestID: ${id}, api error ${error}  []}]`;
const session = 'arn:aws:sts::123456789012:assumed-role/crossplane/provider-aws';
const nodes = 'arn:aws:eks:af-south-1:123456789012:cluster/team-a_web';
const unallowed = `AccessDeniedException: User: ${session} is not authorized to perform: eks:CreateNodegroup on resource: ${nodes}`;
const inIam =
  `AccessDenied: User: ${session} is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::123456789012:role/team-a_web_node ` +
  'because no identity-based policy allows the iam:CreateRole action';
const inEc2 = (secret: string) =>
  `UnauthorizedOperation: You are not authorized to perform this operation. User: ${session} is not authorized to perform: ec2:CreateVpc ` +
  `on resource: arn:aws:ec2:af-south-1:123456789012:vpc/* because no identity-based policy allows the ec2:CreateVpc action. Encoded authorization failure message: ${secret}`;

describe("AWS's refusal", () => {
  it.each([
    {
      reason: 'names the role, the action and the resource',
      error: failure('EKS: CreateNodegroup', unallowed),
      hint: `role crossplane of account 123456789012 may not eks:CreateNodegroup on ${nodes}; no identity-based policy allows it`,
    },
    {
      reason: 'in the words of IAM',
      error: failure('IAM: CreateRole', inIam),
      hint: 'may not iam:CreateRole on arn:aws:iam::123456789012:role/team-a_web_node; no identity-based policy allows it',
    },
    {
      reason: 'in the words of EC2',
      error: failure('EC2: CreateVpc', inEc2('xU3b')),
      hint: 'may not ec2:CreateVpc on arn:aws:ec2:af-south-1:123456789012:vpc/*; no identity-based policy allows it',
    },
    {
      reason: 'by a policy that denies',
      error: failure(
        'RDS: CreateDBCluster',
        `AccessDenied: User: ${session} is not authorized to perform: rds:CreateDBCluster on resource: arn:aws:rds:af-south-1:123456789012:cluster:a with an explicit deny in a service control policy`,
      ),
      hint: 'on arn:aws:rds:af-south-1:123456789012:cluster:a; a service control policy denies it, which no other policy outweighs',
    },
    {
      reason: 'for want of a permissions boundary that allows it',
      error: failure(
        'SQS: CreateQueue',
        `AccessDenied: User: arn:aws:iam::123456789012:user/ci is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:af-south-1:123456789012:q because no permissions boundary policy allows the sqs:CreateQueue action`,
      ),
      hint: 'arn:aws:iam::123456789012:user/ci may not sqs:CreateQueue on arn:aws:sqs:af-south-1:123456789012:q; no permissions boundary policy allows it',
    },
    {
      reason: 'without a resource',
      error: `User: ${session} is not authorized to perform: sts:GetFederationToken`,
      hint: 'role crossplane of account 123456789012 may not sts:GetFederationToken; no identity-based policy allows it',
    },
  ])('$reason', ({ error, hint }) => {
    expect(missingAwsPermission(error)).toContain(hint);
  });

  it.each([
    failure('EKS: CreateCluster', 'ResourceLimitExceededException: Cluster limit of 100 exceeded', undefined, 400),
    'is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope',
  ])('is not seen in %s', message => {
    expect(missingAwsPermission(message)).toBeUndefined();
  });
});

describe('the tree', () => {
  const told = (synced: string, last: string) => {
    const object = resource('NodeGroup', 'nodes', [
      condition('Synced', 'False', 'ReconcileError', `create failed: async create failed: ${synced}`),
      condition('LastAsyncOperation', 'False', 'AsyncCreateFailure', `async create failed: ${last}`),
      condition('Ready', 'False', 'Creating'),
    ]);
    return tree([object]);
  };

  it.each([
    { reason: 'two requests', one: (id: string) => failure('EKS: CreateNodegroup', unallowed, id) },
    { reason: 'two encodings of a refusal', one: (id: string) => failure('EC2: CreateVpc', inEc2(id), id) },
  ])('tells a failure once, though it comes of $reason', ({ one }) => {
    const [first, second] = [one('11111111-0b7d-4a52'), one('22222222-0b7d-4a52')];
    const { state, message = '' } = told(first, second);
    expect(state).toBe('failing');
    expect(message.split('\n')).toEqual([missingAwsPermission(first), `create failed: async create failed: ${first}`]);
  });

  it('tells both of two failures', () => {
    const limit = failure('EKS: CreateNodegroup', 'ResourceLimitExceededException: too many', 'a', 400);
    const other = failure('EKS: CreateNodegroup', 'InvalidParameterException: no such subnet', 'b', 400);
    expect(told(limit, other).message?.split('\n')).toHaveLength(2);
  });

  it.each([
    'EKS: CreateNodegroup, exceeded maximum number of attempts, 25 | ThrottlingException: Rate exceeded',
    'IAM: CreateRole, exceeded maximum number of attempts, 25 | Throttling: Rate exceeded',
    'EC2: CreateVpc, exceeded maximum number of attempts, 25 | RequestLimitExceeded: Request limit exceeded.',
    'SQS: CreateQueue, exceeded maximum number of attempts, 25 | RequestThrottled: Request throttled.',
    'EKS: DescribeCluster | TooManyRequestsException: Too many requests',
  ])('says of throttling that it waits for AWS: %s', words => {
    const [call = '', error = ''] = words.split(' | ');
    const [first, second] = [failure(call, error, 'a', 400), failure(call, error, 'b', 400)];
    const { state, message } = told(first, second);
    expect(state).toBe('waiting');
    expect(message?.split('\n')).toEqual([
      'throttled: AWS takes no more calls for the moment; the provider tries again by itself',
      `create failed: async create failed: ${first}`,
    ]);
  });

  it('says of a limit that it fails, as waiting does not help', () => {
    const limit = failure('EC2: CreateVpc', 'VpcLimitExceeded: The maximum number of VPCs has been reached.', 'a', 400);
    expect(told(limit, limit).state).toBe('failing');
  });

  it('says of throttling beside a refusal that it fails', () => {
    const throttled = failure('EKS: CreateNodegroup', 'ThrottlingException: Rate exceeded', 'a', 400);
    expect(told(throttled, failure('EKS: CreateNodegroup', unallowed)).state).toBe('failing');
  });

  const standing = (status: string) => {
    const nodes = resource('NodeGroup', 'nodes', ready, { status: { conditions: ready, atProvider: { status } } });
    return tree([composite('cluster', [nodes], ready), nodes]).children[0];
  };

  it.each([
    ['CREATE_FAILED', /^AWS says CREATE_FAILED, .*; delete it in AWS, and it is made anew$/],
    ['DEGRADED', /^AWS says DEGRADED, and its health there tells why$/],
  ])('says of what AWS gave up that it fails, though the provider has it ready: %s', (status, says) => {
    const { state, message } = standing(status) ?? {};
    expect(state).toBe('failing');
    expect(message).toMatch(says);
  });

  it.each(['ACTIVE', 'UPDATING'])('says nothing of what AWS has in order: %s', status => {
    expect(standing(status)).toMatchObject({ state: 'ready' });
  });
});
