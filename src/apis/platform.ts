import { z } from 'zod';
import { rule } from '../crossplane/structural.ts';
import { api } from './group.ts';
import { networkRules, networkSettings, networkStatus, region, tags } from './network.ts';

/** What must hold between the parts of a platform. */
export const platformRules = networkRules('.network');

export const platformSettings = z.object({
  region,
  network: networkSettings.prefault({}).describe('The VPC that everything lives in.'),
  tags,
});

export const platformStatus = z.object({
  network: networkStatus.describe('The VPC and its parts.'),
});

export const Platform = api({
  kind: 'XPlatform',
  plural: 'xplatforms',
  shortNames: ['xplat'],
  categories: ['platform'],
  description: 'A network and what lives in it: everything that a platform team can choose.',
  spec: rule(platformSettings, ...platformRules),
  status: platformStatus,
  columns: xr => [
    { name: 'REGION', of: xr.spec.region },
    { name: 'VPC', of: xr.status.network.vpcId },
  ],
});
