import type { Schema } from '../crossplane/schema.ts';
import { child, equal, isObject, type Json, type JsonObject, overlay, text } from '../kubernetes/json.ts';
import { externalNameAnnotation, externalNameOf, meta } from '../kubernetes/metadata.ts';
import { arnOf } from './arns.ts';
import { computedOf } from './computed.ts';
import { identityOf } from './external-names.ts';
import { type Lookup, resolved } from './references.ts';

/** `ec2/VPC` for a VPC of ec2.aws.m.upbound.io; undefined for what is no managed resource of provider-aws. */
export function awsKind({ apiVersion, kind }: JsonObject): string | undefined {
  const service = /^(\w+)\.aws\.m\.upbound\.io\//.exec(String(apiVersion))?.[1];
  return service && `${service}/${kind}`;
}

/**
 * A managed resource of provider-aws as it is once AWS has made it: with its external name, and with what `schema`, its kind's,
 * has room for in status.atProvider. Undefined while it refers to something that is not there, and for what is only observed: that
 * was made elsewhere.
 */
export function made(kind: string, object: JsonObject, schema: Schema, lookup: Lookup): JsonObject | undefined {
  if (equal(child(object, 'spec').managementPolicies, ['Observe'])) return undefined;
  const { spec, status } = schema.properties ?? {};
  const given = overlay(child(object, 'spec', 'initProvider'), child(object, 'spec', 'forProvider'));
  const args = resolved(kind, object, given, spec?.properties?.forProvider ?? {}, lookup);
  if (!args) return undefined;
  const name = externalNameOf(object) ?? meta(object, 'name');
  const asked = { kind, region: text(args, 'region') ?? '', args, name, uid: meta(object, 'uid') };
  const { id, externalName } = identityOf(asked);
  const resource = { ...asked, id };
  const seen = { ...overlay(computedOf(resource), args), id, arn: arnOf(resource) };
  const atProvider = known(seen, status?.properties?.atProvider ?? {});
  return overlay(object, {
    metadata: { annotations: { [externalNameAnnotation]: externalName } },
    status: { conditions: ready, atProvider },
  });
}

/** An object of another provider, or one that has no conditions, as it is when it has been made. */
export function madeByOthers(object: JsonObject): JsonObject {
  const { manifest, chart } = child(object, 'spec', 'forProvider');
  const atProvider = manifest ? { manifest } : chart ? { state: 'deployed', revision: 1 } : undefined;
  return { ...object, status: { conditions: ready, ...(atProvider && { atProvider }) } };
}

/** When everything happens, so that the same claim always gives the same. */
export const beginning = '2026-01-01T00:00:00Z';

const ready = [
  { type: 'Ready', status: 'True', reason: 'Available', lastTransitionTime: beginning },
  { type: 'Synced', status: 'True', reason: 'ReconcileSuccess', lastTransitionTime: beginning },
];

/** What of a value a schema knows, as the API server would drop the rest. */
function known(value: Json, schema: Schema): Json {
  if (Array.isArray(value)) return value.map(item => known(item, schema.items ?? {}));
  const { properties } = schema;
  if (!isObject(value) || !properties) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]): [string, Json][] => {
      const node = properties[name];
      return node && field !== undefined && field !== null ? [[name, known(field, node)]] : [];
    }),
  );
}
