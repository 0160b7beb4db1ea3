import { Access } from './apis/access.ts';
import { AccessClaim } from './apis/access-claim.ts';
import { compositions } from './crossplane/composition.ts';
import { ifSet } from './crossplane/expressions.ts';

/** A claim is the access of its name, of the sort that its principal asks for. */
export const accessClaim = compositions(AccessClaim, ({ xr, compose, publish, handDown }) => {
  handDown(xr.spec.providerConfigRef);
  const { region, tags, cluster, principal, policy, namespaces } = xr.spec;
  const kind = ifSet(principal.github, Access.composition('github'), Access.composition('role'));
  const access = compose('access', Access, {
    metadata: { name: xr.metadata.name },
    spec: {
      region,
      tags,
      cluster,
      principal,
      policy,
      namespaces,
      // A claim of its own is of a cluster that is there, as a rule, and waits by reference where it is not.
      clusterIsUp: 'as the claim has it',
      crossplane: { compositionRef: { name: kind } },
    },
  });
  publish(access.observed.principalArn, xr.status.principalArn);
});
