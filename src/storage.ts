import { Storage } from './apis/storage.ts';
import { compositions } from './crossplane/composition.ts';
import { awaited, fmt, merge } from './crossplane/expressions.ts';
import type { Ref } from './crossplane/ref.ts';
import { awsPolicy, trustOf } from './iam.ts';
import * as dlm from './imports/dlm.aws.m.upbound.io.ts';
import * as eks from './imports/eks.aws.m.upbound.io.ts';
import * as iam from './imports/iam.aws.m.upbound.io.ts';
import * as kubernetes from './imports/kubernetes.m.crossplane.io.ts';
import { asWritten } from './management.ts';
import { named } from './names.ts';
import { volumesOf } from './tags.ts';

const csi = 'ebs.csi.aws.com';
const isDefaultClass = 'storageclass.kubernetes.io/is-default-class';

/**
 * What StorageClasses have in them that Kubernetes never changes. gp2 is there before us: EKS makes it in every cluster, so
 * ours has to say of it what EKS says. Its provisioner is the old name of the same driver, which Kubernetes sends on to it.
 */
const classes = {
  gp3: { provisioner: csi, parameters: { type: 'gp3', encrypted: 'true' } },
  gp2: { provisioner: 'kubernetes.io/aws-ebs', parameters: { type: 'gp2', fsType: 'ext4' } },
  io1: { provisioner: csi, parameters: { type: 'io1', encrypted: 'true', iopsPerGB: '50' } },
  io2: { provisioner: csi, parameters: { type: 'io2', encrypted: 'true', iopsPerGB: '50' } },
} as const;

/** The StorageClasses of a cluster, snapshots of volumes on request, and a daily one of each. */
export const storage = compositions(Storage, ({ xr, variant, compose, publish, handDown }) => {
  handDown(xr.spec.providerConfigRef);
  const { region, clusterName, clusterIssuer, clusterAccess, snapshots } = xr.spec;
  const tags = merge(xr.spec.tags, { Name: clusterName });

  /**
   * Makes an object in the cluster. It is never deleted there: it goes with the cluster, and so nothing that leads to the
   * cluster has to be kept for it.
   */
  const inCluster = (
    name: string,
    manifest: kubernetes.ObjectProps['spec']['forProvider']['manifest'],
    after: Ref<string>[],
  ) =>
    compose(
      name,
      kubernetes.Object,
      {
        spec: {
          managementPolicies: ['Observe', 'Create', 'Update', 'LateInitialize'],
          providerConfigRef: { kind: 'ProviderConfig', name: xr.spec.providerConfigName },
          forProvider: { manifest },
        },
      },
      { after: [awaited(clusterAccess), ...after] },
    );

  for (const [name, { provisioner, parameters }] of Object.entries(classes)) {
    const manifest = {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name, annotations: { [isDefaultClass]: `${name === 'gp3'}` } },
      provisioner,
      parameters,
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'WaitForFirstConsumer',
      allowVolumeExpansion: true,
    };
    inCluster(`storage-class-${name}`, manifest, []);
  }

  if (variant === 'snapshots') {
    const controller = compose(
      'snapshot-controller',
      eks.Addon,
      {
        spec: {
          managementPolicies: asWritten,
          forProvider: {
            region,
            clusterName,
            addonName: 'snapshot-controller',
            addonVersion: xr.spec.snapshotController,
            resolveConflictsOnCreate: 'OVERWRITE',
            resolveConflictsOnUpdate: 'OVERWRITE',
            tags,
          },
        },
      },
      { after: [awaited(clusterIssuer)] },
    );
    publish(controller.observed.addonVersion, xr.status.snapshotController);

    // The controller brings the definition of the kind.
    const manifest = {
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshotClass',
      metadata: { name: 'ebs', annotations: { 'snapshot.storage.kubernetes.io/is-default-class': 'true' } },
      driver: csi,
      deletionPolicy: 'Delete',
    };
    inCluster('volume-snapshot-class', manifest, [controller.observed.addonVersion]);
  }

  const role = compose('snapshot-role', iam.Role, {
    metadata: named(fmt`${xr.metadata.namespace}_${xr.metadata.name}_dlm`),
    spec: {
      forProvider: {
        assumeRolePolicy: trustOf('dlm.amazonaws.com'),
        managedPolicyArns: [awsPolicy('service-role/AWSDataLifecycleManagerServiceRole')],
        tags,
      },
    },
  });
  const policy = compose('daily-snapshots', dlm.LifecyclePolicy, {
    spec: {
      forProvider: {
        region,
        description: fmt`Daily snapshots of the volumes of ${clusterName}`,
        executionRoleArn: role.observed.arn,
        state: 'ENABLED',
        policyDetails: {
          resourceTypes: ['VOLUME'],
          targetTags: { [volumesOf]: clusterName },
          schedule: [
            {
              name: 'daily',
              createRule: { interval: 24, intervalUnit: 'HOURS', times: ['01:00'] },
              retainRule: { interval: snapshots.keptDays, intervalUnit: 'DAYS' },
              copyTags: true,
            },
          ],
        },
        tags,
      },
    },
  });
  publish(policy.observed.arn, xr.status.snapshotPolicyArn);
});
