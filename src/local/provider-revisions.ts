import type { Api } from './api.ts';
import type { Manifest } from './manifest.ts';
import { binding, type Permission } from './rights.ts';

/** The providers, by the service accounts that they run as. */
export const providerNames = ['provider-helm', 'provider-kubernetes', 'provider-aws'] as const;

export type ProviderName = (typeof providerNames)[number];

/** The last thing that the RBAC manager lets a provider do: who may do this has all its rights. */
export const providerPermission: Permission = {
  verb: 'watch',
  group: 'apiextensions.k8s.io',
  resource: 'customresourcedefinitions',
};

/** What a provider brings, and the rights that it gets by it. */
export interface ProviderRights {
  readonly revision: Manifest;
  /** The revision's status, which has to be written on its own. */
  readonly status: object;
  readonly binding: Manifest;
}

/**
 * The ProviderRevision that Crossplane's package manager would make of a provider's package with these kinds, from which
 * the RBAC manager makes the rights of the provider and those of Crossplane on its kinds. It is inactive and has its objects,
 * so the package manager, which has no image to fetch, is done with it; were it paused, the RBAC manager would leave it too
 * (internal/controller/{pkg/revision,rbac/provider/roles}/reconciler.go of Crossplane 2.3.4).
 */
export function providerRights(name: ProviderName, definitions: readonly Manifest[]): ProviderRights {
  const revision = `${name}-local`;
  return {
    revision: {
      apiVersion: 'pkg.crossplane.io/v1',
      kind: 'ProviderRevision',
      metadata: { name: revision, labels: { 'pkg.crossplane.io/package': name } },
      // Never fetched; it must be a full reference.
      spec: { desiredState: 'Inactive', image: `localhost/${name}:local`, packagePullPolicy: 'Never', revision: 1 },
    },
    status: { objectRefs: definitions.map(objectRef), capabilities: ['SafeStart'] },
    binding: binding(name, `crossplane:provider:${revision}:system`, name),
  };
}

/**
 * How a revision names a kind of its package: Crossplane makes ManagedResourceDefinitions of all but the provider's own
 * configuration (internal/converter/custom_to_managed.go).
 */
function objectRef({ spec, metadata }: Manifest): object {
  const { kind } = (spec as { readonly names: { readonly kind: string } }).names;
  return /^(Cluster)?ProviderConfig(Usage)?$/.test(kind)
    ? { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: metadata.name }
    : { apiVersion: 'apiextensions.crossplane.io/v1alpha1', kind: 'ManagedResourceDefinition', name: metadata.name };
}

/** Tells the RBAC manager of the providers. */
export async function registerProviders(api: Api, providers: readonly ProviderRights[]): Promise<void> {
  for (const { revision, status, binding } of providers) {
    await api.applyAll([revision, binding]);
    await api.send('PATCH', `${await api.pathOf(revision)}/status`, { status }, 'merge');
  }
}
