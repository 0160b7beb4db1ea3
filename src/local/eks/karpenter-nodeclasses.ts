import { createHash } from 'node:crypto';
import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand, type Filter } from '@aws-sdk/client-ec2';
import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  DeleteInstanceProfileCommand,
  GetInstanceProfileCommand,
  type InstanceProfile,
  RemoveRoleFromInstanceProfileCommand,
} from '@aws-sdk/client-iam';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { child, equal, items, type Json, type JsonObject, text } from '../../kubernetes/json.ts';
import { isDeleted, meta } from '../../kubernetes/metadata.ts';
import type { Clients } from './clients.ts';
import { unlessGone } from './facts.ts';
import type { Ground } from './ground.ts';
import { conditionOf, type Setting, strings, withConditions, withFinalizer } from './objects.ts';

const finalizer = 'karpenter.k8s.aws/termination';

/** What Karpenter does with an EC2NodeClass: finds what it selects, makes its instance profile, and ends that at last. */
export async function keepNodeClass(ground: Ground, clients: Clients, nodeClass: JsonObject): Promise<void> {
  if (isDeleted(nodeClass)) return endNodeClass(ground, clients, nodeClass);
  const { objects, attempts, clock, facts } = ground;
  const on = withFinalizer(nodeClass, finalizer, true);
  const current = on ? await objects.patch('EC2NodeClass', nodeClass, on) : nodeClass;
  const spec = child(current, 'spec');
  const of = `ec2nodeclass/${meta(current, 'name')}`;
  const found = await attempts.make('karpenter', `find what ${of} selects`, current, () =>
    facts.once(`${of} ${JSON.stringify(spec)}`, () => findSelected(ground, clients, spec)),
  );
  const profile = await attempts.make('karpenter', `make the instance profile of ${of}`, current, () =>
    facts.once(`profile of ${of}`, () => makeProfile(ground, clients, current)),
  );
  if (!found) return;
  const { subnets, securityGroups } = found;
  const conditions = {
    SubnetsReady: holds(subnets.length > 0, 'SubnetSelector did not match any Subnets'),
    SecurityGroupsReady: holds(securityGroups.length > 0, 'SecurityGroupSelector did not match any SecurityGroups'),
    AMIsReady: { status: 'True' },
    InstanceProfileReady: holds(profile !== undefined, 'the instance profile is not there'),
  } as const;
  const isReady = Object.values(conditions).every(({ status }) => status === 'True');
  const Ready: Setting = isReady
    ? { status: 'True' }
    : { status: 'False', reason: 'NotReady', message: 'see the others' };
  const status: JsonObject = {
    ...found,
    ...(profile === undefined ? {} : { instanceProfile: profile }),
    conditions: withConditions(current, { ...conditions, Ready }, clock.now()),
  };
  if (equal({ ...child(current, 'status'), ...status }, child(current, 'status'))) return;
  await objects.patchStatus('EC2NodeClass', current, status);
}

function holds(condition: boolean, message: string): Setting {
  return condition ? { status: 'True' } : { status: 'False', reason: 'NotFound', message };
}

/** It goes when none of its nodes is left, with its instance profile. */
async function endNodeClass(ground: Ground, clients: Clients, nodeClass: JsonObject): Promise<void> {
  const { objects, attempts, log } = ground;
  if (objects.all('NodeClaim').some(one => nodeClassOf(one) === meta(nodeClass, 'name'))) return;
  const of = `ec2nodeclass/${meta(nodeClass, 'name')}`;
  const ended = await attempts.make('karpenter', `end the instance profile of ${of}`, nodeClass, async () => {
    if (text(child(nodeClass, 'spec'), 'instanceProfile') !== undefined) return true;
    const InstanceProfileName = profileName(ground, nodeClass);
    const profile = await profileOf(clients, InstanceProfileName);
    for (const { RoleName } of profile?.Roles ?? [])
      await clients.iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName }));
    if (profile) await clients.iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName }));
    return true;
  });
  const patch = withFinalizer(nodeClass, finalizer, false);
  if (!ended || !patch) return;
  await objects.patch('EC2NodeClass', nodeClass, patch);
  log(`released ${of}`);
}

/** Whether instances can be launched by a node class. */
export function isReady(object: JsonObject): boolean {
  return !isDeleted(object) && conditionOf(object, 'Ready') === 'True';
}

/** The name of the EC2NodeClass that a NodeClaim refers to. */
export function nodeClassOf(claim: JsonObject): string | undefined {
  return text(child(claim, 'spec', 'nodeClassRef'), 'name');
}

/** The instance profile of a node class, which carries its role to its nodes; made if it is not there. Gives its name. */
async function makeProfile(ground: Ground, clients: Clients, nodeClass: JsonObject): Promise<string> {
  const spec = child(nodeClass, 'spec');
  const given = text(spec, 'instanceProfile');
  if (given !== undefined) return given;
  const { cluster, log } = ground;
  const InstanceProfileName = profileName(ground, nodeClass);
  const tags = {
    [`kubernetes.io/cluster/${cluster.name}`]: 'owned',
    'eks:eks-cluster-name': cluster.name,
    'karpenter.k8s.aws/ec2nodeclass': meta(nodeClass, 'name'),
    'topology.kubernetes.io/region': cluster.region,
  };
  const there = await profileOf(clients, InstanceProfileName);
  if (!there) {
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    await clients.iam.send(new CreateInstanceProfileCommand({ InstanceProfileName, Tags }));
    log(`create instance profile ${InstanceProfileName} for ec2nodeclass/${meta(nodeClass, 'name')}`);
  }
  const RoleName = text(spec, 'role') ?? '';
  const others = (there?.Roles ?? []).filter(one => one.RoleName !== RoleName);
  for (const one of others)
    await clients.iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName: one.RoleName }));
  if (!there?.Roles?.some(one => one.RoleName === RoleName))
    await clients.iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }));
  return InstanceProfileName;
}

async function profileOf({ iam }: Clients, InstanceProfileName: string): Promise<InstanceProfile | undefined> {
  const found = await unlessGone(iam.send(new GetInstanceProfileCommand({ InstanceProfileName })));
  return found?.InstanceProfile;
}

/** `cluster_0123456789`, one for each cluster and node class, as in GetInstanceProfileName of Karpenter's v1 API. */
function profileName({ cluster }: Ground, nodeClass: JsonObject): string {
  const hash = createHash('sha256')
    .update(`${cluster.region} ${meta(nodeClass, 'name')}`)
    .digest();
  return `${cluster.name}_${hash.readBigUInt64BE()}`;
}

/** What an EC2NodeClass stands for, as its status says it. */
async function findSelected({ cluster }: Ground, clients: Clients, spec: JsonObject) {
  const { ec2 } = clients;
  const { subnetSelectorTerms, securityGroupSelectorTerms } = spec;
  const subnets = await each(subnetSelectorTerms, { id: 'subnet-id' }, async Filters => {
    const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ Filters }));
    return Subnets.map(one => ({
      id: one.SubnetId ?? '',
      zone: one.AvailabilityZone ?? '',
      zoneID: one.AvailabilityZoneId ?? '',
    }));
  });
  const filters = { id: 'group-id', name: 'group-name' };
  const securityGroups = await each(securityGroupSelectorTerms, filters, async Filters => {
    const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
    return SecurityGroups.map(one => ({ id: one.GroupId ?? '', name: one.GroupName ?? '' }));
  });
  return { subnets, securityGroups, amis: await amisOf(cluster.name, clients, spec) };
}

/** What selector terms find: any of them, each by an id, a name and tags, whose value `*` stands for any. */
async function each<T extends { readonly id: string }>(
  terms: Json | undefined,
  filters: { readonly id: string; readonly name?: string },
  ask: (filters: Filter[]) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const found = new Map<string, T>();
  for (const term of items(terms)) {
    const [id, name] = [text(term, 'id'), text(term, 'name')];
    const asked: Filter[] = [
      ...(id === undefined ? [] : [{ Name: filters.id, Values: [id] }]),
      ...(name === undefined || filters.name === undefined ? [] : [{ Name: filters.name, Values: [name] }]),
      ...Object.entries(strings(child(term, 'tags'))).map(([key, value]) =>
        value === '*' ? { Name: 'tag-key', Values: [key] } : { Name: `tag:${key}`, Values: [value] },
      ),
    ];
    for (const one of await ask(asked)) found.set(one.id, one);
  }
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

const architectures = { amd64: 'x86_64', arm64: 'arm64' } as const;

/** The images of an alias (`al2023@latest`) by AWS's parameters, or those that are named by id. */
async function amisOf(name: string, { eks, ssm }: Clients, spec: JsonObject): Promise<readonly JsonObject[]> {
  const { cluster } = await eks.send(new DescribeClusterCommand({ name }));
  const found: JsonObject[] = [];
  for (const term of items(spec.amiSelectorTerms)) {
    const id = text(term, 'id');
    for (const [arch, machine] of Object.entries(architectures)) {
      const path = `/aws/service/eks/optimized-ami/${cluster?.version}/amazon-linux-2023/${machine}/standard/recommended/image_id`;
      const image = id ?? (await ssm.send(new GetParameterCommand({ Name: path }))).Parameter?.Value ?? '';
      const requirements = [{ key: 'kubernetes.io/arch', operator: 'In', values: [arch] }];
      found.push({ id: image, name: text(term, 'alias') ?? image, requirements });
    }
  }
  return found;
}
