import type { Kind } from './crossplane/api.ts';
import type { Json, Metadata, Patchable } from './crossplane/composition.ts';
import type { Ref } from './crossplane/ref.ts';

/** A manifest for an Object of provider-kubernetes, typed by its kind. */
export function manifestOf<P>(
  { GVK }: Kind<P>,
  metadata: Metadata & { readonly name: string },
  props: Patchable<Omit<NoInfer<P>, 'metadata' | 'observed'>>,
): Json {
  return { ...GVK, metadata: { ...metadata }, ...(props as Readonly<Record<string, Json>>) };
}

/** Leads a Release or an Object to the cluster of a ProviderConfig's name. */
export function through(name: Ref<string>) {
  return { kind: 'ProviderConfig', name } as const;
}
