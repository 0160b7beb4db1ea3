import { describe, expect, test } from 'vitest';
import type { Composer } from '../../src/crossplane/composition.ts';
import { compositions } from '../../src/crossplane/composition.ts';
import { evaluate } from '../../src/crossplane/evaluate.ts';
import { laterOf, orElse, pick } from '../../src/crossplane/expressions.ts';
import { getPath } from '../../src/crossplane/path.ts';
import type { Ref } from '../../src/crossplane/ref.ts';
import * as ec2 from '../../src/imports/ec2.aws.m.upbound.io.ts';
import { Box } from '../fixtures/api.ts';
import { packageOf } from '../fixtures/package.ts';

const order = ['1.9', '1.10', '1.11'] as const;

type Xr = Composer<typeof Box, never>['xr'];

/** What stands for an expression in a resource of an XBox with this spec and status. */
function standsFor(expression: (xr: Xr) => Ref<string | undefined>, spec: object, status: object): unknown {
  const blueprints = compositions(Box, ({ xr, compose }) => {
    const cidrBlock = expression(xr as Xr);
    compose('vpc', ec2.Vpc, { spec: { forProvider: { region: 'af-south-1', cidrBlock } } });
  });
  const composition = packageOf(blueprints).parts[0]?.compositions[0];
  if (!composition) throw new Error('there is no Composition');
  const composite = { ...Box.GVK, metadata: { name: 'a', namespace: 'b' }, spec, status };
  const { resources } = evaluate(composition, composite, new Map());
  return getPath(resources.get('vpc'), ['spec', 'forProvider', 'cidrBlock']);
}

const versionOf = (xr: Xr) => xr.spec.cidr as Ref<(typeof order)[number]>;

const pairs = [
  { reason: 'the other is not known yet', one: '1.10', other: undefined, later: '1.10' },
  { reason: 'they are the same', one: '1.10', other: '1.10', later: '1.10' },
  { reason: 'the other is behind, though its text is greater', one: '1.10', other: '1.9', later: '1.10' },
  { reason: 'the other is far behind', one: '1.11', other: '1.9', later: '1.11' },
  { reason: 'the other is ahead', one: '1.9', other: '1.10', later: '1.10' },
  { reason: 'the other is far ahead', one: '1.9', other: '1.11', later: '1.11' },
] as const;

describe('the later one of two texts', () => {
  test.each([...pairs, { reason: 'the order does not know the other', one: '1.11', other: '1.12', later: '1.12' }])(
    '$reason: $one and $other',
    ({ one, other, later }) => {
      const expression = (xr: Xr) => laterOf(versionOf(xr), xr.status.vpcId, order);
      expect(standsFor(expression, { cidr: one }, { vpcId: other })).toBe(later);
    },
  );
});

describe('what a table has for the later one', () => {
  const table = { '1.9': 'nine', '1.10': 'ten', '1.11': 'eleven' } as const;
  const picked = (xr: Xr) => pick(laterOf(versionOf(xr), xr.status.vpcId, order), table);

  test.each(pairs)('$reason: $one and $other', ({ one, other, later }) => {
    expect(standsFor(picked, { cidr: one }, { vpcId: other })).toBe(table[later]);
  });

  test('that of the one which the table knows, where it does not know the other', () => {
    expect(standsFor(picked, { cidr: '1.10' }, { vpcId: '1.12' })).toBe('ten');
  });

  test('stands for an optional field', () => {
    const expression = (xr: Xr) => orElse(xr.spec.note, picked(xr));
    expect(standsFor(expression, { cidr: '1.9' }, { vpcId: '1.10' })).toBe('ten');
    expect(standsFor(expression, { cidr: '1.9', note: 'mine' }, { vpcId: '1.10' })).toBe('mine');
  });
});

test.each([
  { reason: 'a case of the table', note: 'a', want: 'first' },
  { reason: 'a text that only contains one', note: 'ab', want: 'other' },
  { reason: 'no case', note: 'c', want: 'other' },
  { reason: 'no text', note: undefined, want: undefined },
])('a value of a table, or another one: $reason', ({ note, want }) => {
  const expression = (xr: Xr) => pick(xr.spec.note, { a: 'first', b: 'second' }, 'other');
  expect(standsFor(expression, { cidr: '1.9', note }, {})).toBe(want);
});

test('what is transformed already is no part of it', () => {
  const transformed = (xr: Xr) => pick(xr.spec.size, { small: '1.9', large: '1.10' } as const);
  expect(() => standsFor(xr => laterOf(transformed(xr), xr.status.vpcId, order), {}, {})).toThrow(
    'laterOf: xr.spec.size is transformed already',
  );
});
