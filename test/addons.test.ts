import { describe, expect, test } from 'vitest';
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

describe('an empty claim has the add-ons of the drawing', () => {
  const claim = claimed({});
  const addons = claim.part('XAddons');

  test('four, in their versions, CNI and EBS CSI with IAM by Pod Identity; kube-proxy as EKS gives it', () => {
    expect(addons.settings('Addon')).toEqual([
      { ...common, addonName: 'eks-pod-identity-agent', addonVersion: 'v1.3.4-eksbuild.1' },
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
    expect(addons.madeIn(1)).toEqual(['cni-role', 'eks-pod-identity-agent', 'coredns', 'ebs-role']);
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
        ebsCsiDriver: 'v1.37.0-eksbuild.1',
        podIdentityAgent: 'v1.3.4-eksbuild.1',
      },
    });
  });
});

describe('versions', () => {
  test.each(['1.32', '1.33', '1.34', '1.35'])('with %s, EKS picks those of the add-ons', version => {
    expect(versionsOf({ version })).toEqual({
      'vpc-cni': undefined,
      'eks-pod-identity-agent': undefined,
      coredns: undefined,
      'aws-ebs-csi-driver': undefined,
    });
  });

  test('a pin wins over the one of the drawing, and leaves the others', () => {
    const pins = { kubernetes: '1.31', versions: { coredns: 'v1.11.4-eksbuild.2' } };
    expect(versionsOf({ addons: { pins } })).toEqual({
      'vpc-cni': 'v1.18.5-eksbuild.1',
      'eks-pod-identity-agent': 'v1.3.4-eksbuild.1',
      coredns: 'v1.11.4-eksbuild.2',
      'aws-ebs-csi-driver': 'v1.37.0-eksbuild.1',
    });
  });

  test('a pin for another version stands alone', () => {
    const pins = { kubernetes: '1.32', versions: { coredns: 'v1.11.4-eksbuild.2' } };
    expect(versionsOf({ version: '1.32', addons: { pins } })).toMatchObject({
      coredns: 'v1.11.4-eksbuild.2',
      'vpc-cni': undefined,
    });
  });
});

test('the CloudWatch agent is one add-on more, with a role of its own', () => {
  const addons = claimed({ cluster: { addons: { observability: true } } }).part('XAddons');
  expect(addons.settings('Addon')).toHaveLength(5);
  expect(addons.settings('Addon')[4]).toEqual({
    ...common,
    addonName: 'amazon-cloudwatch-observability',
    podIdentityAssociation: [{ roleArn: 'logs-role.arn', serviceAccount: 'cloudwatch-agent' }],
  });
});
