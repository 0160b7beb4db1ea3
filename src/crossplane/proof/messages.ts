import type { Finding } from '../finding.ts';
import type { Part } from '../package.ts';
import { formatPath, type Path } from '../path.ts';
import type { Schema } from '../schema.ts';

/**
 * The API server refuses a kind whose rules may cost too much, and takes the text of a number, `string(1)`, for one of any
 * length: a message with one costs more than all rules may together (apiextensions-apiserver, schema/cel).
 */
export function proveMessages({ api, schema }: Part): readonly Finding[] {
  return unbounded(schema, []).map(path => ({
    place: `apis/${api.GVK.kind.toLowerCase()}: ${formatPath(path)}`,
    message: 'has a messageExpression with string(…), which the API server refuses as too costly: say it in a message',
  }));
}

function unbounded(schema: Schema, path: Path): readonly Path[] {
  const own = (schema['x-kubernetes-validations'] ?? []).some(rule => /\bstring\(/.test(rule.messageExpression ?? ''));
  const { items, additionalProperties } = schema;
  return [
    ...(own ? [path] : []),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, of]) => unbounded(of, [...path, name])),
    ...(items ? unbounded(items, [...path, 0]) : []),
    ...(typeof additionalProperties === 'object' ? unbounded(additionalProperties, [...path, '*']) : []),
  ];
}
