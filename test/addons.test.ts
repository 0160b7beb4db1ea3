import { describe, expect, test } from 'vitest';
import { addonOf } from '../src/apis/addons.ts';
import { defaultKubernetesVersion } from '../src/aws/eks-versions.ts';
import { kubernetesVersions, versions } from '../src/aws/versions.ts';
import { claimed } from './fixtures/claim.ts';

const region = 'af-south-1';
const clusterName = 'team-a_builderspace';
const tags = { Name: clusterName };
const common = {
  region,
  clusterName,
  resolveConflictsOnCreate: 'OVERWRITE',
  resolveConflictsOnUpdate: 'OVERWRITE',
  tags,
};

/** The versions of the add-ons of a claim, by name. */
function versionsOf(cluster: object): Readonly<Record<string, unknown>> {
  const addons = claimed({ cluster }).part('XAddons').settings('Addon');
  return Object.fromEntries(addons.map(({ addonName, addonVersion }) => [addonName, addonVersion]));
}

describe('a claim of the drawing has its add-ons', () => {
  const claim = claimed({ cluster: { version: '1.31' } });
  const addons = claim.part('XAddons');

  test('four, in their versions, CNI and EBS CSI with IAM by Pod Identity; and kube-proxy, to move with the cluster', () => {
    expect(addons.settings('Addon')).toEqual([
      { ...common, addonName: 'eks-pod-identity-agent', addonVersion: 'v1.3.4-eksbuild.1' },
      { ...common, addonName: 'kube-proxy', addonVersion: 'v1.31.2-eksbuild.3' },
      { ...common, addonName: 'coredns', addonVersion: 'v1.11.3-eksbuild.1' },
      {
        ...common,
        addonName: 'vpc-cni',
        addonVersion: 'v1.18.5-eksbuild.1',
        podIdentityAssociation: [{ roleArn: 'cni-role.arn', serviceAccount: 'aws-node' }],
      },
      {
        ...common,
        addonName: 'aws-ebs-csi-driver',
        addonVersion: 'v1.37.0-eksbuild.1',
        configurationValues: `{"controller":{"extraVolumeTags":{"platform.tekanya.services/volumes-of":"${clusterName}"}}}`,
        podIdentityAssociation: [{ roleArn: 'ebs-role.arn', serviceAccount: 'ebs-csi-controller-sa' }],
      },
    ]);
  });

  test('their roles are made at once, they themselves when the cluster is up, before there are nodes', () => {
    expect(addons.madeIn(1)).toEqual(['cni-role', 'eks-pod-identity-agent', 'kube-proxy', 'coredns', 'ebs-role']);
    const waiting = addons.manifests.filter(({ kind }) => kind === 'Addon');
    for (const { metadata } of waiting) {
      expect(metadata?.annotations).toEqual({ 'platform.tekanya.services/after': 'cluster.issuer' });
    }
  });

  test('the versions in use are told', () => {
    expect(addons.rendered.composite.status).toMatchObject({
      versions: {
        vpcCni: 'v1.18.5-eksbuild.1',
        coredns: 'v1.11.3-eksbuild.1',
        kubeProxy: 'v1.31.2-eksbuild.3',
        ebsCsiDriver: 'v1.37.0-eksbuild.1',
        podIdentityAgent: 'v1.3.4-eksbuild.1',
      },
    });
  });
});

describe('versions', () => {
  const { observability: _, ...fields } = addonOf;
  const names = Object.values(fields);

  test.each(kubernetesVersions)('with %s, those of the table', version => {
    const { addons } = versions.kubernetes[version];
    expect(versionsOf({ version })).toEqual(Object.fromEntries(names.map(name => [name, addons[name]])));
  });

  test('a pin wins over that of the table, and leaves the others', () => {
    const pins = { kubernetes: '1.33', versions: { coredns: 'v1.12.1-eksbuild.2' } };
    const { addons } = versions.kubernetes['1.33'];
    expect(versionsOf({ version: '1.33', addons: { pins } })).toEqual({
      ...Object.fromEntries(names.map(name => [name, addons[name]])),
      coredns: 'v1.12.1-eksbuild.2',
    });
  });
});

test('the CloudWatch agent is one add-on more, with a role of its own', () => {
  const addons = claimed({ cluster: { addons: { observability: true } } }).part('XAddons');
  expect(addons.settings('Addon')).toHaveLength(6);
  expect(addons.settings('Addon')[5]).toEqual({
    ...common,
    addonName: 'amazon-cloudwatch-observability',
    addonVersion: versions.kubernetes[defaultKubernetesVersion].addons['amazon-cloudwatch-observability'],
    podIdentityAssociation: [{ roleArn: 'logs-role.arn', serviceAccount: 'cloudwatch-agent' }],
  });
});
