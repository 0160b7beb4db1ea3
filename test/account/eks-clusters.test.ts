import { DeleteLogGroupCommand, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DeleteNetworkInterfaceCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
} from '@aws-sdk/client-ec2';
import {
  CreateClusterCommand,
  DeleteClusterCommand,
  DeleteNodegroupCommand,
  DescribeClusterCommand,
  ListAccessEntriesCommand,
  ListClustersCommand,
  ListTagsForResourceCommand,
  ListUpdatesCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateClusterConfigCommand,
} from '@aws-sdk/client-eks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountId, outcome, region, until } from './account.ts';
import { clusterIs, type EksGround, nodesAre, slowly, startEks, unique, updateEnds } from './eks.ts';

let ground: EksGround;
beforeAll(async () => {
  ground = await startEks({ addresses: 3 });
  await ground.makeCluster('kept', {
    version: '1.33',
    logging: { clusterLogging: [{ types: ['api', 'audit'], enabled: true }] },
    tags: { team: 'a' },
  });
});
afterAll(() => ground.end());

const eks = () => ground.account.aws.eks;
const ec2 = () => ground.account.aws.ec2;
const described = async (name: string) => (await eks().send(new DescribeClusterCommand({ name }))).cluster;

describe('a new cluster', () => {
  it('tells its address, its authority and its issuer only when it is ACTIVE', async () => {
    const name = unique('new');
    const { cluster } = await eks().send(new CreateClusterCommand(ground.cluster(name)));
    expect([cluster?.status, cluster?.endpoint, cluster?.identity]).toEqual(['CREATING', undefined, undefined]);
    expect(cluster?.certificateAuthority).toEqual({});
    await clusterIs(ground, name, 'ACTIVE');
    const up = await described(name);
    expect(up?.endpoint).toBe(ground.addresses[1]);
    expect(Buffer.from(up?.certificateAuthority?.data ?? '', 'base64').toString()).toBe('the authority');
    expect(up?.identity?.oidc?.issuer).toMatch(/^https:\/\/oidc\.eks\.af-south-1\.amazonaws\.com\/id\/[0-9A-F]{32}$/);
    await eks().send(new DeleteClusterCommand({ name }));
    await clusterIs(ground, name, 'gone');
  });

  it('is described with what EKS adds', async () => {
    const cluster = await described('kept');
    expect(cluster).toMatchObject({
      arn: `arn:aws:eks:${region}:${accountId}:cluster/kept`,
      version: '1.33',
      accessConfig: { authenticationMode: 'API' },
      kubernetesNetworkConfig: { serviceIpv4Cidr: '172.20.0.0/16', ipFamily: 'ipv4' },
      resourcesVpcConfig: { vpcId: ground.vpc, endpointPublicAccess: true, endpointPrivateAccess: false },
      upgradePolicy: { supportType: 'EXTENDED' },
      deletionProtection: false,
      tags: { team: 'a' },
    });
    // Whether its creator was let in is never told.
    expect(cluster?.accessConfig?.bootstrapClusterCreatorAdminPermissions).toBeUndefined();
    expect(cluster?.logging?.clusterLogging).toEqual([
      { types: ['api', 'audit'], enabled: true },
      { types: ['authenticator', 'controllerManager', 'scheduler'], enabled: false },
    ]);
  });

  it('has a security group and interfaces in EC2, and a log group', async () => {
    const group = (await described('kept'))?.resourcesVpcConfig?.clusterSecurityGroupId ?? '';
    const { SecurityGroups } = await ec2().send(new DescribeSecurityGroupsCommand({ GroupIds: [group] }));
    expect(SecurityGroups?.[0]?.GroupName).toMatch(/^eks-cluster-sg-kept-\d+$/);
    const tags = Object.fromEntries((SecurityGroups?.[0]?.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
    expect(tags).toMatchObject({ 'aws:eks:cluster-name': 'kept', 'kubernetes.io/cluster/kept': 'owned' });
    const Filters = [{ Name: 'group-id', Values: [group] }];
    const { NetworkInterfaces } = await ec2().send(new DescribeNetworkInterfacesCommand({ Filters }));
    expect(NetworkInterfaces?.map(({ SubnetId }) => SubnetId).sort()).toEqual([...ground.subnets].sort());
    expect(NetworkInterfaces?.map(({ Description }) => Description)).toEqual(['Amazon EKS kept', 'Amazon EKS kept']);
    const { logGroups } = await ground.account.aws.logs.send(new DescribeLogGroupsCommand({}));
    expect(logGroups?.map(one => one.logGroupName)).toContain('/aws/eks/kept/cluster');
  });

  it('keeps its interfaces, its security group and so its subnets', async () => {
    const group = (await described('kept'))?.resourcesVpcConfig?.clusterSecurityGroupId ?? '';
    const Filters = [{ Name: 'group-id', Values: [group] }];
    const { NetworkInterfaces } = await ec2().send(new DescribeNetworkInterfacesCommand({ Filters }));
    const NetworkInterfaceId = NetworkInterfaces?.[0]?.NetworkInterfaceId;
    const calls = [
      () => ec2().send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId })),
      () => ec2().send(new DeleteSecurityGroupCommand({ GroupId: group })),
      () => ec2().send(new DeleteSubnetCommand({ SubnetId: ground.subnets[0] })),
    ];
    const codes = await Promise.all(calls.map(async call => (await outcome(call)).split(':')[0]));
    expect(codes).toEqual(['InvalidNetworkInterface.InUse', 'DependencyViolation', 'DependencyViolation']);
  });

  it('writes its logs into a new group when the old one was deleted', async () => {
    const { logs } = ground.account.aws;
    const logGroupName = '/aws/eks/kept/cluster';
    await logs.send(new DeleteLogGroupCommand({ logGroupName }));
    const groups = async () => (await logs.send(new DescribeLogGroupsCommand({}))).logGroups ?? [];
    const back = await until(groups, all => all.length > 0);
    expect(back.map(one => one.logGroupName)).toEqual([logGroupName]);
  });

  it('lets its creator in unless it is told not to', async () => {
    const entries = await eks().send(new ListAccessEntriesCommand({ clusterName: 'kept' }));
    expect(entries.accessEntries).toEqual([`arn:aws:iam::${accountId}:user/admin`]);
    const name = unique('closed');
    const accessConfig = { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false } as const;
    await ground.makeCluster(name, { accessConfig });
    const none = await eks().send(new ListAccessEntriesCommand({ clusterName: name }));
    expect(none.accessEntries).toEqual([]);
    await eks().send(new DeleteClusterCommand({ name }));
    await clusterIs(ground, name, 'gone');
  });

  it('becomes ACTIVE only when its endpoint takes connections, and there is a limit of clusters', async () => {
    const [second, third, fourth] = ['second', 'third', 'fourth'].map(unique);
    await ground.makeCluster(second ?? '');
    await eks().send(new CreateClusterCommand(ground.cluster(third ?? '')));
    expect(await outcome(() => eks().send(new CreateClusterCommand(ground.cluster(fourth ?? ''))))).toBe(
      `ResourceLimitExceededException: Cluster limit of 3 exceeded for account ${accountId}.`,
    );
    await new Promise(resolve => setTimeout(resolve, 1000));
    expect((await described(third ?? ''))?.status).toBe('CREATING');
    await ground.open();
    await clusterIs(ground, third ?? '', 'ACTIVE');
    for (const name of [second, third]) await eks().send(new DeleteClusterCommand({ name }));
    for (const name of [second, third]) await clusterIs(ground, name ?? '', 'gone');
  });
});

describe('CreateCluster refuses', () => {
  const net = () => ({ subnetIds: [...ground.subnets] });
  it.each([
    [
      'a call without a role',
      () => ({ roleArn: undefined }),
      "InvalidParameterException: 1 validation error detected: Value null at 'roleArn' failed to satisfy constraint",
    ],
    ['a name with a dot', () => ({ name: 'a.b' }), 'InvalidParameterException: The name can contain only alphanumeric'],
    [
      'a name that is taken',
      () => ({ name: 'kept' }),
      'ResourceInUseException: Cluster already exists with name: kept',
    ],
    [
      'a version that has not come yet',
      () => ({ version: '1.99' }),
      'InvalidParameterException: unsupported Kubernetes version 1.99',
    ],
    [
      'a role that is not there',
      () => ({ roleArn: `arn:aws:iam::${accountId}:role/nobody` }),
      `InvalidParameterException: Role with arn: arn:aws:iam::${accountId}:role/nobody, could not be assumed because it does not exist or the trusted entity is not correct`,
    ],
    [
      'a role that trusts somebody else',
      () => ({ roleArn: ground.roles.nodes }),
      'could not be assumed because it does not exist or the trusted entity is not correct',
    ],
    [
      'a role without the policy',
      async () => ({ roleArn: await ground.role(unique('bare'), 'eks.amazonaws.com') }),
      "InvalidParameterException: The provided role doesn't have the Amazon EKS Managed Policies associated with it.",
    ],
    [
      'a subnet that is not there',
      () => ({ resourcesVpcConfig: { subnetIds: [ground.subnets[0], 'subnet-0123'] } }),
      "InvalidParameterException: The subnet ID 'subnet-0123' does not exist",
    ],
    [
      'subnets in one zone only',
      () => ({ resourcesVpcConfig: { subnetIds: [ground.subnets[0]] } }),
      'InvalidParameterException: Subnets specified must be in at least two different AZs',
    ],
    [
      'a security group that is not there',
      () => ({ resourcesVpcConfig: { ...net(), securityGroupIds: ['sg-0123'] } }),
      "InvalidParameterException: The security group 'sg-0123' does not exist",
    ],
    [
      'an endpoint that nobody reaches',
      () => ({ resourcesVpcConfig: { ...net(), endpointPublicAccess: false } }),
      'InvalidParameterException: Private and public endpoint access cannot be false',
    ],
    [
      'a range that is none',
      () => ({ resourcesVpcConfig: { ...net(), publicAccessCidrs: ['10.0.0.0/99'] } }),
      'InvalidParameterException: The following CIDRs are invalid in publicAccessCidrs: [10.0.0.0/99]',
    ],
    [
      'a private range for the public endpoint',
      () => ({ resourcesVpcConfig: { ...net(), publicAccessCidrs: ['10.0.0.0/8'] } }),
      'InvalidParameterException: The following CIDRs are not allowed in publicAccessCidrs: [10.0.0.0/8]',
    ],
    [
      'a ConfigMap that the creator does not get into',
      () => ({
        accessConfig: { authenticationMode: 'CONFIG_MAP', bootstrapClusterCreatorAdminPermissions: false } as const,
      }),
      'InvalidParameterException: bootstrapClusterCreatorAdminPermissions must be true if cluster authentication mode is set to CONFIG_MAP',
    ],
    [
      'a half Auto Mode',
      () => ({ computeConfig: { enabled: true } }),
      'InvalidParameterException: For EKS Auto Mode, please ensure that all required configs',
    ],
    [
      'a key that is not there',
      () => ({
        encryptionConfig: [
          { resources: ['secrets'], provider: { keyArn: `arn:aws:kms:${region}:${accountId}:key/none` } },
        ],
      }),
      `InvalidParameterException: KMS key not found: arn:aws:kms:${region}:${accountId}:key/none`,
    ],
    [
      'standard support for a version out of it',
      () => ({ version: '1.32', upgradePolicy: { supportType: 'STANDARD' } as const }),
      'InvalidParameterException: Kubernetes version 1.32 is in extended support',
    ],
  ] as const)('%s', async (_, more, words) => {
    const asked = { ...ground.cluster('refused'), ...(await more()) };
    expect(await outcome(() => eks().send(new CreateClusterCommand(asked)))).toContain(words);
  });
});

describe('UpdateClusterConfig', () => {
  const update = (more: object) => eks().send(new UpdateClusterConfigCommand({ name: 'kept', ...more }));

  it.each([
    [
      'the endpoint',
      { resourcesVpcConfig: { endpointPrivateAccess: true, publicAccessCidrs: ['203.0.113.0/24'] } },
      'EndpointAccessUpdate',
    ],
    ['the logs', { logging: { clusterLogging: [{ types: ['scheduler'], enabled: true }] } }, 'LoggingUpdate'],
    ['the support', { upgradePolicy: { supportType: 'EXTENDED' } }, 'UpgradePolicyUpdate'],
    ['the zonal shift', { zonalShiftConfig: { enabled: true } }, 'ZonalShiftConfigUpdate'],
    ['the protection from deletion', { deletionProtection: true }, 'DeletionProtectionUpdate'],
    ['it back', { deletionProtection: false }, 'DeletionProtectionUpdate'],
  ])('changes %s in an update of its own', async (_, more, type) => {
    const begun = await slowly(ground, () => update(more));
    expect([begun.update?.type, begun.update?.status]).toEqual([type, 'InProgress']);
    expect((await described('kept'))?.status).toBe('UPDATING');
    expect(await outcome(() => update({ deletionProtection: true }))).toContain(
      'ResourceInUseException: Cannot update',
    );
    const ended = await updateEnds(ground, 'kept', begun.update?.id);
    expect(ended?.status).toBe('Successful');
    const { updateIds } = await eks().send(new ListUpdatesCommand({ name: 'kept' }));
    expect(updateIds).toContain(begun.update?.id);
    const cluster = await described('kept');
    expect(cluster?.status).toBe('ACTIVE');
    if ('resourcesVpcConfig' in more) expect(cluster?.resourcesVpcConfig).toMatchObject(more.resourcesVpcConfig ?? {});
    if ('zonalShiftConfig' in more) expect(cluster?.zonalShiftConfig).toEqual({ enabled: true });
    if ('deletionProtection' in more) expect(cluster?.deletionProtection).toBe(more.deletionProtection);
  });

  it.each([
    ['nothing', {}, 'The type for cluster update was not provided.'],
    [
      'two sorts at once',
      { deletionProtection: true, upgradePolicy: { supportType: 'EXTENDED' } },
      'Only one type of update can be allowed.',
    ],
    [
      'an endpoint as it is',
      { resourcesVpcConfig: { endpointPublicAccess: true } },
      'Cluster is already at the desired configuration with endpointPrivateAccess: true , endpointPublicAccess: true, and Public Endpoint Restrictions: [203.0.113.0/24]',
    ],
    [
      'logs as they are',
      { logging: { clusterLogging: [{ types: ['api'], enabled: true }] } },
      'No changes needed for the logging config provided',
    ],
    [
      'a way back to the ConfigMap',
      { accessConfig: { authenticationMode: 'API_AND_CONFIG_MAP' } },
      'Unsupported authentication mode update from API to API_AND_CONFIG_MAP',
    ],
  ])('refuses %s', async (_, more, words) => {
    expect(await outcome(() => update(more))).toBe(`InvalidParameterException: ${words}`);
  });
});

describe('tags', () => {
  it('are put, told and taken by ARN', async () => {
    const resourceArn = (await described('kept'))?.arn;
    await eks().send(new TagResourceCommand({ resourceArn, tags: { more: 'b' } }));
    await eks().send(new UntagResourceCommand({ resourceArn, tagKeys: ['team'] }));
    const { tags } = await eks().send(new ListTagsForResourceCommand({ resourceArn }));
    expect(tags).toEqual({ more: 'b' });
  });

  it.each([
    ['of something that is not there', `arn:aws:eks:${region}:${accountId}:cluster/none`, 'ResourceNotFoundException'],
    ['of something else than EKS', 'arn:aws:iam::aws:policy/x', 'InvalidParameterException'],
  ])('are refused %s', async (_, resourceArn, code) => {
    expect(await outcome(() => eks().send(new ListTagsForResourceCommand({ resourceArn })))).toContain(code);
  });
});

describe('DeleteCluster', () => {
  const remove = (name: string) => outcome(() => eks().send(new DeleteClusterCommand({ name })));

  it('refuses as long as something stands against it', async () => {
    const name = unique('busy');
    await eks().send(new CreateClusterCommand(ground.cluster(name)));
    expect(await remove(name)).toMatch(/^ResourceInUseException: .* in progress$/);
    await clusterIs(ground, name, 'ACTIVE');
    await ground.makeNodes(name, 'some');
    expect(await remove(name)).toBe('ResourceInUseException: Cluster has nodegroups attached');
    await eks().send(new DeleteNodegroupCommand({ clusterName: name, nodegroupName: 'some' }));
    await nodesAre(ground, name, 'some', 'gone');
    const protect = new UpdateClusterConfigCommand({ name, deletionProtection: true });
    const begun = await slowly(ground, () => eks().send(protect));
    expect(await remove(name)).toBe(
      `ResourceInUseException: Cannot delete because cluster ${name} currently has update ${begun.update?.id} in progress`,
    );
    await updateEnds(ground, name, begun.update?.id);
    expect(await remove(name)).toContain('InvalidRequestException: Cluster');
    const lifted = await eks().send(new UpdateClusterConfigCommand({ name, deletionProtection: false }));
    await updateEnds(ground, name, lifted.update?.id);
    const group = (await described(name))?.resourcesVpcConfig?.clusterSecurityGroupId ?? '';
    expect(await remove(name)).toBe('ok');
    expect((await described(name))?.status).toBe('DELETING');
    const groups = async () => (await ec2().send(new DescribeSecurityGroupsCommand({}))).SecurityGroups ?? [];
    // Nobody has to ask EKS for EC2 to know that the cluster is gone.
    const left = await until(groups, all => all.every(({ GroupId }) => GroupId !== group));
    expect(left.map(({ GroupId }) => GroupId)).not.toContain(group);
    expect(await remove(name)).toBe(`ResourceNotFoundException: No cluster found for name: ${name}.`);
  });
});

describe('faults that come late', () => {
  it.each([
    ['CreateCluster', 'FAILED'],
    ['DeleteCluster', 'ACTIVE'],
  ])('%s is accepted and ends %s', async (action, status) => {
    const name = unique('late');
    const fault = { service: 'eks', action, code: 'AccessDeniedException', message: 'no such right', count: 1 };
    if (action === 'DeleteCluster') await ground.makeCluster(name);
    await ground.account.control.putFaults([{ ...fault, when: 'late', matching: name }]);
    if (action === 'CreateCluster') await eks().send(new CreateClusterCommand(ground.cluster(name)));
    else await eks().send(new DeleteClusterCommand({ name }));
    await clusterIs(ground, name, status);
    expect((await described(name))?.health?.issues).toEqual([
      { code: 'AccessDenied', message: 'no such right', resourceIds: [name] },
    ]);
    expect(await outcome(() => eks().send(new DeleteClusterCommand({ name })))).toBe('ok');
    await clusterIs(ground, name, 'gone');
  });

  it('an update fails with its error, and nothing has changed', async () => {
    const action = 'UpdateClusterConfig';
    await ground.account.control.putFaults([{ service: 'eks', action, code: 'AccessDenied', count: 1, when: 'late' }]);
    const { update } = await eks().send(new UpdateClusterConfigCommand({ name: 'kept', deletionProtection: true }));
    const ended = await updateEnds(ground, 'kept', update?.id);
    expect([ended?.status, ended?.errors?.[0]?.errorCode]).toEqual(['Failed', 'AccessDenied']);
    const cluster = await described('kept');
    expect([cluster?.status, cluster?.deletionProtection]).toEqual(['ACTIVE', false]);
  });
});

describe('a crash', () => {
  it('loses no cluster, nor its address', async () => {
    const before = await described('kept');
    await ground.account.restart('SIGKILL');
    expect(await described('kept')).toEqual(before);
    const { clusters } = await eks().send(new ListClustersCommand({}));
    expect(clusters).toEqual(['kept']);
  });
});
