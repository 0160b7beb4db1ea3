import { DnsRecords } from './dns-records.ts';
import { Karpenter } from './karpenter.ts';
import { LoadBalancers } from './load-balancers.ts';
import { Nodes } from './nodes.ts';
import { Hindrances, type Stage, sooner } from './workload.ts';
import { Operations } from './workload-operations.ts';

/**
 * All that acts on AWS from inside the workload cluster: Karpenter with the nodes that it makes, EKS's own controller of
 * load balancers, ExternalDNS. Each look brings everything on by a step.
 */
export class WorkloadControllers {
  readonly #operations: Operations;
  readonly #karpenter: Karpenter;
  readonly #nodes: Nodes;
  readonly #loadBalancers: LoadBalancers;
  readonly #records: DnsRecords;

  constructor(stage: Stage) {
    const hindrances = new Hindrances(stage.log);
    this.#operations = new Operations(stage);
    this.#karpenter = new Karpenter(stage, this.#operations, hindrances);
    this.#nodes = new Nodes(stage);
    this.#loadBalancers = new LoadBalancers(stage, this.#operations, hindrances);
    this.#records = new DnsRecords(stage, this.#operations, hindrances);
  }

  /** Says when to look again (ms), if nothing changes before. What fails of one does not keep the others from their work. */
  async look(): Promise<number | undefined> {
    this.#operations.settle();
    let next: number | undefined;
    const errors: unknown[] = [];
    for (const controller of [this.#karpenter, this.#nodes, this.#loadBalancers, this.#records]) {
      try {
        next = sooner(next, (await controller.look()) ?? undefined);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
    return sooner(next, this.#operations.due());
  }
}
