import { readFileSync } from 'node:fs';
import { expect, inject, test } from 'vitest';
import {
  apply,
  changesSince,
  claim,
  eventually,
  inAccount,
  kubectl,
  lastCall,
  list,
  namesInAccount,
  untilReady,
} from './cluster.ts';
import { startTestCluster } from './ground.ts';

const namespace = 'killed';

/** Kills the provider as a lack of memory does, and starts it again. */
async function killProvider(): Promise<void> {
  const records = JSON.parse(readFileSync(`${inject('state')}/pids.json`, 'utf8')) as { name: string; pid: number }[];
  const pid = records.find(({ name }) => name === 'provider-aws')?.pid ?? 0;
  expect(pid).toBeGreaterThan(0);
  process.kill(pid, 'SIGKILL');
  await startTestCluster(() => {});
}

/** The managed resources that the provider does not get to what they are to be, each with what it says. */
async function unsynced(): Promise<readonly string[]> {
  const failing = (await list(namespace, 'managed')).flatMap(({ kind, metadata, status }) => {
    const synced = status?.conditions?.find(({ type }) => type === 'Synced');
    return synced?.status === 'True' ? [] : [`${kind}/${metadata.name}: ${synced?.message}`];
  });
  return failing.sort();
}

const state = async (kind: string) => (await inAccount(namespace, kind))[0]?.state;

test('the provider is killed at each stage of the way up and after it, and nothing is made twice or stays behind', async () => {
  const before = await lastCall();
  await apply(namespace, claim('again'));
  const stages = [
    async () => (await inAccount(namespace, 'ec2/VPC')).length > 0,
    async () => (await state('eks/Cluster')) === 'CREATING',
    async () => (await state('rds/Cluster')) !== undefined && (await inAccount(namespace, 'eks/NodeGroup')).length > 0,
    async () => (await state('rds/ClusterInstance')) === 'creating',
  ];
  for (const reached of stages) {
    await eventually(reached).toBe(true);
    await killProvider();
  }
  await untilReady(namespace, 'platformclaim/again', 600);
  await killProvider();
  await eventually(unsynced, 180).toEqual([]);

  // A change of what was being made when it was killed still arrives.
  await apply(namespace, claim('again', { cluster: { deletionProtection: true }, tags: { stage: 'after' } }));
  const told = async () => (await inAccount(namespace, 'eks/Cluster'))[0]?.told;
  await eventually(told).toMatchObject({ deletionProtection: true, tags: expect.objectContaining({ stage: 'after' }) });
  await apply(namespace, claim('again'));
  await eventually(told).toMatchObject({ deletionProtection: false });
  await eventually(unsynced, 180).toEqual([]);

  const made = (await changesSince(before)).filter(({ action }) =>
    /^Create(Vpc|Cluster|Nodegroup|DBCluster)$/.test(action),
  );
  expect(made.map(({ action }) => action).sort()).toEqual([
    'CreateCluster',
    'CreateDBCluster',
    'CreateNodegroup',
    'CreateVpc',
  ]);
  await kubectl('delete', '-n', namespace, 'platformclaim/again');
  await eventually(() => namesInAccount(namespace), 600).toEqual([]);
}, 1_500_000);
