import { evaluate } from '../crossplane/evaluate.ts';
import type { Manifest } from '../crossplane/pipeline.ts';
import { child, type JsonObject, overlay } from '../kubernetes/json.ts';
import { type Engine, nameOf, resourceNameAnnotation } from './engine.ts';

const compositeLabel = 'crossplane.io/composite';

/** Our own evaluator in Crossplane's place, which needs no program and takes no time. */
export const evaluator: Engine = {
  reconcile: async ({ composite, composition, observed }) => {
    const existing = new Map(observed.map(object => [nameOf(object), object as unknown as Manifest]));
    const { resources, status, waiting } = evaluate(composition, composite as unknown as Manifest, existing);
    const { namespace, name: owner = '', uid = '', labels } = child(composite, 'metadata');
    const { apiVersion = '', kind = '' } = composite;
    // As Crossplane marks what it composes, of which what is below and references take notice.
    const marks = {
      namespace,
      labels: { [compositeLabel]: child(labels)[compositeLabel] ?? owner },
      ownerReferences: [{ apiVersion, kind, name: owner, uid, controller: true, blockOwnerDeletion: true }],
    };
    const placed = ([name, resource]: [string, Manifest]): [string, JsonObject] => [
      name,
      overlay(
        { metadata: { name: `${owner}-${name}` } },
        overlay(resource as unknown as JsonObject, {
          metadata: { ...marks, annotations: { [resourceNameAnnotation]: name } },
        }),
      ),
    ];
    return {
      status: inOrder(status as JsonObject),
      composed: new Map([...resources].map(placed)),
      deleted: observed.filter(object => !resources.has(nameOf(object)) && !waiting.has(nameOf(object))),
      warnings: [...waiting].map(([name, field]) => `${name} waits for ${field}`),
      seconds: 0,
    };
  },
};

/** With the fields of objects by name, as they come from Crossplane. */
function inOrder<T>(value: T): T {
  if (Array.isArray(value)) return value.map(inOrder) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, field]) => [name, inOrder(field)])) as T;
}
