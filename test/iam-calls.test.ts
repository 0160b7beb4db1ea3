import { describe, expect, it, test } from 'vitest';
import { claimed } from './fixtures/claim.ts';

/**
 * Every call to AWS that a program makes, with the file of its sources: karpenter-provider-aws v1.0.6 (below pkg/, without
 * tests), external-dns v0.14.2. What AWS takes for granted to whoever passes a role or tags what is made is said so.
 */
const calls = {
  karpenter: {
    'ec2:CreateFleet': 'batcher/createfleet.go',
    'ec2:CreateLaunchTemplate': 'providers/launchtemplate/launchtemplate.go',
    'ec2:CreateTags': 'providers/instance/instance.go, and the tags of what is made',
    'ec2:DeleteLaunchTemplate': 'providers/launchtemplate/launchtemplate.go',
    'ec2:DescribeImages': 'providers/amifamily/ami.go',
    'ec2:DescribeInstanceTypeOfferings': 'providers/instancetype/instancetype.go',
    'ec2:DescribeInstanceTypes': 'providers/instancetype/instancetype.go, operator/operator.go',
    'ec2:DescribeInstances': 'batcher/describeinstances.go, providers/instance/instance.go',
    'ec2:DescribeLaunchTemplates': 'providers/launchtemplate/launchtemplate.go',
    'ec2:DescribeSecurityGroups': 'providers/securitygroup/securitygroup.go',
    'ec2:DescribeSpotPriceHistory': 'providers/pricing/pricing.go',
    'ec2:DescribeSubnets': 'providers/subnet/subnet.go',
    'ec2:RunInstances': 'what CreateFleet does in the name of its caller',
    'ec2:TerminateInstances': 'batcher/terminateinstances.go',
    'eks:DescribeCluster': 'operator/operator.go, providers/launchtemplate/launchtemplate.go',
    'iam:AddRoleToInstanceProfile': 'providers/instanceprofile/instanceprofile.go',
    'iam:CreateInstanceProfile': 'providers/instanceprofile/instanceprofile.go',
    'iam:DeleteInstanceProfile': 'providers/instanceprofile/instanceprofile.go',
    'iam:GetInstanceProfile': 'providers/instanceprofile/instanceprofile.go',
    'iam:PassRole': 'the role of what RunInstances makes',
    'iam:RemoveRoleFromInstanceProfile': 'providers/instanceprofile/instanceprofile.go',
    'iam:TagInstanceProfile': 'providers/instanceprofile/instanceprofile.go',
    'pricing:GetProducts': 'providers/pricing/pricing.go',
    'sqs:DeleteMessage': 'providers/sqs/sqs.go',
    'sqs:GetQueueUrl': 'controllers/controllers.go',
    'sqs:ReceiveMessage': 'providers/sqs/sqs.go',
    'ssm:GetParameter': 'providers/ssm/provider.go',
  },
  'external-dns': {
    'route53:ChangeResourceRecordSets': 'provider/aws/aws.go',
    'route53:ListHostedZones': 'provider/aws/aws.go',
    'route53:ListResourceRecordSets': 'provider/aws/aws.go',
    'route53:ListTagsForResource': 'provider/aws/aws.go',
  },
} as const;

/** Calls for which AWS lets no resource be named (service authorization reference of EC2, Price List, Route 53). */
const forAll = [
  'ec2:DescribeImages',
  'ec2:DescribeInstanceTypeOfferings',
  'ec2:DescribeInstanceTypes',
  'ec2:DescribeInstances',
  'ec2:DescribeLaunchTemplates',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSpotPriceHistory',
  'ec2:DescribeSubnets',
  'pricing:GetProducts',
  'route53:ListHostedZones',
];

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const parts = { karpenter: 'XKarpenter', 'external-dns': 'XExternalDNS' } as const;

function statementsOf(program: keyof typeof parts, cluster: object = { version: '1.31' }): readonly Statement[] {
  return claimed({ cluster })
    .part(parts[program])
    .settings('RolePolicy')
    .flatMap(({ policy }) => JSON.parse(String(policy)).Statement);
}

const actions = (statements: readonly Statement[]) =>
  [...new Set(statements.flatMap(({ Action }) => [Action].flat()))].sort();

describe.each(['karpenter', 'external-dns'] as const)('%s', program => {
  const statements = statementsOf(program);

  it('may make every call that it makes, and no other', () => {
    expect(actions(statements)).toEqual(Object.keys(calls[program]).sort());
  });

  it('may do no more on all resources than AWS has no names for', () => {
    const open = statements.filter(({ Resource }) => [Resource].flat().includes('*'));
    expect(actions(open)).toEqual(forAll.filter(action => Object.hasOwn(calls[program], action)));
  });
});

test('Karpenter makes, changes and ends only what is tagged as the cluster of its name', () => {
  const changing = /^(ec2:(Create|Delete|Terminate)|iam:(Add|Create|Delete|Remove|Tag))/;
  const free = statementsOf('karpenter')
    .filter(({ Action }) => [Action].flat().some(action => changing.test(action)))
    .filter(({ Condition }) => !JSON.stringify(Condition ?? {}).includes('"team-a_builderspace"'));
  // A fleet of what is there needs what it makes to be tagged, which is a statement of its own.
  expect(free.map(({ Resource }) => [Resource].flat().map(one => one.split(':').at(-1)))).toEqual([
    ['image/*', 'snapshot/*', 'security-group/*', 'subnet/*'],
  ]);
});

test('Karpenter gives instances no role but that of its nodes', () => {
  const pass = statementsOf('karpenter').find(({ Action }) => Action === 'iam:PassRole');
  expect(pass).toMatchObject({
    Resource: expect.not.stringContaining('*'),
    Condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
  });
});

/** Calls that came later: providers/capacityreservation, providers/instanceprofile; providers/instancestatus in v1.14.1. */
test.each([
  { version: '1.32', more: ['ec2:DescribeCapacityReservations', 'iam:ListInstanceProfiles'] },
  { version: '1.35', more: ['ec2:DescribeCapacityReservations', 'iam:ListInstanceProfiles'] },
  {
    version: '1.36',
    more: ['ec2:DescribeCapacityReservations', 'ec2:DescribeInstanceStatus', 'iam:ListInstanceProfiles'],
  },
])('the Karpenter for $version may make the calls that came later', ({ version, more }) => {
  const later = actions(statementsOf('karpenter', { version }));
  expect(later.filter(action => !Object.hasOwn(calls.karpenter, action))).toEqual(more);
});
