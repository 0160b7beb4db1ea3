import {
  CreatePodIdentityAssociationCommand,
  type CreatePodIdentityAssociationCommandInput,
  DeletePodIdentityAssociationCommand,
  DescribePodIdentityAssociationCommand,
  ListPodIdentityAssociationsCommand,
  UpdatePodIdentityAssociationCommand,
} from '@aws-sdk/client-eks';
import { CreateRoleCommand, DeleteRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { GetQueueUrlCommand, ListQueuesCommand } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountId, outcome, region } from './account.ts';
import { type EksGround, startEks, trust, unique } from './eks.ts';

const clusterName = 'home';
let ground: EksGround;
beforeAll(async () => {
  ground = await startEks({ addresses: 2 });
  await ground.makeCluster(clusterName);
});
afterAll(() => ground.end());

const eks = () => ground.account.aws.eks;
const associate = async (serviceAccount: string, more: Partial<CreatePodIdentityAssociationCommandInput> = {}) => {
  const asked = { clusterName, namespace: 'apps', serviceAccount, roleArn: ground.roles.pods, ...more };
  return (await eks().send(new CreatePodIdentityAssociationCommand(asked))).association;
};
const podRole = async (Condition?: object) => {
  const RoleName = unique('pod');
  const AssumeRolePolicyDocument = trust('pods.eks.amazonaws.com', Condition);
  const { Role } = await ground.account.aws.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  return { name: RoleName, arn: Role?.Arn ?? '' };
};

describe('a Pod Identity association', () => {
  it('is made, changed, listed and removed', async () => {
    const made = await associate('web', { tags: { team: 'a' } });
    const associationId = made?.associationId;
    expect(made).toMatchObject({ clusterName, namespace: 'apps', serviceAccount: 'web', tags: { team: 'a' } });
    expect(made?.associationArn).toBe(
      `arn:aws:eks:${region}:${accountId}:podidentityassociation/${clusterName}/${associationId}`,
    );
    expect(associationId).toMatch(/^a-[0-9a-z]{17}$/);
    const other = await podRole();
    const change = { clusterName, associationId, roleArn: other.arn, disableSessionTags: true };
    await eks().send(new UpdatePodIdentityAssociationCommand(change));
    const { association } = await eks().send(new DescribePodIdentityAssociationCommand({ clusterName, associationId }));
    expect(association).toMatchObject({ roleArn: other.arn, disableSessionTags: true });
    const list = async (namespace: string) =>
      (await eks().send(new ListPodIdentityAssociationsCommand({ clusterName, namespace }))).associations ?? [];
    expect((await list('apps')).map(one => one.associationId)).toEqual([associationId]);
    expect(await list('other')).toEqual([]);
    await eks().send(new DeletePodIdentityAssociationCommand({ clusterName, associationId }));
    expect(await list('apps')).toEqual([]);
    expect(
      await outcome(() => eks().send(new DescribePodIdentityAssociationCommand({ clusterName, associationId }))),
    ).toContain('ResourceNotFoundException: No association found with associationId');
  });

  it('may be of a role whose trust asks for the tags of a session', async () => {
    const role = await podRole({ StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'apps' } });
    expect((await associate('tagged', { roleArn: role.arn }))?.roleArn).toBe(role.arn);
  });

  it.each<[string, () => Partial<CreatePodIdentityAssociationCommandInput>, string]>([
    ['a second one', () => ({}), 'ResourceInUseException: Association already exists: a-'],
    [
      'a role that is not there',
      () => ({ serviceAccount: 'new', roleArn: `arn:aws:iam::${accountId}:role/nobody` }),
      'InvalidParameterException: Role provided in the request does not exist.',
    ],
    [
      'a role that trusts somebody else',
      () => ({ serviceAccount: 'new', roleArn: ground.roles.nodes }),
      'InvalidParameterException: Trust policy of the role provided is invalid',
    ],
    [
      'a cluster that is not there',
      () => ({ clusterName: 'none' }),
      'ResourceNotFoundException: No cluster found for name: none.',
    ],
  ])('is refused: %s', async (_, more, words) => {
    await outcome(() => associate('twice'));
    expect(await outcome(() => associate('twice', more()))).toContain(words);
  });
});

describe('EKS Auth', () => {
  interface Credentials {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
    readonly expiration: number;
  }
  interface Answer {
    readonly message?: string;
    readonly subject?: object;
    readonly podIdentityAssociation?: { readonly associationId: string };
    readonly assumedRoleUser?: { readonly arn: string };
    readonly credentials?: Credentials;
  }
  const token = (claims: object = {}) => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const pod = { name: 'web-7f', uid: 'a1b2' };
    const all = {
      sub: 'system:serviceaccount:apps:client',
      aud: ['pods.eks.amazonaws.com'],
      exp: Math.floor(Date.now() / 1000) + 3600,
      'kubernetes.io': { namespace: 'apps', pod },
      ...claims,
    };
    return `${part({ alg: 'RS256' })}.${part(all)}.c2ln`;
  };
  /** There is no package of the SDK for it: what counts is who signs, and for which service. */
  const ask = async (asked: string, cluster = clusterName): Promise<{ code: string; answer: Answer }> => {
    const credential = `x/20260101/${region}/eks-auth/aws4_request`;
    const answer = await fetch(`${ground.account.address}/clusters/${cluster}/assume-role-for-pod-identity`, {
      method: 'POST',
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ token: asked }),
    });
    const code = answer.headers.get('x-amzn-errortype') ?? 'ok';
    return { code, answer: (await answer.json()) as Answer };
  };
  const clientsOf = ({ accessKeyId, secretAccessKey, sessionToken }: Credentials) =>
    ground.account.as({ accessKeyId, secretAccessKey, sessionToken });
  const credentialsOf = async (asked = token()) => {
    const { credentials } = (await ask(asked)).answer;
    if (!credentials) throw new Error('there are no credentials');
    return credentials;
  };
  let role: { readonly name: string; readonly arn: string };

  beforeAll(async () => {
    const tags = { 'eks-cluster-name': clusterName, 'kubernetes-namespace': 'apps' };
    const asked = Object.entries(tags).map(([name, value]) => [`aws:RequestTag/${name}`, value]);
    role = await podRole({ StringEquals: Object.fromEntries(asked) });
    await associate('client', { roleArn: role.arn });
  });

  it('gives a pod credentials of the role of its service account', async () => {
    const { answer } = await ask(token());
    expect(answer).toMatchObject({
      subject: { namespace: 'apps', serviceAccount: 'client' },
      audience: 'pods.eks.amazonaws.com',
    });
    const arn = answer.assumedRoleUser?.arn ?? '';
    expect(arn).toMatch(
      new RegExp(`^arn:aws:sts::${accountId}:assumed-role/${role.name}/eks-home-web-7f-[0-9a-f-]{36}$`),
    );
    const credentials = await credentialsOf();
    expect(credentials.expiration * 1000).toBeGreaterThan(Date.now());
    const { Arn } = await clientsOf(credentials).sts.send(new GetCallerIdentityCommand({}));
    expect(Arn).toContain(`:assumed-role/${role.name}/eks-home-web-7f-`);
  });

  it('gives credentials that may what the role may, by the tags of the session', async () => {
    const statement = {
      Effect: 'Allow',
      Action: 'sqs:ListQueues',
      Resource: '*',
      Condition: { StringEquals: { 'aws:PrincipalTag/kubernetes-service-account': 'client' } },
    };
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    const policy = { RoleName: role.name, PolicyName: 'list', PolicyDocument };
    await ground.account.aws.iam.send(new PutRolePolicyCommand(policy));
    const { sqs } = clientsOf(await credentialsOf());
    expect(await outcome(() => sqs.send(new ListQueuesCommand({})))).toBe('ok');
    expect(await outcome(() => sqs.send(new GetQueueUrlCommand({ QueueName: 'a' })))).toContain('is not authorized');
  });

  it('names sessions no longer than sessions may be', async () => {
    const pod = { name: 'a-deployment-with-a-very-long-name-6d4cf56db6-x7k2p', uid: '1' };
    const { answer } = await ask(token({ 'kubernetes.io': { pod } }));
    expect(answer.assumedRoleUser?.arn.split('/')[2]?.length).toBeLessThanOrEqual(64);
  });

  it('lets a role take on one of another account in turn', async () => {
    const target = unique('target');
    const statement = {
      Effect: 'Allow',
      Principal: { AWS: role.arn },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': `${region}/${accountId}/home/apps/chained` } },
    };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    const asked = { RoleName: target, AssumeRolePolicyDocument };
    const { Role } = await ground.account.aws.iam.send(new CreateRoleCommand(asked));
    const made = await associate('chained', { roleArn: role.arn, targetRoleArn: Role?.Arn });
    expect(made?.externalId).toBe(`${region}/${accountId}/home/apps/chained`);
    const { answer } = await ask(token({ sub: 'system:serviceaccount:apps:chained' }));
    expect(answer.assumedRoleUser?.arn).toContain(`:assumed-role/${target}/`);
  });

  it.each<[string, () => string, string, string]>([
    ['is none', () => 'a.b.c', 'InvalidTokenException', 'The token is malformed'],
    [
      'is for somebody else',
      () => token({ aud: ['sts.amazonaws.com'] }),
      'InvalidTokenException',
      "The token's audience",
    ],
    [
      'is of a person',
      () => token({ sub: 'ann' }),
      'InvalidTokenException',
      "The token's subject is no service account",
    ],
    [
      'has expired',
      () => token({ exp: 1_700_000_000 }),
      'ExpiredTokenException',
      'must be before the expiration date/time 2023-11-14T22:13:20Z',
    ],
    [
      'is of a service account without an association',
      () => token({ sub: 'system:serviceaccount:apps:stranger' }),
      'ResourceNotFoundException',
      'No association found for service account stranger in namespace apps',
    ],
  ])('refuses a token that %s', async (_, asked, code, words) => {
    const refused = await ask(asked());
    expect(refused.code).toBe(code);
    expect(refused.answer.message).toContain(words);
  });

  it('refuses a cluster that is not there', async () => {
    expect((await ask(token(), 'none')).code).toBe('ResourceNotFoundException');
  });

  it.each([
    [
      'trusts another namespace',
      async () => (await podRole({ StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'other' } })).arn,
    ],
    [
      'is gone since',
      async () => {
        const { name, arn } = await podRole();
        await associate('orphan', { roleArn: arn });
        await ground.account.aws.iam.send(new DeleteRoleCommand({ RoleName: name }));
        return undefined;
      },
    ],
  ])('refuses when the role %s', async (_, prepare) => {
    const roleArn = await prepare();
    const serviceAccount = roleArn === undefined ? 'orphan' : unique('bound');
    if (roleArn !== undefined) await associate(serviceAccount, { roleArn });
    const refused = await ask(token({ sub: `system:serviceaccount:apps:${serviceAccount}` }));
    expect([refused.code, refused.answer.message]).toEqual([
      'AccessDeniedException',
      'Unauthorized Exception! EKS does not have permissions to assume the associated role.',
    ]);
  });

  it('sets no tags where the association says so, and such a trust holds no longer', async () => {
    const made = await associate('untagged', { roleArn: role.arn, disableSessionTags: true });
    expect(made?.disableSessionTags).toBe(true);
    expect((await ask(token({ sub: 'system:serviceaccount:apps:untagged' }))).code).toBe('AccessDeniedException');
  });
});
