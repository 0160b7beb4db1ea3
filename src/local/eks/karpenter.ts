import { child, equal, type JsonObject, text } from '../../kubernetes/json.ts';
import { isDeleted, meta } from '../../kubernetes/metadata.ts';
import type { Clients } from './clients.ts';
import { instancesOf, tagOf } from './facts.ts';
import type { Ground } from './ground.ts';
import { keepClaims, type Means, nodeOf, offeringOf, terminate } from './karpenter-claims.ts';
import { isReady, keepNodeClass } from './karpenter-nodeclasses.ts';
import { type Offering, offeringsIn } from './karpenter-offerings.ts';
import { claimsOf, classOf, provision } from './karpenter-provisioning.ts';
import { claimTag } from './nodes.ts';
import { conditionOf, find, type Setting, seconds, sooner, withConditions } from './objects.ts';
import { isOfDaemonSet, podsOfNode, podsOn, sum, written } from './pods.ts';
import { standingOf } from './standing.ts';

const notTerminated = ['pending', 'running', 'stopping', 'stopped', 'shutting-down'];

/**
 * Plays Karpenter 1.0: nodes for the pods that wait, and their end. It launches one instance for each NodeClaim, of the
 * cheapest type, spot before on demand; of disruption it knows empty nodes, and nodes that have gone.
 */
export class Karpenter {
  readonly #ground: Ground;
  readonly #avoided = new Map<string, number>();
  readonly #emptySince = new Map<string, number>();
  #offerings: readonly Offering[] = [];

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** Brings everything of Karpenter's on by a step; says when to look again (ms), if that does not hang on a change. */
  async look(): Promise<number | undefined> {
    const { objects, clock } = this.#ground;
    const own = ['EC2NodeClass', 'NodePool', 'NodeClaim'] as const;
    if (own.every(kind => objects.all(kind).length === 0)) return undefined;
    const clients = (await standingOf(this.#ground, 'karpenter'))?.clients;
    if (!clients) return undefined;
    for (const one of objects.all('EC2NodeClass')) await keepNodeClass(this.#ground, clients, one);
    const means = await this.#means(clients);
    if (!means) return undefined;
    for (const pool of objects.all('NodePool')) await this.#keepPool(pool);
    let next = await keepClaims(means);
    if (!objects.serves('NodeClaim')) return next;
    await this.#endLeaked(means);
    await provision(means);
    for (const until of this.#avoided.values()) if (until > clock.now()) next = sooner(next, until);
    return sooner(next, await this.#consolidate());
  }

  async #means(clients: Clients): Promise<Means | undefined> {
    const { attempts, cluster, facts } = this.#ground;
    if (this.#offerings.length === 0) {
      const ask = () => offeringsIn(cluster.region, clients);
      this.#offerings = (await attempts.make('karpenter', 'see what can be had', undefined, ask)) ?? [];
    }
    const Filters = [
      { Name: `tag:kubernetes.io/cluster/${cluster.name}`, Values: ['owned'] },
      { Name: 'tag-key', Values: ['karpenter.sh/nodepool'] },
      { Name: 'instance-state-name', Values: notTerminated },
    ];
    const instances = await attempts.make('karpenter', 'see its instances', undefined, () =>
      facts.once('instances of karpenter', () => instancesOf(clients, { Filters })),
    );
    const [ground, offerings, avoided] = [this.#ground, this.#offerings, this.#avoided];
    return instances && { ground, clients, offerings, instances, avoided };
  }

  async #keepPool(pool: JsonObject): Promise<void> {
    if (isDeleted(pool)) return;
    const { objects, clock } = this.#ground;
    const nodeClass = find(objects, 'EC2NodeClass', classOf(pool));
    const Ready: Setting =
      nodeClass && isReady(nodeClass)
        ? { status: 'True' }
        : { status: 'False', reason: 'NodeClassNotReady', message: `NodeClass ${classOf(pool)} is not ready` };
    const claims = claimsOf(objects.all('NodeClaim'), pool).filter(one => text(child(one, 'status'), 'providerID'));
    const resources = {
      ...written(sum(claims.flatMap(one => offeringOf(one, this.#offerings)?.capacity ?? []))),
      nodes: String(claims.length),
      pods: String(podsOfNode * claims.length),
    };
    const set = { ValidationSucceeded: { status: 'True' }, NodeClassReady: Ready, Ready } as const;
    const status = { conditions: withConditions(pool, set, clock.now()), resources };
    if (equal({ ...child(pool, 'status'), ...status }, child(pool, 'status'))) return;
    await objects.patchStatus('NodePool', pool, status);
  }

  /** Instances whose NodeClaim is not there any more are found by their tags, and terminated. */
  async #endLeaked(means: Means): Promise<void> {
    for (const one of means.instances) {
      if (find(this.#ground.objects, 'NodeClaim', tagOf(one, claimTag))) continue;
      await terminate(one, means, `no nodeclaim (${one.InstanceId})`);
    }
  }

  /** Nodes without pods go after their NodePool's `consolidateAfter`. */
  async #consolidate(): Promise<number | undefined> {
    const { objects, clock, log } = this.#ground;
    let next: number | undefined;
    for (const pool of objects.all('NodePool')) {
      const after = child(pool, 'spec', 'disruption').consolidateAfter ?? '0s';
      for (const claim of claimsOf(objects.all('NodeClaim'), pool)) {
        const uid = meta(claim, 'uid');
        const node = nodeOf(this.#ground, claim);
        const used = !node || podsOn(objects, meta(node, 'name')).some(pod => !isOfDaemonSet(pod));
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
        log(`delete nodeclaim/${meta(claim, 'name')}: empty for ${after}`);
        await objects.delete('NodeClaim', claim);
      }
    }
    return next;
  }
}
