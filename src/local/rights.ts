import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Api } from './api.ts';
import { identification, type User } from './certificates.ts';
import type { Context } from './context.ts';
import { namespace } from './installed.ts';
import { type Manifest, readManifests } from './manifest.ts';
import { sleep } from './process.ts';

/** What Helm's template language says in the files that are kept of Crossplane's chart, where its values are the default ones. */
const conditions =
  /^\s*\{\{- ?(if \.Values\.rbacManager\.deploy|if not \.Values\.rbacManager\.skipAggregatedClusterRoles|end|include "crossplane\.labels" \. \| indent 4) ?\}\}$/;

/**
 * The ClusterRoles of a template of Crossplane's chart, as Helm makes them with the chart's default values, in which every
 * condition of these files holds; the chart's labels, which grant nothing, are left out. Throws on anything else.
 */
export function rolesOf(template: string): Manifest[] {
  const lines = template.replaceAll('{{ template "crossplane.name" . }}', 'crossplane').split('\n');
  const text = lines.filter(line => !conditions.test(line));
  const strange = text.find(line => line.includes('{{'));
  if (strange !== undefined) {
    throw new Error(
      `Crossplane's chart says ${JSON.stringify(strange.trim())}, which is not known here: read what it grants and adapt src/local/rights.ts`,
    );
  }
  return readManifests(text.join('\n')).filter(({ kind }) => kind === 'ClusterRole');
}

/**
 * The rights of Crossplane and of its RBAC manager: the ClusterRoles of the chart, from the pinned module, bound to the
 * service accounts that the chart makes. All else that they may, the RBAC manager adds for each XRD and ProviderRevision.
 */
export async function crossplaneRights({ programs }: Context): Promise<Manifest[]> {
  const folder = join(programs.crossplane.folder, 'roles');
  const names = (await readdir(folder)).sort();
  const templates = await Promise.all(names.map(name => readFile(join(folder, name), 'utf8')));
  return [
    ...templates.flatMap(rolesOf),
    binding('crossplane', 'crossplane', 'crossplane'),
    binding('crossplane-rbac-manager', 'crossplane-rbac-manager', 'rbac-manager'),
  ];
}

/** Binds a ClusterRole to the service account of a user. */
export function binding(name: string, role: string, user: User): Manifest {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'ServiceAccount', name: user, namespace }],
  };
}

/** Something that one may do, as in a ClusterRole. */
export interface Permission {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
}

/** One of Crossplane's own permissions, which are gathered all at once: who may do this has them. */
export const corePermission: Permission = {
  verb: 'create',
  group: 'apiextensions.k8s.io',
  resource: 'customresourcedefinitions',
};

/**
 * Waits until a user may do something in every namespace: roles are gathered and made by controllers, and a program that
 * starts before its rights fails, and waits before it tries again. Rejects after `limitSeconds`.
 */
export async function untilAllowed(api: Api, user: User, permission: Permission, limitSeconds = 60): Promise<void> {
  const { name, groups } = identification(user);
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user: name, groups: [...groups, 'system:authenticated'], resourceAttributes: permission },
  };
  const end = performance.now() + limitSeconds * 1000;
  for (;;) {
    const { status } = await api.send<{ status: { allowed: boolean } }>(
      'POST',
      '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      review,
    );
    if (status.allowed) return;
    const { verb, resource, group } = permission;
    if (performance.now() > end) {
      throw new Error(
        `${name} may not ${verb} ${resource}${group && `.${group}`} after ${limitSeconds} s: look at the logs of kube-controller-manager and rbac-manager`,
      );
    }
    await sleep(50);
  }
}
