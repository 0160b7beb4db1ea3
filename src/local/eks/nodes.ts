import type { Instance, InstanceTypeInfo } from '@aws-sdk/client-ec2';
import { child, items, type Json, type JsonObject, text } from '../../kubernetes/json.ts';
import { isDeleted, meta } from '../../kubernetes/metadata.ts';
import { nodeGroupTags, tagOf } from './facts.ts';
import type { Ground } from './ground.ts';
import { conditionOf, find, labelsOf, quantity, withConditions } from './objects.ts';
import { type Amount, allocatableOf, fits, isPending, podsOn, requestsOf, suits, sum, written } from './pods.ts';

const notReady = 'node.kubernetes.io/not-ready';
const done = { status: 'True' } as const;

/** The tag and the name by which an instance of Karpenter's belongs to its NodeClaim. */
export const claimTag = 'karpenter.sh/nodeclaim';

/** What names an instance in a Node and a NodeClaim. */
export function providerIdOf({ InstanceId, Placement }: Instance): string {
  return `aws:///${Placement?.AvailabilityZone}/${InstanceId}`;
}

/** CPUs and memory of an instance type; nothing of one that is not known. */
export function sizeOf(type: InstanceTypeInfo | undefined): Amount {
  return { cpu: type?.VCpuInfo?.DefaultVCpus ?? 0, memory: (type?.MemoryInfo?.SizeInMiB ?? 0) * 2 ** 20 };
}

/** `amd64` or `arm64`. */
export function architectureOf(type: InstanceTypeInfo | undefined): string {
  return type?.ProcessorInfo?.SupportedArchitectures?.includes('arm64') ? 'arm64' : 'amd64';
}

/** Plays the kubelets of a cluster's instances, its kube-scheduler, and what takes away the Nodes of instances that are gone. */
export class Nodes {
  readonly #ground: Ground;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  async look(): Promise<void> {
    const { objects, surroundings } = this.#ground;
    const instances = await surroundings.instances();
    const running = new Map(instances.map(one => [providerIdOf(one), one]));
    const there = new Set(objects.all('Node').map(idOf));
    for (const [id, instance] of running) if (!there.has(id)) await this.#join(instance);
    for (const node of objects.all('Node')) {
      if (running.has(idOf(node))) await this.#keep(node);
      else if (!isDeleted(node)) await this.#take(node);
    }
    await this.#run();
  }

  /** A kubelet makes its Node known, if EKS lets it in. */
  async #join(instance: Instance): Promise<void> {
    const { objects, surroundings, attempts, log } = this.#ground;
    const group = tagOf(instance, nodeGroupTags.group);
    // EKS itself lets the instances of its node groups in.
    const why = group === undefined ? await surroundings.barred(instance) : undefined;
    if (!attempts.tell(instance.InstanceId ?? '', 'join the cluster as a node', why)) return;
    const name = instance.PrivateDnsName || (instance.InstanceId ?? '');
    const type = await surroundings.instanceType(instance.InstanceType ?? '');
    const given = group === undefined ? this.#ofClaim(instance) : await this.#ofGroup(group);
    const node = await objects.create('Node', {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        labels: {
          ...given.labels,
          'kubernetes.io/arch': architectureOf(type),
          'kubernetes.io/hostname': name,
          'kubernetes.io/os': 'linux',
          'node.kubernetes.io/instance-type': instance.InstanceType ?? '',
          'topology.kubernetes.io/region': this.#ground.cluster.region,
          'topology.kubernetes.io/zone': instance.Placement?.AvailabilityZone ?? '',
        },
      },
      spec: { providerID: providerIdOf(instance), taints: given.taints },
    });
    log(`create node/${name} for ${instance.InstanceId}`);
    const size = sizeOf(type);
    await objects.patchStatus('Node', node, { capacity: written(size), allocatable: written(allocatableOf(size)) });
  }

  /** What Karpenter gives to the kubelet of an instance on its way. */
  #ofClaim(instance: Instance): {
    readonly labels: Readonly<Record<string, string>>;
    readonly taints: readonly Json[];
  } {
    const claim = find(this.#ground.objects, 'NodeClaim', tagOf(instance, claimTag)) ?? {};
    return { labels: labelsOf(claim), taints: items(child(claim, 'spec').taints) };
  }

  async #ofGroup(name: string) {
    const group = await this.#ground.surroundings.nodeGroup(name);
    const capacityType = group?.capacityType ?? 'ON_DEMAND';
    const effects: Readonly<Record<string, string>> = {
      NO_SCHEDULE: 'NoSchedule',
      NO_EXECUTE: 'NoExecute',
      PREFER_NO_SCHEDULE: 'PreferNoSchedule',
    };
    return {
      labels: {
        ...group?.labels,
        'eks.amazonaws.com/nodegroup': name,
        'eks.amazonaws.com/capacityType': capacityType,
      },
      taints: (group?.taints ?? []).map(({ key = '', value = '', effect = '' }) => ({
        key,
        value,
        effect: effects[effect] ?? effect,
      })),
    };
  }

  async #keep(node: JsonObject): Promise<void> {
    const { objects, clock } = this.#ground;
    if (isDeleted(node)) return;
    if (conditionOf(node, 'Ready') !== 'True') {
      const ready = { Ready: { ...done, reason: 'KubeletReady' } };
      await objects.patchStatus('Node', node, { conditions: withConditions(node, ready, clock.now()) });
    }
    // The API server gives a new node this taint, and the node lifecycle controller takes it off one that is ready.
    const taints = items(child(node, 'spec').taints);
    const own = taints.filter(one => text(one, 'key') !== notReady);
    if (own.length < taints.length) await objects.patch('Node', node, { spec: { taints: own } });
    else await this.#bind(node);
  }

  async #take(node: JsonObject): Promise<void> {
    const { objects, log } = this.#ground;
    await objects.delete('Node', node);
    log(`delete node/${meta(node, 'name')}: its instance is gone`);
  }

  async #bind(node: JsonObject): Promise<void> {
    const { objects, log } = this.#ground;
    const spec = child(node, 'spec');
    if (spec.unschedulable === true || this.#isGoing(node)) return;
    const name = meta(node, 'name');
    const { cpu, memory } = child(node, 'status', 'allocatable');
    const room = { cpu: quantity(cpu), memory: quantity(memory) };
    for (const pod of objects.all('Pod').filter(isPending)) {
      const all = sum([...podsOn(objects, name), pod].map(requestsOf));
      if (!suits(pod, labelsOf(node), items(spec.taints)) || !fits(all, room)) continue;
      await objects.bind(pod, name);
      log(`bind pod/${meta(pod, 'namespace')}/${meta(pod, 'name')} to node/${name}`);
    }
  }

  #isGoing(node: JsonObject): boolean {
    const claims = this.#ground.objects.all('NodeClaim').filter(isDeleted);
    return claims.some(one => text(child(one, 'status'), 'nodeName') === meta(node, 'name'));
  }

  /** Kubelets run the pods that are bound to their nodes, and let them go when they are deleted, or their node is. */
  async #run(): Promise<void> {
    const { objects, clock } = this.#ground;
    const there = new Set(objects.all('Node').map(one => meta(one, 'name')));
    for (const pod of objects.all('Pod')) {
      const node = text(child(pod, 'spec'), 'nodeName');
      if (node === undefined) continue;
      if (isDeleted(pod) || !there.has(node)) await objects.delete('Pod', pod);
      else if (text(child(pod, 'status'), 'phase') === 'Pending') {
        const conditions = { PodScheduled: done, ContainersReady: done, Ready: done };
        const status = { phase: 'Running', conditions: withConditions(pod, conditions, clock.now()) };
        await objects.patchStatus('Pod', pod, status);
      }
    }
  }
}

function idOf(node: JsonObject): string {
  return text(child(node, 'spec'), 'providerID') ?? '';
}
