import { child, items, type JsonObject, text } from '../../kubernetes/json.ts';
import { isDeleted, meta } from '../../kubernetes/metadata.ts';
import type { Resource } from './account.ts';
import { AwsError } from './errors.ts';
import { isReady, nodeClassOf, nodeRoleOf } from './karpenter-nodeclasses.ts';
import { type Offering, written } from './karpenter-offerings.ts';
import { isThere, lacking } from './permissions.ts';
import {
  conditionOf,
  type Hindrances,
  labelsOf,
  type Stage,
  sooner,
  strings,
  tokenOf,
  withConditions,
  withFinalizer,
} from './workload.ts';
import type { Operations } from './workload-operations.ts';

export const termination = 'karpenter.sh/termination';
/** Seconds after which Karpenter gives up a node that has not registered, and for which it avoids what could not be had. */
const registration = 900;
const avoidance = 180;
const unavailable =
  /^(?:InsufficientInstanceCapacity|MaxSpotInstanceCountExceeded|VcpuLimitExceeded|UnfulfillableCapacity)/;

/** What is needed to bring NodeClaims on. */
export interface Ground {
  readonly stage: Stage;
  readonly operations: Operations;
  readonly hindrances: Hindrances;
  readonly cluster: Resource;
  /** Karpenter's own. */
  readonly role: Resource;
  readonly offerings: readonly Offering[];
  /** What could not be had, until when (ms). */
  readonly avoided: Map<string, number>;
}

export const keyOfOffering = ({ instanceType, zone, capacityType }: Offering): string =>
  `${capacityType} ${instanceType} ${zone}`;

/** The offering that a NodeClaim was made for, by its labels. */
export function offeringOf(claim: JsonObject, all: readonly Offering[]): Offering | undefined {
  const labels = labelsOf(claim);
  const is = (one: Offering, name: string) => one.labels[name] === labels[name];
  return all.find(one =>
    ['node.kubernetes.io/instance-type', 'topology.kubernetes.io/zone', 'karpenter.sh/capacity-type'].every(name =>
      is(one, name),
    ),
  );
}

/** The Node of a NodeClaim, by the instance that both name. */
export function nodeOf({ workload }: Stage, claim: JsonObject): JsonObject | undefined {
  const id = text(child(claim, 'status'), 'providerID');
  return id === undefined ? undefined : workload.all('Node').find(one => child(one, 'spec').providerID === id);
}

/** Brings a NodeClaim on by a step; says when to look again (ms), if that does not hang on a change. */
export async function keepClaim(claim: JsonObject, ground: Ground): Promise<number | undefined> {
  const { stage, operations } = ground;
  const of = `nodeclaim/${meta(claim, 'name')}`;
  const instance = operations.made('ec2/Instance', tokenOf(claim));
  if (isDeleted(claim)) return end(claim, instance, ground, of);
  const finalizer = withFinalizer(claim, termination, true);
  const current = finalizer ? await stage.workload.patch('NodeClaim', claim, finalizer) : claim;
  const providerID = text(child(current, 'status'), 'providerID');
  if (instance?.failure) {
    stage.log(
      `refused create ec2/Instance ${instance.id} for ${of}: ${instance.failure.code}: ${instance.failure.message}`,
    );
    stage.aws.forget(instance);
    await giveUp(current, instance.failure.code, ground, of);
    return undefined;
  }
  if (!instance && providerID === undefined) {
    await launch(current, ground, of);
    return undefined;
  }
  if (!instance || instance.state === 'deleting') {
    stage.log(`workload delete ${of}: its instance is gone`);
    await stage.workload.delete('NodeClaim', current);
    return undefined;
  }
  if (providerID === undefined) await launched(current, instance, ground);
  else if (isThere(instance)) return join(current, instance, ground, of);
  return undefined;
}

async function launch(claim: JsonObject, ground: Ground, of: string): Promise<void> {
  const { stage, operations, hindrances, cluster, role } = ground;
  const { workload, aws } = stage;
  const nodeClass = workload.all('EC2NodeClass').find(one => meta(one, 'name') === nodeClassOf(claim));
  const offering = offeringOf(claim, ground.offerings);
  const ready = nodeClass && isReady(nodeClass);
  const why = !ready ? `EC2NodeClass ${nodeClassOf(claim)} is not ready` : offering ? undefined : 'nothing fits it';
  const actions = ['ec2:CreateFleet', 'ec2:RunInstances', 'ec2:CreateLaunchTemplate', 'ec2:CreateTags'];
  const nodeRole = nodeClass && nodeRoleOf(aws.account, nodeClass);
  const denied =
    lacking(aws.account, role, actions) ?? lacking(aws.account, role, ['iam:PassRole'], nodeRole?.arn ?? '');
  const hindrance = why ?? (denied && `its role ${role.name} may not ${denied}`);
  if (!hindrances.tell('karpenter', `launch an instance for ${of}`, hindrance) || !nodeClass || !offering) return;
  const status = child(nodeClass, 'status');
  const subnet = list(status.subnets).find(one => one.zone === offering.zone);
  const labels = labelsOf(claim);
  const asked: JsonObject = {
    instanceType: offering.instanceType,
    capacityType: offering.capacityType,
    ami: text(list(status.amis)[offering.labels['kubernetes.io/arch'] === 'arm64' ? 1 : 0], 'id') ?? null,
    subnetId: text(subnet, 'id') ?? null,
    vpcSecurityGroupIds: list(status.securityGroups).map(one => text(one, 'id') ?? ''),
    iamInstanceProfile: text(status, 'instanceProfile') ?? null,
    tags: {
      ...strings(child(nodeClass, 'spec', 'tags')),
      Name: `${labels['karpenter.sh/nodepool']}/${meta(claim, 'name')}`,
      [`kubernetes.io/cluster/${cluster.name}`]: 'owned',
      'eks:eks-cluster-name': cluster.name,
      'karpenter.k8s.aws/ec2nodeclass': meta(nodeClass, 'name'),
      'karpenter.sh/nodeclaim': meta(claim, 'name'),
      'karpenter.sh/nodepool': labels['karpenter.sh/nodepool'] ?? '',
    },
  };
  const request = { kind: 'ec2/Instance', region: cluster.region, args: asked, name: undefined, token: tokenOf(claim) };
  const made = await operations.create(request, of);
  if (made instanceof AwsError) await giveUp(claim, made.failure.code, ground, of);
  else if (made) await launched(claim, made, ground);
}

/** What cannot be had is avoided for a while: the NodeClaim goes, and another one is made for something else. */
async function giveUp(
  claim: JsonObject,
  code: string,
  { stage, offerings, avoided }: Ground,
  of: string,
): Promise<void> {
  if (!unavailable.test(code)) return;
  const offering = offeringOf(claim, offerings);
  if (offering) avoided.set(keyOfOffering(offering), stage.clock.now() + stage.clock.scaled(avoidance));
  stage.log(`workload delete ${of}: ${code}`);
  await stage.workload.delete('NodeClaim', claim);
}

async function launched(claim: JsonObject, instance: Resource, { stage, offerings }: Ground): Promise<void> {
  const offering = offeringOf(claim, offerings);
  const zone = labelsOf(claim)['topology.kubernetes.io/zone'];
  await stage.workload.patchStatus('NodeClaim', claim, {
    providerID: `aws:///${zone}/${instance.id}`,
    imageID: text(instance.asked, 'ami') ?? '',
    ...(offering ? { capacity: written(offering.capacity), allocatable: written(offering.allocatable) } : {}),
    conditions: withConditions(claim, { Launched: { status: 'True' } }, stage.clock.now()),
  });
}

/** The instance runs: its kubelet makes a Node, if EKS lets it in, and Karpenter takes note. */
async function join(
  claim: JsonObject,
  instance: Resource,
  { stage, hindrances, cluster, offerings }: Ground,
  of: string,
): Promise<number | undefined> {
  const { workload, clock, aws, log } = stage;
  const { account } = aws;
  if (conditionOf(claim, 'Registered') === 'True') {
    const node = nodeOf(stage, claim);
    if (node && !isDeleted(node)) return undefined;
    log(`workload delete ${of}: its node is gone`);
    await workload.delete('NodeClaim', claim);
    return undefined;
  }
  const nodeClass = workload.all('EC2NodeClass').find(one => meta(one, 'name') === nodeClassOf(claim));
  const nodeRole = nodeClass && nodeRoleOf(account, nodeClass);
  const entry = account.find('eks/AccessEntry', cluster.region, `${cluster.name}:${nodeRole?.arn}`);
  const admitted = entry && isThere(entry) && entry.asked.type === 'EC2_LINUX';
  const why = admitted
    ? undefined
    : `cluster ${cluster.name} has no access entry of type EC2_LINUX for ${nodeRole?.arn ?? 'its role'}`;
  if (!hindrances.tell(of, 'join the cluster as a node', why)) {
    const until = instance.since + clock.scaled(registration);
    if (clock.now() < until) return until;
    log(`workload delete ${of}: its node has not registered`);
    await workload.delete('NodeClaim', claim);
    return undefined;
  }
  const name = text(instance.computed, 'privateDns') ?? instance.id;
  const offering = offeringOf(claim, offerings);
  const amounts = offering && { capacity: written(offering.capacity), allocatable: written(offering.allocatable) };
  let node = nodeOf(stage, claim);
  if (!node) {
    node = await workload.create('Node', {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        labels: { ...labelsOf(claim), 'kubernetes.io/hostname': name, 'karpenter.sh/registered': 'true' },
        finalizers: [termination],
      },
      spec: { providerID: text(child(claim, 'status'), 'providerID'), taints: child(claim, 'spec').taints ?? [] },
    });
    log(`workload create node/${name} for ${of}`);
  }
  if (conditionOf(node, 'Ready') !== 'True') {
    node = await workload.patchStatus('Node', node, {
      ...amounts,
      conditions: withConditions(node, { Ready: { status: 'True', reason: 'KubeletReady' } }, clock.now()),
    });
  }
  // The API server gives a new node this taint, and the node lifecycle controller takes it off one that is ready.
  const taints = items(child(node, 'spec').taints);
  const own = taints.filter(one => text(one, 'key') !== 'node.kubernetes.io/not-ready');
  if (own.length < taints.length) await workload.patch('Node', node, { spec: { taints: own } });
  const done = { status: 'True' } as const;
  await workload.patchStatus('NodeClaim', claim, {
    nodeName: name,
    conditions: withConditions(claim, { Registered: done, Initialized: done, Ready: done }, clock.now()),
  });
  return undefined;
}

/** The pods of a NodeClaim's node are evicted, its instance is terminated, its Node goes, and at last it goes itself. */
async function end(
  claim: JsonObject,
  instance: Resource | undefined,
  { stage, operations, hindrances, role }: Ground,
  of: string,
): Promise<number | undefined> {
  const { workload, aws, log } = stage;
  const node = nodeOf(stage, claim);
  if (node) {
    const pods = workload.all('Pod').filter(pod => child(pod, 'spec').nodeName === meta(node, 'name'));
    for (const pod of pods) await workload.delete('Pod', pod);
  }
  if (instance) {
    const denied = lacking(aws.account, role, ['ec2:TerminateInstances']);
    const why = denied && `its role ${role.name} may not ${denied}`;
    if (hindrances.tell('karpenter', `terminate the instance of ${of}`, why)) await operations.delete(instance, of);
    return undefined;
  }
  if (node) {
    const name = meta(node, 'name');
    if (!isDeleted(node)) await workload.delete('Node', node);
    const current = workload.all('Node').find(one => meta(one, 'name') === name);
    const patch = current && withFinalizer(current, termination, false);
    if (current && patch) await workload.patch('Node', current, patch);
    log(`workload delete node/${name} for ${of}`);
  }
  const patch = withFinalizer(claim, termination, false);
  if (!patch) return undefined;
  await workload.patch('NodeClaim', claim, patch);
  log(`workload released ${of}`);
  return undefined;
}

function list(value: JsonObject[string]): readonly JsonObject[] {
  return Array.isArray(value) ? value.map(one => child(one)) : [];
}

/** The sooner of the times at which NodeClaims want to be looked at again. */
export async function keepClaims(claims: readonly JsonObject[], ground: Ground): Promise<number | undefined> {
  let next: number | undefined;
  for (const claim of claims) next = sooner(next, await keepClaim(claim, ground));
  return next;
}
