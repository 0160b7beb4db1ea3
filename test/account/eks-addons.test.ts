import {
  CreateAddonCommand,
  type CreateAddonCommandInput,
  CreateNodegroupCommand,
  CreatePodIdentityAssociationCommand,
  DeleteAddonCommand,
  DescribeAddonCommand,
  DescribeAddonConfigurationCommand,
  DescribeAddonVersionsCommand,
  DescribePodIdentityAssociationCommand,
  ListAddonsCommand,
  ListPodIdentityAssociationsCommand,
  ListTagsForResourceCommand,
  UpdateAddonCommand,
  UpdateClusterConfigCommand,
} from '@aws-sdk/client-eks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountId, outcome } from './account.ts';
import { addonIs, type EksGround, nodesAre, slowly, startEks, unique, updateEnds } from './eks.ts';

const clusterName = 'home';
const bare = 'bare';
let ground: EksGround;
beforeAll(async () => {
  ground = await startEks({ addresses: 3 });
  await ground.makeCluster(clusterName, { version: '1.31' });
  await ground.makeCluster(bare, { version: '1.34', bootstrapSelfManagedAddons: false });
});
afterAll(() => ground.end());

const eks = () => ground.account.aws.eks;
const described = async (addonName: string, cluster = clusterName) =>
  (await eks().send(new DescribeAddonCommand({ clusterName: cluster, addonName }))).addon;
const add = (addonName: string, more: Partial<CreateAddonCommandInput> = {}) =>
  eks().send(new CreateAddonCommand({ clusterName, addonName, resolveConflicts: 'OVERWRITE', ...more }));
const remove = async (addonName: string) => {
  await eks().send(new DeleteAddonCommand({ clusterName, addonName }));
  await addonIs(ground, clusterName, addonName, 'gone');
};
const identity = (serviceAccount: string) => [{ serviceAccount, roleArn: ground.roles.pods }];

describe('the versions of an add-on', () => {
  it.each([
    ['vpc-cni', 'v1.18.5-eksbuild.1'],
    ['coredns', 'v1.11.3-eksbuild.1'],
    ['aws-ebs-csi-driver', 'v1.37.0-eksbuild.1'],
    ['eks-pod-identity-agent', 'v1.3.4-eksbuild.1'],
  ])('%s: that of the drawing is the choice for 1.31', async (addonName, version) => {
    const asked = { addonName, kubernetesVersion: '1.31' };
    const { addons } = await eks().send(new DescribeAddonVersionsCommand(asked));
    const chosen = addons?.[0]?.addonVersions?.filter(one => one.compatibilities?.[0]?.defaultVersion);
    expect(chosen?.map(one => one.addonVersion)).toEqual([version]);
  });

  it.each(['1.30', '1.31', '1.32', '1.33', '1.34', '1.35', '1.36'])('each has one choice for %s', async version => {
    const { addons } = await eks().send(new DescribeAddonVersionsCommand({ kubernetesVersion: version }));
    for (const { addonName, addonVersions } of addons ?? []) {
      const chosen = addonVersions?.filter(one => one.compatibilities?.some(each => each.defaultVersion));
      expect(chosen, addonName).toHaveLength(1);
    }
    const names = addons?.map(one => one.addonName);
    expect(names).toEqual(expect.arrayContaining(['vpc-cni', 'coredns', 'kube-proxy', 'aws-ebs-csi-driver']));
  });

  it('tell which service accounts may have a role', async () => {
    const asked = { addonName: 'vpc-cni', addonVersion: 'v1.18.5-eksbuild.1' };
    const { podIdentityConfiguration } = await eks().send(new DescribeAddonConfigurationCommand(asked));
    expect(podIdentityConfiguration).toEqual([
      { serviceAccount: 'aws-node', recommendedManagedPolicies: ['arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy'] },
    ]);
  });
});

describe('an add-on', () => {
  it('is made, changed and removed, and its association with it', async () => {
    const { addon } = await add('vpc-cni', { podIdentityAssociations: identity('aws-node'), tags: { team: 'a' } });
    expect([addon?.status, addon?.addonVersion]).toEqual(['CREATING', 'v1.18.5-eksbuild.1']);
    // By DaemonSet alone: it needs no node.
    await addonIs(ground, clusterName, 'vpc-cni', 'ACTIVE');
    const [arn = ''] = addon?.podIdentityAssociations ?? [];
    const associationId = arn.split('/')[2];
    const owned = await eks().send(new DescribePodIdentityAssociationCommand({ clusterName, associationId }));
    expect(owned.association).toMatchObject({
      namespace: 'kube-system',
      serviceAccount: 'aws-node',
      roleArn: ground.roles.pods,
      ownerArn: addon?.addonArn,
    });
    const { tags } = await eks().send(new ListTagsForResourceCommand({ resourceArn: addon?.addonArn }));
    expect(tags).toEqual({ team: 'a' });

    const configurationValues = JSON.stringify({ env: { ENABLE_PREFIX_DELEGATION: 'true' } });
    const change = { addonVersion: 'v1.19.2-eksbuild.1', configurationValues, podIdentityAssociations: [] };
    const begin = new UpdateAddonCommand({ clusterName, addonName: 'vpc-cni', ...change });
    const { update } = await slowly(ground, () => eks().send(begin));
    expect([update?.type, (await described('vpc-cni'))?.status]).toEqual(['AddonUpdate', 'UPDATING']);
    const again = new UpdateAddonCommand({ clusterName, addonName: 'vpc-cni', configurationValues: '{}' });
    expect(await outcome(() => eks().send(again))).toContain('ResourceInUseException: Addon vpc-cni cannot be updated');
    const ended = await updateEnds(ground, clusterName, update?.id, { addonName: 'vpc-cni' });
    expect(ended?.status).toBe('Successful');
    const changed = await described('vpc-cni');
    expect(changed).toMatchObject({ status: 'ACTIVE', addonVersion: 'v1.19.2-eksbuild.1', configurationValues });
    expect(changed?.podIdentityAssociations).toBeUndefined();
    const left = await eks().send(new ListPodIdentityAssociationsCommand({ clusterName }));
    expect(left.associations).toEqual([]);
    await remove('vpc-cni');
    expect((await eks().send(new ListAddonsCommand({ clusterName }))).addons).toEqual([]);
  });

  it('of pods that need nodes is DEGRADED until there are some', async () => {
    await add('coredns');
    await addonIs(ground, clusterName, 'coredns', 'DEGRADED');
    expect((await described('coredns'))?.health?.issues?.[0]).toMatchObject({
      code: 'InsufficientNumberOfReplicas',
      message: "The add-on is unhealthy because it doesn't have the desired number of replicas.",
    });
    await ground.makeNodes(clusterName, 'some');
    await addonIs(ground, clusterName, 'coredns', 'ACTIVE');
    expect((await described('coredns'))?.health?.issues).toEqual([]);
    await remove('coredns');
  });

  it('whose pods have a role needs the agent that hands it out', async () => {
    await add('aws-ebs-csi-driver', { podIdentityAssociations: identity('ebs-csi-controller-sa') });
    await addonIs(ground, clusterName, 'aws-ebs-csi-driver', 'DEGRADED');
    await add('eks-pod-identity-agent');
    await addonIs(ground, clusterName, 'aws-ebs-csi-driver', 'ACTIVE');
    await remove('aws-ebs-csi-driver');
    await remove('eks-pod-identity-agent');
  });

  it('that finds what EKS itself has installed fails unless it may overwrite it', async () => {
    await add('kube-proxy', { resolveConflicts: 'NONE' });
    await addonIs(ground, clusterName, 'kube-proxy', 'CREATE_FAILED');
    expect((await described('kube-proxy'))?.health?.issues?.[0]?.code).toBe('ConfigurationConflict');
    await remove('kube-proxy');
    await add('kube-proxy', { clusterName: bare, resolveConflicts: 'NONE' });
    await addonIs(ground, bare, 'kube-proxy', 'ACTIVE');
  });

  it('fails late with the error that was asked for', async () => {
    const fault = { service: 'eks', action: 'CreateAddon', code: 'AccessDenied', message: 'no such right', count: 1 };
    await ground.account.control.putFaults([{ ...fault, when: 'late' }]);
    await add('snapshot-controller');
    await addonIs(ground, clusterName, 'snapshot-controller', 'CREATE_FAILED');
    expect((await described('snapshot-controller'))?.health?.issues?.[0]).toMatchObject({
      code: 'AccessDenied',
      message: 'no such right',
    });
    await remove('snapshot-controller');
  });
});

describe('nodes of a cluster without EKS’s own add-ons', () => {
  it('join when vpc-cni and kube-proxy are there', async () => {
    await ground.makeNodes(bare, 'waiting', { scalingConfig: { minSize: 0, desiredSize: 0, maxSize: 1 } });
    await eks().send(new CreateNodegroupCommand(ground.nodes(bare, 'joining')));
    await add('vpc-cni', { clusterName: bare });
    await addonIs(ground, bare, 'vpc-cni', 'ACTIVE');
    await nodesAre(ground, bare, 'joining', 'ACTIVE');
  });
});

describe('CreateAddon refuses', () => {
  it.each<[string, () => Partial<CreateAddonCommandInput>, string]>([
    [
      'an association without a role',
      () => ({ podIdentityAssociations: [{ serviceAccount: 'aws-node', roleArn: undefined }] }),
      "Value null at 'podIdentityAssociations.1.roleArn' failed to satisfy constraint",
    ],
    ['one that EKS does not have', () => ({ addonName: 'nonsense' }), 'Addon specified is not supported'],
    [
      'a version that is none',
      () => ({ addonVersion: 'v1.18.5' }),
      'InvalidParameterException: Addon version specified is not supported',
    ],
    [
      'a version for other versions of Kubernetes',
      () => ({ addonVersion: 'v1.21.1-eksbuild.1' }),
      'InvalidParameterException: Addon version specified is not supported',
    ],
    [
      'a configuration that is no JSON',
      () => ({ configurationValues: '{"env":' }),
      'InvalidParameterException: ConfigurationValue provided in request is not supported: ',
    ],
    [
      'a configuration that is no object',
      () => ({ configurationValues: '["env"]' }),
      'Json schema validation failed with error: [$: ["env"] is not an object]',
    ],
    [
      'a service account of something else',
      () => ({ podIdentityAssociations: identity('default') }),
      'InvalidParameterException: The service account default is not supported for addon vpc-cni',
    ],
    [
      'a role that is not there',
      () => ({
        podIdentityAssociations: [{ serviceAccount: 'aws-node', roleArn: `arn:aws:iam::${accountId}:role/nobody` }],
      }),
      'InvalidParameterException: Role provided in the request does not exist.',
    ],
    [
      'a role that trusts somebody else',
      () => ({ podIdentityAssociations: [{ serviceAccount: 'aws-node', roleArn: ground.roles.nodes }] }),
      'InvalidParameterException: Trust policy of the role provided is invalid',
    ],
    ['a cluster that is not there', () => ({ clusterName: 'none' }), 'No cluster found for name: none.'],
  ])('%s', async (_, more, words) => {
    expect(await outcome(() => add('vpc-cni', more()))).toContain(words);
  });

  it('a second one, and one whose service account has a role already', async () => {
    await add('eks-node-monitoring-agent');
    expect(await outcome(() => add('eks-node-monitoring-agent'))).toBe('ResourceInUseException: Addon already exists.');
    const taken = { namespace: 'kube-system', serviceAccount: 'aws-node', roleArn: ground.roles.pods };
    const { association } = await eks().send(new CreatePodIdentityAssociationCommand({ clusterName, ...taken }));
    expect(await outcome(() => add('vpc-cni', { podIdentityAssociations: identity('aws-node') }))).toBe(
      `ResourceInUseException: Association already exists: ${association?.associationId}`,
    );
  });

  it('while the cluster is being updated', async () => {
    const supportType = 'EXTENDED' as const;
    const asked = { name: clusterName, upgradePolicy: { supportType } };
    const { update } = await slowly(ground, () => eks().send(new UpdateClusterConfigCommand(asked)));
    expect(await outcome(() => add(unique('x'), { addonName: 'metrics-server' }))).toBe(
      'ResourceInUseException: Cluster home currently has an update in progress',
    );
    await updateEnds(ground, clusterName, update?.id);
  });
});
