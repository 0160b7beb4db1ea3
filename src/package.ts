import { access } from './access.ts';
import { accessClaim } from './access-claim.ts';
import { addons } from './addons.ts';
import { application } from './application.ts';
import { aurora } from './aurora.ts';
import { facts } from './aws/facts.ts';
import { claim } from './claim.ts';
import { cluster } from './cluster.ts';
import { loadCatalog } from './crds/catalog.ts';
import { FindingsError } from './crossplane/finding.ts';
import type { Package } from './crossplane/package.ts';
import { assemble } from './crossplane/package.ts';
import { prove } from './crossplane/proof/index.ts';
import { database } from './database.ts';
import { externalDns } from './external-dns.ts';
import { interruptions } from './interruptions.ts';
import { karpenter } from './karpenter.ts';
import { network } from './network.ts';
import { platform } from './platform.ts';
import { storage } from './storage.ts';
import { zone } from './zone.ts';

/** The APIs of this package with their Compositions, by the names of their files in src/ and src/apis/. */
export const apis = {
  network,
  addons,
  storage,
  interruptions,
  karpenter,
  'external-dns': externalDns,
  cluster,
  access,
  'access-claim': accessClaim,
  aurora,
  database,
  application,
  zone,
  platform,
  claim,
};

/** The package as it is written in this tree. Throws a FindingsError with everything that cannot be written. */
export function assemblePackage(): Package {
  const { package: pkg, findings } = assemble(Object.values(apis), loadCatalog());
  if (findings.length > 0) throw new FindingsError(findings);
  return pkg;
}

/** The package, proved. Throws a FindingsError with everything that the proof found. */
export function provePackage(): Package {
  const pkg = assemblePackage();
  const findings = prove(pkg, facts);
  if (findings.length > 0) throw new FindingsError(findings);
  return pkg;
}
