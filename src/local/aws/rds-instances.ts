import { type JsonObject, overlay, text } from '../../kubernetes/json.ts';
import type { Account, Resource } from './account.ts';
import { full } from './eks.ts';
import { refuse } from './errors.ts';
import { aurora, dbCluster, engineVersionOf, instancesOf, refuseIdentifier, zonesOf } from './rds.ts';
import type { Rules } from './rules.ts';

const intervals = [0, 1, 5, 10, 15, 30, 60];

/** What RDS does with the instances of Aurora clusters. */
export const clusterInstance: Rules = {
  create: (account, { region, args, name = '' }) => {
    refuseIdentifier('DBInstanceIdentifier', name, 63);
    const id = text(args, 'clusterIdentifier') ?? '';
    const cluster = dbCluster(account, region, id);
    // Whether RDS takes one for a cluster that is still being made is not documented; the stricter reading.
    if (!cluster || cluster.state === 'creating') {
      refuse('DBClusterNotFoundFault', `DBCluster ${id} not found.`, 404);
    }
    if (cluster.state === 'deleting') {
      refuse('InvalidDBClusterStateFault', `DBCluster ${id} is not in available state; it is deleting.`);
    }
    const [engine, whole] = [text(args, 'engine'), text(cluster.asked, 'engine')];
    if (engine !== whole) {
      refuse(
        'InvalidParameterCombination',
        `The engine name requested for your DB instance (${engine}) doesn't match the engine name of your DB cluster (${whole}).`,
      );
    }
    refuseZone(account, cluster, text(args, 'availabilityZone'));
    refuseArguments(cluster, args);
  },

  update: (account, before, args) => {
    const cluster = dbCluster(account, before.region, text(before.asked, 'clusterIdentifier'));
    if (cluster) refuseArguments(cluster, overlay(before.initial, args));
  },

  computed: (account, instance) => {
    const cluster = dbCluster(account, instance.region, text(instance.asked, 'clusterIdentifier'));
    if (!cluster) return {};
    const of = full(cluster);
    const version = text(of, 'engine') === aurora ? engineVersionOf(cluster) : text(of, 'engineVersionActual');
    const zones = zonesOf(account, cluster.region, subnetsOf(account, cluster)) ?? new Set<string>();
    const writer = !instancesOf(account, cluster).some(other => other.computed.writer === true);
    return {
      port: of.port,
      storageEncrypted: of.storageEncrypted === true,
      writer,
      ...(version ? { engineVersion: version, engineVersionActual: version } : {}),
      ...(text(of, 'dbSubnetGroupName') ? { dbSubnetGroupName: of.dbSubnetGroupName } : {}),
      ...(zones.size > 0 ? { availabilityZone: [...zones].sort()[0] } : {}),
    };
  },

  /** Another one becomes the writer when the writer goes. */
  ending: (account, instance) => {
    if (instance.computed.writer !== true) return;
    const { region, asked } = instance;
    const next = instancesOf(account, { region, name: text(asked, 'clusterIdentifier') ?? '' }).find(
      ({ state }) => state !== 'creating',
    );
    if (next) account.put({ ...next, computed: { ...next.computed, writer: true } });
  },
};

function subnetsOf(account: Account, cluster: Resource) {
  const group = text(cluster.asked, 'dbSubnetGroupName');
  return group === undefined ? undefined : account.find('rds/SubnetGroup', cluster.region, group)?.asked.subnetIds;
}

/** An instance lies in a zone that the subnet group has a subnet in, if its zones are known. */
function refuseZone(account: Account, cluster: Resource, zone: string | undefined): void {
  const zones = zonesOf(account, cluster.region, subnetsOf(account, cluster));
  if (zone === undefined || !zones || zones.size === 0 || zones.has(zone)) return;
  refuse(
    'InvalidVPCNetworkStateFault',
    `Availability zone '${zone}' is not covered by DB subnet group '${text(cluster.asked, 'dbSubnetGroupName')}'.`,
  );
}

function refuseArguments(cluster: Resource, args: JsonObject): void {
  const size = text(args, 'instanceClass') ?? '';
  if (!/^db\.(?:serverless|[a-z0-9]+\.[a-z0-9]+)$/.test(size)) {
    refuse('InvalidParameterValue', `Invalid DB Instance class: ${size}`);
  }
  if (size === 'db.serverless' && cluster.asked.serverlessv2ScalingConfiguration === undefined) {
    refuse(
      'InvalidDBClusterStateFault',
      'Set the Serverless v2 scaling configuration on the parent DB cluster before creating a Serverless v2 DB instance.',
    );
  }
  const interval = typeof args.monitoringInterval === 'number' ? args.monitoringInterval : 0;
  if (!intervals.includes(interval)) {
    refuse(
      'InvalidParameterValue',
      `Invalid monitoring interval: ${interval}. Valid values are ${intervals.join(', ')}.`,
    );
  }
  if (interval !== 0 && text(args, 'monitoringRoleArn') === undefined) {
    refuse(
      'InvalidParameterCombination',
      'A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0.',
    );
  }
  const tier = args.promotionTier;
  if (typeof tier === 'number' && (tier < 0 || tier > 15)) {
    refuse('InvalidParameterValue', `Invalid promotion tier: ${tier}. It must be between 0 and 15.`);
  }
}
