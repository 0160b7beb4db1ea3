import type { KubeConfig } from '@kubernetes/client-node';
import { Cluster, reasonOf } from './cluster.ts';
import { composedBelow, composeEvents, keyOfObject, needsOf } from './needs.ts';
import { type Kind, type KubeEvent, type KubeObject, keyOf, kindKey, type Ref } from './objects.ts';
import { type Node, treeOf } from './tree.ts';

/**
 * Reads the tree of an object from a cluster: the object, then level by level one list for each kind that is composed,
 * all of a level at once. What may not be read is shown so. Throws where the root's kind is not there or the cluster
 * does not answer.
 */
export async function readTree(from: KubeConfig | Cluster, root: Ref, now = Date.now()): Promise<Node> {
  const cluster = from instanceof Cluster ? from : Cluster.of(from);
  const objects = new Map<string, KubeObject>();
  const unreadable = new Map<string, string>();
  const [object, events] = await Promise.all([cluster.object(root), eventsOf(cluster, root.namespace)]);
  if (object) objects.set(keyOf(root), object);
  const labels = composedBelow(root, object);
  const asked = new Set<string>();

  const readKind = async (kind: Kind): Promise<void> => {
    try {
      const { items } = await cluster.objectsOf(kind, { labels });
      for (const item of items) objects.set(keyOfObject(item), item);
    } catch (error) {
      unreadable.set(kindKey(kind), reasonOf(error));
    }
  };
  // Compositions are for the platform team: without them, the events tell what is waited for.
  const readRevision = async (ref: Ref): Promise<void> => {
    try {
      const revision = await cluster.object(ref);
      if (revision) objects.set(keyOf(ref), revision);
    } catch (error) {
      unreadable.set(kindKey(ref), reasonOf(error));
    }
  };

  for (;;) {
    const { kinds, revisions } = needsOf(root, objects);
    const next = [
      ...[...kinds].map(([key, kind]) => [key, () => readKind(kind)] as const),
      ...[...revisions].map(([key, ref]) => [key, () => readRevision(ref)] as const),
    ].filter(([key]) => !asked.has(key));
    if (next.length === 0) return treeOf(root, { objects, events, unreadable }, now);
    for (const [key] of next) asked.add(key);
    await Promise.all(next.map(([, read]) => read()));
  }
}

async function eventsOf(cluster: Cluster, namespace: string): Promise<readonly KubeEvent[]> {
  const kind = { apiVersion: 'v1', kind: 'Event', namespace: namespace || 'default' };
  const list = await cluster.objectsOf(kind, { fields: composeEvents }).catch(() => undefined);
  return list?.items ?? [];
}
