import { evaluate } from '../../src/crossplane/evaluate.ts';
import type { Manifest } from '../../src/crossplane/pipeline.ts';
import { child, type JsonObject, overlay } from '../../src/local/aws/json.ts';
import { type Engine, nameOf, resourceNameAnnotation } from '../../src/render/engine.ts';

/** Our own evaluator in Crossplane's place, which needs no program. */
export const evaluator: Engine = {
  reconcile: async ({ composite, composition, observed }) => {
    const existing = new Map(observed.map(object => [nameOf(object), object as unknown as Manifest]));
    const { resources, status, waiting } = evaluate(composition, composite as unknown as Manifest, existing);
    const { namespace, name: owner } = child(composite, 'metadata');
    const placed = ([name, resource]: [string, Manifest]): [string, JsonObject] => [
      name,
      overlay(
        { metadata: { name: `${owner}-${name}` } },
        overlay(resource as unknown as JsonObject, {
          metadata: { namespace, annotations: { [resourceNameAnnotation]: name } },
        }),
      ),
    ];
    return {
      status: status as JsonObject,
      composed: new Map([...resources].map(placed)),
      deleted: observed.filter(object => !resources.has(nameOf(object)) && !waiting.has(nameOf(object))),
      warnings: [...waiting].map(([name, field]) => `${name} waits for ${field}`),
      seconds: 0,
    };
  },
};
