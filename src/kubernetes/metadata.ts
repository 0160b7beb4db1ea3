import { child, items, type Json, type JsonObject, text } from './json.ts';

/** The finalizer by which the provider holds a managed resource until AWS has let go of what it stands for. */
export const finalizer = 'finalizer.managedresource.crossplane.io';

/** The annotations of crossplane-runtime that tell how far a creation came. */
export const annotation = {
  externalName: 'crossplane.io/external-name',
  pending: 'crossplane.io/external-create-pending',
  succeeded: 'crossplane.io/external-create-succeeded',
  failed: 'crossplane.io/external-create-failed',
} as const;

/** The field of metadata that is read; empty where there is none. */
export function meta(object: JsonObject, name: 'name' | 'namespace' | 'uid' | 'resourceVersion'): string {
  return text(child(object, 'metadata'), name) ?? '';
}

/** The external name that is set on a managed resource. */
export function externalNameOf(object: JsonObject): string | undefined {
  return text(child(object, 'metadata', 'annotations'), annotation.externalName);
}

export function isDeleted(object: JsonObject): boolean {
  return child(object, 'metadata').deletionTimestamp !== undefined;
}

export function finalizersOf(object: JsonObject): readonly Json[] {
  return items(child(object, 'metadata').finalizers);
}

/** A merge patch that sets annotations. */
export function annotate(annotations: Readonly<Record<string, string>>): JsonObject {
  return { metadata: { annotations } };
}

/** A time as crossplane-runtime's annotations have it. */
export function stamp(now: number): string {
  return new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The tags by which provider-aws marks what it made (upjet's Tagger). */
export function ownTags(object: JsonObject, crd: string): Readonly<Record<string, string>> {
  const [plural = '', ...group] = crd.split('.');
  const kind = (text(object, 'kind') ?? plural).toLowerCase();
  return {
    'crossplane-kind': `${kind}.${group.join('.')}`,
    'crossplane-name': meta(object, 'name'),
    'crossplane-providerconfig': text(child(object, 'spec', 'providerConfigRef'), 'name') ?? 'default',
  };
}
