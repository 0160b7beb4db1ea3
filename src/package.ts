import { claim } from './claim.ts';
import { loadCatalog } from './crds/catalog.ts';
import { assemble } from './crossplane/package.ts';
import { network } from './network.ts';
import { platform } from './platform.ts';

/** The APIs of this package, with their Compositions, each before those that compose it. */
export const apis = [network, platform, claim];

/** The package as it is written in this tree. */
export function assemblePackage(): ReturnType<typeof assemble> {
  return assemble(apis, loadCatalog());
}
