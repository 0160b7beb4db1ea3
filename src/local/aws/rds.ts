import { child, items, type Json, type JsonObject, text } from '../../kubernetes/json.ts';
import type { Account, Resource } from './account.ts';
import { full } from './eks.ts';
import { refuse } from './errors.ts';

export const aurora = 'aurora-postgresql';

/** The minor versions of Aurora PostgreSQL that RDS makes clusters of, by major, oldest first (its release notes). */
const minors: Readonly<Record<string, readonly number[]>> = {
  '14': [9, 10, 11, 12, 13, 15, 17, 18, 19, 20],
  '15': [4, 5, 6, 7, 8, 10, 12, 13, 14, 15],
  '16': [1, 2, 3, 4, 6, 8, 9, 10, 11, 13, 14, 15],
  '17': [4, 5, 6, 7],
};

/** What a version of Aurora PostgreSQL comes down to: a major alone is its newest minor, none at all the newest major. */
export function exactVersion(version: string | undefined): string {
  const [major = '', minor] = (version ?? Object.keys(minors).at(-1) ?? '').split('.');
  return minor === undefined ? `${major}.${minors[major]?.at(-1) ?? ''}` : `${major}.${minor}`;
}

/** Whether RDS has a version of Aurora PostgreSQL. */
export function isVersion(version: string): boolean {
  const [major = '', minor] = exactVersion(version).split('.');
  return minors[major]?.includes(Number(minor)) === true;
}

export function major(version: string): number {
  return Number(version.split('.')[0]);
}

/** Below 0 if a version is older than another. */
export function compared(a: string, b: string): number {
  return major(a) - major(b) || Number(a.split('.')[1]) - Number(b.split('.')[1]);
}

/** The version that an Aurora cluster runs. */
export function engineVersionOf(cluster: Resource): string {
  return exactVersion(text(cluster.computed, 'engineVersionActual') ?? text(full(cluster), 'engineVersion'));
}

/** The database cluster of that name or ARN, in whatever state. */
export function dbCluster(account: Account, region: string, name: string | undefined): Resource | undefined {
  return account.find('rds/Cluster', region, name?.split(':').at(-1) ?? '');
}

/** The cluster snapshot of that name or ARN. */
export function clusterSnapshot(account: Account, region: string, name: string | undefined): Resource | undefined {
  return account.find('rds/ClusterSnapshot', region, name?.split(':').at(-1) ?? '');
}

/** The instances of a database cluster, those that are going left out; the next writer first. */
export function instancesOf(account: Account, cluster: Pick<Resource, 'region' | 'name'>): readonly Resource[] {
  const tier = ({ asked }: Resource) => (typeof asked.promotionTier === 'number' ? asked.promotionTier : 0);
  return account
    .all()
    .filter(
      one =>
        one.kind === 'rds/ClusterInstance' &&
        one.region === cluster.region &&
        one.state !== 'deleting' &&
        text(one.asked, 'clusterIdentifier') === cluster.name,
    )
    .sort((a, b) => tier(a) - tier(b));
}

/** The zones of subnets; undefined while one of them is not known. */
export function zonesOf(account: Account, region: string, ids: Json | undefined): ReadonlySet<string> | undefined {
  const found = items(ids).map(id => (typeof id === 'string' ? account.find('ec2/Subnet', region, id) : undefined));
  const zones = found.flatMap(subnet => (subnet ? (text(full(subnet), 'availabilityZone') ?? []) : []));
  return zones.length === found.length ? new Set(zones) : undefined;
}

/** Refuses a name that RDS does not take. */
export function refuseIdentifier(parameter: string, name: string, longest: number): void {
  if (/^[a-z](?:-?[a-z0-9])*$/i.test(name) && name.length <= longest) return;
  refuse(
    'InvalidParameterValue',
    `The parameter ${parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.`,
  );
}

/** Refuses a cluster parameter group that is not there, or is made for another major version. */
export function refuseParameterGroup(account: Account, region: string, args: JsonObject, version: string): void {
  const name = text(args, 'dbClusterParameterGroupName');
  if (name === undefined || name.startsWith('default.')) return;
  const group = account.find('rds/ClusterParameterGroup', region, name);
  if (!group) refuse('DBClusterParameterGroupNotFound', `DBClusterParameterGroup not found: ${name}`, 404);
  const [family, needed] = [text(group.asked, 'family'), `${aurora}${major(version)}`];
  if (family === needed) return;
  refuse(
    'InvalidParameterCombination',
    `The parameter group ${name} with DBParameterGroupFamily ${family} can't be used for this instance. Please use a parameter group with DBParameterGroupFamily ${needed}.`,
  );
}

/**
 * Refuses bounds that Aurora Serverless v2 does not scale in. RDS's words are known for a maximum that is too low and for
 * a bound that is missing; the others are made after them.
 */
export function refuseCapacity(args: JsonObject): void {
  if (args.serverlessv2ScalingConfiguration === undefined) return;
  const {
    minCapacity: min,
    maxCapacity: max,
    secondsUntilAutoPause: pause,
  } = child(args, 'serverlessv2ScalingConfiguration');
  if (typeof min !== 'number' || typeof max !== 'number') {
    refuse(
      'InvalidParameterValue',
      'Both MinCapacity and MaxCapacity must be specified when you initialize Serverless v2 scaling configuration.',
    );
  }
  refuseBound('minimum', min, 0);
  refuseBound('maximum', max, 1);
  if (min > max) {
    refuse(
      'InvalidParameterValue',
      `Serverless v2 minimum capacity ${min} isn't valid. The minimum capacity must be less than or equal to the maximum capacity ${max}.`,
    );
  }
  if (typeof pause === 'number' && (pause < 300 || pause > 86400)) {
    refuse(
      'InvalidParameterValue',
      `Serverless v2 auto-pause time ${pause} isn't valid. It must be between 300 and 86400 seconds.`,
    );
  }
}

function refuseBound(which: string, value: number, least: number): void {
  const begin = `Serverless v2 ${which} capacity ${value} isn't valid. The ${which} capacity must be`;
  if (value < least) refuse('InvalidParameterValue', `${begin} at least ${least.toFixed(1)}.`);
  if (value > 256) refuse('InvalidParameterValue', `${begin} at most 256.0.`);
  if (!Number.isInteger(value * 2)) refuse('InvalidParameterValue', `${begin} a multiple of 0.5.`);
}
