import type { Catalog } from './crds/catalog.ts';
import type { Package } from './crossplane/package.ts';
import { type Manifest, resourcesOf } from './crossplane/pipeline.ts';

/** A rule of a ClusterRole. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** A ClusterRole of Kubernetes. */
export interface ClusterRole extends Manifest {
  readonly metadata: { readonly name: string };
  readonly rules: readonly Rule[];
}

const look = ['get', 'list', 'watch'];
const change = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];
const everything = ['*'];

/** Names of the ClusterRoles. */
export const roleNames = { team: 'tekanya-team', engineer: 'tekanya-platform-engineer' } as const;

/** A kind by its group and its name in paths. */
interface Resource {
  readonly group: string;
  readonly plural: string;
}

/**
 * What a team may do in a namespace that is its own: all with its claims; look at what comes of them, so that
 * `make status` shows it. No Secrets: kubeconfigs and passwords are among them. To be bound by a RoleBinding.
 */
export function teamRole(pkg: Package, catalog: Catalog): ClusterRole {
  const own = pkg.parts.map(({ xrd }) => ({ group: xrd.spec.group, plural: xrd.spec.names.plural }));
  const claims = pkg.parts.filter(({ api }) => api.kind.endsWith('Claim')).map(({ xrd }) => xrd.spec.names.plural);
  const isClaim = ({ plural }: Resource) => claims.includes(plural);
  return clusterRole(roleNames.team, [
    ...rulesOf(own.filter(isClaim), change),
    ...rulesOf([...own.filter(resource => !isClaim(resource)), ...composedBy(pkg, catalog)], look),
    events,
  ]);
}

/**
 * What a platform engineer may do in the whole cluster: all with the package's own kinds; mend what they compose, but not
 * make more of it; packages and ProviderConfigs; look at XRDs and Compositions, which come from a repository; hand a namespace
 * to a team. No Secrets. To be bound by a ClusterRoleBinding.
 */
export function engineerRole(pkg: Package, catalog: Catalog): ClusterRole {
  const groups = [...new Set(pkg.parts.map(({ xrd }) => xrd.spec.group))];
  const composed = composedBy(pkg, catalog);
  const isConfig = ({ plural }: Resource) => plural.endsWith('providerconfigs');
  const mend = change.filter(verb => verb !== 'create');
  return clusterRole(roleNames.engineer, [
    { apiGroups: groups, resources: ['*'], verbs: everything },
    ...rulesOf(
      composed.filter(resource => !isConfig(resource)),
      mend,
    ),
    ...rulesOf(configurations(pkg, catalog), change),
    { apiGroups: ['pkg.crossplane.io'], resources: ['*'], verbs: change },
    { apiGroups: ['apiextensions.crossplane.io'], resources: ['*'], verbs: look },
    { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: look },
    { apiGroups: [''], resources: ['namespaces'], verbs: [...look, 'create'] },
    { apiGroups: ['rbac.authorization.k8s.io'], resources: ['rolebindings'], verbs: change },
    {
      apiGroups: ['rbac.authorization.k8s.io'],
      resources: ['clusterroles'],
      verbs: ['get', 'bind'],
      resourceNames: [roleNames.team],
    },
    events,
  ]);
}

const events: Rule = { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: look };

/** The kinds of others that the Compositions make. */
function composedBy(pkg: Package, catalog: Catalog): readonly Resource[] {
  const own = new Set(pkg.parts.map(({ xrd }) => xrd.spec.group));
  const bases = pkg.parts
    .flatMap(({ compositions }) => compositions)
    .flatMap(resourcesOf)
    .map(({ base }) => base)
    .filter(({ apiVersion }) => !own.has(groupOf(apiVersion)));
  return bases.map(({ apiVersion, kind }) => {
    const resource = catalog.get(apiVersion, kind);
    if (!resource)
      throw new Error(`${kind} of ${apiVersion} is composed, but crds/ has no such kind: add it to the pinned CRDs`);
    return { group: groupOf(apiVersion), plural: resource.plural };
  });
}

/** The kinds that configure the providers of what the Compositions make. */
function configurations(pkg: Package, catalog: Catalog): readonly Resource[] {
  const wanted = new Set(composedBy(pkg, catalog).map(({ group }) => configurationGroup(group)));
  return catalog.kinds().flatMap(({ apiVersion, kind }) => {
    const group = groupOf(apiVersion);
    const resource = catalog.get(apiVersion, kind);
    return resource && wanted.has(group) && /^(Cluster)?ProviderConfig$/.test(kind)
      ? [{ group, plural: resource.plural }]
      : [];
  });
}

/** provider-aws has a group for each of AWS's services, and one configuration for all of them. */
function configurationGroup(group: string): string {
  return group.replace(/^\w+\.(?=aws\.m\.upbound\.io$)/, '');
}

function clusterRole(name: string, rules: readonly Rule[]): ClusterRole {
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules };
}

/** A rule for each group, in alphabetical order. */
function rulesOf(resources: readonly Resource[], verbs: readonly string[]): readonly Rule[] {
  const groups = [...new Set(resources.map(({ group }) => group))].sort();
  return groups.map(group => {
    const plurals = resources.filter(resource => resource.group === group).map(({ plural }) => plural);
    return { apiGroups: [group], resources: [...new Set(plurals)].sort(), verbs };
  });
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}
