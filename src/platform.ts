import { Network } from './apis/network.ts';
import { Platform } from './apis/platform.ts';
import { compositions } from './crossplane/composition.ts';
import { ifSet, merge } from './crossplane/expressions.ts';

/** The parts of a platform, a composite resource each. */
export const platform = compositions(Platform, ({ xr, compose, publish }) => {
  const { name } = xr.metadata;
  const { region, tags } = xr.spec;

  const zones = ifSet(
    xr.spec.network.subnets[2].zone,
    Network.composition('three-zones'),
    Network.composition('two-zones'),
  );
  const network = compose('network', Network, {
    metadata: { name },
    spec: merge(xr.spec.network, { region, tags, crossplane: { compositionRef: { name: zones } } }),
  });
  publish(network.observed.vpcId, xr.status.network.vpcId);
  publish(network.observed.routeTableId, xr.status.network.routeTableId);
  publish(network.observed.subnets, xr.status.network.subnets);
});
