import { z } from 'zod';
import { chartRepositories } from '../charts/pins.ts';
import { rule } from '../crossplane/structural.ts';
import { providerConfigRef } from './account.ts';
import { inCluster } from './addons.ts';
import { api } from './group.ts';
import { chartSource } from './karpenter.ts';
import { region, tags } from './network.ts';
import { domain } from './zone.ts';

/** What a team may choose of ExternalDNS. */
export const externalDnsSettings = z.object({
  enabled: z.boolean().default(true).describe('Whether Services and Ingresses get DNS records.'),
  domains: z
    .array(domain)
    .min(1)
    .max(20)
    .default(['amano.services', 'tekanya.services', 'lightsphere.space', 'sosolola.cloud'])
    .describe(
      'The domains whose names are written, with a TTL of 300 seconds. The zones are those of the account that hold them, such as ZoneClaims make.',
    ),
  zoneIds: rule(z.array(z.string().max(32)).min(1).max(20), {
    rule: "self.all(id, id.matches('^Z[A-Z0-9]+$'))",
    message:
      'each must be the id of a hosted zone, such as Z0123456789ABCDEFGHIJ; left out, it is any zone of the account',
  })
    .optional()
    .meta({ example: ['Z0123456789ABCDEFGHIJ'] })
    .describe(
      'The hosted zones that it looks at and may write to, by id. Left out: any of the account. In each it may write names of the domains alone.',
    ),
  policy: z
    .enum(['sync', 'upsert-only'])
    .default('sync')
    .describe('sync: records go with their Service or Ingress. upsert-only: records are made and changed, and stay.'),
});

/** The same with what a platform team may choose. */
export const externalDnsPlatformSettings = externalDnsSettings.extend(
  chartSource(chartRepositories.externalDns, 'registry.k8s.io/external-dns/external-dns'),
);

export const ExternalDns = api({
  kind: 'XExternalDNS',
  plural: 'xexternaldns',
  shortNames: ['xdns'],
  categories: ['platform'],
  description: 'ExternalDNS in a cluster: DNS records for its Services and Ingresses.',
  longestName: 24,
  spec: externalDnsPlatformSettings.extend({
    ...inCluster.shape,
    region,
    tags,
    providerConfigRef,
    workloads: z
      .string()
      .max(64)
      .optional()
      .describe('The uid of the namespace of workloads, once it is asked for. Its records go before ExternalDNS does.'),
  }),
  status: z.object({
    roleArn: z.string().optional().describe('The IAM role of ExternalDNS.'),
  }),
  variants: {
    on: { when: 'self.enabled', meaning: 'enabled: true' },
    off: { when: '!self.enabled', meaning: 'enabled: false' },
  },
  columns: xr => [
    { name: 'POLICY', of: xr.spec.policy },
    { name: 'ROLE', of: xr.status.roleArn, wide: true },
  ],
});
