import type { Schema } from './schema.ts';

/**
 * The schema that the API server holds for an XRD: Crossplane adds the fields of its own (`CompositeResourceSpecProps`
 * and `CompositeResourceStatusProps` in crossplane-runtime's pkg/xcrd).
 */
export function servedSchema(schema: Schema): Schema {
  const { spec, status, metadata, ...more } = schema.properties ?? {};
  return {
    ...schema,
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: {
        type: 'object',
        properties: {
          name: { type: 'string', maxLength: 63 },
          namespace: { type: 'string' },
          uid: { type: 'string' },
          ...metadata?.properties,
        },
        'x-kubernetes-preserve-unknown-fields': true,
      },
      spec: { ...spec, properties: { ...spec?.properties, crossplane: crossplaneSpec } },
      status: { ...status, type: 'object', properties: { ...status?.properties, conditions } },
      ...more,
    },
  };
}

const named: Schema = { type: 'object', required: ['name'], properties: { name: { type: 'string' } } };
const labelled: Schema = {
  type: 'object',
  required: ['matchLabels'],
  properties: { matchLabels: { type: 'object', additionalProperties: { type: 'string' } } },
};

const crossplaneSpec: Schema = {
  type: 'object',
  properties: {
    compositionRef: named,
    compositionSelector: labelled,
    compositionRevisionRef: named,
    compositionRevisionSelector: labelled,
    compositionUpdatePolicy: { type: 'string', enum: ['Automatic', 'Manual'] },
    resourceRefs: {
      type: 'array',
      'x-kubernetes-list-type': 'atomic',
      items: {
        type: 'object',
        required: ['apiVersion', 'kind'],
        properties: { apiVersion: { type: 'string' }, name: { type: 'string' }, kind: { type: 'string' } },
      },
    },
  },
};

const conditions: Schema = {
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
  items: {
    type: 'object',
    required: ['lastTransitionTime', 'reason', 'status', 'type'],
    properties: {
      lastTransitionTime: { type: 'string', format: 'date-time' },
      message: { type: 'string' },
      reason: { type: 'string' },
      status: { type: 'string' },
      type: { type: 'string' },
      observedGeneration: { type: 'integer', format: 'int64' },
    },
  },
};
