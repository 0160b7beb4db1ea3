import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mergePatch } from '../../../src/kubernetes/json.ts';
import { leave, openAccount, readAccount } from '../../../src/local/aws/account-file.ts';
import { seconds } from '../../../src/local/aws/cluster-auth.ts';
import { withConditions } from '../../../src/local/aws/conditions.ts';
import { failureOf, faultsOf } from '../../../src/local/aws/faults.ts';
import { refusedChange } from '../../../src/local/aws/immutable.ts';
import { argumentsOf, known } from '../../../src/local/aws/kinds.ts';
import { backoffOf, systemClock } from '../../../src/local/aws/latencies.ts';
import { policiesOf } from '../../../src/local/aws/policies.ts';
import { Queue } from '../../../src/local/aws/queue.ts';
import { Store } from '../../../src/local/aws/store.ts';
import { kindOf, resource } from './fixtures.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aws-account-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const none = () => [];

describe('the account’s file', () => {
  it('holds what was in the account, for another process too', async () => {
    const file = join(folder, 'deep', 'account.json');
    const { account, saved } = openAccount(file, none);
    for (let i = 0; i < 100; i++) account.put(resource('ec2/VPC', `vpc-${i}`));
    await saved();
    account.remove(resource('ec2/VPC', 'vpc-7'));
    await saved();
    expect(readAccount(file, none).size).toBe(99);
    expect(openAccount(file, none).account.find('ec2/VPC', 'af-south-1', 'vpc-8')?.id).toBe('vpc-8');
    expect(existsSync(`${file}.part`)).toBe(false);
  });

  it('is empty where there is none, and refused where it is something else', () => {
    expect(readAccount(join(folder, 'none.json'), none).size).toBe(0);
    writeFileSync(join(folder, 'bad.json'), '{"version": 9}');
    expect(() => readAccount(join(folder, 'bad.json'), none)).toThrow('not an account of the AWS stand-in');
  });

  it('has things done to it behind the provider’s back, what goes along too', async () => {
    const file = join(folder, 'account.json');
    const child = resource('ec2/Route', 'r', { routeTableId: 'rtb-1' });
    const open = openAccount(file, () => [child]);
    open.account.put(resource('ec2/RouteTable', 'rtb-1'));
    open.account.put(child);
    open.account.put(resource('ec2/VPC', 'vpc-1', { tags: { a: '1' } }));
    await open.saved();
    leave(file, { do: 'delete', id: 'rtb-1' });
    leave(file, { do: 'change', id: 'vpc-1', to: { tags: { a: '2' } } });
    expect(
      readAccount(file, none)
        .all()
        .map(({ id }) => id),
      'readers see it at once',
    ).toEqual(['r', 'vpc-1']);
    expect(open.heed().map(({ id }) => id)).toEqual(['rtb-1', 'vpc-1']);
    expect(open.account.all()).toEqual([expect.objectContaining({ id: 'vpc-1', asked: { tags: { a: '2' } } })]);
    expect(open.heed()).toEqual([]);
  });
});

describe('faults', () => {
  it('are counted off, by kind and operation', () => {
    const faults = faultsOf(join(folder, 'account.json'));
    faults.set([
      { kind: 'ec2/VPC', operation: 'create', code: 'Throttling', count: 2 },
      { kind: '*', operation: 'delete', code: 'AccessDenied', count: 1 },
    ]);
    expect(faults.meet('ec2/Subnet', 'create')).toBeUndefined();
    expect(faults.meet('ec2/VPC', 'create')?.code).toBe('Throttling');
    expect(faults.meet('ec2/VPC', 'create')?.code).toBe('Throttling');
    expect(faults.meet('ec2/VPC', 'create')).toBeUndefined();
    expect(faults.meet('ec2/Subnet', 'delete')?.code).toBe('AccessDenied');
    expect(JSON.parse(readFileSync(join(folder, 'faults.json'), 'utf8'))).toEqual([]);
  });

  it.each([
    ['VpcLimitExceeded', 'ec2/VPC', 'VpcLimitExceeded', 'The maximum number of VPCs has been reached.', 400],
    ['Throttling', 'iam/Role', 'Throttling', 'Rate exceeded', 400],
    [
      'AccessDenied',
      'eks/NodeGroup',
      'AccessDeniedException',
      'is not authorized to perform: eks:CreateNodegroup',
      403,
    ],
    ['SomethingElse', 'ec2/VPC', 'SomethingElse', 'SomethingElse was asked for.', 400],
  ])('%s on %s is what AWS says', (code, kind, shown, message, status) => {
    const failure = failureOf({ kind, operation: 'create', code, count: 1 }, kind, 'create');
    expect(failure).toEqual({ code: shown, message: expect.stringContaining(message), status });
  });
});

describe('the queue', () => {
  const options = (work: (key: string) => Promise<'done' | 'backoff'>) => ({
    work,
    delay: () => 5,
    onError: () => {},
    workers: 4,
    now: () => Date.now(),
  });

  it('never works on a key twice at a time, and not in vain on one that changed meanwhile', async () => {
    let [running, most, runs] = [0, 0, 0];
    const queue = new Queue(
      options(async () => {
        runs += 1;
        running += 1;
        most = Math.max(most, running);
        await sleep(5);
        running -= 1;
        return 'done';
      }),
    );
    for (let i = 0; i < 10; i++) queue.add('a');
    await sleep(2);
    queue.add('a');
    await sleep(30);
    expect([most, runs]).toEqual([1, 2]);
    await queue.close();
  });

  it('tries again what failed or threw, and ends when it is told to', async () => {
    let runs = 0;
    const queue = new Queue(
      options(async () => {
        runs += 1;
        if (runs === 1) throw new Error('no');
        return runs < 3 ? 'backoff' : 'done';
      }),
    );
    queue.add('a');
    await sleep(60);
    expect(runs).toBe(3);
    await queue.close();
    queue.add('a');
    await sleep(10);
    expect(runs).toBe(3);
  });

  it.each([
    [1, 10],
    [2, 20],
    [6, 320],
    [7, 600],
    [50, 600],
  ])('waits after failure %i for %i ms at a factor of 0.01', (failures, ms) => {
    expect(backoffOf(failures, systemClock(0.01))).toBeCloseTo(ms);
  });
});

describe('the store', () => {
  const object = (version: string, over: object = {}) => ({
    metadata: { name: 'a', namespace: 'n', uid: 'u', resourceVersion: version, generation: 1, ...over },
  });

  it.each([
    ['an older state', object('4'), false],
    ['the same state', object('5'), false],
    ['a new status', { ...object('6'), status: { a: 1 } }, false],
    ['a new spec', object('6', { generation: 2 }), true],
    ['a new annotation', object('6', { annotations: { a: 'b' } }), true],
    ['another object of the same name', object('3', { uid: 'w' }), true],
  ])('after %s', (_, next, acts) => {
    const store = new Store();
    expect(store.put('ec2/VPC', object('5'))).toBe(true);
    expect(store.put('ec2/VPC', next)).toBe(acts);
  });
});

describe('small parts', () => {
  it.each([
    [undefined, {}],
    [['*'], {}],
    [['Observe'], { onlyObserve: true, create: false, update: false, delete: false }],
    [['Observe', 'Create'], { create: true, update: false, delete: false }],
    [[], { paused: true }],
  ])('managementPolicies %j', (managementPolicies, expected) => {
    const all = { paused: false, onlyObserve: false, create: true, update: true, delete: true };
    const found = policiesOf({ spec: managementPolicies ? { managementPolicies } : {} });
    expect(found).toMatchObject(managementPolicies?.length === 0 ? { paused: true } : { ...all, ...expected });
    expect(found.invalid).toBeUndefined();
  });

  it('conditions keep their time while they say the same', () => {
    const ready = { type: 'Ready', status: 'True', reason: 'Available' } as const;
    const status = { conditions: withConditions({}, [ready], 0) };
    expect(withConditions({ status }, [ready], 60_000)).toEqual(status.conditions);
    const unready = { ...ready, status: 'False', reason: 'Deleting' } as const;
    expect(withConditions({ status }, [unready], 60_000)).toEqual([
      { ...unready, lastTransitionTime: '1970-01-01T00:01:00Z' },
    ]);
  });

  it.each([
    [{ a: 1 }, { a: 1 }, undefined],
    [{ a: 1, b: { c: 1, d: 2 } }, { b: { c: 1, d: 3 } }, { a: null, b: { d: 3 } }],
    [{ a: [1, 2] }, { a: [2] }, { a: [2] }],
  ])('from %j to %j a merge patch is %j', (from, to, patch) => {
    expect(mergePatch(from, to)).toEqual(patch);
  });

  it('AWS is not told of references, selectors and Secrets', () => {
    const schema = kindOf('rds/Cluster').forProvider;
    const section = {
      engine: 'x',
      kmsKeyIdRef: { name: 'k' },
      vpcSecurityGroupIdSelector: { matchLabels: { a: 'b' } },
      masterPasswordSecretRef: { name: 's', key: 'k' },
      tags: { someRef: 'a tag' },
    };
    expect(argumentsOf(section, schema)).toEqual({ engine: 'x', tags: { someRef: 'a tag' } });
  });

  it('a status holds only what its schema knows', () => {
    expect(known({ id: 'x', nothing: 1, tags: { any: 'tag' } }, kindOf('ec2/VPC').atProvider)).toEqual({
      id: 'x',
      tags: { any: 'tag' },
    });
  });

  it.each([
    ['10m0s', 600],
    ['1h', 3600],
    ['30s', 30],
    ['nonsense', 600],
  ])('%s is %i s', (text, expected) => {
    expect(seconds(text)).toBe(expected);
  });

  it.each([
    ['ec2/VPC', { cidrBlock: 'a' }, { cidrBlock: 'b' }, true],
    ['ec2/VPC', { enableDnsSupport: true }, { enableDnsSupport: false }, false],
    ['some/Kind', { region: 'a' }, { region: 'b' }, true],
    ['ec2/Subnet', {}, { availabilityZone: 'a' }, false],
  ])('%s: %j to %j needs another one: %s', (kind, before, after, refused) => {
    expect(refusedChange(kind, before, after) !== undefined).toBe(refused);
  });
});
