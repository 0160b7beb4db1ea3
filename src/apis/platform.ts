import { z } from 'zod';
import { rule } from '../crossplane/structural.ts';
import { principal } from './access.ts';
import { providerConfigRef } from './account.ts';
import { clusterRules, clusterSettings, clusterStatus, longestName } from './cluster.ts';
import { databaseRules, databaseSettings, databaseStatus } from './database.ts';
import { api } from './group.ts';
import { networkRules, networkSettings, networkStatus, region, tagsOfNodes } from './network.ts';

/** What must hold between the parts of a platform. */
export const platformRules = [...networkRules('.network'), ...clusterRules('.cluster'), ...databaseRules('.database')];

export const platformSettings = z.object({
  region,
  network: networkSettings.prefault({}).describe('The VPC that everything lives in.'),
  cluster: clusterSettings.prefault({}).describe('The EKS cluster.'),
  database: databaseSettings.prefault({}).describe('The Aurora PostgreSQL database.'),
  githubActions: principal
    .optional()
    .describe('Who deploys from GitHub Actions, as an administrator of the cluster. Left out: nobody.'),
  tags: tagsOfNodes,
  providerConfigRef,
});

export const platformStatus = z.object({
  network: networkStatus.describe('The VPC and its parts.'),
  cluster: clusterStatus.describe('The EKS cluster.'),
  database: databaseStatus.describe('The Aurora PostgreSQL database.'),
  githubActions: z
    .object({ principalArn: z.string().describe('The IAM role that GitHub Actions works as.') })
    .optional()
    .describe('Access for GitHub Actions.'),
});

export const Platform = api({
  kind: 'XPlatform',
  plural: 'xplatforms',
  shortNames: ['xplat'],
  categories: ['platform'],
  description: 'A network and what lives in it: everything that a platform team can choose.',
  longestName,
  spec: rule(platformSettings, ...platformRules),
  status: platformStatus,
  variants: {
    plain: { when: '!has(self.githubActions)', meaning: 'no githubActions' },
    'with-github-actions': { when: 'has(self.githubActions)', meaning: 'githubActions' },
  },
  columns: xr => [
    { name: 'REGION', of: xr.spec.region },
    { name: 'VERSION', of: xr.status.cluster.version },
    { name: 'VPC', of: xr.status.network.vpcId },
    { name: 'ENDPOINT', of: xr.status.cluster.endpoint, wide: true },
  ],
});
