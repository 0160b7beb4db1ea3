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
import { identifier } from './names.ts';

export const Aurora = api({
  kind: 'XAurora',
  plural: 'xauroras',
  categories: ['platform'],
  description: 'The Aurora cluster of an XDatabase, its writer and its readers.',
  longestName,
  spec: rule(
    databaseSettings.omit({ slowQueryMilliseconds: true }).extend({
      ...place.shape,
      id: immutable(
        z
          .string()
          .max(8)
          .regex(/^[a-z0-9]+$/),
        anotherDatabase,
      ).describe('What makes the names in RDS unlike any other.'),
      subnetGroupName: identifier.describe('The subnet group in RDS.'),
      securityGroupId: identifier.describe('The security group of all instances: sg-…'),
      parameterGroupName: identifier.describe('The cluster parameter group in RDS.'),
      monitoringRoleArn: identifier.describe('The role that Enhanced Monitoring works as.'),
      finalSnapshotName: identifier.describe('What the snapshot is called that stays with deletionPolicy Snapshot.'),
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
