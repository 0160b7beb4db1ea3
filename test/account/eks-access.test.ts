import {
  AssociateAccessPolicyCommand,
  CreateAccessEntryCommand,
  type CreateAccessEntryCommandInput,
  DeleteAccessEntryCommand,
  DescribeAccessEntryCommand,
  DisassociateAccessPolicyCommand,
  ListAccessEntriesCommand,
  ListAccessPoliciesCommand,
  ListAssociatedAccessPoliciesCommand,
  UpdateAccessEntryCommand,
  UpdateClusterConfigCommand,
} from '@aws-sdk/client-eks';
import { CreateAccessKeyCommand, CreateUserCommand, DeleteRoleCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AwsKeys, keysOf } from '../../src/local/account/clients.ts';
import { accountId, outcome, region } from './account.ts';
import { type EksGround, startEks, unique, updateEnds } from './eks.ts';
import { clusterToken, type Odd } from './token.ts';

const clusterName = 'home';
const policy = (name: string) => `arn:aws:eks::aws:cluster-access-policy/${name}`;
const view = policy('AmazonEKSViewPolicy');
let ground: EksGround;
beforeAll(async () => {
  ground = await startEks({ addresses: 3 });
  await ground.makeCluster(clusterName);
  await ground.makeCluster('by-config-map', { accessConfig: { authenticationMode: 'CONFIG_MAP' } });
});
afterAll(() => ground.end());

const eks = () => ground.account.aws.eks;
const person = () => ground.role(unique('person'), 'ec2.amazonaws.com');
const admit = async (principalArn: string, more: Partial<CreateAccessEntryCommandInput> = {}) =>
  (await eks().send(new CreateAccessEntryCommand({ clusterName, principalArn, ...more }))).accessEntry;

describe('an access entry', () => {
  it('of a role names its sessions', async () => {
    const role = await person();
    const entry = await admit(role, { kubernetesGroups: ['devs'], tags: { team: 'a' } });
    expect(entry).toMatchObject({
      principalArn: role,
      type: 'STANDARD',
      kubernetesGroups: ['devs'],
      username: `arn:aws:sts::${accountId}:assumed-role/${role.split('/')[1]}/{{SessionName}}`,
      tags: { team: 'a' },
    });
    expect(entry?.accessEntryArn).toMatch(
      new RegExp(
        `^arn:aws:eks:${region}:${accountId}:access-entry/home/role/${accountId}/${role.split('/')[1]}/.{36}$`,
      ),
    );
    const asked = { clusterName, principalArn: role, kubernetesGroups: ['ops'], username: 'somebody' };
    await eks().send(new UpdateAccessEntryCommand(asked));
    const { accessEntry } = await eks().send(new DescribeAccessEntryCommand({ clusterName, principalArn: role }));
    expect([accessEntry?.kubernetesGroups, accessEntry?.username]).toEqual([['ops'], 'somebody']);
    await eks().send(new DeleteAccessEntryCommand({ clusterName, principalArn: role }));
    const { accessEntries } = await eks().send(new ListAccessEntriesCommand({ clusterName }));
    expect(accessEntries).not.toContain(role);
  });

  it.each([
    ['EC2_LINUX', 'system:node:{{EC2PrivateDNSName}}', ['system:nodes']],
    ['EC2_WINDOWS', 'system:node:{{EC2PrivateDNSName}}', ['eks:kube-proxy-windows', 'system:nodes']],
    ['FARGATE_LINUX', 'system:node:{{SessionName}}', ['system:bootstrappers', 'system:node-proxier', 'system:nodes']],
    ['EC2', 'system:node:{{EC2PrivateDNSName}}', ['system:nodes']],
  ])('of nodes, %s, gets its name and groups from EKS', async (type, username, kubernetesGroups) => {
    expect(await admit(await person(), { type })).toMatchObject({ type, username, kubernetesGroups });
  });

  it.each<[string, () => Partial<CreateAccessEntryCommandInput> | Promise<object>, string]>([
    [
      'of a role that is not there',
      () => ({ principalArn: `arn:aws:iam::${accountId}:role/nobody` }),
      'InvalidParameterException: The specified principalArn is invalid: invalid principal.',
    ],
    [
      'of a user that is not there',
      () => ({ principalArn: `arn:aws:iam::${accountId}:user/nobody` }),
      'InvalidParameterException: The specified principalArn is invalid: invalid principal.',
    ],
    [
      'of a session',
      () => ({ principalArn: `arn:aws:sts::${accountId}:assumed-role/nodes/a` }),
      'InvalidParameterException: The specified principalArn is invalid: invalid principal.',
    ],
    [
      'of a role of AWS',
      () => ({
        principalArn: `arn:aws:iam::${accountId}:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForEKS`,
      }),
      'InvalidParameterException: The caller is not allowed to modify access entries with a principalArn value of a Service Linked Role',
    ],
    [
      'with a group of Kubernetes',
      async () => ({ principalArn: await person(), kubernetesGroups: ['system:masters'] }),
      'InvalidParameterException: The kubernetes group name system:masters is invalid, it cannot start with system:',
    ],
    [
      'with a name of Kubernetes',
      async () => ({ principalArn: await person(), username: 'system:admin' }),
      'InvalidParameterException: The username must not begin with system:',
    ],
    [
      'of nodes with groups',
      async () => ({ principalArn: await person(), type: 'EC2_LINUX', kubernetesGroups: ['system:nodes'] }),
      'InvalidParameterException: The kubernetesGroups and username cannot be specified for an access entry of type EC2_LINUX.',
    ],
    [
      'of nodes for a user',
      () => ({ principalArn: `arn:aws:iam::${accountId}:user/admin`, type: 'EC2_LINUX' }),
      'InvalidParameterException: The principalArn of an access entry of type EC2_LINUX must be an IAM role.',
    ],
    [
      'of no known type',
      async () => ({ principalArn: await person(), type: 'ROBOT' }),
      'InvalidParameterException: The specified type ROBOT is invalid',
    ],
    [
      'a second time',
      () => ({ principalArn: `arn:aws:iam::${accountId}:user/admin` }),
      'ResourceInUseException: The specified access entry resource is already in use on this cluster.',
    ],
    [
      'in a cluster with a ConfigMap for it',
      async () => ({ clusterName: 'by-config-map', principalArn: await person() }),
      "InvalidRequestException: The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
    ],
  ])('is refused %s', async (_, more, words) => {
    const asked = { clusterName, principalArn: '', ...(await more()) };
    expect(await outcome(() => eks().send(new CreateAccessEntryCommand(asked)))).toContain(words);
  });

  it('that is not there is not found', async () => {
    const principalArn = ground.roles.pods;
    expect(await outcome(() => eks().send(new DescribeAccessEntryCommand({ clusterName, principalArn })))).toBe(
      "ResourceNotFoundException: The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.",
    );
  });

  it('comes with the mode for it, one step after the other', async () => {
    const name = 'by-config-map';
    const mode = (authenticationMode: 'API' | 'API_AND_CONFIG_MAP') =>
      eks().send(new UpdateClusterConfigCommand({ name, accessConfig: { authenticationMode } }));
    expect(await outcome(() => mode('API'))).toBe(
      'InvalidParameterException: Unsupported authentication mode update from CONFIG_MAP to API',
    );
    await updateEnds(ground, name, (await mode('API_AND_CONFIG_MAP')).update?.id);
    expect((await eks().send(new ListAccessEntriesCommand({ clusterName: name }))).accessEntries).toEqual([]);
    await updateEnds(ground, name, (await mode('API')).update?.id);
  });
});

describe('an access policy', () => {
  const associate = (principalArn: string, policyArn: string, accessScope: object) =>
    outcome(() =>
      eks().send(
        new AssociateAccessPolicyCommand({
          clusterName,
          principalArn,
          policyArn,
          accessScope: { type: undefined, ...accessScope },
        }),
      ),
    );
  const listed = async (principalArn: string) =>
    (await eks().send(new ListAssociatedAccessPoliciesCommand({ clusterName, principalArn }))).associatedAccessPolicies;

  it('is associated, changed and taken away', async () => {
    const role = await person();
    await admit(role);
    expect(await associate(role, view, { type: 'cluster' })).toBe('ok');
    expect(await associate(role, view, { type: 'namespace', namespaces: ['a', 'team-*'] })).toBe('ok');
    expect((await listed(role))?.map(one => [one.policyArn, one.accessScope])).toEqual([
      [view, { type: 'namespace', namespaces: ['a', 'team-*'] }],
    ]);
    const by = await eks().send(new ListAccessEntriesCommand({ clusterName, associatedPolicyArn: view }));
    expect(by.accessEntries).toEqual([role]);
    const asked = { clusterName, principalArn: role, policyArn: view };
    await eks().send(new DisassociateAccessPolicyCommand(asked));
    expect(await listed(role)).toEqual([]);
    expect(await outcome(() => eks().send(new DisassociateAccessPolicyCommand(asked)))).toContain(
      'ResourceNotFoundException: The specified associated policy could not be found.',
    );
  });

  it('is one of those that EKS lists, page by page', async () => {
    const names: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await eks().send(new ListAccessPoliciesCommand({ maxResults: 5, nextToken }));
      names.push(...(page.accessPolicies ?? []).map(one => one.name ?? ''));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(names).toContain('AmazonEKSClusterAdminPolicy');
    expect(new Set(names).size).toBe(names.length);
  });

  it.each([
    ['that is none', policy('Nonsense'), { type: 'cluster' }, 'ResourceNotFoundException: The specified policyArn'],
    ['of IAM', 'arn:aws:iam::aws:policy/AdministratorAccess', { type: 'cluster' }, 'The policyArn parameter format'],
    ['for namespaces without any', view, { type: 'namespace' }, 'Namespaces are needed for an access scope'],
    ['for the cluster with some', view, { type: 'cluster', namespaces: ['a'] }, 'Namespaces are needed'],
    ['for nobody', view, { type: 'cluster' }, 'ResourceNotFoundException: The specified principalArn'],
    [
      'for nodes',
      view,
      { type: 'cluster' },
      'Access policies cannot be associated with an access entry of type EC2_LINUX',
    ],
  ])('is refused %s', async (reason, arn, scope, words) => {
    const role = await person();
    if (reason !== 'for nobody') await admit(role, reason === 'for nodes' ? { type: 'EC2_LINUX' } : {});
    expect(await associate(role, arn, scope)).toContain(words);
  });
});

describe('a token', () => {
  let role: string;
  let keys: AwsKeys;
  const sessionOf = async (RoleArn: string, RoleSessionName: string): Promise<AwsKeys> => {
    const asked = { RoleArn, RoleSessionName };
    const { Credentials } = await ground.account.aws.sts.send(new AssumeRoleCommand(asked));
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  };
  const review = async (token: string, cluster = clusterName) => {
    const answer = await ground.account.control.authenticate(cluster, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token },
    });
    return (answer as { status: { authenticated: boolean; error?: string; user?: object } }).status;
  };

  beforeAll(async () => {
    role = await person();
    await admit(role, { kubernetesGroups: ['devs'] });
    const accessScope = { type: 'namespace' as const, namespaces: ['a', 'b'] };
    const asked = { clusterName, principalArn: role };
    await eks().send(new AssociateAccessPolicyCommand({ ...asked, policyArn: view, accessScope }));
    const edit = { policyArn: policy('AmazonEKSEditPolicy'), accessScope: { type: 'cluster' as const } };
    await eks().send(new AssociateAccessPolicyCommand({ ...asked, ...edit }));
    keys = await sessionOf(role, 'ann');
  });

  it('of a role is its session, with the groups of its entry and its policies', async () => {
    expect(await review(clusterToken(keys, clusterName))).toMatchObject({
      authenticated: true,
      user: {
        username: `arn:aws:sts::${accountId}:assumed-role/${role.split('/')[1]}/ann`,
        groups: [
          'devs',
          'eks.amazonaws.com/AmazonEKSViewPolicy/a',
          'eks.amazonaws.com/AmazonEKSViewPolicy/b',
          'eks.amazonaws.com/AmazonEKSEditPolicy',
        ],
      },
    });
  });

  it('of a user, and of the cluster’s creator', async () => {
    const { iam } = ground.account.aws;
    await iam.send(new CreateUserCommand({ UserName: 'bea' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'bea' }));
    const user = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
    const principalArn = `arn:aws:iam::${accountId}:user/bea`;
    await admit(principalArn);
    expect(await review(clusterToken(user, clusterName))).toMatchObject({
      user: { username: principalArn, groups: [] },
    });
    const creator = await keysOf(ground.account.folder, 'default');
    expect(await review(clusterToken(creator, clusterName))).toMatchObject({
      user: { groups: ['eks.amazonaws.com/AmazonEKSClusterAdminPolicy'] },
    });
  });

  it('that is signed for another region leads to the cluster all the same', async () => {
    expect(await review(clusterToken(keys, clusterName, { region: 'us-east-1' }))).toMatchObject({
      authenticated: true,
    });
  });

  it.each<[string, () => string, string]>([
    ['is none', () => 'abc', 'does not begin with k8s-aws-v1.'],
    ['is no URL', () => 'k8s-aws-v1._', 'the token'],
    ['is of another call', () => clusterToken(keys, clusterName, { action: 'GetSessionToken' }), 'GetCallerIdentity'],
    ['names no cluster', () => clusterToken(keys, clusterName, { cluster: null }), 'x-k8s-aws-id'],
    ['is for another cluster', () => clusterToken(keys, clusterName, { cluster: 'other' }), 'signature does not match'],
    [
      'is signed with another secret',
      () => clusterToken(keys, clusterName, { secret: 'guessed' }),
      'signature does not',
    ],
    ['is too old', () => clusterToken(keys, clusterName, aged(16)), 'expired'],
    [
      'is of an unknown key',
      () => clusterToken({ accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' }, clusterName),
      'AKIANOBODY',
    ],
  ])('is refused that %s', async (_, token, words) => {
    const status = await review(token());
    expect([status.authenticated, status.user]).toEqual([false, undefined]);
    expect(status.error).toContain(words);
  });

  it('that is fourteen minutes old is accepted', async () => {
    expect(await review(clusterToken(keys, clusterName, aged(14)))).toMatchObject({ authenticated: true });
  });

  it('is refused of somebody without an entry, and for a cluster that is not there', async () => {
    const stranger = await person();
    const theirs = await sessionOf(stranger, 'eve');
    const refused = await review(clusterToken(theirs, clusterName));
    expect(refused.error).toBe(`cluster home has no access entry for ${stranger}`);
    expect((await review(clusterToken(keys, 'none'), 'none')).error).toBe('there is no cluster none');
  });

  it('is refused of a role that was deleted and made anew', async () => {
    const name = unique('again');
    const first = await ground.role(name, 'ec2.amazonaws.com');
    await admit(first);
    expect(await review(clusterToken(await sessionOf(first, 'a'), clusterName))).toMatchObject({ authenticated: true });
    await ground.account.aws.iam.send(new DeleteRoleCommand({ RoleName: name }));
    await ground.role(name, 'ec2.amazonaws.com');
    const refused = await review(clusterToken(await sessionOf(first, 'a'), clusterName));
    expect(refused.error).toContain('is for one that was deleted');
  });
});

function aged(minutes: number): Odd {
  return { at: new Date(Date.now() - minutes * 60_000) };
}
