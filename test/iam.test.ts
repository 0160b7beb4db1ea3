import { expect, test } from 'vitest';
import { claimed } from './fixtures/claim.ts';

const provider = 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com';
const claim = claimed({
  cluster: { addons: { observability: true } },
  githubActions: { github: { repository: 'tekanya/shop', from: 'environment:production', provider } },
});

interface Statement {
  readonly Principal?: object;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: { readonly StringEquals: Readonly<Record<string, string>> };
}

const statements = (document: unknown): readonly Statement[] => JSON.parse(String(document)).Statement;
const nameOf = (annotations: Readonly<Record<string, string>> | undefined) =>
  annotations?.['crossplane.io/external-name'] ?? '';

/**
 * Every role of the cluster and of access to it: its name in AWS, who may work as it and when, what AWS's policies and ours
 * allow; those of Karpenter and ExternalDNS call by call in iam-calls.test.ts.
 */
const roles = ['XCluster', 'XAccess'].flatMap(part => {
  const { manifests } = claim.part(part);
  const ours = manifests
    .filter(({ kind }) => kind === 'RolePolicy')
    .map(({ spec }) => (spec as { forProvider: { role: string; policy: string } }).forProvider);
  return manifests
    .filter(({ kind }) => kind === 'Role')
    .map(({ metadata, spec }) => {
      const { forProvider } = spec as { forProvider: { assumeRolePolicy: string; managedPolicyArns?: string[] } };
      const name = nameOf(metadata?.annotations);
      const [trust] = statements(forProvider.assumeRolePolicy);
      return {
        name,
        who: Object.values(trust?.Principal ?? {}).join(),
        when: Object.entries(trust?.Condition?.StringEquals ?? {}).map(
          ([key, value]) => `${key.split(/[/:]/).at(-1)}=${value}`,
        ),
        policies: (forProvider.managedPolicyArns ?? []).map(arn => arn.replace('arn:aws:iam::aws:policy/', '')),
        may: ours
          .filter(({ role }) => role === name)
          .flatMap(({ policy }) => statements(policy))
          .map(({ Action, Resource }) => `${Action} on ${Resource}`),
      };
    });
});

const podsOf = (namespace: string, serviceAccount: string) => [
  'eks-cluster-name=team-a_builderspace',
  `kubernetes-namespace=${namespace}`,
  `kubernetes-service-account=${serviceAccount}`,
];

test('every role, who may assume it, and what it may do', () => {
  const pods = 'pods.eks.amazonaws.com';
  const wanted = [
    { name: 'cluster', who: 'eks.amazonaws.com', when: [], policies: ['AmazonEKSClusterPolicy'] },
    {
      name: 'node',
      who: 'ec2.amazonaws.com',
      when: [],
      policies: ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly', 'AmazonSSMManagedInstanceCore'],
    },
    { name: 'cni', who: pods, when: podsOf('kube-system', 'aws-node'), policies: ['AmazonEKS_CNI_Policy'] },
    {
      name: 'ebs',
      who: pods,
      when: podsOf('kube-system', 'ebs-csi-controller-sa'),
      policies: ['service-role/AmazonEBSCSIDriverPolicy'],
    },
    {
      name: 'logs',
      who: pods,
      when: podsOf('amazon-cloudwatch', 'cloudwatch-agent'),
      policies: ['CloudWatchAgentServerPolicy'],
    },
    { name: 'karp', who: pods, when: podsOf('kube-system', 'karpenter'), policies: [] },
    {
      name: 'karpnode',
      who: 'ec2.amazonaws.com',
      when: [],
      policies: ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly', 'AmazonSSMManagedInstanceCore'],
    },
    { name: 'dns', who: pods, when: podsOf('external-dns', 'external-dns'), policies: [] },
    {
      name: 'dlm',
      who: 'dlm.amazonaws.com',
      when: [],
      policies: ['service-role/AWSDataLifecycleManagerServiceRole'],
    },
    {
      name: 'access',
      who: provider,
      when: ['aud=sts.amazonaws.com', 'sub=repo:tekanya/shop:environment:production'],
      policies: [],
      may: [
        expect.stringMatching(/^eks:DescribeCluster on arn:aws:eks:af-south-1:[^:*]+:cluster\/team-a_builderspace$/),
      ],
    },
  ].map(({ name, may = [], ...rest }) => ({
    name: `team-a_builderspace${name === 'access' ? '-github' : ''}_${name}`,
    may,
    ...rest,
  }));
  const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1);
  expect(roles.toSorted(byName)).toEqual(wanted.toSorted(byName));
});

test('no policy of ours is for all resources', () => {
  expect(roles.flatMap(({ may }) => may).filter(text => / on (.*,)?\*/.test(text))).toEqual([]);
});

test('pods, and nobody else, also tag their session', () => {
  const trusts = ['XCluster', 'XAccess'].flatMap(part =>
    claim
      .part(part)
      .settings('Role')
      .flatMap(({ assumeRolePolicy }) => statements(assumeRolePolicy)),
  );
  for (const { Principal, Action } of trusts) {
    const isPods = JSON.stringify(Principal).includes('pods.eks');
    expect([Action].flat().includes('sts:TagSession')).toBe(isPods);
  }
});
