import { describe, expect, test } from 'vitest';
import { claimed, made } from './fixtures/claim.ts';

const provider = 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com';
const github = { repository: 'tekanya/shop', from: 'ref:refs/heads/main', provider };
const roleArn = 'arn:aws:iam::123456789012:role/deploy';
const policy = (name: string) => `arn:aws:eks::aws:cluster-access-policy/${name}`;
const clusterNameSelector = {
  matchLabels: { 'platform.tekanya.services/resource': 'cluster', 'platform.tekanya.services/xcluster': 'shop' },
};

const accessOf = (name: string, spec: object, variant: string) =>
  made(
    'XAccess',
    {
      cluster: 'shop',
      clusterIsUp: 'https://oidc',
      ...spec,
      crossplane: { compositionRef: { name: `xaccess-${variant}` } },
    },
    name,
  );
const access = (spec: object, variant: string) => accessOf('deploy', spec, variant);

test('of a cluster that is being made there is no entry yet, and its role is made meanwhile', () => {
  const github = { repository: 'tekanya/shop', from: 'ref:refs/heads/main', provider };
  const claim = access({ principal: { github }, policy: 'view', clusterIsUp: undefined }, 'github');
  expect(claim.settings('AccessEntry')).toEqual([]);
  expect(claim.settings('Role')).toHaveLength(1);
});

describe('access of a role that exists', () => {
  test('an entry and a policy for the whole cluster, the cluster found by its name', () => {
    const claim = access({ principal: { roleArn }, policy: 'view' }, 'role');
    expect(claim.settings('AccessEntry')).toEqual([
      { region: 'af-south-1', clusterNameSelector, principalArn: roleArn, tags: { Name: 'team-a/deploy' } },
    ]);
    expect(claim.settings('AccessPolicyAssociation')).toEqual([
      {
        region: 'af-south-1',
        clusterName: 'entry.clusterName',
        principalArn: roleArn,
        policyArn: policy('AmazonEKSViewPolicy'),
        accessScope: { type: 'cluster' },
      },
    ]);
    expect(claim.settings('Role')).toEqual([]);
    expect(claim.rendered.composite.status).toMatchObject({ principalArn: roleArn });
  });

  test.each([
    { name: 'cluster-admin', arn: policy('AmazonEKSClusterAdminPolicy') },
    { name: 'admin', arn: policy('AmazonEKSAdminPolicy') },
    { name: 'edit', arn: policy('AmazonEKSEditPolicy') },
    { name: 'view', arn: policy('AmazonEKSViewPolicy') },
  ])('the policy $name', ({ name, arn }) => {
    const claim = access({ principal: { roleArn }, policy: name }, 'role');
    expect(claim.settings('AccessPolicyAssociation')).toMatchObject([{ policyArn: arn }]);
  });

  test('in some namespaces only', () => {
    const claim = access({ principal: { roleArn }, policy: 'edit', namespaces: ['a', 'b'] }, 'role');
    expect(claim.settings('AccessPolicyAssociation')).toMatchObject([
      { accessScope: { type: 'namespace', namespaces: ['a', 'b'] } },
    ]);
  });
});

describe('the one entry of a principal in a cluster has one name, which a second composite resource cannot have', () => {
  const nameOf = (spec: object, name: string, variant = 'role') =>
    accessOf(name, { policy: 'view', ...spec }, variant).manifests.find(({ kind }) => kind === 'AccessEntry')?.metadata
      ?.name;
  const first = nameOf({ principal: { roleArn } }, 'one');

  test('the same of two claims, of whatever policy', () => {
    expect(first).toMatch(/^shop-[0-9a-f]{40}$/);
    expect(nameOf({ principal: { roleArn }, policy: 'edit', namespaces: ['dev'] }, 'two')).toBe(first);
  });

  test.each([
    { reason: 'another principal', spec: { principal: { roleArn: `${roleArn}er` } }, variant: 'role' },
    { reason: 'another cluster', spec: { principal: { roleArn }, cluster: 'stock' }, variant: 'role' },
    { reason: 'a role that is made', spec: { principal: { github } }, variant: 'github' },
  ])('another one of $reason', ({ spec, variant }) => {
    const name = nameOf(spec, 'one', variant);
    expect(name).toMatch(/^(shop|stock)-[0-9a-f]{40}$/);
    expect(name).not.toBe(first);
  });
});

test('access of a repository on GitHub: a role that only runs of one of its branches can take', () => {
  const claim = access({ principal: { github }, policy: 'edit' }, 'github');
  const [role] = claim.settings('Role');
  expect(JSON.parse(String(role?.assumeRolePolicy)).Statement).toEqual([
    {
      Effect: 'Allow',
      Principal: { Federated: provider },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: {
          'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
          'token.actions.githubusercontent.com:sub': ['repo:tekanya/shop:ref:refs/heads/main'],
        },
      },
    },
  ]);
  expect(claim.settings('AccessEntry')).toMatchObject([{ principalArn: expect.stringContaining('role.arn') }]);
});

test('a repository with ids in its subject, and several of its branches, tags, environments and pull requests', () => {
  const from = ['ref:refs/heads/main', 'ref:refs/tags/v1.0', 'environment:production', 'pull_request'];
  const [first, ...alsoFrom] = from;
  const runs = { repository: 'tekanya@123456/shop@456789', from: first, alsoFrom, provider };
  const claim = made('AccessClaim', { cluster: 'shop', principal: { github: runs }, policy: 'edit' }, 'deploy');
  const [statement] = JSON.parse(String(claim.settings('Role')[0]?.assumeRolePolicy)).Statement;
  expect(statement.Condition.StringEquals['token.actions.githubusercontent.com:sub']).toEqual(
    from.map(one => `repo:tekanya@123456/shop@456789:${one}`),
  );
});

describe('GitHub Actions of a platform', () => {
  test("an empty claim gives access to nobody but Karpenter's nodes and whoever made the cluster", () => {
    const claim = claimed({});
    expect(claim.specs('XAccess')).toEqual([]);
    expect(claim.settings('AccessEntry').map(({ type }) => type)).toEqual(['EC2_LINUX']);
  });

  test.each([
    { what: 'a role that exists', githubActions: { roleArn }, roles: 0 },
    { what: 'a role that is made', githubActions: { github }, roles: 1 },
  ])('$what is administrator of the cluster', ({ githubActions, roles }) => {
    const claim = claimed({ githubActions });
    const made = claim.part('XAccess');
    expect(made.rendered.composite.metadata?.name).toBe('builderspace-github');
    expect(made.settings('Role')).toHaveLength(roles);
    expect(made.settings('AccessPolicyAssociation')).toMatchObject([
      { policyArn: policy('AmazonEKSClusterAdminPolicy'), accessScope: { type: 'cluster' } },
    ]);
    expect(claim.rendered.composite.status).toMatchObject({ githubActions: { principalArn: expect.any(String) } });
  });
});
