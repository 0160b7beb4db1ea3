import type { Part } from './package.ts';
import type { Schema } from './schema.ts';

/** The JSON schema of an API's manifests, strict about unknown fields, for editors (YAML language server). */
export function editorSchema({ api, schema }: Part): unknown {
  const { spec = {}, metadata = {} } = schema.properties ?? {};
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: api.kind,
    description: api.description,
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    additionalProperties: false,
    properties: {
      apiVersion: { const: api.GVK.apiVersion },
      kind: { const: api.kind },
      metadata: { ...plain(metadata), required: ['name'], additionalProperties: true },
      spec: plain(spec),
    },
  };
}

/** A schema without what only Kubernetes understands, closed where it names fields. */
function plain(schema: Schema): Readonly<Record<string, unknown>> {
  const { properties, items, additionalProperties, nullable: _, example, ...rest } = schema;
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([key]) => !key.startsWith('x-kubernetes-'))),
    ...(example !== undefined && { examples: [example] }),
    ...(items && { items: plain(items) }),
    ...(properties && {
      additionalProperties: false,
      properties: Object.fromEntries(Object.entries(properties).map(([name, below]) => [name, plain(below)])),
    }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: plain(additionalProperties) }),
  };
}
