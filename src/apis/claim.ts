import { defaultAuroraVersion } from '../aws/aurora-versions.ts';
import { defaultKubernetesVersion } from '../aws/eks-versions.ts';
import { rule } from '../crossplane/structural.ts';
import { clusterSettings, longestName } from './cluster.ts';
import { databaseSettings } from './database.ts';
import { externalDnsSettings } from './external-dns.ts';
import { api } from './group.ts';
import { karpenterSettings } from './karpenter.ts';
import { platformRules, platformSettings, platformStatus } from './platform.ts';

/** The part of a platform that a team may choose; the rest is the platform team's default. */
const claimSettings = platformSettings
  .pick({ region: true, network: true, database: true, githubActions: true, tags: true, providerConfigRef: true })
  .extend({
    database: databaseSettings
      .omit({ logRetentionDays: true })
      .prefault({})
      .describe('The Aurora PostgreSQL database.'),
    cluster: clusterSettings
      .omit({ logRetentionDays: true })
      .extend({
        karpenter: karpenterSettings.prefault({}).describe('Nodes for pods that find no room.'),
        externalDns: externalDnsSettings.prefault({}).describe('DNS records for Services and Ingresses.'),
      })
      .prefault({})
      .describe('The EKS cluster.'),
  });

export const PlatformClaim = api({
  kind: 'PlatformClaim',
  plural: 'platformclaims',
  shortNames: ['pc', 'pclaim'],
  categories: ['platform'],
  description: `A platform for a team. An empty spec is the platform as it was drawn, in versions that AWS still takes: af-south-1, two public subnets, EKS ${defaultKubernetesVersion} with three nodes, Aurora PostgreSQL ${defaultAuroraVersion}.`,
  longestName,
  spec: rule(claimSettings, ...platformRules),
  status: platformStatus,
  columns: xr => [
    { name: 'REGION', of: xr.spec.region },
    { name: 'VERSION', of: xr.status.cluster.version },
    { name: 'VPC', of: xr.status.network.vpcId },
    { name: 'CIDR', of: xr.spec.network.cidr, wide: true },
    { name: 'DATABASE', of: xr.status.database.endpoint, wide: true },
    { name: 'ENDPOINT', of: xr.status.cluster.endpoint, wide: true },
  ],
});
