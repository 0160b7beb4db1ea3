import { type KubeEvent, type KubeObject, keyOf, type Ref } from '../../src/status/objects.ts';
import { type Node, type Snapshot, treeOf } from '../../src/status/tree.ts';

/** When the tables look: 30 s after what they hold was made. */
export const now = Date.parse('2026-01-01T00:00:30Z');
export const made = '2026-01-01T00:00:00Z';

type Fields = Readonly<Record<string, unknown>>;
export type Made = KubeObject & { readonly metadata: NonNullable<KubeObject['metadata']> };

/** A condition: `condition('Ready', 'False', 'Creating')`. */
export function condition(type: string, status: 'True' | 'False', reason: string, message?: string): Fields {
  return { type, status, reason, lastTransitionTime: '2026-01-01T00:00:12Z', ...(message && { message }) };
}

export const ready = [condition('Synced', 'True', 'ReconcileSuccess'), condition('Ready', 'True', 'Available')];
export const creating = [condition('Synced', 'True', 'ReconcileSuccess'), condition('Ready', 'False', 'Creating')];

/** A managed resource, or another that composes nothing. */
export function resource(kind: string, name: string, conditions: readonly Fields[], more: Partial<Made> = {}): Made {
  return {
    apiVersion: 'ec2.aws.m.upbound.io/v1beta1',
    kind,
    spec: { forProvider: {} },
    status: { conditions },
    ...more,
    metadata: { name, namespace: 'team', uid: name, creationTimestamp: made, ...more.metadata },
  };
}

/** A composite resource, of objects or of names that nothing stands for. */
export function composite(
  name: string,
  children: readonly (Made | Ref)[],
  conditions: readonly Fields[],
  more: Partial<Made> & { readonly revision?: string } = {},
): Made {
  const { revision, ...rest } = more;
  const resourceRefs = children.map(child => {
    const { apiVersion, kind } = child;
    return { apiVersion, kind, name: 'metadata' in child ? child.metadata.name : (child as Ref).name };
  });
  const crossplane = { resourceRefs, ...(revision && { compositionRevisionRef: { name: revision } }) };
  const { spec, ...others } = resource('XNetwork', name, conditions, rest);
  return { ...others, apiVersion: 'example.org/v1', spec: { crossplane } };
}

/** The annotation by which Crossplane tells which resource of the Composition an object is. */
export function named(name: string): Partial<Made> {
  return { metadata: { annotations: { 'crossplane.io/composition-resource-name': name } } };
}

/** An event of a composite resource. */
export function event(of: Made, message: string, lastTimestamp = made): KubeEvent {
  const { kind = '', metadata } = of;
  return { involvedObject: { kind, uid: metadata.uid ?? '' }, reason: 'ComposeResources', message, lastTimestamp };
}

/** The warning of function-patch-and-transform that a resource waits. */
export function notAdded(of: Made, name: string, field: string, at = made): KubeEvent {
  const why = `"FromCompositeFieldPath" patch at index 3 has 'policy.fromFieldPath: Required': ${field}: no such field`;
  const step = 'Pipeline step "patch-and-transform"';
  return event(of, `${step}: not adding new composed resource "${name}" to desired state because ${why}`, at);
}

export function refOf({ apiVersion = '', kind = '', metadata }: Made): Ref {
  return { apiVersion, kind, namespace: metadata.namespace ?? '', name: metadata.name ?? '' };
}

/** The tree of the first object, of a cluster that holds these and no others. */
export function tree(objects: readonly [Made, ...Made[]], more: Partial<Snapshot> = {}): Node {
  const known = new Map(objects.map(object => [keyOf(refOf(object)), object]));
  return treeOf(refOf(objects[0]), { objects: known, events: [], unreadable: new Map(), ...more }, now);
}
