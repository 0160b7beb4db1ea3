import type { KarpenterVersion } from './charts/pins.ts';
import type { Document } from './crossplane/expressions.ts';
import { fmt, json, pick } from './crossplane/expressions.ts';
import type { Ref } from './crossplane/ref.ts';

/** Texts of a JSON list in the place of one: what stands between two of them is the end of the one and the beginning of the other. */
const and = (...texts: readonly string[]) => texts.join('","');

/** What a policy of Karpenter's is made for. */
export interface KarpenterScope {
  readonly region: Ref<string>;
  readonly account: Ref<string>;
  readonly clusterName: Ref<string>;
  readonly version: Ref<KarpenterVersion>;
  readonly nodeRoleArn: Ref<string>;
  readonly queueArn: Ref<string>;
}

/** The tag of all that Karpenter makes; its value is the cluster's name. */
const clusterTag = 'eks:eks-cluster-name';
/** Beside it, on instances and what belongs to them, and on instance profiles. */
const poolTag = 'karpenter.sh/nodepool';
const classTag = 'karpenter.k8s.aws/ec2nodeclass';

/**
 * What Karpenter may do: make instances and their launch templates where it tags them as the cluster's, end and change only
 * those, look around in its region, and give its nodes their one role. Each call is one of its sources', see
 * test/karpenter.test.ts.
 */
export function karpenterPolicy(scope: KarpenterScope): Ref<string> {
  const { region, account, clusterName } = scope;
  const ec2 = (...what: readonly string[]) => what.map(one => fmt`arn:aws:ec2:${region}:*:${one}/*`);
  const ofAws = (...what: readonly string[]) => what.map(one => fmt`arn:aws:ec2:${region}::${one}/*`);
  const profiles = fmt`arn:aws:iam::${account}:instance-profile/*`;

  const asked = { StringEquals: { [`aws:RequestTag/${clusterTag}`]: clusterName } };
  const own = { StringEquals: { [`aws:ResourceTag/${clusterTag}`]: clusterName } };
  const askedOfPool = { ...asked, StringLike: { [`aws:RequestTag/${poolTag}`]: '*' } };
  const ownOfPool = { ...own, StringLike: { [`aws:ResourceTag/${poolTag}`]: '*' } };
  const makes = ['ec2:RunInstances', 'ec2:CreateFleet', 'ec2:CreateLaunchTemplate'];
  const made = ec2('fleet', 'instance', 'volume', 'network-interface', 'launch-template', 'spot-instances-request');
  const inRegion = (kind: 'Request' | 'Resource') => ({
    StringEquals: {
      [`aws:${kind}Tag/${clusterTag}`]: clusterName,
      [`aws:${kind}Tag/topology.kubernetes.io/region`]: region,
    },
    StringLike: { [`aws:${kind}Tag/${classTag}`]: '*' },
  });

  const statements: readonly Readonly<Record<string, Document>>[] = [
    // Instances, of what is there,
    {
      Action: ['ec2:RunInstances', 'ec2:CreateFleet'],
      Resource: [...ofAws('image', 'snapshot'), ...ec2('security-group', 'subnet')],
    },
    { Action: ['ec2:RunInstances', 'ec2:CreateFleet'], Resource: ec2('launch-template'), Condition: ownOfPool },
    // and of what it makes, tagged as it is made, by that and by nothing else.
    { Action: makes, Resource: made, Condition: askedOfPool },
    {
      Action: 'ec2:CreateTags',
      Resource: made,
      Condition: {
        StringEquals: {
          [`aws:RequestTag/${clusterTag}`]: clusterName,
          'ec2:CreateAction': ['RunInstances', 'CreateFleet', 'CreateLaunchTemplate'],
        },
        StringLike: { [`aws:RequestTag/${poolTag}`]: '*' },
      },
    },
    {
      Action: 'ec2:CreateTags',
      Resource: ec2('instance'),
      Condition: {
        ...ownOfPool,
        'ForAllValues:StringEquals': { 'aws:TagKeys': [clusterTag, 'karpenter.sh/nodeclaim', 'Name'] },
      },
    },
    {
      Action: ['ec2:TerminateInstances', 'ec2:DeleteLaunchTemplate'],
      Resource: ec2('instance', 'launch-template'),
      Condition: ownOfPool,
    },
    // AWS names no resources for these.
    {
      Action: [
        'ec2:DescribeImages',
        'ec2:DescribeInstanceTypeOfferings',
        'ec2:DescribeInstanceTypes',
        'ec2:DescribeInstances',
        'ec2:DescribeLaunchTemplates',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSpotPriceHistory',
        // Of which later versions need more.
        pick(scope.version, {
          '1.0.6': 'ec2:DescribeSubnets',
          '1.8.6': and('ec2:DescribeSubnets', 'ec2:DescribeCapacityReservations'),
          '1.11.0': and('ec2:DescribeSubnets', 'ec2:DescribeCapacityReservations'),
          '1.14.1': and('ec2:DescribeSubnets', 'ec2:DescribeCapacityReservations', 'ec2:DescribeInstanceStatus'),
        }),
      ],
      Resource: '*',
      Condition: { StringEquals: { 'aws:RequestedRegion': region } },
    },
    { Action: 'pricing:GetProducts', Resource: '*' },
    { Action: 'ssm:GetParameter', Resource: fmt`arn:aws:ssm:${region}::parameter/aws/service/*` },
    { Action: 'eks:DescribeCluster', Resource: fmt`arn:aws:eks:${region}:${account}:cluster/${clusterName}` },
    { Action: ['sqs:DeleteMessage', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage'], Resource: scope.queueArn },
    {
      Action: 'iam:PassRole',
      Resource: scope.nodeRoleArn,
      Condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
    },
    // The instance profiles that carry the role to its nodes; without them its EC2NodeClass never goes.
    { Action: 'iam:CreateInstanceProfile', Resource: profiles, Condition: inRegion('Request') },
    {
      Action: 'iam:TagInstanceProfile',
      Resource: profiles,
      Condition: {
        StringEquals: { ...inRegion('Request').StringEquals, ...inRegion('Resource').StringEquals },
        StringLike: { ...inRegion('Request').StringLike, ...inRegion('Resource').StringLike },
      },
    },
    {
      Action: ['iam:AddRoleToInstanceProfile', 'iam:RemoveRoleFromInstanceProfile', 'iam:DeleteInstanceProfile'],
      Resource: profiles,
      Condition: inRegion('Resource'),
    },
    {
      Action: [
        pick(scope.version, {
          '1.0.6': 'iam:GetInstanceProfile',
          '1.8.6': and('iam:GetInstanceProfile', 'iam:ListInstanceProfiles'),
          '1.11.0': and('iam:GetInstanceProfile', 'iam:ListInstanceProfiles'),
          '1.14.1': and('iam:GetInstanceProfile', 'iam:ListInstanceProfiles'),
        }),
      ],
      Resource: profiles,
    },
  ];
  return json({ Version: '2012-10-17', Statement: statements.map(one => ({ Effect: 'Allow', ...one })) });
}
