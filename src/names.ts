import type { Ref } from './crossplane/ref.ts';

/** Metadata that gives a resource its name in AWS. */
export function named(externalName: string | Ref<string>) {
  return { annotations: { 'crossplane.io/external-name': externalName } };
}
