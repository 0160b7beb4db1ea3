import { child, items, type JsonObject, text } from '../../kubernetes/json.ts';
import { isDeleted, meta } from '../../kubernetes/metadata.ts';
import type { Resource } from './account.ts';
import { fits, requestsOf, suits, sum } from './karpenter-offerings.ts';
import { isPending, podsOn } from './karpenter-provisioning.ts';
import { isThere } from './permissions.ts';
import { conditionOf, labelsOf, quantity, type Stage, withConditions } from './workload.ts';

/** Plays kube-scheduler and the kubelets of the nodes that Karpenter has made; no other node is in the workload cluster. */
export class Nodes {
  readonly #stage: Stage;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async look(): Promise<void> {
    const { workload } = this.#stage;
    for (const node of workload.all('Node')) {
      if (!this.#instanceOf(node)) continue;
      if (!isDeleted(node) && conditionOf(node, 'Ready') === 'True') await this.#bind(node);
      await this.#run(meta(node, 'name'));
    }
  }

  /** The running instance that a node is on. */
  #instanceOf(node: JsonObject): Resource | undefined {
    const id = text(child(node, 'spec'), 'providerID')?.split('/').at(-1);
    return this.#stage.aws.account.all().find(one => one.kind === 'ec2/Instance' && one.id === id && isThere(one));
  }

  async #bind(node: JsonObject): Promise<void> {
    const { workload, log } = this.#stage;
    const spec = child(node, 'spec');
    if (spec.unschedulable === true || this.#isGoing(node)) return;
    const name = meta(node, 'name');
    const { cpu, memory } = child(node, 'status', 'allocatable');
    const room = { cpu: quantity(cpu), memory: quantity(memory) };
    for (const pod of workload.all('Pod').filter(isPending)) {
      const all = sum([...podsOn(this.#stage, name), pod].map(requestsOf));
      if (!suits(pod, labelsOf(node), items(spec.taints)) || !fits(all, room)) continue;
      await workload.bind(pod, name);
      log(`workload bind pod/${meta(pod, 'namespace')}/${meta(pod, 'name')} to node/${name}`);
    }
  }

  #isGoing(node: JsonObject): boolean {
    return this.#stage.workload
      .all('NodeClaim')
      .some(one => isDeleted(one) && text(child(one, 'status'), 'nodeName') === meta(node, 'name'));
  }

  /** A kubelet runs the pods that are bound to its node, and lets them go when they are deleted. */
  async #run(node: string): Promise<void> {
    const { workload, clock } = this.#stage;
    for (const pod of workload.all('Pod').filter(one => child(one, 'spec').nodeName === node)) {
      if (isDeleted(pod)) await workload.delete('Pod', pod);
      else if (text(child(pod, 'status'), 'phase') === 'Pending') {
        const done = { status: 'True' } as const;
        const conditions = withConditions(pod, { PodScheduled: done, ContainersReady: done, Ready: done }, clock.now());
        await workload.patchStatus('Pod', pod, { phase: 'Running', conditions });
      }
    }
  }
}
