import { DescribeSecurityGroupRulesCommand } from '@aws-sdk/client-ec2';
import { DescribeRuleCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { DescribeDBClustersCommand, DescribeDBInstancesCommand } from '@aws-sdk/client-rds';
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { GetQueueAttributesCommand, GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import { defaultAuroraVersion } from '../../../src/aws/aurora-versions.ts';
import { defaultKubernetesVersion } from '../../../src/aws/eks-versions.ts';
import { karpenterFor } from '../../../src/aws/karpenter-versions.ts';
import { aws, get } from '../cluster.ts';
import { type Fact, type Ground, policyOf, roleOf } from './ground.ts';

const domains = ['amano.services', 'tekanya.services', 'lightsphere.space', 'sosolola.cloud'];
const containerOf = async ({ inside }: Ground, name: string, namespace: string) => {
  const { spec } = (await inside.get('deployment', name, namespace)).spec.template;
  return { serviceAccount: spec.serviceAccountName, ...spec.containers[0] };
};

const externalDns: readonly Fact[] = [
  {
    part: 'ExternalDNS',
    fact: 'v0.14.2, of Services and Ingresses, made and removed, in four domains',
    look: ground => containerOf(ground, 'external-dns', 'external-dns'),
    is: expect.objectContaining({
      serviceAccount: 'external-dns',
      image: expect.stringMatching(/:v0\.14\.2$/),
      args: expect.arrayContaining([
        '--source=service',
        '--source=ingress',
        '--policy=sync',
        '--registry=txt',
        '--txt-owner-id=af-south-1/drawing_drawn',
        '--provider=aws',
        ...domains.map(domain => `--domain-filter=${domain}`),
      ]),
    }),
  },
  {
    part: 'ExternalDNS',
    fact: 'its rights are limited to hosted zones, and to names of the domains',
    look: async () => (await policyOf('drawing_drawn_dns')).Statement[0],
    is: {
      Effect: 'Allow',
      Action: 'route53:ChangeResourceRecordSets',
      Resource: ['arn:aws:route53:::hostedzone/*'],
      Condition: {
        'ForAllValues:StringLike': {
          'route53:ChangeResourceRecordSetsNormalizedRecordNames': [
            ...domains,
            ...domains.map(domain => `*.${domain}`),
          ],
        },
      },
    },
  },
];

/** What EventBridge sends to the queue. */
const told = {
  spot: 'EC2 Spot Instance Interruption Warning',
  advice: 'EC2 Instance Rebalance Recommendation',
  state: 'EC2 Instance State-change Notification',
  health: 'AWS Health Event',
} as const;

const queueArn = 'arn:aws:sqs:af-south-1:123456789012:drawing_drawn';
const queue = async () => {
  const { QueueUrl } = await aws().sqs.send(new GetQueueUrlCommand({ QueueName: 'drawing_drawn' }));
  const { Attributes } = await aws().sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  return Attributes;
};

const karpenter: readonly Fact[] = [
  {
    part: 'Karpenter',
    fact: 'by Helm, in the version for the cluster, with the queue of interruptions',
    look: ground => containerOf(ground, 'karpenter', 'kube-system'),
    is: expect.objectContaining({
      serviceAccount: 'karpenter',
      image: expect.stringContaining(`public.ecr.aws/karpenter/controller:${karpenterFor[defaultKubernetesVersion]}`),
      env: expect.arrayContaining([
        { name: 'CLUSTER_NAME', value: 'drawing_drawn' },
        { name: 'INTERRUPTION_QUEUE', value: 'drawing_drawn' },
      ]),
    }),
  },
  {
    part: 'Karpenter',
    fact: 'a queue, encrypted, of five minutes',
    look: queue,
    is: expect.objectContaining({ QueueArn: queueArn, MessageRetentionPeriod: '300', SqsManagedSseEnabled: 'true' }),
  },
  {
    part: 'Karpenter',
    fact: 'EventBridge and SQS may send to the queue, and nobody without TLS does anything',
    look: async () =>
      JSON.parse((await queue())?.Policy ?? '').Statement.map(
        ({ Effect, Action }: { Effect: string; Action: string }) => [Effect, Action],
      ),
    is: [
      ['Allow', 'sqs:SendMessage'],
      ['Deny', 'sqs:*'],
    ],
  },
  ...Object.entries(told).map(([name, type]) => ({
    part: 'Karpenter',
    fact: `a rule with its target, for ${type}`,
    look: async () => {
      const Rule = `drawing_drawn_${name}`;
      const { EventPattern = '', State } = await aws().events.send(new DescribeRuleCommand({ Name: Rule }));
      const { Targets = [] } = await aws().events.send(new ListTargetsByRuleCommand({ Rule }));
      return [JSON.parse(EventPattern)['detail-type'], State, Targets.map(({ Arn }) => Arn)];
    },
    is: [[type], 'ENABLED', [queueArn]],
  })),
  {
    part: 'Karpenter',
    fact: 'AL2023, encrypted gp3, IMDSv2, subnets found by tag',
    look: ({ inside }) => inside.get('ec2nodeclass', 'default'),
    is: expect.objectContaining({
      spec: expect.objectContaining({
        amiSelectorTerms: [{ alias: 'al2023@latest' }],
        blockDeviceMappings: [
          expect.objectContaining({ ebs: expect.objectContaining({ encrypted: true, volumeType: 'gp3' }) }),
        ],
        metadataOptions: expect.objectContaining({ httpTokens: 'required' }),
        subnetSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'drawing/drawn' } }],
      }),
      status: expect.objectContaining({ subnets: [expect.anything(), expect.anything()] }),
    }),
  },
  {
    part: 'Karpenter',
    fact: 'spot before on demand, families t, c and m, arm64 and amd64, consolidated when empty or underutilized, limited',
    look: async ({ inside }) => {
      const { spec } = await inside.get('nodepool', 'default');
      const values = (wanted: string) =>
        spec.template.spec.requirements.find(({ key }: { key: string }) => key === wanted)?.values;
      return {
        capacity: values('karpenter.sh/capacity-type'),
        families: values('karpenter.k8s.aws/instance-category'),
        architectures: values('kubernetes.io/arch').toSorted(),
        consolidation: spec.disruption.consolidationPolicy,
        limits: spec.limits,
      };
    },
    is: {
      capacity: ['spot', 'on-demand'],
      families: ['t', 'c', 'm'],
      architectures: ['amd64', 'arm64'],
      consolidation: 'WhenEmptyOrUnderutilized',
      limits: { cpu: '100', memory: '400Gi' },
    },
  },
];

const databaseOf = async ({ namespace, name }: Ground) => {
  const { identifier: DBClusterIdentifier } = (await get(namespace, `platformclaim/${name}`)).status.database;
  return (await aws().rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier }))).DBClusters?.[0];
};

const database: readonly Fact[] = [
  {
    part: 'Database',
    fact: `Aurora PostgreSQL ${defaultAuroraVersion}, Serverless v2 of 0.5 to 2 ACU, encrypted, backed up for 7 days, protected`,
    look: databaseOf,
    is: expect.objectContaining({
      Engine: 'aurora-postgresql',
      EngineVersion: defaultAuroraVersion,
      ServerlessV2ScalingConfiguration: expect.objectContaining({ MinCapacity: 0.5, MaxCapacity: 2 }),
      DatabaseName: 'builderspace',
      IAMDatabaseAuthenticationEnabled: true,
      StorageEncrypted: true,
      BackupRetentionPeriod: 7,
      DeletionProtection: true,
    }),
  },
  {
    part: 'Database',
    fact: 'its password in Secrets Manager, managed by RDS',
    look: async ground => {
      const { SecretArn: SecretId } = (await databaseOf(ground))?.MasterUserSecret ?? {};
      return (await aws().secrets.send(new DescribeSecretCommand({ SecretId }))).OwningService;
    },
    is: 'rds',
  },
  {
    part: 'Database',
    fact: 'one writer db.serverless, watched by Enhanced Monitoring, out of reach of the internet',
    look: async ground => {
      const id = (await databaseOf(ground))?.DBClusterIdentifier ?? '';
      const Filters = [{ Name: 'db-cluster-id', Values: [id] }];
      return (await aws().rds.send(new DescribeDBInstancesCommand({ Filters }))).DBInstances;
    },
    is: [
      expect.objectContaining({ DBInstanceClass: 'db.serverless', MonitoringInterval: 60, PubliclyAccessible: false }),
    ],
  },
  {
    part: 'Database',
    fact: 'reachable from the VPC only',
    look: async ground => {
      const [group] = (await databaseOf(ground))?.VpcSecurityGroups ?? [];
      const Filters = [{ Name: 'group-id', Values: [group?.VpcSecurityGroupId ?? ''] }];
      const { SecurityGroupRules = [] } = await aws().ec2.send(new DescribeSecurityGroupRulesCommand({ Filters }));
      return SecurityGroupRules.filter(({ IsEgress }) => !IsEgress).map(one => [
        one.IpProtocol,
        one.FromPort,
        one.ToPort,
        one.CidrIpv4,
      ]);
    },
    is: [['tcp', 5432, 5432, '10.0.0.0/16']],
  },
];

const nodePolicies = [
  'AmazonEC2ContainerRegistryPullOnly',
  'AmazonEKSWorkerNodePolicy',
  'AmazonSSMManagedInstanceCore',
];
const ofPods = (of: string, ...policies: string[]) => ({ by: 'pods.eks.amazonaws.com', of, policies });
const ofService = (by: string, ...policies: string[]) => ({ by: `${by}.amazonaws.com`, of: undefined, policies });

/** Who works as each role, and AWS's policies on it. */
const roles = {
  cluster: ofService('eks', 'AmazonEKSClusterPolicy'),
  node: ofService('ec2', ...nodePolicies),
  karpnode: ofService('ec2', ...nodePolicies),
  cni: ofPods('aws-node', 'AmazonEKS_CNI_Policy'),
  ebs: ofPods('ebs-csi-controller-sa', 'AmazonEBSCSIDriverPolicy'),
  karp: ofPods('karpenter'),
  dns: ofPods('external-dns'),
  dlm: ofService('dlm', 'AWSDataLifecycleManagerServiceRole'),
  db: ofService('monitoring.rds', 'AmazonRDSEnhancedMonitoringRole'),
} as const;

const identity: readonly Fact[] = [
  ...Object.entries(roles).map(([name, is]) => ({
    part: 'IAM',
    fact: `the role ${name}: who may work as it, and what of AWS's it may do`,
    look: () => roleOf(`drawing_drawn_${name}`),
    is,
  })),
  {
    part: 'IAM',
    fact: 'the role of GitHub Actions: runs of one environment of one repository',
    look: () => roleOf('drawing_drawn-github_access'),
    is: {
      by: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com',
      of: ['repo:tekanya/builderspace:environment:production'],
      policies: [],
    },
  },
];

/** ExternalDNS, Karpenter, the database, and all roles. */
export const services: readonly Fact[] = [...externalDns, ...karpenter, ...database, ...identity];
