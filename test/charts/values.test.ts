import { describe, expect, test } from 'vitest';
import { valuesRead } from '../../src/charts/templates.ts';
import { valuesSchema } from '../../src/charts/values.ts';
import type { Schema } from '../../src/crossplane/schema.ts';

describe('values that templates read', () => {
  test.each<{ reason: string; template: string; read: readonly string[] }>([
    { reason: 'from the root', template: '{{ .Values.a.b }}{{- $.Values.c | quote -}}', read: ['a.b', 'c'] },
    {
      reason: 'several in one action',
      template: '{{ if and .Values.a (not .Values.b.c) }}x{{ end }}',
      read: ['a', 'b.c'],
    },
    {
      reason: 'from the dot of a with',
      template: '{{ with .Values.a }}{{ .b }}{{ with .c }}{{ .d }}{{ end }}{{ end }}',
      read: ['a', 'a.b', 'a.c', 'a.c.d'],
    },
    {
      reason: 'from the root again after its end',
      template: '{{ with .Values.a }}{{ end }}{{ .Values.b }}',
      read: ['a', 'b'],
    },
    {
      reason: 'an if leaves the dot alone',
      template: '{{ with .Values.a }}{{ if .b }}{{ .c }}{{ else }}{{ .d }}{{ end }}{{ end }}',
      read: ['a', 'a.b', 'a.c', 'a.d'],
    },
    {
      reason: 'not what stands in a range',
      template: '{{ range .Values.a }}{{ .b }}{{ $.Values.c }}{{ end }}',
      read: ['a', 'c'],
    },
    { reason: 'not texts and comments', template: '{{/* .Values.a */}}{{ include ".Values.b" . }}', read: [] },
    { reason: 'not what is no value', template: '{{ .Release.Name }}{{ $name.Values.x }}', read: [] },
  ])('$reason', ({ template, read }) => {
    expect(valuesRead([template]).map(path => path.join('.'))).toEqual(read);
  });
});

describe('the schema of values', () => {
  const map = (properties: Readonly<Record<string, Schema>>): Schema => ({ type: 'object', properties });
  const open: Schema = { type: 'object', additionalProperties: true };

  test.each<{ reason: string; values: object; templates?: string; schema?: object; expected: Schema }>([
    {
      reason: 'types are those of the defaults, and unknown for null',
      values: { a: 'x', b: 1, c: 0.5, d: true, e: null, f: ['x'] },
      expected: map({
        a: { type: 'string' },
        b: { type: 'integer' },
        c: { type: 'number' },
        d: { type: 'boolean' },
        e: {},
        f: { type: 'array', items: {} },
      }),
    },
    {
      reason: 'a map is open when no template looks below it',
      values: { empty: {}, whole: { a: 1 }, parts: { a: 1, b: 2 } },
      templates: '{{ toYaml .Values.whole }}{{ .Values.parts.a }}',
      expected: map({ empty: open, whole: open, parts: map({ a: { type: 'integer' }, b: { type: 'integer' } }) }),
    },
    {
      reason: 'keys that only templates know are known, wherever they stand',
      values: { a: { b: 1 } },
      templates: '{{ .Values.a.c }}{{ .Values.d.e }}',
      expected: map({ a: map({ b: { type: 'integer' }, c: {} }), d: map({ e: {} }) }),
    },
    {
      reason: 'a JSON schema says more: types, several of them, closed sets, items',
      values: { a: null, b: {}, c: [], d: null },
      schema: {
        properties: {
          a: { type: ['string', 'null'] },
          b: { anyOf: [{ type: 'string' }, { type: 'object' }] },
          c: { type: 'array', items: { type: 'string' } },
          d: { enum: ['x', 'y'] },
        },
      },
      expected: map({
        a: { type: 'string' },
        b: { additionalProperties: true },
        c: { type: 'array', items: { type: 'string' } },
        d: { enum: ['x', 'y'] },
      }),
    },
  ])('$reason', ({ values, templates = '', schema, expected }) => {
    expect(valuesSchema({ values, schema, read: valuesRead([templates]) })).toEqual(expected);
  });
});
