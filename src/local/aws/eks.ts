import { kubernetesVersions as versions } from '../../aws/versions.ts';
import { child, type JsonObject, overlay, text } from '../../kubernetes/json.ts';
import type { Account, Resource } from './account.ts';
import { arnOf } from './arns.ts';
import { refuse } from './errors.ts';

/** The Kubernetes versions that EKS makes clusters of, oldest first. A cluster without a version gets the newest. */
export const kubernetesVersions: readonly string[] = versions;

/** The minor of a Kubernetes version: 31 for `1.31`. */
export function minor(version: string): number {
  return Number(version.split('.')[1] ?? Number.NaN);
}

/** A resource as AWS has it: what it was asked to be, over what AWS adds. */
export function full(resource: Resource): JsonObject {
  return overlay(resource.computed, resource.asked);
}

/** The Kubernetes version of a cluster, a node group's too. */
export function versionOf(resource: Resource): string {
  return text(full(resource), 'version') ?? kubernetesVersions.at(-1) ?? '';
}

/** Whether an EKS cluster takes access entries; without a word about it, it has a ConfigMap for them. */
export function takesEntries(cluster: Resource): boolean {
  return /^API/.test(text(child(cluster.asked, 'accessConfig'), 'authenticationMode') ?? 'CONFIG_MAP');
}

/** The cluster that arguments name, in whatever state. */
export function clusterOf(account: Account, region: string, args: JsonObject): Resource | undefined {
  return account.find('eks/Cluster', region, text(args, 'clusterName') ?? '');
}

/**
 * The cluster that arguments name, which must be ACTIVE. While one is CREATING, EKS says the same as when there is
 * none (seen for add-ons; for node groups, access entries and associations we take the same words, as AWS does not
 * document that any of them could be made before).
 */
export function activeCluster(account: Account, region: string, args: JsonObject): Resource {
  const name = text(args, 'clusterName') ?? '';
  const cluster = clusterOf(account, region, args);
  if (!cluster || cluster.state === 'creating') {
    return refuse('ResourceNotFoundException', `No cluster found for name: ${name}.`, 404);
  }
  if (cluster.state === 'deleting') {
    return refuse('InvalidRequestException', `Cluster ${name} is not in ACTIVE state; it is DELETING.`);
  }
  return cluster;
}

/** The active cluster, which must not be changing: node groups and add-ons are not made or changed meanwhile. */
export function quietCluster(account: Account, region: string, args: JsonObject): Resource {
  const cluster = activeCluster(account, region, args);
  if (cluster.state === 'updating') {
    refuse('ResourceInUseException', `Cluster ${cluster.name} currently has an update in progress`, 409);
  }
  return cluster;
}

/** All resources of a kind that belong to a cluster, those that are going left out. */
export function ofCluster(account: Account, kind: string, cluster: Pick<Resource, 'region' | 'name'>): Resource[] {
  return account
    .all()
    .filter(
      one =>
        one.kind === kind &&
        one.region === cluster.region &&
        one.state !== 'deleting' &&
        text(one.asked, 'clusterName') === cluster.name,
    );
}

/** Puts a resource into the account that EKS itself makes for one of the user's, unless it is there already. */
export function makeAlong(
  account: Account,
  owner: Resource,
  made: { kind: string; id: string; asked: JsonObject; computed?: JsonObject },
): void {
  const { kind, id, asked, computed = {} } = made;
  const { region } = owner;
  if (account.find(kind, region, id)) return;
  account.put({
    kind,
    region,
    id,
    name: id,
    arn: arnOf({ kind, region, id, name: id, args: asked }),
    state: 'available',
    since: owner.since,
    until: owner.since,
    asked,
    initial: {},
    computed,
    token: owner.arn,
  });
}
