import { type Instance, RunInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { child, items, type JsonObject, text } from '../../kubernetes/json.ts';
import { finalizersOf, isDeleted, meta } from '../../kubernetes/metadata.ts';
import type { Clients } from './clients.ts';
import { tagOf } from './facts.ts';
import type { Ground } from './ground.ts';
import { isReady, nodeClassOf } from './karpenter-nodeclasses.ts';
import type { Offering } from './karpenter-offerings.ts';
import { claimTag, providerIdOf } from './nodes.ts';
import {
  conditionOf,
  conditionSince,
  find,
  labelsOf,
  sooner,
  strings,
  withConditions,
  withFinalizer,
} from './objects.ts';
import { allocatableOf, written } from './pods.ts';

export const termination = 'karpenter.sh/termination';
/** Seconds after which Karpenter gives up a node that has not registered, and for which it avoids what could not be had. */
const registration = 900;
const avoidance = 180;
const unavailable =
  /^(?:InsufficientInstanceCapacity|MaxSpotInstanceCountExceeded|VcpuLimitExceeded|UnfulfillableCapacity)/;
const done = { status: 'True' } as const;

/** What Karpenter brings NodeClaims on with. */
export interface Means {
  readonly ground: Ground;
  /** With Karpenter's own credentials. */
  readonly clients: Clients;
  readonly offerings: readonly Offering[];
  /** Karpenter's instances that are not terminated. */
  readonly instances: readonly Instance[];
  /** What could not be had, until when (ms). */
  readonly avoided: Map<string, number>;
}

export const keyOfOffering = ({ instanceType, zone, capacityType }: Offering): string =>
  `${capacityType} ${instanceType} ${zone}`;

/** The offering that a NodeClaim was made for, by its labels. */
export function offeringOf(claim: JsonObject, all: readonly Offering[]): Offering | undefined {
  const labels = labelsOf(claim);
  const names = ['node.kubernetes.io/instance-type', 'topology.kubernetes.io/zone', 'karpenter.sh/capacity-type'];
  return all.find(one => names.every(name => one.labels[name] === labels[name]));
}

/** The Node of a NodeClaim, by the instance that both name. */
export function nodeOf({ objects }: Ground, claim: JsonObject): JsonObject | undefined {
  const id = text(child(claim, 'status'), 'providerID');
  return id === undefined ? undefined : objects.all('Node').find(one => child(one, 'spec').providerID === id);
}

/** Brings NodeClaims on by a step; says when to look again (ms), if that does not hang on a change. */
export async function keepClaims(means: Means): Promise<number | undefined> {
  let next: number | undefined;
  for (const claim of means.ground.objects.all('NodeClaim')) next = sooner(next, await keepClaim(claim, means));
  return next;
}

async function keepClaim(claim: JsonObject, means: Means): Promise<number | undefined> {
  const { ground, instances } = means;
  const { objects, log } = ground;
  const of = `nodeclaim/${meta(claim, 'name')}`;
  const id = text(child(claim, 'status'), 'providerID');
  const instance = instances.find(one =>
    id === undefined ? tagOf(one, claimTag) === meta(claim, 'name') : providerIdOf(one) === id,
  );
  if (isDeleted(claim)) {
    await end(claim, instance, means, of);
    return undefined;
  }
  const finalizer = withFinalizer(claim, termination, true);
  const current = finalizer ? await objects.patch('NodeClaim', claim, finalizer) : claim;
  if (id === undefined) {
    if (instance) await launched(current, instance, means);
    else await launch(current, means, of);
    return undefined;
  }
  const isGoing = instance?.State?.Name !== 'pending' && instance?.State?.Name !== 'running';
  if (!instance || isGoing) {
    log(`delete ${of}: its instance is gone`);
    await objects.delete('NodeClaim', current);
    return undefined;
  }
  return register(current, means, of);
}

async function launch(claim: JsonObject, means: Means, of: string): Promise<void> {
  const { ground, clients, offerings } = means;
  const { objects, attempts, facts, log } = ground;
  const nodeClass = find(objects, 'EC2NodeClass', nodeClassOf(claim));
  const offering = offeringOf(claim, offerings);
  const ready = nodeClass !== undefined && isReady(nodeClass);
  const why = !ready ? `EC2NodeClass ${nodeClassOf(claim)} is not ready` : offering ? undefined : 'nothing fits it';
  if (!attempts.tell('karpenter', `find an instance for ${of}`, why, claim) || !nodeClass || !offering) return;
  const asked = requestFor(claim, nodeClass, offering, ground.cluster.name);
  const made = await attempts.make(
    'karpenter',
    `launch an instance for ${of}`,
    claim,
    async () => (await clients.ec2.send(asked)).Instances?.[0],
    error => giveUp(error, claim, offering, means, of),
  );
  if (!made) return;
  facts.forget();
  log(`create ${made.InstanceId} for ${of}`);
  await launched(claim, made, means);
}

/** One instance in a subnet of the offering's zone, with the tags that Karpenter's rights hang on. */
function requestFor(
  claim: JsonObject,
  nodeClass: JsonObject,
  offering: Offering,
  cluster: string,
): RunInstancesCommand {
  const status = child(nodeClass, 'status');
  const list = (name: string) => items(status[name]).map(one => child(one));
  const pool = labelsOf(claim)['karpenter.sh/nodepool'] ?? '';
  const tags = {
    Name: `${pool}/${meta(claim, 'name')}`,
    ...strings(child(nodeClass, 'spec', 'tags')),
    [`kubernetes.io/cluster/${cluster}`]: 'owned',
    'eks:eks-cluster-name': cluster,
    'karpenter.k8s.aws/ec2nodeclass': meta(nodeClass, 'name'),
    [claimTag]: meta(claim, 'name'),
    'karpenter.sh/nodepool': pool,
  };
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const isSpot = offering.capacityType === 'spot';
  const image = list('amis')[offering.labels['kubernetes.io/arch'] === 'arm64' ? 1 : 0];
  const subnet = list('subnets').find(one => one.zone === offering.zone);
  return new RunInstancesCommand({
    ClientToken: meta(claim, 'uid'),
    MinCount: 1,
    MaxCount: 1,
    ImageId: text(image, 'id'),
    InstanceType: offering.instanceType as RunInstancesCommand['input']['InstanceType'],
    SubnetId: text(subnet, 'id'),
    SecurityGroupIds: list('securityGroups').map(one => text(one, 'id') ?? ''),
    IamInstanceProfile: { Name: text(status, 'instanceProfile') },
    ...(isSpot ? { InstanceMarketOptions: { MarketType: 'spot' } } : {}),
    TagSpecifications: (
      ['instance', 'volume', 'network-interface', ...(isSpot ? (['spot-instances-request'] as const) : [])] as const
    ).map(ResourceType => ({ ResourceType, Tags })),
  });
}

/** What cannot be had is avoided for a while: the NodeClaim goes, and another one is made for something else. */
async function giveUp(
  { name }: Error,
  claim: JsonObject,
  offering: Offering,
  { ground, avoided }: Means,
  of: string,
): Promise<boolean> {
  if (!unavailable.test(name)) return false;
  const { objects, clock, log } = ground;
  avoided.set(keyOfOffering(offering), clock.now() + clock.scaled(avoidance));
  log(`delete ${of}: ${name}`);
  await objects.delete('NodeClaim', claim);
  return true;
}

async function launched(claim: JsonObject, instance: Instance, { ground, offerings }: Means): Promise<void> {
  const capacity = offeringOf(claim, offerings)?.capacity;
  await ground.objects.patchStatus('NodeClaim', claim, {
    providerID: providerIdOf(instance),
    imageID: instance.ImageId ?? '',
    ...(capacity ? { capacity: written(capacity), allocatable: written(allocatableOf(capacity)) } : {}),
    conditions: withConditions(claim, { Launched: done }, ground.clock.now()),
  });
}

/** Karpenter takes note of the Node that the instance's kubelet makes, and gives up on one that never comes. */
async function register(claim: JsonObject, { ground }: Means, of: string): Promise<number | undefined> {
  const { objects, clock, log } = ground;
  const node = nodeOf(ground, claim);
  const isRegistered = conditionOf(claim, 'Registered') === 'True';
  if (isRegistered ? !node || isDeleted(node) : !node) {
    const until = (conditionSince(claim, 'Launched') ?? clock.now()) + clock.scaled(registration);
    if (!isRegistered && clock.now() < until) return until;
    log(`delete ${of}: ${isRegistered ? 'its node is gone' : 'its node has not registered'}`);
    await objects.delete('NodeClaim', claim);
    return undefined;
  }
  if (isRegistered || !node || conditionOf(node, 'Ready') !== 'True') return undefined;
  const finalizers = [...new Set([...finalizersOf(node), termination])];
  const labels = { ...labelsOf(claim), 'karpenter.sh/registered': 'true', 'karpenter.sh/initialized': 'true' };
  await objects.patch('Node', node, { metadata: { finalizers, labels } });
  const conditions = withConditions(claim, { Registered: done, Initialized: done, Ready: done }, clock.now());
  await objects.patchStatus('NodeClaim', claim, { nodeName: meta(node, 'name'), conditions });
  return undefined;
}

/** The pods of a NodeClaim's node are evicted, its instance is terminated, its Node goes, and at last it goes itself. */
async function end(claim: JsonObject, instance: Instance | undefined, means: Means, of: string): Promise<void> {
  const { objects, log } = means.ground;
  const node = nodeOf(means.ground, claim);
  if (node) {
    const pods = objects.all('Pod').filter(pod => child(pod, 'spec').nodeName === meta(node, 'name'));
    for (const pod of pods) await objects.delete('Pod', pod);
  }
  if (instance) {
    await terminate(instance, means, of, claim);
    return;
  }
  if (node) {
    if (!isDeleted(node)) await objects.delete('Node', node);
    const current = find(objects, 'Node', meta(node, 'name'));
    const patch = current && withFinalizer(current, termination, false);
    if (current && patch) await objects.patch('Node', current, patch);
    log(`delete node/${meta(node, 'name')} for ${of}`);
  }
  const patch = withFinalizer(claim, termination, false);
  if (!patch) return;
  await objects.patch('NodeClaim', claim, patch);
  log(`released ${of}`);
}

/** Ends an instance, unless that has begun. */
export async function terminate(
  { InstanceId = '', State }: Instance,
  { ground, clients }: Means,
  of: string,
  on?: JsonObject,
): Promise<void> {
  if (State?.Name === 'shutting-down') return;
  const { attempts, facts, log } = ground;
  const asked = new TerminateInstancesCommand({ InstanceIds: [InstanceId] });
  const ended = await attempts.make('karpenter', `terminate the instance of ${of}`, on, () => clients.ec2.send(asked));
  if (!ended) return;
  facts.forget();
  log(`delete ${InstanceId} for ${of}`);
}
