import { randomBytes } from 'node:crypto';
import { child, items, type Json, type JsonObject, text } from '../../kubernetes/json.ts';
import { isDeleted, meta } from '../../kubernetes/metadata.ts';
import { type Ground, keyOfOffering, offeringOf, termination } from './karpenter-claims.ts';
import { isReady, nodeClassOf } from './karpenter-nodeclasses.ts';
import { type Amount, fits, meets, type Offering, requestsOf, suits, sum, written } from './karpenter-offerings.ts';
import { labelsOf, quantity, type Stage, strings } from './workload.ts';

/** A node that is to come, and the pods that it is for. */
interface Plan {
  readonly pool: JsonObject;
  readonly offerings: readonly Offering[];
  readonly pods: readonly JsonObject[];
}

/** Whether a pod waits for a node: DaemonSets' pods, gated ones and ones that are done do not. */
export function isPending(pod: JsonObject): boolean {
  const spec = child(pod, 'spec');
  const phase = text(child(pod, 'status'), 'phase') ?? 'Pending';
  const ofDaemonSet = items(child(pod, 'metadata').ownerReferences).some(one => text(one, 'kind') === 'DaemonSet');
  return (
    phase === 'Pending' &&
    spec.nodeName === undefined &&
    !isDeleted(pod) &&
    !ofDaemonSet &&
    items(spec.schedulingGates).length === 0
  );
}

/** The pods that run on a node, or are bound to it. */
export function podsOn({ workload }: Stage, node: string): readonly JsonObject[] {
  return workload.all('Pod').filter(pod => {
    const phase = text(child(pod, 'status'), 'phase');
    return child(pod, 'spec').nodeName === node && phase !== 'Succeeded' && phase !== 'Failed';
  });
}

/** Makes NodeClaims for the pods that wait and find no room on nodes that are there or on their way. */
export async function provision(pools: readonly JsonObject[], ground: Ground): Promise<void> {
  const { stage } = ground;
  let waiting: readonly JsonObject[] = stage.workload.all('Pod').filter(isPending);
  for (const claim of stage.workload.all('NodeClaim').filter(one => !isDeleted(one))) {
    const offering = offeringOf(claim, ground.offerings);
    const node = text(child(claim, 'status'), 'nodeName');
    const there = node === undefined ? [] : podsOn(stage, node).map(requestsOf);
    if (offering) waiting = without(waiting, labelsOf(claim), items(child(claim, 'spec').taints), offering, sum(there));
  }
  const plans: Plan[] = [];
  for (const pod of waiting) {
    if (!join(plans, pod)) plans.push(...begin(pod, pools, ground).slice(0, 1));
  }
  for (const plan of plans) await claimFor(plan, ground);
}

/** The pods for which there is no room on a node. */
function without(
  waiting: readonly JsonObject[],
  labels: Readonly<Record<string, string>>,
  taints: readonly Json[],
  offering: Offering,
  used: Amount,
): readonly JsonObject[] {
  let taken = used;
  return waiting.filter(pod => {
    const all = sum([taken, requestsOf(pod)]);
    if (!suits(pod, labels, taints) || !fits(all, offering.allocatable)) return true;
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
    one => fits(asked, one.allocatable) && suits(pod, labelsFor(pool, one), items(templateOf(pool).taints)),
  );
}

/** Plans for a pod, one for each NodePool that could take it, by weight. */
function begin(pod: JsonObject, pools: readonly JsonObject[], ground: Ground): readonly Plan[] {
  const { stage, offerings, avoided } = ground;
  const now = stage.clock.now();
  const weight = (pool: JsonObject) => Number(child(pool, 'spec').weight ?? 0);
  return [...pools]
    .sort((a, b) => weight(b) - weight(a))
    .flatMap(pool => {
      const nodeClass = stage.workload.all('EC2NodeClass').find(one => meta(one, 'name') === classOf(pool));
      if (isDeleted(pool) || !nodeClass || !isReady(nodeClass)) return [];
      const zones = items(child(nodeClass, 'status').subnets).map(one => text(one, 'zone'));
      const requirements = items(templateOf(pool).requirements);
      const usable = offerings.filter(
        one =>
          zones.includes(one.zone) &&
          (avoided.get(keyOfOffering(one)) ?? 0) <= now &&
          requirements.every(requirement => meets(labelsFor(pool, one), requirement)),
      );
      const fitting = narrowed({ pool, offerings: usable, pods: [] }, pod);
      return fitting.length > 0 ? [{ pool, offerings: fitting, pods: [pod] }] : [];
    });
}

async function claimFor({ pool, offerings, pods }: Plan, { stage, hindrances, offerings: all }: Ground): Promise<void> {
  const name = meta(pool, 'name');
  const used = sum(
    stage.workload
      .all('NodeClaim')
      .filter(one => labelsOf(one)['karpenter.sh/nodepool'] === name)
      .flatMap(one => offeringOf(one, all)?.capacity ?? []),
  );
  const limits = child(pool, 'spec', 'limits');
  const limit = {
    cpu: limits.cpu === undefined ? Number.POSITIVE_INFINITY : quantity(limits.cpu),
    memory: limits.memory === undefined ? Number.POSITIVE_INFINITY : quantity(limits.memory),
  };
  const offering = offerings.find(one => fits(sum([used, one.capacity]), limit));
  const why = offering
    ? undefined
    : `its limits are reached (cpu ${limits.cpu ?? 'any'}, memory ${limits.memory ?? 'any'})`;
  if (!hindrances.tell('karpenter', `make a node of nodepool/${name}`, why) || !offering) return;
  const template = templateOf(pool);
  const label = (key: string) => ({ key, operator: 'In', values: [offering.labels[key] ?? ''] });
  const claim = await stage.workload.create('NodeClaim', {
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodeClaim',
    metadata: {
      name: `${name}-${randomBytes(4).toString('hex').slice(0, 5)}`,
      labels: labelsFor(pool, offering),
      annotations: strings(child(pool, 'spec', 'template', 'metadata', 'annotations')),
      finalizers: [termination],
      ownerReferences: [
        { apiVersion: 'karpenter.sh/v1', kind: 'NodePool', name, uid: meta(pool, 'uid'), blockOwnerDeletion: true },
      ],
    },
    spec: {
      nodeClassRef: template.nodeClassRef,
      requirements: [
        'karpenter.sh/capacity-type',
        'karpenter.sh/nodepool',
        'kubernetes.io/arch',
        'node.kubernetes.io/instance-type',
        'topology.kubernetes.io/zone',
      ].map(key => (key === 'karpenter.sh/nodepool' ? { key, operator: 'In', values: [name] } : label(key))),
      resources: { requests: { ...written(sum(pods.map(requestsOf))), pods: String(pods.length) } },
      ...(template.taints === undefined ? {} : { taints: template.taints }),
      ...(template.expireAfter === undefined ? {} : { expireAfter: template.expireAfter }),
    },
  });
  const whom = pods.map(pod => `${meta(pod, 'namespace')}/${meta(pod, 'name')}`).join(', ');
  stage.log(
    `workload create nodeclaim/${meta(claim, 'name')} (${offering.instanceType} ${offering.capacityType} ${offering.zone}) for ${whom}`,
  );
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

/** The name of the EC2NodeClass that a NodePool refers to. */
export function classOf(pool: JsonObject): string | undefined {
  return nodeClassOf(child(pool, 'spec', 'template'));
}
