import { PlatformClaim } from './apis/claim.ts';
import { Platform } from './apis/platform.ts';
import { compositions } from './crossplane/composition.ts';

/** A claim is the platform of its name, with what the team chose. */
export const claim = compositions(PlatformClaim, ({ xr, compose, publish }) => {
  const { region, network, tags } = xr.spec;
  const platform = compose('platform', Platform, {
    metadata: { name: xr.metadata.name },
    spec: { region, network, tags },
  });
  publish(platform.observed.network, xr.status.network);
});
