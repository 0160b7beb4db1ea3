import { child, items, type Json, type JsonObject, text } from './json.ts';

/** The annotation that says what a managed resource is called outside of Kubernetes. */
export const externalNameAnnotation = 'crossplane.io/external-name';

/** The field of metadata that is read; empty where there is none. */
export function meta(object: JsonObject, name: 'name' | 'namespace' | 'uid' | 'resourceVersion'): string {
  return text(child(object, 'metadata'), name) ?? '';
}

/** The external name that is set on a managed resource. */
export function externalNameOf(object: JsonObject): string | undefined {
  return text(child(object, 'metadata', 'annotations'), externalNameAnnotation);
}

export function isDeleted(object: JsonObject): boolean {
  return child(object, 'metadata').deletionTimestamp !== undefined;
}

export function finalizersOf(object: JsonObject): readonly Json[] {
  return items(child(object, 'metadata').finalizers);
}
