import { describe, expect, test } from 'vitest';
import { judgeObjects } from '../../src/crds/judge.ts';
import { formatPath } from '../../src/crossplane/path.ts';
import * as kubernetes from '../../src/imports/kubernetes.m.crossplane.io.ts';
import { findingsOfThing } from '../fixtures/package.ts';

type Requirement = {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
};

/** A NodePool that Karpenter takes, with more requirements. */
const nodePool = (...requirements: readonly Requirement[]) => ({
  apiVersion: 'karpenter.sh/v1',
  kind: 'NodePool',
  metadata: { name: 'default' },
  spec: {
    template: {
      spec: {
        nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'default' },
        requirements: [{ key: 'kubernetes.io/arch', operator: 'In', values: ['arm64', 'amd64'] }, ...requirements],
        expireAfter: '720h',
      },
    },
    disruption: {
      consolidationPolicy: 'WhenEmptyOrUnderutilized',
      consolidateAfter: '1m',
      budgets: [{ nodes: '10%' }],
    },
    limits: { cpu: '100' },
  },
});

const nodeClass = (changes: object = {}) => ({
  apiVersion: 'karpenter.k8s.aws/v1',
  kind: 'EC2NodeClass',
  metadata: { name: 'default' },
  spec: {
    role: 'nodes',
    amiSelectorTerms: [{ alias: 'al2023@latest' }],
    subnetSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'c' } }],
    securityGroupSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'c' } }],
    metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 },
    blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: { volumeType: 'gp3', volumeSize: '20Gi', encrypted: true } }],
    ...changes,
  },
});

function judge(manifest: object, spec: object = {}): readonly string[] {
  const metadata = { name: 'object', namespace: 'team' };
  const object = { apiVersion: 'kubernetes.m.crossplane.io/v1alpha1', kind: 'Object', metadata };
  const found = judgeObjects({ ...object, spec: { ...spec, forProvider: { manifest } } });
  return found.map(({ path, message }) => `${formatPath(path)}: ${message}`);
}

describe('manifests that the other cluster takes', () => {
  test.each<{ reason: string; manifest: object; spec?: object }>([
    {
      reason: 'a NodePool',
      manifest: nodePool({ key: 'karpenter.k8s.aws/instance-generation', operator: 'Gt', values: ['5'] }),
    },
    { reason: 'an EC2NodeClass', manifest: nodeClass() },
    { reason: 'a kind of which nothing is known', manifest: { apiVersion: 'v1', kind: 'ConfigMap', data: 1 } },
    {
      reason: 'a part of one that is only observed',
      manifest: { apiVersion: 'karpenter.sh/v1', kind: 'NodePool' },
      spec: { managementPolicies: ['Observe'] },
    },
  ])('$reason', ({ manifest, spec }) => {
    expect(judge(manifest, spec)).toEqual([]);
  });
});

const requirements = 'spec.forProvider.manifest.spec.template.spec.requirements';

describe('manifests that it refuses', () => {
  test.each<{ reason: string; manifest: object; found: readonly unknown[] }>([
    {
      reason: 'CEL: In without values',
      manifest: nodePool({ key: 'karpenter.sh/capacity-type', operator: 'In', values: [] }),
      found: [`${requirements}: requirements with operator 'In' must have a value defined`],
    },
    {
      reason: 'CEL that cannot be evaluated, which the API server refuses too: Gt with a word',
      manifest: nodePool({ key: 'karpenter.k8s.aws/instance-cpu', operator: 'Gt', values: ['four'] }),
      found: [expect.stringMatching(/requirements: rule .*x\.operator == 'Gt'.* failed: .*cannot convert to int$/)],
    },
    {
      reason: 'CEL: the label of the NodePool itself',
      manifest: nodePool({ key: 'karpenter.sh/nodepool', operator: 'Exists', values: [] }),
      found: [`${requirements}[1].key: label "karpenter.sh/nodepool" is restricted`],
    },
    {
      reason: 'CEL: a label of AWS that Karpenter does not know',
      manifest: nodePool({ key: 'karpenter.k8s.aws/instance-famly', operator: 'In', values: ['t4g'] }),
      found: [`${requirements}[1].key: label domain "karpenter.k8s.aws" is restricted`],
    },
    {
      reason: 'schema: an operator that does not exist',
      manifest: nodePool({ key: 'kubernetes.io/os', operator: 'Is', values: ['linux'] }),
      found: [expect.stringContaining(`${requirements}[1].operator: is "Is"; did you mean In? allowed: "In"`)],
    },
    {
      reason: 'CEL: a role and an instance profile',
      manifest: nodeClass({ instanceProfile: 'nodes' }),
      found: ["spec.forProvider.manifest.spec: must specify exactly one of ['role', 'instanceProfile']"],
    },
    {
      reason: 'a field that is misspelt',
      manifest: nodeClass({ subnetSelectorTerm: [] }),
      found: [
        'spec.forProvider.manifest.spec.subnetSelectorTerm: is not a known field; did you mean subnetSelectorTerms?',
      ],
    },
    {
      reason: 'another version of a kind that is known',
      manifest: { ...nodePool(), apiVersion: 'karpenter.sh/v1beta1' },
      found: ['spec.forProvider.manifest.apiVersion: is karpenter.sh/v1beta1; crds/ has NodePool as karpenter.sh/v1'],
    },
    {
      reason: 'a policy of snapshots that does not exist',
      manifest: {
        apiVersion: 'snapshot.storage.k8s.io/v1',
        kind: 'VolumeSnapshotClass',
        metadata: { name: 'x' },
        driver: 'd',
        deletionPolicy: 'Keep',
      },
      found: ['spec.forProvider.manifest.deletionPolicy: is "Keep"; allowed: "Delete", "Retain"'],
    },
  ])('$reason', ({ manifest, found }) => {
    expect(judge(manifest)).toEqual(found);
  });

  test('stop synth', () => {
    const manifest = nodePool({ key: 'karpenter.sh/capacity-type', operator: 'In', values: [] });
    const findings = findingsOfThing(({ compose }) => {
      compose('pool', kubernetes.Object, { spec: { forProvider: { manifest } } });
    });
    expect(findings).toEqual([
      `compositions/xthing: resources[pool].base.${requirements}: requirements with operator 'In' must have a value defined (with the defaults)`,
    ]);
  });
});
