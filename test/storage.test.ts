import { describe, expect, test } from 'vitest';
import { claimed } from './fixtures/claim.ts';

const region = 'af-south-1';
const clusterName = 'team-a_builderspace';
const tags = { Name: clusterName };

/** The objects that a claim makes in its cluster. */
const objectsOf = (spec: object) =>
  claimed(spec)
    .part('XStorage')
    .settings('Object')
    .map(({ manifest }) => manifest);

describe('an empty claim has the storage of the drawing', () => {
  const storage = claimed({}).part('XStorage');

  test('StorageClasses gp3 (default), gp2, io1 and io2: encrypted, bound on first use, expandable', () => {
    const storageClass = (name: string, isDefault: string, provisioner: string, parameters: object) => ({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name, annotations: { 'storageclass.kubernetes.io/is-default-class': isDefault } },
      provisioner,
      parameters,
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'WaitForFirstConsumer',
      allowVolumeExpansion: true,
    });
    const csi = 'ebs.csi.aws.com';
    expect(objectsOf({}).slice(0, 4)).toEqual([
      storageClass('gp3', 'true', csi, { type: 'gp3', encrypted: 'true' }),
      // EKS makes this one, and Kubernetes never changes its provisioner and parameters.
      storageClass('gp2', 'false', 'kubernetes.io/aws-ebs', { type: 'gp2', fsType: 'ext4' }),
      storageClass('io1', 'false', csi, { type: 'io1', encrypted: 'true', iopsPerGB: '50' }),
      storageClass('io2', 'false', csi, { type: 'io2', encrypted: 'true', iopsPerGB: '50' }),
    ]);
  });

  test('snapshots on request: the controller, and then a VolumeSnapshotClass', () => {
    expect(storage.settings('Addon')).toEqual([
      {
        region,
        clusterName,
        addonName: 'snapshot-controller',
        addonVersion: 'v8.6.0-eksbuild.8',
        resolveConflictsOnCreate: 'OVERWRITE',
        resolveConflictsOnUpdate: 'OVERWRITE',
        tags,
      },
    ]);
    expect(objectsOf({})[4]).toEqual({
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshotClass',
      metadata: { name: 'ebs', annotations: { 'snapshot.storage.kubernetes.io/is-default-class': 'true' } },
      driver: 'ebs.csi.aws.com',
      deletionPolicy: 'Delete',
    });
    const made = storage.manifests.find(({ metadata }) => metadata?.name === 'builderspace-volume-snapshot-class');
    expect(made?.metadata?.annotations).toEqual({
      'platform.tekanya.services/after': 'kubeconfig.uid',
      'platform.tekanya.services/after-2': 'v8.6.0-eksbuild.8',
    });
  });

  test('a snapshot each day, of the volumes that the EBS CSI driver tags, kept for a week', () => {
    expect(storage.settings('LifecyclePolicy')).toEqual([
      {
        region,
        description: `Daily snapshots of the volumes of ${clusterName}`,
        executionRoleArn: 'snapshot-role.arn',
        state: 'ENABLED',
        policyDetails: {
          resourceTypes: ['VOLUME'],
          targetTags: { 'platform.tekanya.services/volumes-of': clusterName },
          schedule: [
            {
              name: 'daily',
              createRule: { interval: 24, intervalUnit: 'HOURS', times: ['01:00'] },
              retainRule: { interval: 7, intervalUnit: 'DAYS' },
              copyTags: true,
            },
          ],
        },
        tags,
      },
    ]);
  });

  test('objects go into the cluster by its ProviderConfig, when Crossplane has access, and go with it', () => {
    for (const { metadata, spec } of storage.manifests.filter(({ kind }) => kind === 'Object')) {
      expect(spec).toMatchObject({
        providerConfigRef: { kind: 'ProviderConfig', name: 'builderspace' },
        managementPolicies: ['Observe', 'Create', 'Update', 'LateInitialize'],
      });
      expect(metadata?.annotations).toMatchObject({ 'platform.tekanya.services/after': 'kubeconfig.uid' });
    }
  });
});

test('without a snapshot controller there is no VolumeSnapshotClass, and daily snapshots remain', () => {
  const storage = claimed({ cluster: { snapshots: { controller: false, keptDays: 30 } } }).part('XStorage');
  expect(storage.settings('Addon')).toEqual([]);
  expect(storage.settings('Object')).toHaveLength(4);
  expect(storage.settings('LifecyclePolicy')).toMatchObject([
    { policyDetails: { schedule: [{ retainRule: { interval: 30 } }] } },
  ]);
});
