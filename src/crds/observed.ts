import type { Schema } from '../crossplane/schema.ts';
import type { Crd } from './crd.ts';

/**
 * A CRD as `cdk8s import` needs it. It leaves `status` out of the types it writes, so what can be observed, the
 * properties of `status.atProvider` or else of `status`, stands here in a field of its own, `observed`.
 */
export function withObserved(crd: Crd): Crd {
  return {
    ...crd,
    spec: {
      ...crd.spec,
      versions: crd.spec.versions.map(version => {
        const root = version.schema.openAPIV3Schema;
        const observed = observable(root);
        if (!observed) return version;
        return { ...version, schema: { openAPIV3Schema: { ...root, properties: { ...root.properties, observed } } } };
      }),
    },
  };
}

function observable(root: Schema): Schema | undefined {
  const status = root.properties?.status;
  const { properties } = status?.properties?.atProvider ?? status ?? {};
  return properties && { type: 'object', properties };
}
