import { z } from 'zod';
import { immutable, rule } from '../crossplane/structural.ts';
import { label } from './names.ts';

/**
 * Which AWS account everything is made in. A ProviderConfig is looked for in the namespace, so nobody reaches the account of
 * another team by it; of those that hold for all namespaces only `default` is for claims.
 */
export const providerConfigRef = rule(
  immutable(
    z.object({
      kind: z
        .enum(['ClusterProviderConfig', 'ProviderConfig'])
        .default('ClusterProviderConfig')
        .describe('ProviderConfig: one of this namespace. ClusterProviderConfig: the one of all namespaces.'),
      name: label.default('default').describe('Its name.'),
    }),
    'what is made in one account cannot move to another; make it anew there',
  ),
  {
    rule: "self.kind == 'ProviderConfig' || self.name == 'default'",
    message: 'of ClusterProviderConfigs only default is for claims; name a ProviderConfig of this namespace',
  },
)
  .default({ kind: 'ClusterProviderConfig', name: 'default' })
  .meta({ example: { kind: 'ProviderConfig', name: 'default' } })
  .describe('The AWS account of everything, by the (Cluster)ProviderConfig of aws.m.upbound.io that leads to it.');
