import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Blueprint, Composer } from '../../src/crossplane/composition.ts';
import { compositions } from '../../src/crossplane/composition.ts';
import { rule } from '../../src/crossplane/structural.ts';
import * as ec2 from '../../src/imports/ec2.aws.m.upbound.io.ts';
import { api } from '../fixtures/api.ts';
import { findingsOf, type Thing } from '../fixtures/package.ts';

const region = 'af-south-1';

describe('a broken API is refused', () => {
  const definition = { kind: 'XOdd', plural: 'xodds', description: 'An odd thing.', columns: () => [] } as const;
  const one = (blueprints: readonly Blueprint[]) => findingsOf(blueprints);
  const vpc = (composer: Pick<Composer<typeof Thing, never>, 'compose'>) =>
    composer.compose('vpc', ec2.Vpc, { spec: { forProvider: { region } } });

  test('a field that nothing reads: whoever sets it would wait for an effect', () => {
    const odd = api({
      ...definition,
      spec: z.object({ cidr: z.string().default('10.0.0.0/16') }),
      status: z.object({}),
    });
    expect(one(compositions(odd, vpc))).toEqual([
      'apis/xodd: spec.cidr: is read by no Composition, so whoever sets it changes nothing: use it, remove it, or say readElsewhere()',
    ]);
  });

  test('a message with the text of a number, for which the API server refuses the whole kind', () => {
    const size = rule(z.int().default(1), { rule: 'self > 0', messageExpression: "'is ' + string(self)" });
    const odd = api({ ...definition, spec: z.object({ size }), status: z.object({}) });
    const blueprints = compositions(odd, composer => {
      composer.readElsewhere(composer.xr.spec.size);
      vpc(composer);
    });
    expect(one(blueprints)).toEqual([
      'apis/xodd: spec.size: has a messageExpression with string(…), which the API server refuses as too costly: say it in a message',
    ]);
  });

  test('a status field that nothing writes', () => {
    const odd = api({ ...definition, spec: z.object({}), status: z.object({ vpcId: z.string() }) });
    expect(one(compositions(odd, vpc))).toEqual([
      'apis/xodd: status.vpcId: is never written by xodd: publish() a value to it, make it optional, or remove it',
    ]);
  });

  test('a status field that one variant does not write, though it is no optional one', () => {
    const status = z.object({ vpcId: z.string(), extra: z.string().optional() });
    const variants = { a: { when: 'self.x', meaning: 'x' }, b: { when: '!self.x', meaning: 'no x' } };
    const odd = api({ ...definition, spec: z.object({ x: z.boolean().default(true) }), status, variants });
    const blueprints = compositions(odd, ({ xr, variant, compose, publish }) => {
      const vpc = compose('vpc', ec2.Vpc, { spec: { forProvider: { region, enableDnsSupport: xr.spec.x } } });
      if (variant === 'a') publish(vpc.observed.id, xr.status.vpcId);
      if (variant === 'b') publish(vpc.observed.arn, xr.status.extra);
    });
    expect(one(blueprints)).toEqual([
      'apis/xodd: status.vpcId: is never written by xodd-b: publish() a value to it, make it optional, or remove it',
    ]);
  });

  test('a variant that no spec asks for', () => {
    const variants = { a: { when: 'self.x', meaning: 'x' }, b: { when: "self.y == 'no'", meaning: 'no y' } };
    const spec = z.object({ x: z.boolean().default(true), y: z.enum(['yes', 'maybe']).default('yes') });
    const odd = api({ ...definition, spec, status: z.object({}), variants });
    const blueprints = compositions(odd, ({ xr, compose }) => {
      const tags = { y: xr.spec.y };
      compose('vpc', ec2.Vpc, { spec: { forProvider: { region, enableDnsSupport: xr.spec.x, tags } } });
    });
    expect(one(blueprints)).toEqual([
      'compositions/xodd-b: no sample of the spec is valid and for this Composition, so it was not tried: give its fields examples',
    ]);
  });

  test('a pattern of which no value is known', () => {
    const odd = api({ ...definition, spec: z.object({ cidr: z.string().regex(/^\d+$/) }), status: z.object({}) });
    const blueprints = compositions(odd, ({ xr, compose }) => {
      compose('vpc', ec2.Vpc, { spec: { forProvider: { region, cidrBlock: xr.spec.cidr } } });
    });
    expect(one(blueprints)).toEqual([
      'apis/xodd: spec.cidr: has a pattern, and neither default nor example to try it with: add .meta({ example: … })',
    ]);
  });

  test('a column that is no single value', () => {
    const odd = api({
      ...definition,
      spec: z.object({ tags: z.record(z.string(), z.string()).optional() }),
      status: z.object({}),
      columns: xr => [{ name: 'TAGS', of: xr.spec.tags }],
    });
    const blueprints = compositions(odd, ({ xr, compose }) => {
      compose('vpc', ec2.Vpc, { spec: { forProvider: { region, tags: xr.spec.tags } } });
    });
    expect(one(blueprints)).toEqual([
      'apis/xodd: columns[TAGS]: xr.spec.tags is no single value: a column shows a text, a number or a truth value',
    ]);
  });
});
