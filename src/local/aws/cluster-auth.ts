import { child, items, type JsonObject, text } from '../../kubernetes/json.ts';
import { pollInterval } from './latencies.ts';
import type { World } from './world.ts';

/**
 * A ClusterAuth is nothing in AWS: the provider writes a kubeconfig of an EKS cluster to a Secret and renews it. Says
 * when that was last done, and the details for the Secret if it is to be done now. The kubeconfig leads to the
 * workload cluster. The messages are those of the provider's own controller.
 */
export function clusterAuth(
  object: JsonObject,
  world: World,
): { readonly lastRefreshTime: string; readonly details?: Readonly<Record<string, string>>; readonly nextAt: number } {
  const now = world.clock.now();
  const args = child(object, 'spec', 'forProvider');
  const last = text(child(object, 'status', 'atProvider'), 'lastRefreshTime');
  const period = world.clock.scaled(seconds(text(args, 'refreshPeriod') ?? '10m0s'));
  const due = last === undefined ? now : Date.parse(last) + Math.max(period, shortestRefresh);
  if (last !== undefined && now < due) return { lastRefreshTime: last, nextAt: due };

  const name = text(args, 'clusterName') ?? '';
  const region = text(args, 'region') ?? '';
  const cluster = world.aws.account.find('eks/Cluster', region, name);
  const error = (why: string) => new Error(`create failed: ${why}`);
  if (!cluster) throw error(`cannot describe cluster: ResourceNotFoundException: No cluster found for name: ${name}.`);
  const authority = text(items(cluster.computed.certificateAuthority)[0], 'data');
  if (cluster.state === 'creating' || !authority) throw error('ca data from the retrieved cluster is empty');
  const { workload } = world;
  const details = workload
    ? { endpoint: workload.server, clusterCA: workload.ca, kubeconfig: workload.kubeconfig(name) }
    : { endpoint: text(cluster.computed, 'endpoint') ?? '', clusterCA: Buffer.from(authority, 'base64').toString() };
  const stamp = new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
  return { lastRefreshTime: stamp, details, nextAt: now + Math.max(period, shortestRefresh) };
}

/** However fast time goes, a kubeconfig is not renewed more often than this, in ms: each time is a write that XRs see. */
const shortestRefresh = 30_000;

/** Seconds of a duration as Go writes it, `10m0s`; a poll's length if it is no such thing. */
export function seconds(duration: string): number {
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(h|m(?!s)|s|ms)/g)];
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };
  if (parts.length === 0) return pollInterval;
  return parts.reduce((sum, [, value = '0', unit = 's']) => sum + Number(value) * (units[unit] ?? 0), 0);
}
