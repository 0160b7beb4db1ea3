import { describe, expect, it } from 'vitest';
import { formatPath } from '../../src/crossplane/path.ts';
import type { Schema } from '../../src/crossplane/schema.ts';
import { validate, withDefaults } from '../../src/crossplane/validate.ts';

const string: Schema = { type: 'string' };

function kindOf(spec: Schema): Schema {
  return { type: 'object', properties: { spec }, required: ['spec'] };
}

function object(spec: unknown) {
  return { apiVersion: 'example.org/v1', kind: 'Thing', metadata: { name: 'a' }, spec };
}

function check(spec: Schema, value: unknown, old?: unknown): string[] {
  const options = old === undefined ? {} : { old: object(old) };
  return validate(kindOf(spec), object(value), options).map(({ path, message }) => `${formatPath(path)}: ${message}`);
}

describe('withDefaults', () => {
  const nested: Schema = {
    type: 'object',
    properties: {
      a: {
        type: 'object',
        default: {},
        properties: {
          b: {
            type: 'object',
            default: { c: 1 },
            properties: { c: { type: 'integer' }, d: { type: 'integer', default: 2 } },
          },
        },
      },
      plain: { type: 'object', properties: { x: { type: 'integer', default: 3 } } },
    },
  };
  it.each([
    { reason: 'a default is filled by the defaults below it', value: {}, want: { a: { b: { c: 1, d: 2 } } } },
    { reason: 'what is given is filled too', value: { a: { b: { d: 5 } } }, want: { a: { b: { d: 5 } } } },
    {
      reason: 'an object that is not there gets no defaults of its fields',
      value: { plain: {} },
      want: { plain: { x: 3 }, a: { b: { c: 1, d: 2 } } },
    },
    { reason: 'null gives way to a default', value: { a: null }, want: { a: { b: { c: 1, d: 2 } } } },
    { reason: 'null without a default is dropped', value: { plain: null }, want: { a: { b: { c: 1, d: 2 } } } },
  ])('$reason', ({ value, want }) => {
    expect(withDefaults(nested, value)).toEqual(want);
  });

  it('keeps null where it may stand, fills items and values of maps, and leaves the original alone', () => {
    const item: Schema = { type: 'object', properties: { x: { type: 'integer', default: 1 } } };
    const schema: Schema = {
      type: 'object',
      properties: {
        n: { type: 'string', nullable: true, default: 'd' },
        l: { type: 'array', items: item },
        m: { type: 'object', additionalProperties: item },
      },
    };
    const value = { n: null, l: [{}], m: { k: {} } };
    expect(withDefaults(schema, value)).toEqual({ n: null, l: [{ x: 1 }], m: { k: { x: 1 } } });
    expect(value).toEqual({ n: null, l: [{}], m: { k: {} } });
  });
});

describe('validate', () => {
  const cases: readonly { reason: string; schema: Schema; good: unknown; bad: unknown; message: string }[] = [
    {
      reason: 'a number for text',
      schema: string,
      good: '1.33',
      bad: 1.33,
      message: 'spec: must be a string, not 1.33; put it in quotes',
    },
    {
      reason: 'text for a number',
      schema: { type: 'integer' },
      good: 3,
      bad: '3',
      message: 'spec: must be an integer, not "3"',
    },
    {
      reason: 'a fraction for an integer',
      schema: { type: 'integer' },
      good: 3,
      bad: 3.5,
      message: 'spec: must be an integer, not 3.5',
    },
    {
      reason: 'an object for a list',
      schema: { type: 'array', items: string },
      good: [],
      bad: { a: 1 },
      message: 'spec: must be an array, not the object {"a":1}',
    },
    {
      reason: 'int-or-string',
      schema: { 'x-kubernetes-int-or-string': true },
      good: '50%',
      bad: true,
      message: 'spec: must be an integer or a string, not true',
    },
    {
      reason: 'null in a list',
      schema: { type: 'array', items: string },
      good: ['a'],
      bad: [null],
      message: 'spec[0]: must be a string, not null',
    },
    {
      reason: 'enum',
      schema: { type: 'string', enum: ['a', 'b'] },
      good: 'a',
      bad: 'c',
      message: 'spec: is "c"; allowed: "a", "b"',
    },
    {
      reason: 'enum, nearly',
      schema: { type: 'string', enum: ['af-south-1', 'eu-west-1'] },
      good: 'eu-west-1',
      bad: 'eu-west1',
      message: 'spec: is "eu-west1"; did you mean eu-west-1? allowed: "af-south-1", "eu-west-1"',
    },
    {
      reason: 'pattern',
      schema: { type: 'string', pattern: '^a+$' },
      good: 'aa',
      bad: 'b',
      message: 'spec: is "b", which does not match ^a+$',
    },
    {
      reason: 'a pattern RE2 lacks',
      schema: { type: 'object', properties: { x: { type: 'string', pattern: '^(?!a)' } } },
      good: {},
      bad: { x: 'b' },
      message: 'spec.x: cannot be checked: pattern ^(?!a): (?! is not in RE2, the dialect of Kubernetes',
    },
    {
      reason: 'empty text',
      schema: { type: 'string', minLength: 1 },
      good: 'a',
      bad: '',
      message: 'spec: must not be empty',
    },
    {
      reason: 'long text, in letters',
      schema: { type: 'string', maxLength: 2 },
      good: '😀😀',
      bad: 'abc',
      message: 'spec: is "abc", 3 characters; at most 2 are allowed',
    },
    {
      reason: 'minimum',
      schema: { type: 'integer', minimum: 1 },
      good: 1,
      bad: 0,
      message: 'spec: is 0; must be at least 1',
    },
    {
      reason: 'a bound that is excluded',
      schema: { type: 'number', maximum: 1, exclusiveMaximum: true },
      good: 0.5,
      bad: 1,
      message: 'spec: is 1; must be less than 1',
    },
    {
      reason: 'multiples',
      schema: { type: 'number', multipleOf: 0.5 },
      good: 1.5,
      bad: 0.7,
      message: 'spec: is 0.7; must be a multiple of 0.5',
    },
    {
      reason: 'few items',
      schema: { type: 'array', items: string, minItems: 2 },
      good: ['a', 'b'],
      bad: ['a'],
      message: 'spec: has 1 item; needs at least 2',
    },
    {
      reason: 'many fields',
      schema: { type: 'object', additionalProperties: string, maxProperties: 1 },
      good: { a: '' },
      bad: { a: '', b: '' },
      message: 'spec: has 2 fields; may have at most 1',
    },
    {
      reason: 'required',
      schema: { type: 'object', properties: { a: string }, required: ['a'] },
      good: { a: '' },
      bad: {},
      message: 'spec.a: is required',
    },
    {
      reason: 'unknown field with a near one',
      schema: { type: 'object', properties: { cidrBlock: string } },
      good: { cidrBlock: '' },
      bad: { cidrBlok: '' },
      message: 'spec.cidrBlok: is not a known field; did you mean cidrBlock?',
    },
    {
      reason: 'unknown field in other case',
      schema: { type: 'object', properties: { vpcId: string } },
      good: {},
      bad: { vpcID: '' },
      message: 'spec.vpcID: is not a known field; did you mean vpcId?',
    },
    {
      reason: 'unknown field unlike any',
      schema: { type: 'object', properties: { region: string } },
      good: {},
      bad: { zones: '' },
      message: 'spec.zones: is not a known field',
    },
    {
      reason: 'values of a map',
      schema: { type: 'object', additionalProperties: string },
      good: { a: 'b' },
      bad: { 'a.b/c': 1 },
      message: 'spec[a.b/c]: must be a string, not 1; put it in quotes',
    },
    {
      reason: 'a set',
      schema: { type: 'array', items: string, 'x-kubernetes-list-type': 'set' },
      good: ['a', 'b'],
      bad: ['a', 'b', 'a'],
      message: 'spec[2]: is "a", the same as item 0; each may stand once',
    },
    {
      reason: 'a keyed list',
      schema: {
        type: 'array',
        items: { type: 'object', properties: { k: string, p: { type: 'string', default: 'TCP' } } },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k', 'p'],
      },
      good: [{ k: 'a' }, { k: 'a', p: 'UDP' }],
      bad: [{ k: 'a' }, { k: 'a', p: 'TCP' }],
      message: 'spec[1]: has the same k, p as item 0; each may stand once',
    },
    {
      reason: 'a format',
      schema: { type: 'string', format: 'date-time' },
      good: '2026-01-02T03:04:05Z',
      bad: 'tomorrow',
      message: 'spec: is "tomorrow", which is not of the format date-time',
    },
    {
      reason: 'a format the server does not know',
      schema: { type: 'object', properties: { x: { type: 'string', format: 'odd' } }, required: ['x'] },
      good: { x: 'y' },
      bad: {},
      message: 'spec.x: is required',
    },
    {
      reason: 'oneOf',
      schema: {
        type: 'object',
        properties: { a: string, b: string },
        oneOf: [{ required: ['a'] }, { required: ['b'] }],
      },
      good: { a: '' },
      bad: {},
      message: 'spec: fits none of the allowed shapes: a is required; or b is required',
    },
    {
      reason: 'oneOf, twice',
      schema: {
        type: 'object',
        properties: { a: string, b: string },
        oneOf: [{ required: ['a'] }, { required: ['b'] }],
      },
      good: { b: '' },
      bad: { a: '', b: '' },
      message: 'spec: fits 2 of the allowed shapes; exactly one must fit',
    },
    {
      reason: 'anyOf',
      schema: { type: 'object', properties: { a: string }, anyOf: [{ properties: { a: { enum: ['x'] } } }] },
      good: { a: 'x' },
      bad: { a: 'y' },
      message: 'spec: fits none of the allowed shapes: a is "y"; allowed: "x"',
    },
    {
      reason: 'not',
      schema: { type: 'object', properties: { a: string }, not: { required: ['a'] } },
      good: {},
      bad: { a: '' },
      message: 'spec: must not fit the object {"required":["a"]}',
    },
  ];
  it.each(cases)('$reason', ({ schema, good, bad, message }) => {
    expect(check(schema, good)).toEqual([]);
    expect(check(schema, bad)).toEqual([message]);
  });

  it('says everything at once', () => {
    const schema: Schema = {
      type: 'object',
      properties: { count: { type: 'integer' }, mode: { type: 'string', enum: ['x'] }, name: string },
      required: ['name'],
    };
    expect(check(schema, { count: 'x', mode: 'y', zone: 1 })).toEqual([
      'spec.name: is required',
      'spec.count: must be an integer, not "x"',
      'spec.mode: is "y"; allowed: "x"',
      'spec.zone: is not a known field',
    ]);
  });

  it('takes null where it is allowed, and in an enum where that has it', () => {
    const schema: Schema = { type: 'object', properties: { a: { type: 'string', nullable: true, enum: ['x'] } } };
    expect(check({ type: 'string', nullable: true }, null)).toEqual([]);
    expect(check(schema, { a: null })).toEqual(['spec.a: is null; allowed: "x"']);
  });

  it('puts the defaults in first', () => {
    expect(check({ type: 'object', properties: { a: { type: 'string', default: 'x' } }, required: ['a'] }, {})).toEqual(
      [],
    );
  });

  it('lets anything stand below preserve-unknown-fields', () => {
    expect(check({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, { a: [{ b: null }] })).toEqual([]);
  });

  it('asks the object for its type, and its labels for text', () => {
    const problems = validate(kindOf(string), {
      kind: 'X',
      metadata: { name: 'a', labels: { on: true }, uid: 'u' },
      spec: '',
    });
    expect(problems.map(({ path, message }) => `${formatPath(path)}: ${message}`)).toEqual([
      'apiVersion: is required',
      'metadata.labels.on: must be a string, not true; put it in quotes',
    ]);
  });

  it('knows the fields of metadata, and what the kind says of its name', () => {
    const short: Schema = { type: 'object', properties: { name: { type: 'string', maxLength: 3 } } };
    const schema: Schema = { type: 'object', properties: { metadata: short, spec: string } };
    const problems = validate(schema, {
      apiVersion: 'example.org/v1',
      kind: 'Thing',
      metadata: { name: 'long', lables: {}, creationTimestamp: null, ownerReferences: [{ name: 'a' }] },
    });
    expect(problems.map(({ path, message }) => `${formatPath(path)}: ${message}`)).toEqual([
      'metadata.name: is "long", 4 characters; at most 3 are allowed',
      'metadata.lables: is not a known field; did you mean labels?',
    ]);
  });

  it('asks an embedded resource for its type too', () => {
    const embedded: Schema = {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
    };
    expect(check(embedded, { apiVersion: 'v1', kind: 'Secret', metadata: {}, data: { a: 1 } })).toEqual([]);
    expect(check(embedded, { apiVersion: 'v1' })).toEqual(['spec.kind: is required']);
  });

  it('asks rules only where all they see is in order', () => {
    const rule = { rule: 'self.a > 1', message: 'a is small' };
    const inner: Schema = {
      type: 'object',
      properties: { a: { type: 'integer' } },
      'x-kubernetes-validations': [rule],
    };
    const schema: Schema = { type: 'object', properties: { one: inner, two: inner } };
    expect(check(schema, { one: { a: 'x' }, two: { a: 1 } })).toEqual([
      'spec.one.a: must be an integer, not "x"',
      'spec.two: a is small',
    ]);
  });
});

describe('validate, an update', () => {
  const region: Schema = {
    type: 'string',
    'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'cannot be changed' }],
  };
  const schema: Schema = { type: 'object', properties: { region, size: { type: 'string', enum: ['s', 'm'] } } };

  it('refuses to change what is fixed', () => {
    expect(check(schema, { region: 'b' }, { region: 'a' })).toEqual(['spec.region: cannot be changed']);
    expect(check(schema, { region: 'b' })).toEqual([]);
  });

  it('does not hold against a value that it was wrong before', () => {
    expect(check(schema, { region: 'a', size: 'xl' }, { size: 'xl' })).toEqual([]);
    expect(check(schema, { size: 'xxl' }, { size: 'xl' })).toEqual(['spec.size: is "xxl"; allowed: "s", "m"']);
  });
});
