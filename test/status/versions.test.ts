import { describe, expect, it, test } from 'vitest';
import { keyOf } from '../../src/status/objects.ts';
import { nodesOf, treeOf } from '../../src/status/tree.ts';
import { behind } from '../../src/status/versions.ts';
import { composite, now, ready, refOf } from './cluster.ts';

describe('a claim whose version is behind what AWS runs', () => {
  it.each<{ reason: string; spec: object; status: object; says: string | undefined }>([
    {
      reason: 'AWS has upgraded the cluster',
      spec: { cluster: { version: '1.31' } },
      status: { cluster: { version: '1.32' } },
      says: 'EKS runs 1.32, and spec.cluster.version asks for 1.31: set it to 1.32',
    },
    {
      reason: 'of an XCluster alone',
      spec: { version: '1.31' },
      status: { version: '1.33' },
      says: 'EKS runs 1.33, and spec.version asks for 1.31: set it to 1.33',
    },
    {
      reason: 'AWS has upgraded the database, by numbers and not by letters',
      spec: { database: { engineVersion: '16.8' } },
      status: { database: { engineVersion: '16.13' } },
      says: 'RDS runs 16.13, and spec.database.engineVersion asks for 16.8: set it to 16.13',
    },
    {
      reason: 'both, a line each',
      spec: { cluster: { version: '1.31' }, database: { engineVersion: '16.4' } },
      status: { cluster: { version: '1.32' }, database: { engineVersion: '16.13' } },
      says: 'EKS runs 1.32, and spec.cluster.version asks for 1.31: set it to 1.32\nRDS runs 16.13, and spec.database.engineVersion asks for 16.4: set it to 16.13',
    },
    {
      reason: 'not: they are the same',
      spec: { cluster: { version: '1.32' } },
      status: { cluster: { version: '1.32' } },
      says: undefined,
    },
    {
      reason: 'not: the upgrade is on its way',
      spec: { cluster: { version: '1.33' } },
      status: { cluster: { version: '1.32' } },
      says: undefined,
    },
    {
      reason: 'not: nothing runs yet',
      spec: { cluster: { version: '1.33' } },
      status: {},
      says: undefined,
    },
    {
      reason: 'not: these are no two such versions',
      spec: { version: '1.0.6' },
      status: { version: '1.14.1' },
      says: undefined,
    },
  ])('$reason', ({ spec, status, says }) => {
    expect(behind({ spec, status })).toBe(says);
  });
});

test('the tree says so at its root alone, which is ready all the same', () => {
  const versioned = (name: string, below: ReturnType<typeof composite>[]) => {
    const made = composite(name, below, ready);
    const withVersion = (part: unknown, version: string) => ({ ...(part as object), version });
    return { ...made, spec: withVersion(made.spec, '1.31'), status: withVersion(made.status, '1.32') };
  };
  const inner = versioned('inner', []);
  const outer = versioned('outer', [inner]);
  const objects = new Map([outer, inner].map(object => [keyOf(refOf(object)), object]));
  const root = treeOf(refOf(outer), { objects, events: [], unreadable: new Map() }, now);
  expect(nodesOf(root).map(({ name, state, message }) => ({ name, state, message }))).toEqual([
    { name: 'outer', state: 'ready', message: 'EKS runs 1.32, and spec.version asks for 1.31: set it to 1.32' },
    { name: 'inner', state: 'ready', message: undefined },
  ]);
});
