import { z } from 'zod';
import { defaultKubernetesVersion } from '../aws/eks-versions.ts';
import { karpenterFor } from '../aws/karpenter-versions.ts';
import { kubernetesVersions } from '../aws/versions.ts';
import { chartRepositories, karpenterVersions } from '../charts/pins.ts';
import { providerConfigRef } from './account.ts';
import { inCluster } from './addons.ts';
import { api } from './group.ts';
import { identifier } from './names.ts';
import { region, tagsOfNodes } from './network.ts';

/** Where a chart and its image come from, for whoever keeps copies of them. */
export const chartSource = (repository: string, image: string) => ({
  repository: z
    .string()
    .max(256)
    .regex(/^(oci|https):\/\/[\w.:/-]+$/)
    .default(repository)
    .describe('Where its Helm chart is: the repository that publishes it, or a mirror.'),
  image: z
    .string()
    .max(256)
    .regex(/^[a-z0-9.:/_-]+$/)
    .default(image)
    .describe('Its image, without a tag: the one that is published, or a mirror.'),
});

const architectures = ['amd64', 'arm64'] as const;

/** What a team may choose of Karpenter and its nodes. */
export const karpenterSettings = z.object({
  enabled: z.boolean().default(true).describe('Whether pods that find no room get nodes of their own.'),
  version: z
    .enum(karpenterVersions)
    .optional()
    .meta({ example: karpenterFor[defaultKubernetesVersion] })
    .describe(
      `The version of Karpenter. Left out, it is the one for the cluster's version: ${kubernetesVersions.map(it => `${karpenterFor[it]} for ${it}`).join(', ')}.`,
    ),
  capacity: z
    .array(z.enum(['on-demand', 'spot']))
    .min(1)
    .max(2)
    .default(['spot', 'on-demand'])
    .describe('How nodes are bought. With both, spot is tried first, and on-demand where there is no spot.'),
  architectures: z
    .array(z.enum(architectures))
    .min(1)
    .max(2)
    .default([...architectures])
    .describe('The architectures of nodes.'),
  families: z
    .array(z.enum(['t', 'c', 'm', 'r']))
    .min(1)
    .max(4)
    .default(['t', 'c', 'm'])
    .describe('The families of instances: t burstable, c for computing, m for anything, r for memory.'),
  newerThanGeneration: z
    .int()
    .min(1)
    .max(8)
    .default(2)
    .describe('Instances are of later generations than this: 2 lets t3, m5 and all newer ones in.'),
  diskGiB: z.int().min(20).max(1000).default(50).describe('The encrypted gp3 root volume of each node.'),
  limits: z
    .object({
      cpu: z.int().min(1).max(10_000).default(100).describe('vCPU of all nodes together.'),
      memoryGiB: z.int().min(1).max(100_000).default(400).describe('Memory of all nodes together, in GiB.'),
    })
    .prefault({})
    .describe('What all nodes together have at most; pods that need more wait.'),
});

/** The same with what a platform team may choose. */
export const karpenterPlatformSettings = karpenterSettings.extend(
  chartSource(chartRepositories.karpenter, 'public.ecr.aws/karpenter/controller'),
);

export const Karpenter = api({
  kind: 'XKarpenter',
  plural: 'xkarpenters',
  shortNames: ['xkarp'],
  categories: ['platform'],
  description: 'Karpenter in a cluster: nodes for pods that find no room, and none for nobody.',
  longestName: 24,
  spec: karpenterPlatformSettings.extend({
    ...inCluster.shape,
    region,
    tags: tagsOfNodes,
    providerConfigRef,
    version: z.enum(karpenterVersions).describe('The version of Karpenter.'),
    subnets: z
      .object({
        discovery: z
          .string()
          .max(128)
          .regex(/^[a-z0-9-]+\/[a-z0-9-]+$/)
          .optional()
          .meta({ example: 'team-a/shop' })
          .describe('Subnets by their tag karpenter.sh/discovery: the network, as namespace/name.'),
        ids: z
          .array(identifier)
          .min(2)
          .max(6)
          .optional()
          .meta({ example: ['subnet-0123456789abcdef0', 'subnet-0fedcba9876543210'] })
          .describe('Subnets by id, of which the first two are taken.'),
      })
      .describe('The subnets of its nodes.'),
    securityGroupId: identifier
      .optional()
      .meta({ example: 'sg-0123456789abcdef0' })
      .describe('The security group of its nodes: that of the cluster, once it is known.'),
  }),
  status: z.object({
    account: z.string().optional().describe('The AWS account.'),
    roleArn: z.string().optional().describe('The IAM role of Karpenter.'),
    nodeRoleArn: z.string().optional().describe('The IAM role of its nodes.'),
    queueArn: z.string().optional().describe('The queue of interruptions.'),
  }),
  variants: {
    'in-network': { when: 'self.enabled && has(self.subnets.discovery)', meaning: 'subnets.discovery' },
    'in-subnets': { when: 'self.enabled && has(self.subnets.ids)', meaning: 'subnets.ids' },
    off: { when: '!self.enabled', meaning: 'enabled: false' },
  },
  columns: xr => [
    { name: 'VERSION', of: xr.spec.version },
    { name: 'CPU', of: xr.spec.limits.cpu },
    { name: 'QUEUE', of: xr.status.queueArn, wide: true },
  ],
});
