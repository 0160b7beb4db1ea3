import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Composer } from '../../src/crossplane/composition.ts';
import { compositions } from '../../src/crossplane/composition.ts';
import { fmt, joined, json, merge, pick } from '../../src/crossplane/expressions.ts';
import type { Ref } from '../../src/crossplane/ref.ts';
import { rule } from '../../src/crossplane/structural.ts';
import * as eks from '../../src/imports/eks.aws.m.upbound.io.ts';
import * as helm from '../../src/imports/helm.m.crossplane.io.ts';
import * as iam from '../../src/imports/iam.aws.m.upbound.io.ts';
import * as kubernetes from '../../src/imports/kubernetes.m.crossplane.io.ts';
import * as sqs from '../../src/imports/sqs.aws.m.upbound.io.ts';
import { api } from '../fixtures/api.ts';
import { findingsOf } from '../fixtures/package.ts';

const region = 'af-south-1';

const Written = api({
  kind: 'XWritten',
  plural: 'xwrittens',
  description: 'What somebody writes.',
  spec: z.object({
    any: z.string().max(63).default('a'),
    word: z
      .string()
      .regex(/^[a-z0-9-]+$/)
      .default('a'),
    within: z
      .string()
      .regex(/[a-z0-9-]+/)
      .default('a'),
    ruled: rule(z.string(), { rule: "self.matches('^[a-z]+$')", message: 'a word' }).default('a'),
    perhaps: rule(z.string(), { rule: "self == '' || self.matches('^[a-z]+$')", message: 'a word' }).default('a'),
    listed: rule(z.string(), { rule: "self in ['a', 'b']", message: 'a or b' }).default('a'),
    changed: rule(z.string(), { rule: "oldSelf.matches('^a$') && self.matches('^a$')", message: 'a' }).default('a'),
    starred: z
      .string()
      .regex(/^[a-z*]+$/)
      .default('a'),
    parted: z
      .string()
      .regex(/^[a-z:]+$/)
      .default('a'),
    spaced: z
      .string()
      .regex(/^[a-z ]+$/)
      .default('a'),
    size: z.enum(['s', 'l']).default('s'),
    number: z.int().default(1),
    words: rule(z.array(z.string()), { rule: "self.all(word, word.matches('^[a-z]+$'))", message: 'words' }).default([
      'a',
    ]),
    anyWords: z.array(z.string()).default(['a']),
    map: z.record(z.string(), z.string().regex(/^[a-z]*$/)).optional(),
    keys: rule(z.record(z.string(), z.string().regex(/^[a-z]*$/)), {
      rule: "self.all(key, key.matches('^[a-z]+$'))",
      message: 'words',
    }).optional(),
  }),
  status: z.object({}),
  columns: () => [],
});

type Author = (composer: Composer<typeof Written, never>) => void;

/** What the proof has against texts, when a Composition reads no more of the spec than that. */
function findings(author: Author): readonly string[] {
  const blueprints = compositions(Written, (composer: Composer<typeof Written, never>) => {
    composer.readElsewhere(composer.xr.spec as never);
    author(composer);
  });
  return findingsOf(blueprints).filter(finding => finding.startsWith('apis/'));
}

/** Puts a text into a policy. */
const policy =
  (textOf: (spec: Composer<typeof Written, never>['xr']['spec']) => Ref<string>): Author =>
  ({ xr, compose }) => {
    const statement = { Effect: 'Allow', Action: 'eks:DescribeCluster', Resource: textOf(xr.spec) };
    compose('policy', iam.RolePolicy, {
      spec: { forProvider: { role: 'r', policy: json({ Version: '2012-10-17', Statement: [statement] }) } },
    });
  };

const release =
  (textOf: (spec: Composer<typeof Written, never>['xr']['spec']) => Ref<string>): Author =>
  ({ xr, compose }) => {
    compose('chart', helm.Release, {
      spec: { forProvider: { namespace: 'a', chart: { name: 'a', version: '1' }, values: { key: textOf(xr.spec) } } },
    });
  };

describe('a text that can end what it is put into is refused', () => {
  it.each<{ what: string; author: Author; field: string; says: string }>([
    { what: 'no pattern', author: policy(spec => fmt`arn:aws:eks:${spec.any}`), field: 'any', says: 'can hold "\\""' },
    {
      what: 'a pattern that is not anchored',
      author: policy(spec => spec.within),
      field: 'within',
      says: 'of its pattern [a-z0-9-]+ nothing is known, as it is not anchored at both ends',
    },
    { what: 'a rule with a way round it', author: policy(spec => spec.perhaps), field: 'perhaps', says: '"\\""' },
    {
      what: 'a rule that holds of changes only',
      author: policy(spec => spec.changed),
      field: 'changed',
      says: '"\\""',
    },
    { what: 'a wildcard in a policy', author: policy(spec => spec.starred), field: 'starred', says: 'can hold "*"' },
    {
      what: 'the end of a part of an ARN',
      author: policy(spec => fmt`arn:aws:eks:${spec.parted}`),
      field: 'parted',
      says: 'can hold ":", and comes into an ARN',
    },
    {
      what: 'items of a list',
      author: policy(spec => joined(spec.anyWords, '","')),
      field: 'anyWords[]',
      says: '"\\""',
    },
    {
      what: 'spaces in the value of a chart',
      author: release(spec => spec.spaced),
      field: 'spaced',
      says: 'can hold " "',
    },
    {
      what: 'a name in AWS',
      author: ({ xr, compose }) => {
        const metadata = {
          annotations: {
            'crossplane.io/external-name': fmt`${xr.metadata.namespace}_${xr.metadata.name}_${xr.spec.any}`,
          },
        };
        compose('role', iam.Role, { metadata, spec: { forProvider: { assumeRolePolicy: '{}' } } });
      },
      field: 'any',
      says: 'comes into a name in AWS (compositions/xwritten: resources[role].patches[2].toFieldPath)',
    },
    {
      what: 'a whole ARN',
      author: ({ xr, compose }) => {
        const forProvider = { region, clusterName: 'c', principalArn: xr.spec.any };
        compose('entry', eks.AccessEntry, { spec: { forProvider } });
      },
      field: 'any',
      says: 'comes into an ARN',
    },
    {
      what: 'keys of a map in a manifest',
      author: ({ xr, compose }) => {
        const manifest = {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'a' },
          data: merge(xr.spec.map, { a: 'b' }),
        };
        compose('map', kubernetes.Object, { spec: { forProvider: { manifest } } });
      },
      field: 'map (a key)',
      says: 'comes into a manifest',
    },
    {
      what: 'a text that comes back in a status',
      author: ({ xr, compose }) => {
        const queue = compose('queue', sqs.Queue, { spec: { forProvider: { region, name: xr.spec.any } } });
        policy(() => queue.observed.name)({ xr, compose } as Composer<typeof Written, never>);
      },
      field: 'any',
      says: 'comes into a policy document (compositions/xwritten: resources[policy]',
    },
  ])('$what', ({ author, field, says }) => {
    expect(findings(author)).toEqual([expect.stringContaining(says)]);
    expect(findings(author)[0]).toContain(`apis/xwritten: spec.${field}: can hold `);
    expect(findings(author)[0]).toContain('give it an enum, an anchored pattern of plain characters');
  });
});

describe('a text that cannot is let through', () => {
  it.each<{ what: string; author: Author }>([
    { what: 'a pattern', author: policy(spec => fmt`arn:aws:eks:${spec.word}`) },
    { what: 'a rule', author: policy(spec => spec.ruled) },
    { what: 'a rule with a list', author: policy(spec => spec.listed) },
    { what: 'an enum and a number', author: policy(spec => fmt`${spec.size}/${spec.number}`) },
    { what: 'values of a table in place of the text', author: policy(spec => pick(spec.size, { s: 'a"', l: '*' })) },
    { what: 'items of a list with a rule', author: policy(spec => joined(spec.words, '","')) },
    {
      what: 'keys and values of a map with a rule',
      author: ({ xr, compose }) => {
        const manifest = {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'a' },
          data: merge(xr.spec.keys, { a: 'b' }),
        };
        compose('map', kubernetes.Object, { spec: { forProvider: { manifest } } });
      },
    },
    {
      what: 'any text where nothing reads it',
      author: ({ xr, compose }) => {
        compose('queue', sqs.Queue, { spec: { forProvider: { region, name: xr.spec.any } } });
      },
    },
  ])('$what', ({ author }) => {
    expect(findings(author)).toEqual([]);
  });
});
