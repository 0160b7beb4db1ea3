import { randomBytes } from 'node:crypto';
import { child, items, type Json, type JsonObject, text } from '../../kubernetes/json.ts';
import { isDeleted, meta } from '../../kubernetes/metadata.ts';
import { keyOfOffering, type Means, offeringOf, termination } from './karpenter-claims.ts';
import { isReady, nodeClassOf } from './karpenter-nodeclasses.ts';
import type { Offering } from './karpenter-offerings.ts';
import { find, fullName, labelsOf, quantity, strings } from './objects.ts';
import {
  type Amount,
  allocatableOf,
  fits,
  isOfDaemonSet,
  isPending,
  meets,
  podsOn,
  requestsOf,
  suits,
  sum,
  written,
} from './pods.ts';

/** A node that is to come, and the pods that it is for. */
interface Plan {
  readonly pool: JsonObject;
  readonly offerings: readonly Offering[];
  readonly pods: readonly JsonObject[];
}

/** Room for pods on a node that is there or on its way. */
interface Room {
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Json[];
  readonly allocatable: Amount;
  readonly used: Amount;
}

/** Makes NodeClaims for the pods that wait and find no room on nodes that are there or on their way. */
export async function provision(means: Means): Promise<void> {
  const { objects } = means.ground;
  let waiting: readonly JsonObject[] = objects.all('Pod').filter(pod => isPending(pod) && !isOfDaemonSet(pod));
  for (const room of rooms(means)) waiting = without(waiting, room);
  const plans: Plan[] = [];
  for (const pod of waiting) {
    if (!join(plans, pod)) plans.push(...begin(pod, means).slice(0, 1));
  }
  for (const plan of plans) await claimFor(plan, means);
}

function rooms({ ground, offerings }: Means): readonly Room[] {
  const { objects } = ground;
  const claims = objects.all('NodeClaim').filter(one => !isDeleted(one));
  const coming = claims.flatMap(claim => {
    const capacity = offeringOf(claim, offerings)?.capacity;
    if (!capacity) return [];
    const node = text(child(claim, 'status'), 'nodeName');
    return [
      {
        labels: labelsOf(claim),
        taints: items(child(claim, 'spec').taints),
        allocatable: allocatableOf(capacity),
        used: sum(node === undefined ? [] : podsOn(objects, node).map(requestsOf)),
      },
    ];
  });
  const others = objects.all('Node').filter(one => !labelsOf(one)['karpenter.sh/nodepool'] && !isDeleted(one));
  const there = others.map(node => {
    const { cpu, memory } = child(node, 'status', 'allocatable');
    return {
      labels: labelsOf(node),
      taints: items(child(node, 'spec').taints).filter(one => text(one, 'key') !== 'node.kubernetes.io/not-ready'),
      allocatable: { cpu: quantity(cpu), memory: quantity(memory) },
      used: sum(podsOn(objects, meta(node, 'name')).map(requestsOf)),
    };
  });
  return [...coming, ...there];
}

/** The pods for which there is no room on a node. */
function without(waiting: readonly JsonObject[], { labels, taints, allocatable, used }: Room): readonly JsonObject[] {
  let taken = used;
  return waiting.filter(pod => {
    const all = sum([taken, requestsOf(pod)]);
    if (!suits(pod, labels, taints) || !fits(all, allocatable)) return true;
    taken = all;
    return false;
  });
}

/** Puts a pod into a plan that can take it too, if there is one. */
function join(plans: Plan[], pod: JsonObject): boolean {
  const at = plans.findIndex(plan => narrowed(plan, pod).length > 0);
  const plan = plans[at];
  if (!plan) return false;
  plans[at] = { ...plan, offerings: narrowed(plan, pod), pods: [...plan.pods, pod] };
  return true;
}

function narrowed({ pool, offerings, pods }: Plan, pod: JsonObject): readonly Offering[] {
  const asked = sum([...pods, pod].map(requestsOf));
  return offerings.filter(
    one => fits(asked, allocatableOf(one.capacity)) && suits(pod, labelsFor(pool, one), items(templateOf(pool).taints)),
  );
}

/** Plans for a pod, one for each NodePool that could take it, by weight. */
function begin(pod: JsonObject, { ground, offerings, avoided }: Means): readonly Plan[] {
  const { objects, clock } = ground;
  const weight = (pool: JsonObject) => Number(child(pool, 'spec').weight ?? 0);
  return [...objects.all('NodePool')]
    .sort((a, b) => weight(b) - weight(a))
    .flatMap(pool => {
      const nodeClass = find(objects, 'EC2NodeClass', classOf(pool));
      if (isDeleted(pool) || !nodeClass || !isReady(nodeClass)) return [];
      const zones = items(child(nodeClass, 'status').subnets).map(one => text(one, 'zone'));
      const requirements = items(templateOf(pool).requirements);
      const usable = offerings.filter(
        one =>
          zones.includes(one.zone) &&
          (avoided.get(keyOfOffering(one)) ?? 0) <= clock.now() &&
          requirements.every(requirement => meets(labelsFor(pool, one), requirement)),
      );
      const fitting = narrowed({ pool, offerings: usable, pods: [] }, pod);
      return fitting.length > 0 ? [{ pool, offerings: fitting, pods: [pod] }] : [];
    });
}

async function claimFor({ pool, offerings, pods }: Plan, { ground, offerings: all }: Means): Promise<void> {
  const { objects, attempts, log } = ground;
  const name = meta(pool, 'name');
  const used = sum(claimsOf(objects.all('NodeClaim'), pool).flatMap(one => offeringOf(one, all)?.capacity ?? []));
  const limits = child(pool, 'spec', 'limits');
  const limit = {
    cpu: limits.cpu === undefined ? Number.POSITIVE_INFINITY : quantity(limits.cpu),
    memory: limits.memory === undefined ? Number.POSITIVE_INFINITY : quantity(limits.memory),
  };
  const offering = offerings.find(one => fits(sum([used, one.capacity]), limit));
  const reached = `its limits are reached (cpu ${limits.cpu ?? 'any'}, memory ${limits.memory ?? 'any'})`;
  const isFree = attempts.tell('karpenter', `make a node of nodepool/${name}`, offering ? undefined : reached, pool);
  if (!isFree || !offering) return;
  const claim = await objects.create('NodeClaim', manifestOf(pool, offering, pods));
  const { instanceType, capacityType, zone } = offering;
  const whom = pods.map(fullName).join(', ');
  log(`create nodeclaim/${meta(claim, 'name')} (${instanceType} ${capacityType} ${zone}) for ${whom}`);
}

function manifestOf(pool: JsonObject, offering: Offering, pods: readonly JsonObject[]): JsonObject {
  const name = meta(pool, 'name');
  const template = templateOf(pool);
  const labels = labelsFor(pool, offering);
  const required = [
    'karpenter.sh/capacity-type',
    'karpenter.sh/nodepool',
    'kubernetes.io/arch',
    'node.kubernetes.io/instance-type',
    'topology.kubernetes.io/zone',
  ];
  return {
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodeClaim',
    metadata: {
      name: `${name}-${randomBytes(4).toString('hex').slice(0, 5)}`,
      labels,
      annotations: strings(child(pool, 'spec', 'template', 'metadata', 'annotations')),
      finalizers: [termination],
      ownerReferences: [
        { apiVersion: 'karpenter.sh/v1', kind: 'NodePool', name, uid: meta(pool, 'uid'), blockOwnerDeletion: true },
      ],
    },
    spec: {
      nodeClassRef: template.nodeClassRef,
      requirements: required.map(key => ({ key, operator: 'In', values: [labels[key] ?? ''] })),
      resources: { requests: { ...written(sum(pods.map(requestsOf))), pods: String(pods.length) } },
      ...(template.taints === undefined ? {} : { taints: template.taints }),
      ...(template.expireAfter === undefined ? {} : { expireAfter: template.expireAfter }),
    },
  };
}

function labelsFor(pool: JsonObject, offering: Offering): Readonly<Record<string, string>> {
  return {
    ...strings(child(pool, 'spec', 'template', 'metadata', 'labels')),
    ...offering.labels,
    'karpenter.sh/nodepool': meta(pool, 'name'),
  };
}

function templateOf(pool: JsonObject): JsonObject {
  return child(pool, 'spec', 'template', 'spec');
}

/** The NodeClaims of a NodePool. */
export function claimsOf(claims: readonly JsonObject[], pool: JsonObject): readonly JsonObject[] {
  return claims.filter(one => labelsOf(one)['karpenter.sh/nodepool'] === meta(pool, 'name'));
}

/** The name of the EC2NodeClass that a NodePool refers to. */
export function classOf(pool: JsonObject): string | undefined {
  return nodeClassOf(child(pool, 'spec', 'template'));
}
