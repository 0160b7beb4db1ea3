import { PlatformClaim } from './apis/claim.ts';
import { Platform } from './apis/platform.ts';
import { compositions } from './crossplane/composition.ts';
import { ifSet } from './crossplane/expressions.ts';
import { Usage } from './imports/protection.crossplane.io.ts';
import { protection } from './protection.ts';

/** A claim is the platform of its name, with what the team chose. */
export const claim = compositions(PlatformClaim, ({ xr, compose, publish, handDown }) => {
  handDown(xr.spec.providerConfigRef);
  const { region, network, cluster, database, githubActions, tags } = xr.spec;
  const { name } = xr.metadata;
  const kind = ifSet(githubActions, Platform.composition('with-github-actions'), Platform.composition('plain'));
  const platform = compose('platform', Platform, {
    metadata: { name },
    spec: { region, network, cluster, database, githubActions, tags, crossplane: { compositionRef: { name: kind } } },
  });
  publish(platform.observed.network, xr.status.network);
  publish(platform.observed.cluster, xr.status.cluster);
  publish(platform.observed.database, xr.status.database);
  publish(platform.observed.githubActions, xr.status.githubActions);
  compose(
    'protection',
    Usage,
    protection({
      whole: PlatformClaim,
      part: Platform,
      name,
      policy: database.deletionPolicy,
      field: 'spec.database.deletionPolicy',
    }),
  );
});
