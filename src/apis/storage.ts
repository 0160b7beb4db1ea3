import { z } from 'zod';
import { providerConfigRef } from './account.ts';
import { addonVersion, inCluster } from './addons.ts';
import { api } from './group.ts';
import { region, tags } from './network.ts';

export const snapshotSettings = z.object({
  controller: z
    .boolean()
    .default(true)
    .describe(
      'Whether VolumeSnapshots can be made in the cluster (the snapshot controller and a VolumeSnapshotClass).',
    ),
  keptDays: z.int().min(1).max(365).default(7).describe('For how many days the daily snapshot of each volume is kept.'),
});

export const Storage = api({
  kind: 'XStorage',
  plural: 'xstorages',
  categories: ['platform'],
  description: 'The StorageClasses of a cluster, and snapshots of its volumes.',
  longestName: 24,
  spec: inCluster.omit({ nodeGroup: true }).extend({
    region,
    tags,
    providerConfigRef,
    snapshots: snapshotSettings.prefault({}).describe('Snapshots of volumes.'),
    snapshotController: addonVersion.describe('The version of the add-on snapshot-controller.'),
  }),
  status: z.object({
    snapshotPolicyArn: z.string().describe('The policy that makes the daily snapshots.'),
    snapshotController: z.string().optional().describe('The version of the snapshot controller in use.'),
  }),
  variants: {
    snapshots: { when: 'self.snapshots.controller', meaning: 'a snapshot controller' },
    plain: { when: '!self.snapshots.controller', meaning: 'no snapshot controller' },
  },
  columns: xr => [
    { name: 'SNAPSHOTS KEPT', of: xr.spec.snapshots.keptDays },
    { name: 'CONTROLLER', of: xr.status.snapshotController },
  ],
});
