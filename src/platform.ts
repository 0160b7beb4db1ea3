import { Network } from './apis/network.ts';
import { Platform } from './apis/platform.ts';
import { compositions } from './crossplane/composition.ts';
import { ifSet } from './crossplane/expressions.ts';

/** The parts of a platform, a composite resource each. */
export const platform = compositions(Platform, ({ xr, compose, publish }) => {
  const { name } = xr.metadata;
  const { region, tags } = xr.spec;

  const network = compose('network', Network, {
    metadata: { name },
    spec: {
      region,
      cidr: xr.spec.network.cidr,
      subnets: xr.spec.network.subnets,
      tags,
      crossplane: {
        compositionRef: {
          name: ifSet(
            xr.spec.network.subnets[2].zone,
            Network.composition('three-zones'),
            Network.composition('two-zones'),
          ),
        },
      },
    },
  });
  publish(network.observed.vpcId, xr.status.network.vpcId);
  publish(network.observed.routeTableId, xr.status.network.routeTableId);
  publish(network.observed.subnets, xr.status.network.subnets);
});
