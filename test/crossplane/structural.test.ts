import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { immutable, rule, structural } from '../../src/crossplane/structural.ts';

describe('what a structural schema can hold', () => {
  test('types, bounds, defaults, descriptions and rules, what a field is before what is in it', () => {
    const { schema, refusals } = structural(
      z.object({
        size: z.enum(['small', 'large']).default('small').describe('How much.'),
        count: z.int().min(1).max(5),
        share: z.number().min(0.5).optional(),
        name: immutable(
          z
            .string()
            .regex(/^[a-z]+$/)
            .max(20),
          'make another one',
        ),
        tags: z.record(z.string(), z.string()).optional(),
        nested: z.object({ on: z.boolean().default(true) }).prefault({}),
      }),
    );
    expect(refusals).toEqual([]);
    expect(JSON.stringify(schema, undefined, 1)).toMatchInlineSnapshot(`
      "{
       "type": "object",
       "required": [
        "count",
        "name"
       ],
       "properties": {
        "size": {
         "description": "How much.",
         "type": "string",
         "default": "small",
         "enum": [
          "small",
          "large"
         ]
        },
        "count": {
         "type": "integer",
         "minimum": 1,
         "maximum": 5
        },
        "share": {
         "type": "number",
         "minimum": 0.5
        },
        "name": {
         "type": "string",
         "pattern": "^[a-z]+$",
         "maxLength": 20,
         "x-kubernetes-validations": [
          {
           "rule": "self == oldSelf",
           "message": "cannot be changed: make another one"
          }
         ]
        },
        "tags": {
         "type": "object",
         "additionalProperties": {
          "type": "string"
         }
        },
        "nested": {
         "type": "object",
         "default": {},
         "properties": {
          "on": {
           "type": "boolean",
           "default": true
          }
         }
        }
       }
      }"
    `);
  });

  test('rules add up, below a default too', () => {
    const first = rule(z.string(), { rule: "self != 'a'", message: 'not a' });
    const both = rule(first.default('b'), { rule: "self != 'c'", message: 'not c' });
    expect(structural(both).schema['x-kubernetes-validations']).toEqual([
      { rule: "self != 'a'", message: 'not a' },
      { rule: "self != 'c'", message: 'not c' },
    ]);
  });
});

const shared = z.string().meta({ id: 'Shared' });

describe('what it cannot hold is refused, and the message says what to write instead', () => {
  test.each([
    {
      what: 'a union',
      schema: z.union([z.string(), z.int()]),
      says: /^a union: write one optional field for each case/,
    },
    {
      what: 'a discriminated union',
      schema: z.discriminatedUnion('a', [z.object({ a: z.literal('x') }), z.object({ a: z.literal('y') })]),
      says: /^a union/,
    },
    { what: 'an intersection', schema: z.intersection(z.object({}), z.object({})), says: /a\.extend\(b\.shape\)/ },
    { what: 'a tuple', schema: z.tuple([z.string()]), says: /^a tuple: write z\.array\(\)/ },
    {
      what: 'a strict object',
      schema: z.strictObject({ a: z.string() }),
      says: /^a strict or loose object: write z\.object\(\)/,
    },
    { what: 'a loose object', schema: z.looseObject({ a: z.string() }), says: /^a strict or loose object/ },
    {
      what: 'a refinement',
      schema: z.string().refine(text => text !== ''),
      says: /^refine\(\), which leaves no trace in a CRD: write a rule\(\) in CEL/,
    },
    {
      what: 'a transform',
      schema: z.string().transform(text => text.length),
      says: /^a transform, which the API server cannot run/,
    },
    { what: 'a trimmed text', schema: z.string().trim(), says: /write a regex\(\) that wants the value as it must be/ },
    {
      what: 'two patterns',
      schema: z.string().startsWith('a').endsWith('b'),
      says: /^several patterns: write one regex\(\)/,
    },
    {
      what: 'a lookahead',
      schema: z.string().regex(/^(?!a)/),
      says: /RE2, which has no lookaround and no backreference/,
    },
    { what: 'a shared definition', schema: shared, says: /^a shared definition/ },
    {
      what: 'a key with a schema',
      schema: z.record(z.enum(['a']), z.string()),
      says: /^a record with a schema for its keys/,
    },
    { what: 'anything', schema: z.any(), says: /^an untyped value/ },
    { what: 'a date', schema: z.date(), says: /^a date/ },
    { what: 'a catch', schema: z.string().catch('a'), says: /^a catch: an invalid value is refused/ },
    {
      what: 'a rule that is not CEL',
      schema: rule(z.string(), { rule: 'self ==' }),
      says: /^rule "self ==" is not CEL: /,
    },
  ])('$what', ({ schema, says }) => {
    const { refusals } = structural(z.object({ list: z.array(z.object({ field: schema })) }));
    expect(refusals.map(({ path }) => path)).toContain('list[].field');
    expect(refusals.map(({ message }) => message)).toContainEqual(expect.stringMatching(says));
  });
});

test('a default that a rule on it does not hold for, as the API server does not fill it in before', () => {
  const isOn = { rule: 'self.on', message: 'must be on' };
  const { refusals } = structural(
    z.object({
      nested: rule(z.object({ on: z.boolean().default(true) }), isOn).prefault({}),
      full: rule(z.object({ on: z.boolean() }), isOn).default({ on: true }),
    }),
  );
  expect(refusals).toEqual([
    {
      path: 'nested',
      message:
        'the default {}, without the defaults of its fields, does not satisfy a rule on it (rule "self.on" failed: No such key: on): put the rule on the object around it',
    },
  ]);
});
