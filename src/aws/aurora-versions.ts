import { type AuroraVersion, versions } from './versions.ts';

/** The version of Aurora PostgreSQL that a database gets when nobody asks for one: one that RDS makes databases of in all regions. */
export const defaultAuroraVersion = '16.13' satisfies AuroraVersion;

/** What somebody who asks for a version of Aurora PostgreSQL should know on a day, and what to write; undefined where all is well. */
export function adviceOnAurora(version: AuroraVersion, today: Date): string | undefined {
  const { refusedFrom } = versions.auroraPostgresql[version];
  if (refusedFrom === undefined || today.toISOString().slice(0, 10) < refusedFrom) return undefined;
  return `RDS makes no new database of Aurora PostgreSQL ${version} (from ${refusedFrom} on at the latest), and upgrades those that there are by itself: write engineVersion: "${defaultAuroraVersion}"`;
}
