import type { V1APIResource } from '@kubernetes/client-node';
import { type Cluster, isForbidden } from './cluster.ts';
import type { Kind, KubeObject, Ref } from './objects.ts';

/** What a person asks for: a kind, and a namespace and a name where they are given. */
export interface Wanted extends Kind {
  readonly name?: string;
}

/** A kind as the API server tells it: what people may call it. */
export type KnownKind = Pick<V1APIResource, 'kind' | 'name' | 'singularName' | 'shortNames'>;

/**
 * Reads `name`, `namespace/name`, `kind/name` or `namespace/kind/name`; the kind is one of `kinds` by any of its names,
 * the first of them where none is given. Undefined where the text is none of these.
 */
export function wantedOf(
  text: string,
  apiVersion: string,
  kinds: readonly [KnownKind, ...KnownKind[]],
): Wanted | undefined {
  const kindOf = (called = '') => kinds.find(kind => namesOf(kind).includes(called.toLowerCase()))?.kind;
  const [first] = kinds;
  const parts = text.split('/');
  const [a = '', b = '', c = ''] = parts;
  if (parts.some(part => part === '') || parts.length > 3) return undefined;
  if (parts.length === 1) return { apiVersion, kind: first.kind, namespace: '', name: a };
  const kind = kindOf(parts.length === 2 ? a : b);
  if (parts.length === 3) return kind ? { apiVersion, kind, namespace: a, name: c } : undefined;
  return kind ? { apiVersion, kind, namespace: '', name: b } : { apiVersion, kind: first.kind, namespace: a, name: b };
}

/** The objects that are wanted, in all namespaces if none is; in `fallback` alone for those who may not read all. */
export async function find(cluster: Cluster, wanted: Wanted, fallback: string): Promise<readonly Ref[]> {
  const { apiVersion, kind, namespace, name } = wanted;
  const selector = name === undefined ? {} : { fields: `metadata.name=${name}` };
  const list = async (where: string) =>
    (await cluster.objectsOf({ apiVersion, kind, namespace: where }, selector)).items;
  const refOf = ({ metadata }: KubeObject): Ref => ({
    apiVersion,
    kind,
    namespace: metadata?.namespace ?? '',
    name: metadata?.name ?? '',
  });
  try {
    return (await list(namespace)).map(refOf);
  } catch (error) {
    if (namespace !== '' || !isForbidden(error)) throw error;
    return (await list(fallback)).map(refOf);
  }
}

function namesOf({ kind, name, singularName, shortNames = [] }: KnownKind): readonly string[] {
  return [kind, name, singularName, ...shortNames].map(one => one.toLowerCase());
}
