import { PlatformClaim } from './apis/claim.ts';
import { Platform } from './apis/platform.ts';
import { compositions } from './crossplane/composition.ts';
import { ifSet } from './crossplane/expressions.ts';

/** A claim is the platform of its name, with what the team chose. */
export const claim = compositions(PlatformClaim, ({ xr, compose, publish }) => {
  const { region, network, cluster, githubActions, tags } = xr.spec;
  const kind = ifSet(githubActions, Platform.composition('with-github-actions'), Platform.composition('plain'));
  const platform = compose('platform', Platform, {
    metadata: { name: xr.metadata.name },
    spec: { region, network, cluster, githubActions, tags, crossplane: { compositionRef: { name: kind } } },
  });
  publish(platform.observed.network, xr.status.network);
  publish(platform.observed.cluster, xr.status.cluster);
  publish(platform.observed.githubActions, xr.status.githubActions);
});
