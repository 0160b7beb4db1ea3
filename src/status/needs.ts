import { type Kind, type KubeObject, keyOf, kindKey, type Ref, refsOf, revisionOf } from './objects.ts';

/** What has to be read to show a tree. */
export interface Needs {
  /** Kinds that are composed, by `kindKey`. */
  readonly kinds: ReadonlyMap<string, Kind>;
  /** CompositionRevisions, by `keyOf`. */
  readonly revisions: ReadonlyMap<string, Ref>;
}

/** What the tree of `root` needs, as far as the objects that have been read can tell. */
export function needsOf(root: Ref, objects: ReadonlyMap<string, KubeObject>): Needs {
  const kinds = new Map<string, Kind>();
  const revisions = new Map<string, Ref>();
  const seen = new Set<string>();
  const visit = (ref: Ref): void => {
    const object = objects.get(keyOf(ref));
    if (!object || seen.has(keyOf(ref))) return;
    seen.add(keyOf(ref));
    const revision = revisionOf(object);
    if (revision) revisions.set(keyOf(revision), revision);
    for (const child of refsOf(object)) {
      const { apiVersion, kind, namespace } = child;
      kinds.set(kindKey(child), { apiVersion, kind, namespace });
      visit(child);
    }
  };
  visit(root);
  return { kinds, revisions };
}

/** Selects all that is composed below an object, and more only where another has its name: Crossplane's own label. */
export function composedBelow(root: Ref, object: KubeObject | undefined): string {
  const label = 'crossplane.io/composite';
  return `${label}=${object?.metadata?.labels?.[label] ?? root.name}`;
}

/** Selects the root alone. */
export function named({ name }: Ref): string {
  return `metadata.name=${name}`;
}

/** The events that tell what resources wait for which are not there yet. */
export const composeEvents = 'reason=ComposeResources';

/** Where an object that was read stands in the snapshot. */
export function keyOfObject({ apiVersion = '', kind = '', metadata }: KubeObject): string {
  return keyOf({ apiVersion, kind, namespace: metadata?.namespace ?? '', name: metadata?.name ?? '' });
}
