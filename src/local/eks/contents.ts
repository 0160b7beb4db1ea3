import { join } from 'node:path';
import { isDeleted, meta } from '../../kubernetes/metadata.ts';
import type { Api } from '../api.ts';
import { readDefinitions } from '../definitions.ts';
import type { Manifest } from '../manifest.ts';
import type { Ground } from './ground.ts';

/**
 * The roles that EKS's access policies stand for (docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html).
 * Who has a policy is in the group of its name, or of its name and a namespace.
 */
const roles = {
  AmazonEKSClusterAdminPolicy: 'cluster-admin',
  AmazonEKSAdminPolicy: 'admin',
  AmazonEKSAdminViewPolicy: 'eks:admin-view',
  AmazonEKSEditPolicy: 'edit',
  AmazonEKSViewPolicy: 'view',
} as const;

const rbac = 'rbac.authorization.k8s.io';

/** Who may see all, Secrets too. */
const adminView: Manifest = {
  apiVersion: `${rbac}/v1`,
  kind: 'ClusterRole',
  metadata: { name: roles.AmazonEKSAdminViewPolicy },
  rules: [
    { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] },
    { nonResourceURLs: ['*'], verbs: ['get'] },
  ],
};

/** The StorageClass gp2 with the mark of the default (docs.aws.amazon.com/eks/latest/userguide/storage-classes.html; until 1.29). */
const gp2: Manifest = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'gp2', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'kubernetes.io/aws-ebs',
  parameters: { type: 'gp2', fsType: 'ext4' },
  volumeBindingMode: 'WaitForFirstConsumer',
};

/** Puts into a new cluster what EKS puts into every one, and lets those in who have an access policy. */
export async function fill(api: Api): Promise<void> {
  await api.applyAll([adminView, ...bindings()]);
  if (!(await api.read(gp2))) await api.apply(gp2);
}

/** Bindings of the access policies' groups to their roles, in all of the cluster or in one namespace. */
export function bindings(namespace?: string): readonly Manifest[] {
  return Object.entries(roles).map(([policy, role]) => ({
    apiVersion: `${rbac}/v1`,
    kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name: `eks:${policy}`, ...(namespace === undefined ? {} : { namespace }) },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
    subjects: [
      { apiGroup: rbac, kind: 'Group', name: ['eks.amazonaws.com', policy, namespace].filter(Boolean).join('/') },
    ],
  }));
}

/** Plays what EKS brings into a cluster later: bindings in each new namespace, and what add-ons install. */
export class Contents {
  readonly #ground: Ground;
  readonly #api: Pick<Api, 'applyAll'>;
  readonly #repository: string;
  readonly #bound = new Set<string>();
  #snapshots = false;

  constructor(ground: Ground, api: Pick<Api, 'applyAll'>, repository: string) {
    this.#ground = ground;
    this.#api = api;
    this.#repository = repository;
  }

  async look(): Promise<void> {
    const { objects, surroundings, log } = this.#ground;
    for (const one of objects.all('Namespace')) {
      if (isDeleted(one) || this.#bound.has(meta(one, 'uid'))) continue;
      await this.#api.applyAll(bindings(meta(one, 'name')));
      this.#bound.add(meta(one, 'uid'));
    }
    if (this.#snapshots || !(await surroundings.addons()).includes('snapshot-controller')) return;
    const definitions = await readDefinitions(join(this.#repository, 'crds'));
    const groupOf = ({ spec }: Manifest) => (spec as { readonly group: string }).group;
    await this.#api.applyAll(definitions.filter(one => groupOf(one) === 'snapshot.storage.k8s.io'));
    this.#snapshots = true;
    log('installed the kinds of snapshot-controller');
  }
}
