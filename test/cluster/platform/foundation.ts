import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetLifecyclePoliciesCommand, GetLifecyclePolicyCommand } from '@aws-sdk/client-dlm';
import {
  DescribeLaunchTemplateVersionsCommand,
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import {
  DescribeAddonCommand,
  DescribeNodegroupCommand,
  DescribePodIdentityAssociationCommand,
  ListAddonsCommand,
  ListAssociatedAccessPoliciesCommand,
  ListPodIdentityAssociationsCommand,
} from '@aws-sdk/client-eks';
import { expect } from 'vitest';
import { defaultKubernetesVersion } from '../../../src/aws/eks-versions.ts';
import { versions } from '../../../src/aws/versions.ts';
import { aws } from '../cluster.ts';
import { clusterOf, entriesOf, type Fact, instancesOf, sorted, within } from './ground.ts';

const network: readonly Fact[] = [
  {
    part: 'VPC',
    fact: '10.0.0.0/16',
    look: async ground => (await aws().ec2.send(new DescribeVpcsCommand({ VpcIds: [ground.vpcId] }))).Vpcs?.[0],
    is: expect.objectContaining({ CidrBlock: '10.0.0.0/16', State: 'available' }),
  },
  {
    part: 'VPC',
    fact: 'DNS support and hostnames on',
    look: async ({ vpcId: VpcId }) => {
      const ask = async (Attribute: 'enableDnsSupport' | 'enableDnsHostnames') =>
        aws().ec2.send(new DescribeVpcAttributeCommand({ VpcId, Attribute }));
      const [support, hostnames] = [await ask('enableDnsSupport'), await ask('enableDnsHostnames')];
      return [support.EnableDnsSupport?.Value, hostnames.EnableDnsHostnames?.Value];
    },
    is: [true, true],
  },
  {
    part: 'Subnets',
    fact: 'two in two zones, public addresses on launch',
    look: async ground => {
      const { Subnets } = await aws().ec2.send(new DescribeSubnetsCommand(within(ground)));
      return sorted(Subnets, one => `${one.AvailabilityZone}`).map(one => [
        one.AvailabilityZone,
        one.CidrBlock,
        one.MapPublicIpOnLaunch,
      ]);
    },
    is: [
      ['af-south-1a', '10.0.0.0/22', true],
      ['af-south-1b', '10.0.4.0/22', true],
    ],
  },
  {
    part: 'Routing',
    fact: 'one route table for both subnets, to the internet by one gateway',
    look: async ground => {
      const { RouteTables } = await aws().ec2.send(new DescribeRouteTablesCommand(within(ground)));
      return (RouteTables ?? [])
        .filter(({ Associations = [] }) => !Associations.some(({ Main }) => Main))
        .map(({ Routes, Associations }) => ({
          routes: sorted(Routes, one => `${one.DestinationCidrBlock}`).map(one => [
            one.DestinationCidrBlock,
            one.GatewayId,
          ]),
          subnets: Associations?.length,
        }));
    },
    is: [
      {
        routes: [
          ['0.0.0.0/0', expect.stringMatching(/^igw-/)],
          ['10.0.0.0/16', 'local'],
        ],
        subnets: 2,
      },
    ],
  },
  {
    part: 'Routing',
    fact: 'no NAT',
    look: async ({ vpcId }) => {
      const Filter = [{ Name: 'vpc-id', Values: [vpcId] }];
      return (await aws().ec2.send(new DescribeNatGatewaysCommand({ Filter }))).NatGateways;
    },
    is: [],
  },
];

const logGroupOf = async (logGroupNamePrefix: string) =>
  (await aws().logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix }))).logGroups?.[0];

const cluster: readonly Fact[] = [
  {
    part: 'Cluster',
    fact: `EKS ${defaultKubernetesVersion}, endpoint public and private, authentication mode API, its logs to CloudWatch`,
    look: clusterOf,
    is: expect.objectContaining({
      version: defaultKubernetesVersion,
      status: 'ACTIVE',
      accessConfig: expect.objectContaining({ authenticationMode: 'API' }),
      resourcesVpcConfig: expect.objectContaining({ endpointPublicAccess: true, endpointPrivateAccess: true }),
      logging: {
        clusterLogging: expect.arrayContaining([{ types: ['api', 'audit', 'authenticator'], enabled: true }]),
      },
    }),
  },
  {
    part: 'Cluster',
    fact: 'its log group has a retention, and was made before it',
    look: async ground => {
      const group = await logGroupOf(`/aws/eks/${ground.eksCluster}/cluster`);
      const made = (await clusterOf(ground))?.createdAt?.getTime() ?? 0;
      return [group?.retentionInDays, (group?.creationTime ?? Number.POSITIVE_INFINITY) <= made];
    },
    is: [30, true],
  },
  {
    part: 'Initial nodes',
    fact: 'a managed node group of three, on demand',
    look: async ({ eksCluster: clusterName }) => {
      const asked = new DescribeNodegroupCommand({ clusterName, nodegroupName: clusterName });
      return (await aws().eks.send(asked)).nodegroup;
    },
    is: expect.objectContaining({
      status: 'ACTIVE',
      version: defaultKubernetesVersion,
      capacityType: 'ON_DEMAND',
      scalingConfig: expect.objectContaining({ desiredSize: 3 }),
    }),
  },
  {
    part: 'Initial nodes',
    fact: 'three instances t3.xlarge, in both subnets',
    look: async ground => {
      const all = await instancesOf(ground, 'eks:nodegroup-name');
      return [all.map(({ InstanceType }) => InstanceType), new Set(all.map(({ SubnetId }) => SubnetId)).size];
    },
    is: [['t3.xlarge', 't3.xlarge', 't3.xlarge'], 2],
  },
  {
    part: 'Initial nodes',
    fact: 'encrypted gp3 root volumes, IMDSv2',
    look: async ({ eksCluster: clusterName }) => {
      const asked = new DescribeNodegroupCommand({ clusterName, nodegroupName: clusterName });
      const { id, version = '' } = (await aws().eks.send(asked)).nodegroup?.launchTemplate ?? {};
      const read = new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: id, Versions: [version] });
      return (await aws().ec2.send(read)).LaunchTemplateVersions?.[0]?.LaunchTemplateData;
    },
    is: expect.objectContaining({
      BlockDeviceMappings: [
        expect.objectContaining({
          DeviceName: '/dev/xvda',
          Ebs: expect.objectContaining({ Encrypted: true, VolumeType: 'gp3', DeleteOnTermination: true }),
        }),
      ],
      MetadataOptions: expect.objectContaining({ HttpTokens: 'required', HttpPutResponseHopLimit: 1 }),
    }),
  },
  {
    part: 'Cluster access',
    fact: 'GitHub Actions, Crossplane, and nodes of both sorts, and nobody else',
    look: entriesOf,
    is: [
      'crossplane STANDARD',
      'drawing_drawn-github_access STANDARD',
      'drawing_drawn_karpnode EC2_LINUX',
      'drawing_drawn_node EC2_LINUX',
    ],
  },
  {
    part: 'Cluster access',
    fact: 'cluster admin for GitHub Actions',
    look: async ({ eksCluster: clusterName }) => {
      const principalArn = `arn:aws:iam::123456789012:role/drawing_drawn-github_access`;
      const asked = new ListAssociatedAccessPoliciesCommand({ clusterName, principalArn });
      const { associatedAccessPolicies } = await aws().eks.send(asked);
      return associatedAccessPolicies?.map(({ policyArn, accessScope }) => [policyArn, accessScope?.type]);
    },
    is: [['arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy', 'cluster']],
  },
];

const { addons } = versions.kubernetes[defaultKubernetesVersion];
const identities: Readonly<Record<string, string>> = {
  'aws-ebs-csi-driver': 'ebs-csi-controller-sa drawing_drawn_ebs',
  'vpc-cni': 'aws-node drawing_drawn_cni',
};

const inCluster: readonly Fact[] = [
  {
    part: 'Add-ons',
    fact: 'each in the version that belongs to the cluster, with its IAM through Pod Identity where it needs any',
    look: async ({ eksCluster: clusterName }) => {
      const { addons: names = [] } = await aws().eks.send(new ListAddonsCommand({ clusterName }));
      const told = names.map(async addonName => {
        const { addon } = await aws().eks.send(new DescribeAddonCommand({ clusterName, addonName }));
        const bound = (addon?.podIdentityAssociations ?? []).map(async arn => {
          const read = new DescribePodIdentityAssociationCommand({ clusterName, associationId: arn.split('/').at(-1) });
          const { association } = await aws().eks.send(read);
          return `${association?.serviceAccount} ${association?.roleArn?.split('/').at(-1)}`;
        });
        return [addonName, addon?.status, addon?.addonVersion, ...(await Promise.all(bound))];
      });
      return sorted(await Promise.all(told), ([name]) => `${name}`);
    },
    is: Object.entries(addons)
      .filter(([name]) => name !== 'amazon-cloudwatch-observability')
      .map(([name, version]) => [name, 'ACTIVE', version, ...(identities[name] ? [identities[name]] : [])])
      .sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
  },
  {
    part: 'Pod Identity',
    fact: "of add-ons, Karpenter and ExternalDNS, and nobody else's",
    look: async ({ eksCluster: clusterName }) => {
      const { associations = [] } = await aws().eks.send(new ListPodIdentityAssociationsCommand({ clusterName }));
      return associations.map(one => `${one.namespace}/${one.serviceAccount}`).sort();
    },
    is: [
      'external-dns/external-dns',
      'kube-system/aws-node',
      'kube-system/ebs-csi-controller-sa',
      'kube-system/karpenter',
    ],
  },
  {
    part: 'Storage',
    fact: 'classes gp3 (the default), gp2, io1, io2, which wait for their first consumer and expand',
    look: async ({ inside }) => {
      const { items } = JSON.parse(await inside.workload('get', 'storageclasses', '-o', 'json'));
      return items.map((one: StorageClass) => [
        one.metadata.name,
        one.metadata.annotations['storageclass.kubernetes.io/is-default-class'],
        one.provisioner,
        one.parameters.encrypted,
        one.volumeBindingMode,
        one.allowVolumeExpansion,
      ]);
    },
    is: [
      // EKS makes it so; Kubernetes sends it on to the same driver.
      ['gp2', 'false', 'kubernetes.io/aws-ebs', undefined, 'WaitForFirstConsumer', true],
      ['gp3', 'true', 'ebs.csi.aws.com', 'true', 'WaitForFirstConsumer', true],
      ['io1', 'false', 'ebs.csi.aws.com', 'true', 'WaitForFirstConsumer', true],
      ['io2', 'false', 'ebs.csi.aws.com', 'true', 'WaitForFirstConsumer', true],
    ],
  },
  {
    part: 'Storage',
    fact: 'snapshots on request',
    look: ({ inside }) => inside.get('volumesnapshotclass', 'ebs'),
    is: expect.objectContaining({ driver: 'ebs.csi.aws.com' }),
  },
  {
    part: 'Storage',
    fact: 'daily snapshots of the volumes of this cluster',
    look: async ({ eksCluster }) => {
      const { Policies = [] } = await aws().dlm.send(new GetLifecyclePoliciesCommand({}));
      const own = Policies.find(({ Description }) => Description?.endsWith(eksCluster));
      return (await aws().dlm.send(new GetLifecyclePolicyCommand({ PolicyId: own?.PolicyId }))).Policy;
    },
    is: expect.objectContaining({
      State: 'ENABLED',
      PolicyDetails: expect.objectContaining({
        ResourceTypes: ['VOLUME'],
        TargetTags: [expect.objectContaining({ Value: 'drawing_drawn' })],
        Schedules: [
          expect.objectContaining({
            CreateRule: expect.objectContaining({ Interval: 24, IntervalUnit: 'HOURS' }),
            RetainRule: expect.objectContaining({ Interval: 7, IntervalUnit: 'DAYS' }),
          }),
        ],
      }),
    }),
  },
];

interface StorageClass {
  readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> };
  readonly provisioner: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly volumeBindingMode: string;
  readonly allowVolumeExpansion: boolean;
}

/** Network, cluster, nodes, access, add-ons and storage. */
export const foundation: readonly Fact[] = [...network, ...cluster, ...inCluster];
