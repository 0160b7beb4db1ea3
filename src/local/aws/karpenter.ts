import { child, equal, items, type Json, type JsonObject, text } from '../../kubernetes/json.ts';
import { isDeleted, meta } from '../../kubernetes/metadata.ts';
import type { Resource } from './account.ts';
import { seconds } from './cluster-auth.ts';
import { clusterBehind, standingOf } from './in-cluster.ts';
import { type Ground, keepClaims, nodeOf, offeringOf } from './karpenter-claims.ts';
import { isReady, keepNodeClass } from './karpenter-nodeclasses.ts';
import { offerings, sum, written } from './karpenter-offerings.ts';
import { classOf, podsOn, provision } from './karpenter-provisioning.ts';
import { conditionOf, type Hindrances, labelsOf, type Stage, sooner, tokenOf, withConditions } from './workload.ts';
import type { Operations } from './workload-operations.ts';

/** What Karpenter cannot even look at the world without. */
const always = [
  'eks:DescribeCluster',
  'ec2:DescribeSubnets',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeInstances',
  'ec2:DescribeInstanceTypes',
  'ec2:DescribeInstanceTypeOfferings',
  'ssm:GetParameter',
];

/**
 * Plays Karpenter 1.0: nodes for the pods that wait, and their end. It launches one instance for each NodeClaim, of the
 * cheapest type, spot before on demand; of disruption it knows empty nodes, and nodes that have gone.
 */
export class Karpenter {
  readonly #stage: Stage;
  readonly #operations: Operations;
  readonly #hindrances: Hindrances;
  readonly #avoided = new Map<string, number>();
  readonly #emptySince = new Map<string, number>();

  constructor(stage: Stage, operations: Operations, hindrances: Hindrances) {
    this.#stage = stage;
    this.#operations = operations;
    this.#hindrances = hindrances;
  }

  /** Brings everything of Karpenter's on by a step; says when to look again (ms), if that does not hang on a change. */
  async look(): Promise<number | undefined> {
    const { workload, aws } = this.#stage;
    const all = () => ({
      classes: workload.all('EC2NodeClass'),
      pools: workload.all('NodePool'),
      claims: workload.all('NodeClaim'),
    });
    if (Object.values(all()).every(objects => objects.length === 0)) return undefined;
    const cluster = clusterBehind(aws.account, workload);
    const standing = standingOf(aws.account, workload, cluster, 'karpenter', always);
    const free = this.#hindrances.tell('karpenter', 'work', 'why' in standing ? standing.why : undefined);
    if (!free || !cluster || 'why' in standing) return undefined;
    const { role } = standing;
    for (const one of all().classes) {
      await keepNodeClass(this.#stage, one, cluster, role, this.#operations, this.#hindrances);
    }
    const ground = this.#ground(cluster, role, all().classes);
    for (const pool of all().pools) await this.#keepPool(pool, ground);
    const next = await keepClaims(all().claims, ground);
    if (!workload.serves('NodeClaim')) return next;
    await this.#endLeaked(ground);
    await provision(all().pools, ground);
    const again = [...this.#avoided.values()].filter(until => until > this.#stage.clock.now());
    const soonest = [await this.#consolidate(all().pools, ground), ...again].reduce(sooner, undefined);
    return sooner(next, soonest);
  }

  #ground(cluster: Resource, role: Resource, classes: readonly JsonObject[]): Ground {
    const found = classes.flatMap(one => items(child(one, 'status').subnets)).flatMap(one => text(one, 'zone') ?? []);
    const labelled = this.#stage.workload
      .all('NodeClaim')
      .map(one => labelsOf(one)['topology.kubernetes.io/zone'] ?? '');
    const zones = [...new Set([...found, ...labelled])].filter(Boolean).sort();
    return {
      stage: this.#stage,
      operations: this.#operations,
      hindrances: this.#hindrances,
      cluster,
      role,
      offerings: offerings(cluster.region, zones),
      avoided: this.#avoided,
    };
  }

  async #keepPool(pool: JsonObject, { offerings: all }: Ground): Promise<void> {
    if (isDeleted(pool)) return;
    const { workload, clock } = this.#stage;
    const nodeClass = workload.all('EC2NodeClass').find(one => meta(one, 'name') === classOf(pool));
    const ready = nodeClass !== undefined && isReady(nodeClass);
    const state = ready
      ? ({ status: 'True' } as const)
      : ({ status: 'False', reason: 'NodeClassNotReady', message: `NodeClass ${classOf(pool)} is not ready` } as const);
    const claims = claimsOf(workload.all('NodeClaim'), pool).filter(one => text(child(one, 'status'), 'providerID'));
    const resources = {
      ...written(sum(claims.flatMap(one => offeringOf(one, all)?.capacity ?? []))),
      nodes: String(claims.length),
      pods: String(58 * claims.length),
    };
    const conditions = withConditions(
      pool,
      { ValidationSucceeded: { status: 'True' }, NodeClassReady: state, Ready: state },
      clock.now(),
    );
    const status = { conditions, resources };
    if (equal({ ...child(pool, 'status'), ...status }, child(pool, 'status'))) return;
    await workload.patchStatus('NodePool', pool, status);
  }

  /** Instances whose NodeClaim is not there any more are found by their tags, and terminated. */
  async #endLeaked({ cluster }: Ground): Promise<void> {
    const { workload, aws } = this.#stage;
    const tokens = new Set(workload.all('NodeClaim').map(one => tokenOf(one)));
    const leaked = aws.account
      .all()
      .filter(
        one =>
          one.kind === 'ec2/Instance' &&
          child(one.asked, 'tags')['eks:eks-cluster-name'] === cluster.name &&
          one.state === 'available' &&
          !tokens.has(one.token),
      );
    for (const one of leaked) await this.#operations.delete(one, 'no nodeclaim');
  }

  /** Nodes without pods go after their NodePool's `consolidateAfter`. */
  async #consolidate(pools: readonly JsonObject[], ground: Ground): Promise<number | undefined> {
    const { workload, clock, log } = this.#stage;
    let next: number | undefined;
    for (const pool of pools) {
      const after = child(pool, 'spec', 'disruption').consolidateAfter ?? '0s';
      for (const claim of claimsOf(workload.all('NodeClaim'), pool)) {
        const uid = meta(claim, 'uid');
        const node = nodeOf(ground.stage, claim);
        const used = !node || podsOn(this.#stage, meta(node, 'name')).some(pod => !isOfDaemonSet(pod));
        if (after === 'Never' || used || isDeleted(claim) || conditionOf(claim, 'Initialized') !== 'True') {
          this.#emptySince.delete(uid);
          continue;
        }
        const since = this.#emptySince.get(uid) ?? clock.now();
        this.#emptySince.set(uid, since);
        const due = since + clock.scaled(seconds(String(after)));
        if (clock.now() < due) {
          next = sooner(next, due);
          continue;
        }
        log(`workload delete nodeclaim/${meta(claim, 'name')}: empty for ${after}`);
        await workload.delete('NodeClaim', claim);
      }
    }
    return next;
  }
}

function claimsOf(claims: readonly JsonObject[], pool: JsonObject): readonly JsonObject[] {
  return claims.filter(one => labelsOf(one)['karpenter.sh/nodepool'] === meta(pool, 'name'));
}

function isOfDaemonSet(pod: JsonObject): boolean {
  return items(child(pod, 'metadata').ownerReferences).some((one: Json) => text(one, 'kind') === 'DaemonSet');
}
