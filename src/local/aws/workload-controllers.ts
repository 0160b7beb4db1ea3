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

  /** Says when to look again (ms), if nothing changes before. */
  async look(): Promise<number | undefined> {
    this.#operations.settle();
    const next = await this.#karpenter.look();
    await this.#nodes.look();
    await this.#loadBalancers.look();
    await this.#records.look();
    return sooner(next, this.#operations.due());
  }
}
