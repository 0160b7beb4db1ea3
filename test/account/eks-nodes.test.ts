import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateLaunchTemplateCommand,
  type CreateLaunchTemplateCommandInput,
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DetachInternetGatewayCommand,
  type Instance,
  ModifySubnetAttributeCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  CreateNodegroupCommand,
  type CreateNodegroupCommandInput,
  DeleteNodegroupCommand,
  DescribeNodegroupCommand,
  ListAccessEntriesCommand,
  ListNodegroupsCommand,
  UpdateNodegroupConfigCommand,
  UpdateNodegroupVersionCommand,
} from '@aws-sdk/client-eks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountId, outcome, until } from './account.ts';
import { type EksGround, nodesAre, slowly, startEks, unique, updateEnds } from './eks.ts';

const clusterName = 'home';
let ground: EksGround;
beforeAll(async () => {
  ground = await startEks({ addresses: 2 });
  await ground.makeCluster(clusterName, { version: '1.34' });
});
afterAll(() => ground.end());

const eks = () => ground.account.aws.eks;
const ec2 = () => ground.account.aws.ec2;
const described = async (nodegroupName: string) =>
  (await eks().send(new DescribeNodegroupCommand({ clusterName, nodegroupName }))).nodegroup;
const instancesOf = async (group: string): Promise<Instance[]> => {
  const Filters = [{ Name: 'tag:eks:nodegroup-name', Values: [group] }];
  const { Reservations } = await ec2().send(new DescribeInstancesCommand({ Filters }));
  return (Reservations ?? []).flatMap(one => one.Instances ?? []);
};
const alive = async (group: string) =>
  (await instancesOf(group)).filter(({ State }) => State?.Name === 'running' || State?.Name === 'pending');
const template = async (data: CreateLaunchTemplateCommandInput['LaunchTemplateData']) => {
  const asked = { LaunchTemplateName: unique('template'), LaunchTemplateData: data };
  const { LaunchTemplate } = await ec2().send(new CreateLaunchTemplateCommand(asked));
  return LaunchTemplate?.LaunchTemplateId ?? '';
};
const sizes = (minSize: number, desiredSize: number, maxSize: number) => ({ minSize, desiredSize, maxSize });
const remove = async (nodegroupName: string) => {
  await eks().send(new DeleteNodegroupCommand({ clusterName, nodegroupName }));
  await nodesAre(ground, clusterName, nodegroupName, 'gone');
};

describe('a node group', () => {
  it('has instances in EC2 as its launch template says, over its subnets, tagged by EKS', async () => {
    const id = await template({
      InstanceType: 't3.xlarge',
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'team', Value: 'a' }] }],
    });
    const launchTemplate = { id, version: '1' };
    await ground.makeNodes(clusterName, 'tagged', { launchTemplate, scalingConfig: sizes(1, 3, 5) });
    const instances = await instancesOf('tagged');
    expect(instances.map(one => [one.State?.Name, one.InstanceType])).toEqual(
      Array.from({ length: 3 }, () => ['running', 't3.xlarge']),
    );
    expect(new Set(instances.map(one => one.SubnetId))).toEqual(new Set(ground.subnets));
    const tags = Object.fromEntries((instances[0]?.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
    expect(tags).toMatchObject({
      team: 'a',
      'eks:cluster-name': clusterName,
      'eks:nodegroup-name': 'tagged',
      [`kubernetes.io/cluster/${clusterName}`]: 'owned',
      'aws:ec2launchtemplate:id': id,
    });
    const group = await described('tagged');
    expect(group).toMatchObject({ version: '1.34', amiType: 'AL2023_x86_64_STANDARD', capacityType: 'ON_DEMAND' });
    expect([group?.launchTemplate?.version, group?.instanceTypes, group?.diskSize]).toEqual([
      '1',
      undefined,
      undefined,
    ]);
    // What EKS lets in is a node.
    const { accessEntries } = await eks().send(new ListAccessEntriesCommand({ clusterName }));
    expect(accessEntries).toContain(ground.roles.nodes);
    await remove('tagged');
  });

  it('has instances that are pending before they run', async () => {
    const more = { scalingConfig: sizes(1, 1, 1) };
    await slowly(ground, () => eks().send(new CreateNodegroupCommand(ground.nodes(clusterName, 'young', more))));
    expect((await instancesOf('young')).map(one => one.State?.Name)).toEqual(['pending']);
    const running = async () => (await instancesOf('young'))[0]?.State?.Name;
    // EC2 knows it without anybody asking EKS.
    expect(await until(running, state => state === 'running')).toBe('running');
    await nodesAre(ground, clusterName, 'young', 'ACTIVE');
    await remove('young');
  });

  it('leaves nothing in EC2 when it is deleted, and its role is let in no longer', async () => {
    await ground.makeNodes(clusterName, 'leaver');
    const ids = (await instancesOf('leaver')).map(one => one.InstanceId ?? '');
    await eks().send(new DeleteNodegroupCommand({ clusterName, nodegroupName: 'leaver' }));
    expect((await described('leaver'))?.status).toBe('DELETING');
    const states = async () => (await instancesOf('leaver')).map(one => one.State?.Name);
    expect(await until(states, all => all.every(state => state === 'shutting-down'))).toEqual([
      'shutting-down',
      'shutting-down',
    ]);
    await nodesAre(ground, clusterName, 'leaver', 'gone');
    expect(await alive('leaver')).toEqual([]);
    const { NetworkInterfaces } = await ec2().send(new DescribeNetworkInterfacesCommand({}));
    expect(NetworkInterfaces?.filter(one => ids.includes(one.Attachment?.InstanceId ?? ''))).toEqual([]);
    const { accessEntries } = await eks().send(new ListAccessEntriesCommand({ clusterName }));
    expect(accessEntries).not.toContain(ground.roles.nodes);
  });

  it('has public addresses where its subnets give them, and the internet gateway is not detached from under it', async () => {
    for (const SubnetId of ground.subnets)
      await ec2().send(new ModifySubnetAttributeCommand({ SubnetId, MapPublicIpOnLaunch: { Value: true } }));
    const { InternetGateway } = await ec2().send(new CreateInternetGatewayCommand({}));
    const gateway = { InternetGatewayId: InternetGateway?.InternetGatewayId ?? '', VpcId: ground.vpc };
    await ec2().send(new AttachInternetGatewayCommand(gateway));
    await ground.makeNodes(clusterName, 'public');
    const addresses = (await alive('public')).map(one => one.PublicIpAddress);
    expect(addresses).toEqual(addresses.map(() => expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/)));
    const detach = () => outcome(() => ec2().send(new DetachInternetGatewayCommand(gateway)));
    expect(await detach()).toContain(`DependencyViolation: Network ${ground.vpc} has some mapped public address(es)`);
    await remove('public');
    expect(await until(detach, how => how === 'ok')).toBe('ok');
    for (const SubnetId of ground.subnets)
      await ec2().send(new ModifySubnetAttributeCommand({ SubnetId, MapPublicIpOnLaunch: { Value: false } }));
  });

  it('is scaled, labelled and tainted', async () => {
    const taints = [{ key: 'old', effect: 'NO_SCHEDULE' as const }];
    const labels = { kept: 'a', gone: 'b' };
    await ground.makeNodes(clusterName, 'scaled', { labels, taints, scalingConfig: sizes(1, 1, 4) });
    const change = new UpdateNodegroupConfigCommand({
      clusterName,
      nodegroupName: 'scaled',
      scalingConfig: sizes(1, 3, 4),
      labels: { addOrUpdateLabels: { more: 'c' }, removeLabels: ['gone'] },
      taints: { addOrUpdateTaints: [{ key: 'new', effect: 'NO_EXECUTE' }], removeTaints: taints },
      updateConfig: { maxUnavailablePercentage: 50 },
    });
    const { update } = await slowly(ground, () => eks().send(change));
    expect([update?.type, (await described('scaled'))?.status]).toEqual(['ConfigUpdate', 'UPDATING']);
    const ended = await updateEnds(ground, clusterName, update?.id, { nodegroupName: 'scaled' });
    expect(ended?.status).toBe('Successful');
    expect(await described('scaled')).toMatchObject({
      labels: { kept: 'a', more: 'c' },
      taints: [{ key: 'new', effect: 'NO_EXECUTE' }],
      scalingConfig: sizes(1, 3, 4),
      updateConfig: { maxUnavailablePercentage: 50 },
    });
    expect(await alive('scaled')).toHaveLength(3);
    await remove('scaled');
  });

  it('replaces its instances one after the other when its template changes', async () => {
    const id = await template({ InstanceType: 't3.large' });
    const more = { launchTemplate: { id, version: '1' }, scalingConfig: sizes(2, 2, 3) };
    await ground.makeNodes(clusterName, 'rolled', more);
    const before = (await instancesOf('rolled')).map(one => one.InstanceId);
    const LaunchTemplateData = { InstanceType: 'm5.large' as const };
    await ec2().send(new CreateLaunchTemplateVersionCommand({ LaunchTemplateId: id, LaunchTemplateData }));
    const launchTemplate = { id, version: '2' };
    const asked = { clusterName, nodegroupName: 'rolled', launchTemplate };
    const { update } = await eks().send(new UpdateNodegroupVersionCommand(asked));
    const most: number[] = [];
    const ended = await until(
      async () => {
        most.push((await alive('rolled')).length);
        return await described('rolled');
      },
      group => group?.status === 'ACTIVE',
    );
    expect(ended?.status).toBe('ACTIVE');
    // One more while it is replaced, never all at once.
    expect(Math.max(...most)).toBe(3);
    const after = await alive('rolled');
    expect(after.map(one => one.InstanceType)).toEqual(['m5.large', 'm5.large']);
    expect(after.filter(one => before.includes(one.InstanceId))).toEqual([]);
    const finished = await updateEnds(ground, clusterName, update?.id, { nodegroupName: 'rolled' });
    expect([finished?.type, finished?.status]).toEqual(['VersionUpdate', 'Successful']);
    await remove('rolled');
  });

  it('has as many instances as were asked for last, however fast that changes', async () => {
    await ground.makeNodes(clusterName, 'hasty', { scalingConfig: sizes(1, 3, 4) });
    for (const desired of [1, 2]) {
      const asked = { clusterName, nodegroupName: 'hasty', scalingConfig: sizes(1, desired, 4) };
      const { update } = await eks().send(new UpdateNodegroupConfigCommand(asked));
      await updateEnds(ground, clusterName, update?.id, { nodegroupName: 'hasty' });
    }
    const left = await until(
      () => alive('hasty'),
      all => all.length === 2,
    );
    expect(left).toHaveLength(2);
    await remove('hasty');
  });

  it('launches another for an instance that somebody ends', async () => {
    await ground.makeNodes(clusterName, 'healed', { scalingConfig: sizes(1, 1, 1) });
    const [first] = await instancesOf('healed');
    await ec2().send(new TerminateInstancesCommand({ InstanceIds: [first?.InstanceId ?? ''] }));
    const others = await until(
      () => alive('healed'),
      all => all.length === 1 && all[0]?.InstanceId !== first?.InstanceId,
    );
    expect(others).toHaveLength(1);
    await remove('healed');
  });
});

describe('a group that cannot launch instances', () => {
  it('is DEGRADED, and its cluster goes on', async () => {
    const id = await template({ InstanceType: 't3.large' });
    await ground.makeNodes(clusterName, 'orphan', { launchTemplate: { id }, scalingConfig: sizes(1, 1, 1) });
    await ec2().send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: id }));
    const [only] = await instancesOf('orphan');
    await ec2().send(new TerminateInstancesCommand({ InstanceIds: [only?.InstanceId ?? ''] }));
    await nodesAre(ground, clusterName, 'orphan', 'DEGRADED');
    expect((await described('orphan'))?.health?.issues?.[0]).toMatchObject({ code: 'Ec2LaunchTemplateNotFound' });
    await remove('orphan');
  });
});

describe('nodes that cannot join', () => {
  it.each([
    ['without the policies of nodes', [] as string[], 'Instances failed to join the kubernetes cluster'],
    [
      'without a network',
      ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly'],
      'Unhealthy nodes in the kubernetes cluster (container runtime network not ready: vpc-cni has no permissions)',
    ],
  ])('make their group fail: %s', async (_, policies, message) => {
    const nodeRole = await ground.role(unique('poor'), 'ec2.amazonaws.com', ...policies);
    await eks().send(new CreateNodegroupCommand(ground.nodes(clusterName, 'poor', { nodeRole })));
    await nodesAre(ground, clusterName, 'poor', 'CREATE_FAILED');
    expect((await described('poor'))?.health?.issues?.[0]).toMatchObject({ code: 'NodeCreationFailure', message });
    await remove('poor');
  });

  it('a fault that comes late is told as the health of the group', async () => {
    const fault = { service: 'eks', action: 'CreateNodegroup', code: 'AsgInstanceLaunchFailures', count: 1 };
    await ground.account.control.putFaults([{ ...fault, message: 'no capacity', when: 'late' }]);
    await eks().send(new CreateNodegroupCommand(ground.nodes(clusterName, 'late')));
    await nodesAre(ground, clusterName, 'late', 'CREATE_FAILED');
    const issue = (await described('late'))?.health?.issues?.[0];
    expect([issue?.code, issue?.message]).toEqual(['AsgInstanceLaunchFailures', 'no capacity']);
    await remove('late');
  });
});

describe('CreateNodegroup refuses', () => {
  type More = Partial<CreateNodegroupCommandInput>;
  it.each<[string, () => More | Promise<More>, string]>([
    [
      'a cluster that is not there',
      () => ({ clusterName: 'none' }),
      'ResourceNotFoundException: No cluster found for name: none.',
    ],
    [
      'a name that is taken',
      () => ({ nodegroupName: 'first' }),
      `ResourceInUseException: NodeGroup already exists with name first and cluster name ${clusterName}`,
    ],
    [
      'nodes ahead of the cluster',
      () => ({ version: '1.35' }),
      'InvalidParameterException: Nodegroup Kubernetes version 1.35 should be equal to or lower than cluster Kubernetes version 1.34',
    ],
    [
      'a role that is not there',
      () => ({ nodeRole: `arn:aws:iam::${accountId}:role/nobody` }),
      'InvalidParameterException: The role with name nobody cannot be found.',
    ],
    [
      'a role that EC2 may not take on',
      () => ({ nodeRole: ground.roles.pods }),
      'InvalidParameterException: Following required service principals [ec2.amazonaws.com] were not found in the trust relationships of nodeRole',
    ],
    [
      'a subnet that is not there',
      () => ({ subnets: ['subnet-0'] }),
      "InvalidParameterException: The subnet ID 'subnet-0' does not exist",
    ],
    [
      'a type of another architecture',
      () => ({ instanceTypes: ['t4g.medium'], amiType: 'AL2023_x86_64_STANDARD' }),
      'InvalidParameterException: [t4g.medium] is not a valid instance type for requested amiType AL2023_x86_64_STANDARD',
    ],
    [
      'a type that is none',
      () => ({ instanceTypes: ['t99.huge'] }),
      'InvalidParameterException: The following supplied instance types do not exist: [t99.huge]',
    ],
    [
      'more than at the most',
      () => ({ scalingConfig: sizes(1, 4, 3) }),
      "InvalidParameterException: desired capacity 4 can't be greater than maximum size 3",
    ],
    [
      'fewer than at the least',
      () => ({ scalingConfig: sizes(2, 1, 3) }),
      "InvalidParameterException: desired capacity 1 can't be less than minimum size 2",
    ],
    [
      'a launch template that is not there',
      () => ({ launchTemplate: { id: 'lt-0' } }),
      'InvalidRequestException: Launch template lt-0 is not found.',
    ],
    [
      'a launch template by id and name',
      () => ({ launchTemplate: { id: 'lt-0', name: 'a' } }),
      'InvalidParameterException: Either provide launch template ID or launch template name in the request.',
    ],
    [
      'a version of it that is not there',
      async () => ({ launchTemplate: { id: await template({ InstanceType: 't3.large' }), version: '7' } }),
      'InvalidRequestException: Launch template version 7 is not found',
    ],
    [
      'types beside those of the template',
      async () => ({
        instanceTypes: ['t3.large'],
        launchTemplate: { id: await template({ InstanceType: 't3.large' }) },
      }),
      'InvalidRequestException: Cannot specify instance types in launch template and API request',
    ],
    [
      'a disk beside the template',
      async () => ({ diskSize: 30, launchTemplate: { id: await template({ InstanceType: 't3.large' }) } }),
      'InvalidParameterException: Disk size must be specified within the launch template.',
    ],
    [
      'two taints of one key and effect',
      () => ({
        taints: [
          { key: 'a', value: '1', effect: 'NO_SCHEDULE' },
          { key: 'a', value: '2', effect: 'NO_SCHEDULE' },
        ],
      }),
      'InvalidParameterException: Taints must be unique by their key and effect',
    ],
  ])('%s', async (_, more, words) => {
    const { nodegroups } = await eks().send(new ListNodegroupsCommand({ clusterName }));
    if (!nodegroups?.includes('first')) await ground.makeNodes(clusterName, 'first');
    const asked = { ...ground.nodes(clusterName, 'refused'), ...(await more()) };
    expect(await outcome(() => eks().send(new CreateNodegroupCommand(asked)))).toContain(words);
  });
});

describe('what is under way', () => {
  it('is not changed a second time, nor deleted', async () => {
    const nodegroupName = 'busy';
    await ground.makeNodes(clusterName, nodegroupName, { scalingConfig: sizes(1, 2, 3) });
    const scale = () =>
      outcome(() =>
        eks().send(new UpdateNodegroupConfigCommand({ clusterName, nodegroupName, scalingConfig: sizes(1, 1, 3) })),
      );
    const replace = new UpdateNodegroupVersionCommand({ clusterName, nodegroupName });
    const { update } = await slowly(ground, () => eks().send(replace));
    expect(await scale()).toBe(
      'ResourceInUseException: Nodegroup cannot be updated as it is currently not in Active State',
    );
    expect(await outcome(() => remove(nodegroupName))).toContain('ResourceInUseException: Nodegroup busy cannot');
    await updateEnds(ground, clusterName, update?.id, { nodegroupName });
    expect(await scale()).toBe('ok');
  });
});
