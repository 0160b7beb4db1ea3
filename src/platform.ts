import { Access } from './apis/access.ts';
import { Cluster, clusterStatus } from './apis/cluster.ts';
import { Database, databaseStatus } from './apis/database.ts';
import { Network } from './apis/network.ts';
import { Platform } from './apis/platform.ts';
import { compositions } from './crossplane/composition.ts';
import { awaited, fmt, ifSet, merge } from './crossplane/expressions.ts';

/** The parts of a platform, a composite resource each. All are made at once: each waits by itself for what it needs. */
export const platform = compositions(Platform, ({ xr, variant, compose, publish, handDown }) => {
  handDown(xr.spec.providerConfigRef);
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

  const cluster = compose('cluster', Cluster, {
    metadata: { name },
    spec: merge(xr.spec.cluster, {
      region,
      tags,
      networkRef: { name },
      crossplane: { compositionRef: { name: Cluster.composition('in-network') } },
    }),
  });
  const { options: ofCluster } = clusterStatus.omit({ addons: true }).keyof();
  for (const field of ofCluster) publish(cluster.observed[field], xr.status.cluster[field]);
  publish(cluster.observed.addons, xr.status.cluster.addons);

  const { first, second } = network.observed.subnets;
  const database = compose('database', Database, {
    metadata: { name },
    spec: merge(xr.spec.database, {
      region,
      tags,
      vpcId: network.observed.vpcId,
      vpcCidr: xr.spec.network.cidr,
      subnetIds: [first.id, second.id],
      zones: [first.zone, second.zone],
    }),
  });
  const { options: ofDatabase } = databaseStatus.omit({ port: true }).keyof();
  for (const field of ofDatabase) publish(database.observed[field], xr.status.database[field]);
  publish(database.observed.port, xr.status.database.port);

  if (variant === 'with-github-actions') {
    const kind = ifSet(xr.spec.githubActions.github, Access.composition('github'), Access.composition('role'));
    const access = compose('github-actions', Access, {
      metadata: { name: fmt`${name}-github` },
      spec: {
        region,
        tags,
        cluster: name,
        principal: awaited(xr.spec.githubActions),
        policy: 'cluster-admin',
        clusterIsUp: cluster.observed.oidcIssuer,
        crossplane: { compositionRef: { name: kind } },
      },
    });
    publish(access.observed.principalArn, xr.status.githubActions.principalArn);
  }
});
