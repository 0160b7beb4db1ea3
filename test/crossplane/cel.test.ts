import { describe, expect, it } from 'vitest';
import { checkRules, parseRule } from '../../src/crossplane/cel.ts';
import { formatPath } from '../../src/crossplane/path.ts';
import type { Rule, Schema } from '../../src/crossplane/schema.ts';

const string: Schema = { type: 'string' };
const strings: Schema = { type: 'array', items: string };

/** An object's schema, its rules on `spec`. */
function schemaOf(spec: Schema, ...rules: Rule[]): Schema {
  return { type: 'object', properties: { spec: { ...spec, 'x-kubernetes-validations': rules } } };
}

function messages(schema: Schema, spec: unknown, old?: unknown): string[] {
  const problems = checkRules(schema, { spec }, old === undefined ? undefined : { spec: old });
  return problems.map(({ path, message }) => `${formatPath(path)}: ${message}`);
}

const upjet: Schema = {
  type: 'object',
  properties: {
    managementPolicies: strings,
    forProvider: { type: 'object', properties: { cidrBlock: string } },
    initProvider: { type: 'object', properties: { cidrBlock: string } },
  },
};
const required = (name: string): Rule => ({
  rule: `!('*' in self.managementPolicies || 'Create' in self.managementPolicies || 'Update' in self.managementPolicies) || has(self.forProvider.${name}) || (has(self.initProvider) && has(self.initProvider.${name}))`,
  message: `spec.forProvider.${name} is a required parameter`,
});

describe('rules as providers write them', () => {
  const schema = schemaOf(upjet, required('cidrBlock'));
  it.each([
    { reason: 'given', spec: { managementPolicies: ['*'], forProvider: { cidrBlock: 'x' } }, ok: true },
    {
      reason: 'given at first only',
      spec: { managementPolicies: ['*'], forProvider: {}, initProvider: { cidrBlock: 'x' } },
      ok: true,
    },
    { reason: 'only looked at', spec: { managementPolicies: ['Observe'], forProvider: {} }, ok: true },
    { reason: 'missing', spec: { managementPolicies: ['Create'], forProvider: {} }, ok: false },
  ])('upjet, required parameter: $reason', ({ spec, ok }) => {
    expect(messages(schema, spec)).toEqual(ok ? [] : ['spec: spec.forProvider.cidrBlock is a required parameter']);
  });

  const terms: Schema = {
    type: 'array',
    items: {
      type: 'object',
      properties: { id: string, alias: string, tags: { type: 'object', additionalProperties: string } },
    },
  };
  it.each([
    { rule: 'self.all(x, has(x.tags) || has(x.id) || has(x.alias))', good: [{ id: 'a' }], bad: [{ id: 'a' }, {}] },
    {
      rule: '!(self.exists(x, has(x.alias)) && self.size() != 1)',
      good: [{ alias: 'a' }],
      bad: [{ alias: 'a' }, { id: 'b' }],
    },
    {
      rule: "self.filter(x, has(x.id)?x.id=='a':false).size() <= 1",
      good: [{ id: 'a' }],
      bad: [{ id: 'a' }, { id: 'a' }],
    },
    {
      rule: "self.all(x, !has(x.tags) || x.tags.all(k, k != '' && x.tags[k] != ''))",
      good: [{ tags: { a: 'b' } }],
      bad: [{ tags: { a: '' } }],
    },
    { rule: 'has(self[0].id)', good: [{ id: 'a' }], bad: [{}] },
    {
      rule: "self.all(x, !has(x.alias) || x.alias.matches('^[a-zA-Z0-9]+@.+$') && x.alias.split('@')[0] in ['al2023'])",
      good: [{ alias: 'al2023@v1' }],
      bad: [{ alias: 'al2@v1' }],
    },
  ])('Karpenter: $rule', ({ rule, good, bad }) => {
    const schema = schemaOf(terms, { rule, message: 'no' });
    expect(messages(schema, good)).toEqual([]);
    expect(messages(schema, bad)).toEqual(['spec: no']);
  });
});

describe('addresses', () => {
  const network: Schema = { type: 'object', properties: { cidr: string, subnets: strings } };
  const inside: Rule = {
    rule: 'self.subnets.all(s, isCIDR(s) && cidr(self.cidr).containsCIDR(s))',
    message: 'a subnet is outside the network',
  };
  const apart: Rule = {
    rule: 'self.subnets.all(a, self.subnets.exists_one(b, cidr(a).containsCIDR(b) || cidr(b).containsCIDR(a)))',
    message: 'subnets overlap',
  };
  it.each([
    { reason: 'side by side', cidr: '10.0.0.0/16', subnets: ['10.0.0.0/20', '10.0.16.0/20'], want: [] },
    {
      reason: 'outside',
      cidr: '10.0.0.0/16',
      subnets: ['10.1.0.0/20'],
      want: ['spec: a subnet is outside the network'],
    },
    {
      reason: 'larger than the network',
      cidr: '10.0.0.0/16',
      subnets: ['10.0.0.0/8'],
      want: ['spec: a subnet is outside the network'],
    },
    {
      reason: 'one in the other',
      cidr: '10.0.0.0/16',
      subnets: ['10.0.0.0/20', '10.0.8.0/24'],
      want: ['spec: subnets overlap'],
    },
    { reason: 'IPv6', cidr: 'fd00::/56', subnets: ['fd00:0:0:1::/64', 'fd00:0:0:2::/64'], want: [] },
    {
      reason: 'IPv6 in IPv4',
      cidr: '10.0.0.0/16',
      subnets: ['fd00::/64'],
      want: ['spec: a subnet is outside the network'],
    },
  ])('containment and overlap: $reason', ({ cidr, subnets, want }) => {
    expect(messages(schemaOf(network, inside, apart), { cidr, subnets })).toEqual(want);
  });

  it.each([
    "isIP('10.0.0.1') && isIP('::1')",
    "!isIP('10.0.0.01') && !isIP('fe80::1%eth0') && !isIP('::ffff:1.2.3.4') && !isIP('x')",
    "!isCIDR('10.0.0.0') && !isCIDR('10.0.0.0/33') && !isCIDR('10.0.0.0/08') && !isCIDR('::/129')",
    "cidr('10.0.0.0/16').containsIP('10.0.255.1') && !cidr('10.0.0.0/16').containsIP(ip('10.1.0.0'))",
    "cidr('10.0.3.7/24').masked() == cidr('10.0.3.0/24') && cidr('10.0.3.7/24') != cidr('10.0.3.0/24')",
    "string(cidr('2001:db8:0:1::5/64').masked()) == '2001:db8:0:1::/64'",
    "cidr('10.0.3.7/24').ip() == ip('10.0.3.7') && cidr('10.0.3.7/24').prefixLength() == 24",
    "ip('::1').family() == 6 && ip('1.1.1.1').family() == 4 && ip('0:0::1') == ip('::1')",
    "ip.isCanonical('::1') && !ip.isCanonical('0:0::1')",
    "cidr('0.0.0.0/0').containsIP('255.255.255.255')",
  ])('%s', rule => {
    expect(messages(schemaOf(string, { rule }), 'x')).toEqual([]);
  });

  it('says which text is no block', () => {
    expect(messages(schemaOf(string, { rule: 'cidr(self).prefixLength() <= 24' }), '10.0.0.0/40')).toEqual([
      'spec: rule "cidr(self).prefixLength() <= 24" failed: "10.0.0.0/40" has a mask of more than 32 bits',
    ]);
  });
});

describe('the library of the API server', () => {
  it.each([
    "'abc'.startsWith('a') && 'abc'.endsWith('c') && 'abc'.contains('b') && 'abc'.size() == 3",
    "'a.b.c'.replace('.', '-') == 'a-b-c' && 'a.b.c'.replace('.', '-', 1) == 'a-b.c'",
    "' Ab '.trim().lowerAscii() == 'ab' && 'ab'.upperAscii() == 'AB' && 'abc'.charAt(1) == 'b' && 'abc'.reverse() == 'cba'",
    "'a,b'.split(',') == ['a', 'b'] && ['a', 'b'].join('-') == 'a-b' && 'abcd'.substring(1, 3) == 'bc' && 'abc'.indexOf('c') == 2",
    "'v1.33'.find('[0-9]+') == '1' && 'v1.33'.findAll('[0-9]+') == ['1', '33'] && 'v1.33'.findAll('[0-9]+', 1) == ['1']",
    "'ABC'.matches('(?i)^abc$')",
    "[1, 2, 3].sum() == 6 && [1.5, 2.0].sum() == 3.5 && [2, 1].min() == 1 && ['a', 'b'].max() == 'b' && [].sum() == 0",
    '[1, 2, 2].isSorted() && ![2, 1].isSorted() && [1, 2, 1].indexOf(1) == 0 && [1, 2, 1].lastIndexOf(1) == 2 && [1].indexOf(5) == -1',
    'sets.contains([1, 2], [1]) && sets.equivalent([1, 2], [2, 1, 1]) && !sets.intersects([1], [2])',
    "int('7') == 7 && string(7) == '7' && double('1.5') > 1 && type(1) == int",
    "duration('90m') > duration('1h')",
    'optional.of(1).orValue(2) == 1 && optional.none().orValue(2) == 2',
    "'.matches(' + 'oldSelf' == '.matches(oldSelf'",
  ])('%s', rule => {
    expect(messages(schemaOf(string, { rule }), 'x')).toEqual([]);
  });
});

describe('values as rules see them', () => {
  const seen: readonly { reason: string; schema: Schema; value: unknown; rule: string }[] = [
    {
      reason: 'integers are int, numbers double',
      schema: { type: 'object', properties: { i: { type: 'integer' }, n: { type: 'number' } } },
      value: { i: 7, n: 2 },
      rule: 'self.i / 2 == 3 && self.n / 4.0 == 0.5',
    },
    {
      reason: 'int-or-string is either',
      schema: { 'x-kubernetes-int-or-string': true },
      value: 80,
      rule: 'type(self) == int && self == 80',
    },
    {
      reason: 'reserved names are escaped',
      schema: { type: 'object', properties: { namespace: string, 'a-b': string, 'c.d': string } },
      value: { namespace: 'n', 'a-b': 'x', 'c.d': 'y' },
      rule: "self.__namespace__ == 'n' && self.a__dash__b == 'x' && self.c__dot__d == 'y'",
    },
    {
      reason: 'keys of maps are not escaped',
      schema: { type: 'object', additionalProperties: string },
      value: { 'a-b': 'x', namespace: 'n' },
      rule: "'a-b' in self && self['namespace'] == 'n'",
    },
    {
      reason: 'a field of any name',
      schema: { type: 'object', properties: { constructor: string } },
      value: { constructor: 'x' },
      rule: "self.constructor == 'x' && !has(self.constructor) == false",
    },
    {
      reason: 'what is not declared is not seen',
      schema: { type: 'object', properties: { a: string }, 'x-kubernetes-preserve-unknown-fields': true },
      value: { b: 'x' },
      rule: '!has(self.b)',
    },
    {
      reason: 'optional fields',
      schema: { type: 'object', properties: { a: string } },
      value: {},
      rule: "self.?a.orValue('none') == 'none'",
    },
    {
      reason: 'a date',
      schema: { type: 'string', format: 'date-time' },
      value: '2026-01-01T00:00:00Z',
      rule: "self < timestamp('2027-01-01T00:00:00Z')",
    },
    {
      reason: 'a duration',
      schema: { type: 'string', format: 'duration' },
      value: '720h',
      rule: "self > duration('1h')",
    },
  ];
  it.each(seen)('$reason', ({ schema, value, rule }) => {
    expect(messages(schemaOf(schema, { rule }), value)).toEqual([]);
  });

  it('sees the name of the object at the root, and nothing else of its metadata', () => {
    const schema: Schema = {
      type: 'object',
      'x-kubernetes-validations': [
        { rule: "self.metadata.name == 'a' && self.kind == 'K' && !has(self.metadata.labels)" },
      ],
    };
    expect(checkRules(schema, { kind: 'K', metadata: { name: 'a', labels: {} } })).toEqual([]);
  });
});

describe('messages', () => {
  const object: Schema = { type: 'object', properties: { a: string, b: string } };
  it.each([
    {
      reason: 'without a message, the rule',
      rule: { rule: 'has(self.b)' },
      want: 'spec: does not satisfy the rule has(self.b)',
    },
    {
      reason: 'an expression',
      rule: { rule: 'has(self.b)', messageExpression: "'a is ' + self.a", message: 'no' },
      want: 'spec: a is x',
    },
    {
      reason: 'an expression that fails falls back',
      rule: { rule: 'has(self.b)', messageExpression: 'self.b', message: 'no' },
      want: 'spec: no',
    },
    { reason: 'a place below', rule: { rule: 'has(self.b)', fieldPath: '.b', message: 'no' }, want: 'spec.b: no' },
    {
      reason: 'a rule that fails to run',
      rule: { rule: "self.b == 'x'" },
      want: 'spec: rule "self.b == \'x\'" failed: No such key: b',
    },
    {
      reason: 'a function we do not have',
      rule: { rule: "quantity('1').isInteger()" },
      want: "spec: rule \"quantity('1').isInteger()\" failed: it does not compile: found no matching overload for 'quantity(string)'",
    },
  ] satisfies { reason: string; rule: Rule; want: string }[])('$reason', ({ rule, want }) => {
    expect(messages(schemaOf(object, rule), { a: 'x' })).toEqual([want]);
  });
});

describe('a rule that fails to run', () => {
  const block: Schema = { type: 'string', 'x-kubernetes-validations': [{ rule: 'isCIDR(self)', message: 'no block' }] };
  const prefix: Rule = { rule: 'cidr(self.cidr).prefixLength() > 8', message: 'too large' };
  const schema = schemaOf({ type: 'object', properties: { cidr: block, other: string } }, prefix);

  it('is not told where another rule tells what is wrong below', () => {
    expect(messages(schema, { cidr: 'x' })).toEqual(['spec.cidr: no block']);
  });

  it('is told where nothing else is wrong', () => {
    expect(messages(schema, { other: 'x' })).toEqual([
      'spec: rule "cidr(self.cidr).prefixLength() > 8" failed: No such key: cidr',
    ]);
  });
});

describe('updates', () => {
  const fixed: Schema = {
    ...string,
    'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'cannot be changed' }],
  };
  const schema = schemaOf({ type: 'object', properties: { region: fixed, note: string } });

  it('runs a transition rule only where there is an old value', () => {
    expect(messages(schema, { region: 'a' })).toEqual([]);
    expect(messages(schema, { region: 'a' }, { note: 'x' })).toEqual([]);
    expect(messages(schema, { region: 'a', note: 'y' }, { region: 'a', note: 'x' })).toEqual([]);
    expect(messages(schema, { region: 'b' }, { region: 'a' })).toEqual(['spec.region: cannot be changed']);
  });

  it('forbids adding and dropping a field by a rule on its parent', () => {
    const rule = { rule: 'has(self.note) == has(oldSelf.note)', message: 'note is for ever' };
    const parent = schemaOf({ type: 'object', properties: { note: string } }, rule);
    expect(messages(parent, {}, { note: 'x' })).toEqual(['spec: note is for ever']);
    expect(messages(parent, { note: 'y' }, { note: 'x' })).toEqual([]);
  });

  it('gives oldSelf as an optional where the rule asks for it', () => {
    const rule = { rule: "oldSelf.hasValue() || self == 'first'", optionalOldSelf: true, message: 'starts at first' };
    expect(messages(schemaOf(string, rule), 'first')).toEqual([]);
    expect(messages(schemaOf(string, rule), 'second')).toEqual(['spec: starts at first']);
    expect(messages(schemaOf(string, rule), 'second', 'first')).toEqual([]);
  });

  it('follows keyed lists by key, and other lists not at all', () => {
    const items: Schema = { type: 'object', properties: { name: string, size: fixed } };
    const keyed: Schema = {
      type: 'array',
      items,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    };
    const old = [
      { name: 'a', size: '1' },
      { name: 'b', size: '2' },
    ];
    const now = [
      { name: 'b', size: '3' },
      { name: 'a', size: '1' },
    ];
    expect(messages(schemaOf(keyed), now, old)).toEqual(['spec[0].size: cannot be changed']);
    expect(messages(schemaOf({ type: 'array', items }), now, old)).toEqual([]);
  });

  it('compares sets and keyed lists without their order', () => {
    const same: Rule = { rule: 'self == oldSelf', message: 'changed' };
    const set: Schema = { ...strings, 'x-kubernetes-list-type': 'set' };
    expect(messages(schemaOf(set, same), ['b', 'a'], ['a', 'b'])).toEqual([]);
    expect(messages(schemaOf(set, same), ['b', 'c'], ['a', 'b'])).toEqual(['spec: changed']);
    expect(messages(schemaOf(strings, same), ['b', 'a'], ['a', 'b'])).toEqual(['spec: changed']);
  });

  it('does not hold a rule about the present against what stayed as it was', () => {
    const rule = { rule: "self.a != 'bad'", message: 'bad' };
    const parent = schemaOf({ type: 'object', properties: { a: string, b: string } }, rule);
    expect(messages(parent, { a: 'bad' }, { a: 'bad' })).toEqual([]);
    expect(messages(parent, { a: 'bad', b: 'new' }, { a: 'bad' })).toEqual(['spec: bad']);
  });
});

describe('parseRule', () => {
  it.each(['self == oldSelf', 'has(self.a) && self.a.b[0] > 1', "self.matches('^a') ? true : false"])(
    'takes %s',
    rule => {
      expect(parseRule(rule)).toBeUndefined();
    },
  );

  it.each([
    { reason: 'no CEL', rule: 'self ===', message: 'Unexpected' },
    { reason: 'an unknown function', rule: 'self.frobnicate()', message: 'frobnicate' },
    { reason: 'an unknown variable', rule: 'slef.a', message: 'slef' },
    { reason: 'a value that is no bool', rule: "'a' + 'b'", message: 'gives string, not bool' },
  ])('refuses $reason', ({ rule, message }) => {
    expect(parseRule(rule)).toContain(message);
  });
});
