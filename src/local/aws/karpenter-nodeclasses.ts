import { child, equal, items, type Json, type JsonObject, text } from '../../kubernetes/json.ts';
import { isDeleted, meta } from '../../kubernetes/metadata.ts';
import type { Account, Resource } from './account.ts';
import { iam } from './arns.ts';
import { capitals, hex } from './ids.ts';
import { isThere, lacking } from './permissions.ts';
import {
  conditionOf,
  type Hindrances,
  type Stage,
  strings,
  tokenOf,
  withConditions,
  withFinalizer,
} from './workload.ts';
import type { Operations } from './workload-operations.ts';

const finalizer = 'karpenter.k8s.aws/termination';

/** What Karpenter does with an EC2NodeClass: finds what it selects, makes its instance profile, and ends that at last. */
export async function keepNodeClass(
  stage: Stage,
  nodeClass: JsonObject,
  cluster: Resource,
  role: Resource,
  operations: Operations,
  hindrances: Hindrances,
): Promise<void> {
  const { workload, clock, aws } = stage;
  const { account } = aws;
  const may = (what: string, actions: readonly string[], on?: string): boolean => {
    const denied = lacking(account, role, actions, on);
    const why = denied && `its role ${role.name} may not ${denied}${on === undefined ? '' : ` on ${on}`}`;
    return hindrances.tell('karpenter', what, why);
  };
  const of = `ec2nodeclass/${meta(nodeClass, 'name')}`;
  const token = tokenOf(nodeClass);
  const profile = operations.made('iam/InstanceProfile', token);
  if (isDeleted(nodeClass)) {
    const claims = workload.all('NodeClaim').filter(one => nodeClassOf(one) === meta(nodeClass, 'name'));
    if (claims.length > 0) return;
    if (profile) {
      const what = `end the instance profile of ${of}`;
      if (
        !may(
          what,
          ['iam:GetInstanceProfile', 'iam:RemoveRoleFromInstanceProfile', 'iam:DeleteInstanceProfile'],
          profile.arn,
        )
      )
        return;
      await operations.delete(profile, of);
      return;
    }
    if (!may(`end the launch templates of ${of}`, ['ec2:DescribeLaunchTemplates', 'ec2:DeleteLaunchTemplate'])) return;
    const patch = withFinalizer(nodeClass, finalizer, false);
    if (!patch) return;
    await workload.patch('EC2NodeClass', nodeClass, patch);
    stage.log(`workload released ${of}`);
    return;
  }

  const on = withFinalizer(nodeClass, finalizer, true);
  const current = on ? await workload.patch('EC2NodeClass', nodeClass, on) : nodeClass;
  const spec = child(current, 'spec');
  const subnets = selected(account, 'ec2/Subnet', cluster.region, spec.subnetSelectorTerms);
  const groups = selected(account, 'ec2/SecurityGroup', cluster.region, spec.securityGroupSelectorTerms);
  const given = text(spec, 'instanceProfile');
  const name = given ?? profileName(cluster, current);
  const nodeRole = text(spec, 'role');
  if (!given && !profile && nodeRole) {
    const known = account.find('iam/Role', 'global', nodeRole);
    const why = known && isThere(known) ? undefined : `role ${nodeRole} is not in the account`;
    const free = hindrances.tell('karpenter', `put a role into the instance profile of ${of}`, why);
    const actions = ['iam:GetInstanceProfile', 'iam:CreateInstanceProfile', 'iam:AddRoleToInstanceProfile'];
    const passes = may(`pass role ${nodeRole} on`, ['iam:PassRole'], known?.arn);
    const makes = may(`make the instance profile of ${of}`, actions, iam(`instance-profile/${name}`));
    if (free && passes && makes) {
      const tags = {
        [`kubernetes.io/cluster/${cluster.name}`]: 'owned',
        'eks:eks-cluster-name': cluster.name,
        'karpenter.k8s.aws/ec2nodeclass': meta(current, 'name'),
        'topology.kubernetes.io/region': cluster.region,
      };
      const args = { role: nodeRole, tags };
      await operations.create({ kind: 'iam/InstanceProfile', region: 'global', args, name, token }, of);
    }
  }
  const made = given !== undefined || operations.made('iam/InstanceProfile', token)?.state === 'available';
  const found = {
    subnets: subnets.map(one => ({
      id: one.id,
      zone: zoneOf(one),
      zoneID: text(one.computed, 'availabilityZoneId') ?? '',
    })),
    securityGroups: groups.map(one => ({ id: one.id, name: text(one.asked, 'name') ?? one.name })),
    amis: amisOf(spec, cluster),
  };
  const holds = (condition: boolean, message: string) =>
    condition ? ({ status: 'True' } as const) : ({ status: 'False', reason: 'NotFound', message } as const);
  const ready = found.subnets.length > 0 && found.securityGroups.length > 0 && made;
  const conditions = withConditions(
    current,
    {
      SubnetsReady: holds(subnets.length > 0, 'SubnetSelector did not match any Subnets'),
      SecurityGroupsReady: holds(groups.length > 0, 'SecurityGroupSelector did not match any SecurityGroups'),
      AMIsReady: { status: 'True' },
      InstanceProfileReady: holds(made, 'the instance profile is not there'),
      Ready: ready ? { status: 'True' } : { status: 'False', reason: 'NotReady', message: 'see the other conditions' },
    },
    clock.now(),
  );
  const status: JsonObject = { ...found, conditions, ...(made ? { instanceProfile: name } : {}) };
  if (!equal({ ...child(current, 'status'), ...status }, child(current, 'status'))) {
    await workload.patchStatus('EC2NodeClass', current, status);
  }
}

/** Whether instances can be launched by a node class. */
export function isReady(object: JsonObject): boolean {
  return !isDeleted(object) && conditionOf(object, 'Ready') === 'True';
}

/** The name of the EC2NodeClass that a NodeClaim refers to. */
export function nodeClassOf(claim: JsonObject): string | undefined {
  return text(child(claim, 'spec', 'nodeClassRef'), 'name');
}

/** The node role of an EC2NodeClass: its ARN, if the account has it. */
export function nodeRoleOf(account: Account, nodeClass: JsonObject): Resource | undefined {
  const spec = child(nodeClass, 'spec');
  const profile = account.find('iam/InstanceProfile', 'global', text(spec, 'instanceProfile') ?? '');
  return account.find('iam/Role', 'global', text(spec, 'role') ?? text(profile?.asked, 'role') ?? '');
}

/** `cluster_0123456789`, one for each cluster and node class, as in GetInstanceProfileName of Karpenter's v1 API. */
function profileName(cluster: Resource, nodeClass: JsonObject): string {
  return `${cluster.name}_${BigInt(`0x${hex(16, cluster.region, meta(nodeClass, 'name'))}`)}`;
}

/** What selector terms find: any of them, each by an id, a name and tags, whose value `*` stands for any. */
function selected(account: Account, kind: string, region: string, terms: Json | undefined): readonly Resource[] {
  const there = account.all().filter(one => one.kind === kind && one.region === region && isThere(one));
  return there
    .filter(one =>
      items(terms).some(term => {
        const { id, name, tags } = child(term);
        const own = child(one.asked, 'tags');
        return (
          (id === undefined || id === one.id) &&
          (name === undefined || name === one.asked.name) &&
          Object.entries(strings(child(tags))).every(([key, value]) =>
            value === '*' ? own[key] !== undefined : own[key] === value,
          )
        );
      }),
    )
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function zoneOf(subnet: Resource): string {
  return text(subnet.asked, 'availabilityZone') ?? text(subnet.computed, 'availabilityZone') ?? `${subnet.region}a`;
}

/** The images that an alias or an id stands for; which they are does not matter here. */
function amisOf(spec: JsonObject, cluster: Resource): Json {
  return items(spec.amiSelectorTerms).flatMap(term => {
    const id = text(term, 'id');
    const name = text(term, 'alias') ?? text(term, 'name') ?? id ?? capitals(8, JSON.stringify(term));
    const architectures = id ? [['amd64', 'arm64']] : [['amd64'], ['arm64']];
    return architectures.map(values => ({
      id: id ?? `ami-0${hex(16, cluster.region, name, ...values)}`,
      name: `${name}-${values.join('-')}`,
      requirements: [{ key: 'kubernetes.io/arch', operator: 'In', values }],
    }));
  });
}
