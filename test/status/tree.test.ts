import { describe, expect, it } from 'vitest';
import { kindKey, titleOf } from '../../src/status/objects.ts';
import { circuitOpen, type Node, nodesOf } from '../../src/status/tree.ts';
import {
  composite,
  condition,
  creating,
  event,
  type Made,
  made,
  named,
  notAdded,
  ready,
  refOf,
  resource,
  tree,
} from './cluster.ts';

const synced = condition('Synced', 'True', 'ReconcileSuccess');
const failed = (message: string) => condition('Synced', 'False', 'ReconcileError', message);
const limit = 'create failed: VpcLimitExceeded: The maximum number of VPCs has been reached.';

/** `vpc/a ready`, `vpc/a failing: message` */
const told = ({ state, message, ...node }: Node) => `${titleOf(node)} ${state}${message ? `: ${message}` : ''}`;
const all = (node: Node) => nodesOf(node).map(told);

const old = { metadata: { creationTimestamp: made } };
const fresh = { metadata: { creationTimestamp: '2026-01-01T00:00:28Z' } };
const going = { metadata: { deletionTimestamp: made } };
const stopped = { metadata: { annotations: { 'crossplane.io/paused': 'true' } } };

const waitingForVpc =
  'cannot resolve references: mg.Spec.ForProvider.VPCID: referenced field was empty (referenced resource may not yet be ready)';
const noSecret = 'connect failed: cannot get credentials: cannot get credentials secret: Secret "kubeconfig" not found';
const conflict =
  'cannot update managed resource: the object has been modified; please apply your changes to the latest version and try again';

describe('the state of a resource', () => {
  it.each<[string, Made, string]>([
    ['it is ready', resource('VPC', 'a', ready), 'ready'],
    ['it is being made', resource('VPC', 'a', creating), 'creating'],
    ['it has been taken up', resource('VPC', 'a', [synced]), 'creating'],
    ['it is new and nobody has looked yet', resource('VPC', 'a', [], fresh), 'creating'],
    [
      'nobody has looked for long',
      resource('VPC', 'a', [], old),
      'waiting: no provider has looked at it yet: does the one for this kind run?',
    ],
    ['the provider cannot make it', resource('VPC', 'a', [failed(limit)]), `failing: ${limit}`],
    [
      'it is there and cannot be changed',
      resource('VPC', 'a', [failed('update failed'), condition('Ready', 'True', 'Available')]),
      'failing: update failed',
    ],
    [
      'an operation in the background failed',
      resource('VPC', 'a', [...creating, condition('LastAsyncOperation', 'False', 'AsyncCreateFailure', limit)]),
      `failing: ${limit}`,
    ],
    [
      'both conditions tell the same, one with more words',
      resource('VPC', 'a', [failed(`async ${limit}`), condition('LastAsyncOperation', 'False', 'x', limit)]),
      `failing: async ${limit}`,
    ],
    [
      'two conditions tell two things',
      resource('VPC', 'a', [failed('observe failed'), condition('LastAsyncOperation', 'False', 'x', limit)]),
      `failing: observe failed\n${limit}`,
    ],
    [
      'the last operation in the background went well',
      resource('VPC', 'a', [...ready, condition('LastAsyncOperation', 'True', 'Success')]),
      'ready',
    ],
    [
      'it is not ready, with a reason',
      resource('Release', 'a', [synced, condition('Ready', 'False', 'Unavailable', 'chart not found')]),
      'failing: chart not found',
    ],
    [
      'it is not ready, without a reason',
      resource('VPC', 'a', [synced, condition('Ready', 'False', 'Unavailable')]),
      'waiting: the provider says: Unavailable',
    ],
    ['what it refers to is not there', resource('Subnet', 'a', [failed(waitingForVpc)]), `waiting: ${waitingForVpc}`],
    ['its credentials are not there', resource('Release', 'a', [failed(noSecret)]), `waiting: ${noSecret}`],
    ['two wrote it at once', resource('VPC', 'a', [failed(conflict)]), 'creating'],
    ['it goes', resource('VPC', 'a', ready, going), 'deleting'],
    [
      'it goes, and AWS refuses',
      resource('VPC', 'a', [failed('delete failed: DependencyViolation')], going),
      'deleting: delete failed: DependencyViolation',
    ],
    ['its provider says that it goes', resource('VPC', 'a', [condition('Ready', 'False', 'Deleting')]), 'deleting'],
    [
      'it is paused',
      resource('VPC', 'a', [condition('Synced', 'False', 'ReconcilePaused', 'Reconciliation is paused')], stopped),
      'waiting: paused by its annotation crossplane.io/paused',
    ],
    [
      'a ProviderConfig has no conditions',
      resource('ProviderConfig', 'a', [], { apiVersion: 'helm.m.crossplane.io/v1beta1', spec: {} }),
      'ready',
    ],
    [
      'a Usage has none at first',
      resource('Usage', 'a', [], { apiVersion: 'protection.crossplane.io/v1beta1' }),
      'ready',
    ],
    [
      'a Usage has them later',
      resource('Usage', 'a', [condition('Ready', 'True', 'Available')], {
        apiVersion: 'protection.crossplane.io/v1beta1',
      }),
      'ready',
    ],
    ['kinds of Kubernetes have none of these', resource('ServiceAccount', 'a', [], { apiVersion: 'v1' }), 'ready'],
    ['so has a group of it', resource('Role', 'a', [], { apiVersion: 'rbac.authorization.k8s.io/v1' }), 'ready'],
  ])('%s', (_, object, expected) => {
    const [, child] = all(tree([composite('xr', [object], creating), object]));
    expect(child).toBe(`${titleOf(refOf(object))} ${expected}`);
  });
});

describe('the state of a composite resource', () => {
  const vpc = resource('VPC', 'vpc', creating);
  const done = resource('Subnet', 'subnet', ready);
  const broken = resource('Route', 'route', [failed(limit)]);
  const many = ['a', 'b', 'c', 'd', 'e'].map(name => resource('VPC', name, creating));
  const open = condition('Responsive', 'False', 'WatchCircuitOpen', 'Too many watch events from VPC/vpc');

  it.each<[string, readonly [Made, ...Made[]], string]>([
    ['it says so, and all below are', [composite('xr', [done], ready), done], 'ready'],
    [
      'it waits for what is not ready',
      [composite('xr', [done, vpc], creating), done, vpc],
      'waiting: waits for vpc/vpc',
    ],
    [
      'what is failing is named first',
      [composite('xr', [vpc, broken], creating), vpc, broken],
      'waiting: waits for route/route, vpc/vpc',
    ],
    ['few are named', [composite('xr', many, creating), ...many], 'waiting: waits for vpc/a, vpc/b, vpc/c and 2 more'],
    [
      'it has not been looked at since all is ready',
      [composite('xr', [done], creating), done],
      'waiting: all that it composes is ready; Crossplane has not looked at it since',
    ],
    [
      'Crossplane finds something unready that is ready to us',
      [composite('xr', [done], [synced, condition('Ready', 'False', 'Creating', 'Unready resources: subnet')]), done],
      'waiting: Unready resources: subnet',
    ],
    ['it composes nothing yet', [composite('xr', [], creating)], 'creating'],
    ['it is new', [composite('xr', [], [], fresh)], 'creating'],
    [
      'it is not looked at',
      [composite('xr', [], [], old)],
      'waiting: Crossplane has not looked at it yet: does it run, and is its Composition installed?',
    ],
    [
      'its pipeline fails',
      [composite('xr', [vpc], [failed('cannot compose resources: cannot run Composition pipeline')]), vpc],
      'failing: cannot compose resources: cannot run Composition pipeline',
    ],
    [
      'its circuit is open',
      [composite('xr', [vpc], [...creating, open]), vpc],
      `waiting: ${circuitOpen}\nToo many watch events from VPC/vpc\nwaits for vpc/vpc`,
    ],
    [
      'it has been changed since it was ready',
      [composite('xr', [done], stale(), { metadata: { generation: 4 } }), done],
      'waiting: Crossplane has not looked at its last change yet',
    ],
    [
      'it goes, with what it composed',
      [composite('xr', [vpc], ready, going), vpc],
      'deleting: waits for vpc/vpc to go',
    ],
    [
      'it is paused',
      [composite('xr', [vpc], creating, stopped), vpc],
      'waiting: paused by its annotation crossplane.io/paused',
    ],
  ])('%s', (_, objects, expected) => {
    expect(told(tree(objects))).toBe(`xnetwork/xr ${expected}`);
  });

  it('says of an open circuit what it means and what to do', () => {
    for (const words of ['circuit is open', 'once a minute', '5 minutes', '--circuit-breaker-burst']) {
      expect(circuitOpen).toContain(words);
    }
  });
});

function stale() {
  return ready.map(one => ({ ...one, observedGeneration: 3 }));
}

describe('what is not there yet', () => {
  const vpc = resource('VPC', 'xr-vpc', creating, named('vpc'));
  const subnet = { apiVersion: 'ec2.aws.m.upbound.io/v1beta1', kind: 'Subnet', namespace: 'team', name: 'xr-subnet' };

  it('is unknown where a reference leads to nothing', () => {
    expect(all(tree([composite('xr', [subnet], creating)]))).toEqual([
      'xnetwork/xr waiting: waits for subnet/xr-subnet',
      'subnet/xr-subnet unknown',
    ]);
  });

  it('is unknown with the reason where it may not be read', () => {
    const unreadable = new Map([[kindKey(subnet), 'may not be read by you']]);
    expect(all(tree([composite('xr', [subnet], creating)], { unreadable }))[1]).toBe(
      'subnet/xr-subnet unknown: may not be read by you',
    );
  });

  it('is unknown where the root itself is not there', () => {
    const xr = composite('xr', [], []);
    const other = composite('other', [], []);
    const root = tree([xr], { objects: new Map([['other', other]]) });
    expect(all(root)).toEqual(['xnetwork/xr unknown']);
  });

  it('waits for what the last event of the composite resource says', () => {
    const xr = composite('xr', [vpc], creating);
    const events = [
      notAdded(xr, 'subnet', 'status.vpcId', '2026-01-01T00:00:02Z'),
      notAdded(xr, 'subnet', 'status', '2026-01-01T00:00:01Z'),
      notAdded(xr, 'vpc', 'spec.cidr'),
      notAdded(composite('another', [], []), 'gateway', 'status.vpcId'),
      event(xr, 'Composed resource "vpc" is not yet ready'),
      event(xr, 'Pipeline step "x": not adding new composed resource "odd" to desired state because it cannot be'),
    ];
    expect(all(tree([xr, vpc], { events }))).toEqual([
      'xnetwork/xr waiting: waits for vpc/xr-vpc, odd, subnet',
      'vpc/xr-vpc creating',
      'odd waiting: waits: it cannot be',
      'subnet waiting: waits for status.vpcId',
    ]);
  });

  it.each([
    ['it is ready: the events are old', composite('xr', [vpc], ready)],
    ['it goes, and some of it has gone', composite('xr', [vpc, subnet], creating, going)],
    ['its revision has not been read yet', composite('xr', [vpc], creating, { revision: 'rev' })],
  ])('is not shown by events where %s', (_, xr) => {
    const events = [notAdded(xr, 'subnet', 'status.vpcId')];
    expect(all(tree([xr, vpc], { events })).slice(1)).toEqual(['vpc/xr-vpc creating']);
  });

  it('is shown by events where the revision may not be read', () => {
    const xr = composite('xr', [vpc], creating, { revision: 'rev' });
    const unreadable = new Map([[kindKey(refOf(revision)), 'may not be read by you']]);
    const events = [notAdded(xr, 'subnet', 'status.vpcId')];
    expect(all(tree([xr, vpc], { events, unreadable })).at(-1)).toBe('subnet waiting: waits for status.vpcId');
  });
});

const base = { apiVersion: 'ec2.aws.m.upbound.io/v1beta1' };
const required = { policy: { fromFieldPath: 'Required' } };
const nameAs = (fmt: string) => ({
  type: 'FromCompositeFieldPath',
  fromFieldPath: 'metadata.name',
  toFieldPath: 'metadata.name',
  transforms: [{ type: 'string', string: { type: 'Format', fmt } }],
  ...required,
});
const vpcId = { fromFieldPath: 'status.vpcId', toFieldPath: 'spec.forProvider.vpcId', ...required };
const revision: Made = {
  apiVersion: 'apiextensions.crossplane.io/v1',
  kind: 'CompositionRevision',
  metadata: { name: 'rev' },
  spec: {
    pipeline: [
      {
        step: 'patch-and-transform',
        input: {
          kind: 'Resources',
          patchSets: [{ name: 'vpc', patches: [vpcId] }],
          resources: [
            {
              name: 'vpc',
              base: { ...base, kind: 'VPC' },
              patches: [
                nameAs('%v-vpc'),
                { type: 'ToCompositeFieldPath', fromFieldPath: 'status.atProvider.id', toFieldPath: 'status.vpcId' },
              ],
            },
            { name: 'subnet', base: { ...base, kind: 'Subnet' }, patches: [nameAs('%v-subnet'), vpcId] },
            {
              name: 'gateway',
              base: { ...base, kind: 'InternetGateway' },
              patches: [{ type: 'PatchSet', patchSetName: 'vpc' }],
            },
            {
              name: 'route',
              base: { ...base, kind: 'Route' },
              patches: [
                {
                  type: 'CombineFromComposite',
                  combine: { variables: [{ fromFieldPath: 'status.a' }, { fromFieldPath: 'status.b' }] },
                  ...required,
                },
                { fromFieldPath: 'spec.optional' },
              ],
            },
            { name: 'note', base: { apiVersion: 'x.org/v1', kind: 'Note' }, readinessChecks: [{ type: 'None' }] },
          ],
        },
      },
      { step: 'auto-ready' },
    ],
  },
};

describe('what the Composition is going to make', () => {
  it.each([
    {
      reason: 'of another composite resource, as the API server does not let two have one object',
      why: 'metadata.ownerReferences: Invalid value: [...]: Only one reference can have Controller set to true. Found "true" in references for XNetwork/first and XNetwork/xr',
      told: 'XNetwork/first has it already, and one alone can have it: change that one, or delete one of the two',
    },
    {
      reason: 'invalid for the API server',
      why: 'VPC "the-one" is invalid: spec.forProvider.region: Required value',
      told: 'VPC "the-one" is invalid: spec.forProvider.region: Required value',
    },
  ])('is $reason', ({ why, told }) => {
    const xr = composite('xr', [{ ...base, kind: 'VPC', namespace: 'team', name: 'the-one' }], creating, {
      revision: 'rev',
    });
    const events = [event(xr, `cannot apply composed resource "vpc": ${why}`)];
    expect(all(tree([xr, revision], { events }))[1]).toBe(`vpc/the-one failing: ${told}`);
  });

  const vpc = resource('VPC', 'xr-vpc', creating, named('vpc'));
  const note = resource('Note', 'generated', [], { apiVersion: 'x.org/v1', ...named('note') });

  it('waits for the fields that have no value, in the order of the Composition', () => {
    const xr = composite('xr', [note, vpc], creating, { revision: 'rev' });
    expect(all(tree([xr, vpc, note, revision])).slice(1)).toEqual([
      'vpc/xr-vpc creating',
      'subnet/xr-subnet waiting: waits for status.vpcId (from vpc)',
      'internetgateway/gateway waiting: waits for status.vpcId (from vpc)',
      'route/route waiting: waits for status.a, status.b',
      'note/generated ready',
    ]);
  });

  it('is about to be made when all has a value, whatever old events say', () => {
    const xr = {
      ...composite('xr', [vpc], [], { revision: 'rev' }),
      status: { conditions: creating, vpcId: 'v', a: 1, b: 2 },
    };
    const events = [notAdded(xr, 'subnet', 'status.vpcId')];
    expect(all(tree([xr, vpc, revision], { events })).slice(2)).toEqual([
      'subnet/xr-subnet unknown',
      'internetgateway/gateway unknown',
      'route/route unknown',
      'note/note unknown',
    ]);
  });

  it('is one with a reference that leads to nothing yet', () => {
    const coming = { apiVersion: 'x.org/v1', kind: 'Note', namespace: 'team', name: 'xr-1a2b' };
    const xr = composite('xr', [vpc, coming], creating, { revision: 'rev' });
    expect(all(tree([xr, vpc, revision])).filter(line => line.startsWith('note'))).toEqual(['note/xr-1a2b unknown']);
  });
});

describe('the whole', () => {
  it('has composite resources in composite resources, and ages', () => {
    const vpc = resource('VPC', 'vpc', ready);
    const inner = composite('inner', [vpc], ready);
    const root = tree([composite('xr', [inner], creating), inner, vpc]);
    expect(root).toMatchObject({
      ...{ apiVersion: 'example.org/v1', kind: 'XNetwork', name: 'xr', namespace: 'team', state: 'waiting', age: 30 },
      children: [{ name: 'inner', state: 'ready', age: 30, readyAfter: 12, children: [{ name: 'vpc', children: [] }] }],
    });
  });

  it('takes times as the client makes them of lists', () => {
    const vpc = resource('VPC', 'vpc', ready, { metadata: { creationTimestamp: new Date(made) } });
    expect(tree([vpc]).age).toBe(30);
  });

  it('ends at a reference to what is above', () => {
    const a = composite('a', [], creating);
    const b = composite('b', [a], creating);
    expect(all(tree([composite('a', [b], creating), b])).length).toBe(3);
  });
});
