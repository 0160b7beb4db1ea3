import { z } from 'zod';
import { immutable, rule } from '../crossplane/structural.ts';
import {
  anotherDatabase,
  databaseRules,
  databaseSettings,
  databaseStatus,
  keepsZones,
  longestName,
  place,
} from './database.ts';
import { api } from './group.ts';

export const Aurora = api({
  kind: 'XAurora',
  plural: 'xauroras',
  categories: ['platform'],
  description: 'The Aurora cluster of an XDatabase, its writer and its readers.',
  longestName,
  spec: rule(
    databaseSettings.omit({ slowQueryMilliseconds: true }).extend({
      ...place.shape,
      id: immutable(z.string().max(8), anotherDatabase).describe('What makes the names in RDS unlike any other.'),
      subnetGroupName: z.string().max(255).describe('The subnet group in RDS.'),
      securityGroupId: z.string().max(32).describe('The security group of all instances: sg-…'),
      parameterGroupName: z.string().max(255).describe('The cluster parameter group in RDS.'),
      monitoringRoleArn: z.string().max(2048).describe('The role that Enhanced Monitoring works as.'),
      finalSnapshotName: z
        .string()
        .max(255)
        .describe('What the snapshot is called that stays with deletionPolicy Snapshot.'),
    }),
    ...databaseRules(''),
    keepsZones,
  ),
  status: databaseStatus,
  variants: {
    'no-reader': { when: 'self.readers == 0.0', meaning: 'no reader' },
    'one-reader': { when: 'self.readers == 1.0', meaning: 'one reader' },
    'two-readers': { when: 'self.readers == 2.0', meaning: 'two readers' },
  },
  columns: xr => [
    { name: 'IDENTIFIER', of: xr.status.identifier },
    { name: 'READERS', of: xr.spec.readers },
  ],
});
