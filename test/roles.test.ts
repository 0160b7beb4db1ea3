import { readFileSync } from 'node:fs';
import { load, loadAll } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { loadCatalog } from '../src/crds/catalog.ts';
import { resourcesOf } from '../src/crossplane/pipeline.ts';
import { assemblePackage } from '../src/package.ts';
import { type ClusterRole, engineerRole, teamRole } from '../src/roles.ts';

const [pkg, catalog] = [assemblePackage(), loadCatalog()];
const roles = { team: teamRole(pkg, catalog), engineer: engineerRole(pkg, catalog) };
const group = 'platform.tekanya.services';

/** Whether a role lets one do something, by the rules of Kubernetes. */
function may(role: ClusterRole, verb: string, resource: string, apiGroup: string): boolean {
  const has = (list: readonly string[], one: string) => list.includes(one) || list.includes('*');
  return role.rules.some(
    ({ apiGroups, resources, verbs }) => has(apiGroups, apiGroup) && has(resources, resource) && has(verbs, verb),
  );
}

describe('a team', () => {
  it.each(['platformclaims', 'accessclaims', 'applicationclaims', 'zoneclaims'])('does all with its %s', claims => {
    for (const verb of ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'])
      expect(may(roles.team, verb, claims, group), verb).toBe(true);
  });

  it.each([
    ['a composite resource', 'xclusters', group],
    ['a managed resource', 'vpcs', 'ec2.aws.m.upbound.io'],
    ['an Object', 'objects', 'kubernetes.m.crossplane.io'],
    ['a Usage', 'usages', 'protection.crossplane.io'],
    ['an Event', 'events', ''],
  ])('reads %s, and no more', (_, resource, apiGroup) => {
    for (const verb of ['get', 'list', 'watch']) expect(may(roles.team, verb, resource, apiGroup), verb).toBe(true);
    for (const verb of ['create', 'update', 'patch', 'delete'])
      expect(may(roles.team, verb, resource, apiGroup), verb).toBe(false);
  });

  it('reads every kind that a Composition makes, so that make status shows it', () => {
    const bases = pkg.parts
      .flatMap(({ compositions }) => compositions)
      .flatMap(resourcesOf)
      .map(({ base }) => base);
    for (const { apiVersion, kind } of bases) {
      const [ofKind = ''] = apiVersion.split('/');
      const own = pkg.parts.find(({ api }) => api.kind === kind)?.xrd.spec.names.plural;
      const plural = own ?? catalog.get(apiVersion, kind)?.plural ?? '';
      expect(may(roles.team, 'list', plural, ofKind), `${plural}.${ofKind}`).toBe(true);
    }
  });

  it('may do nothing that reaches beyond its namespace', () => {
    expect(
      roles.team.rules.flatMap(({ apiGroups, resources, verbs }) => [...apiGroups, ...resources, ...verbs]),
    ).not.toContain('*');
  });
});

describe('a platform engineer', () => {
  it.each([
    ['makes', 'create', 'xclusters', group],
    ['mends', 'patch', 'vpcs', 'ec2.aws.m.upbound.io'],
    ['frees', 'delete', 'usages', 'protection.crossplane.io'],
    ['configures', 'create', 'clusterproviderconfigs', 'aws.m.upbound.io'],
    ['configures', 'update', 'providerconfigs', 'helm.m.crossplane.io'],
    ['installs', 'create', 'providers', 'pkg.crossplane.io'],
    ['reads', 'get', 'compositions', 'apiextensions.crossplane.io'],
  ])('%s: %s %s.%s', (_, verb, resource, apiGroup) => {
    expect(may(roles.engineer, verb, resource, apiGroup)).toBe(true);
  });

  it.each([
    ['what a Composition makes is made by Compositions', 'create', 'vpcs', 'ec2.aws.m.upbound.io'],
    ['Compositions come from a repository', 'patch', 'compositions', 'apiextensions.crossplane.io'],
  ])('%s', (_, verb, resource, apiGroup) => {
    expect(may(roles.engineer, verb, resource, apiGroup)).toBe(false);
  });

  it('gives no role away but that of a team', () => {
    const giving = roles.engineer.rules.filter(({ verbs }) => verbs.includes('bind') || verbs.includes('escalate'));
    expect(giving).toEqual([expect.objectContaining({ resourceNames: [roles.team.metadata.name] })]);
  });
});

it.each(Object.entries(roles))('nobody reads Secrets: %s', (_, role) => {
  expect(may(role, 'get', 'secrets', '')).toBe(false);
});

it('the example gives a team the role that there is', () => {
  const [, binding] = loadAll(readFileSync('kind-bootstrap/teams/builderspace.yaml', 'utf8'));
  const role = load(readFileSync('kind-bootstrap/rbac/team.yaml', 'utf8')) as ClusterRole;
  expect(binding).toMatchObject({ kind: 'RoleBinding', roleRef: { kind: 'ClusterRole', name: role.metadata.name } });
});
