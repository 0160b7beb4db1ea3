import { z } from 'zod';
import { accessSettings, principalArn } from './access.ts';
import { api } from './group.ts';

export const AccessClaim = api({
  kind: 'AccessClaim',
  plural: 'accessclaims',
  shortNames: ['ac'],
  categories: ['platform'],
  description: "One principal's access to a cluster of the namespace.",
  longestName: 32,
  spec: accessSettings,
  status: z.object({ principalArn }),
  columns: xr => [
    { name: 'CLUSTER', of: xr.spec.cluster },
    { name: 'POLICY', of: xr.spec.policy },
    { name: 'PRINCIPAL', of: xr.status.principalArn },
  ],
});
