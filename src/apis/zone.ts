import { z } from 'zod';
import { immutable, rule } from '../crossplane/structural.ts';
import { providerConfigRef } from './account.ts';
import { api } from './group.ts';
import { tags } from './network.ts';

const label = '[a-z0-9]([a-z0-9-]*[a-z0-9])?';

/** A domain, as people write it: lower case, without the dot at its end. */
export const domain = rule(z.string().max(253).meta({ example: 'tekanya.services' }), {
  rule: `self.matches('^(${label}\\\\.)+${label}$')`,
  message:
    'must be one domain in lower case, such as tekanya.services, without a wildcard and without a dot at its end',
});

export const Zone = api({
  kind: 'ZoneClaim',
  plural: 'zoneclaims',
  shortNames: ['zone'],
  categories: ['platform'],
  description: 'A public hosted zone of Route 53. A domain has a claim of its own, so dropping one touches no other.',
  spec: z.object({
    domain: immutable(domain, 'make another ZoneClaim beside it').describe('The domain whose names the zone holds.'),
    records: z
      .enum(['Keep', 'Delete'])
      .default('Keep')
      .describe(
        'What happens to records when the claim is deleted. Keep: AWS refuses to delete a zone that has records beside its own, until they are gone. Delete: they go with it.',
      ),
    tags,
    providerConfigRef,
  }),
  status: z.object({
    zoneId: z.string().describe('The id of the zone: Z…'),
    arn: z.string().describe('arn:aws:route53:::hostedzone/Z…'),
    nameServers: z
      .array(z.string())
      .describe("The zone's name servers, to give to the domain's registrar: until then nobody asks the zone."),
  }),
  columns: xr => [
    { name: 'DOMAIN', of: xr.spec.domain },
    { name: 'ZONE', of: xr.status.zoneId },
  ],
});
