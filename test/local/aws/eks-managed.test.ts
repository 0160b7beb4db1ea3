import { describe, expect, it } from 'vitest';
import { child } from '../../../src/kubernetes/json.ts';
import { longestChain } from '../../../src/local/aws/chain.ts';
import { Ground } from './fixtures.ts';

const region = 'af-south-1';
const role = 'arn:aws:iam::123456789012:role/nodes';
const accessConfig = { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false };
const cluster = {
  forProvider: { region, version: '1.31', roleArn: role, accessConfig, bootstrapSelfManagedAddons: false },
};
const nodes = {
  forProvider: { region, clusterNameRef: { name: 'c' }, nodeRoleArn: role, scalingConfig: { desiredSize: 3 } },
};
const addon = (addonName: string) => ({ forProvider: { region, clusterNameRef: { name: 'c' }, addonName } });
const observed = (ground: Ground, key: string, name: string) => child(ground.get(key, name), 'status', 'atProvider');

/** Seconds until a resource is Ready, from its first step. */
async function secondsToReady(ground: Ground, all: readonly (readonly [string, string])[]): Promise<number[]> {
  const begin = ground.clock.now();
  const ready: number[] = all.map(() => Number.NaN);
  for (let i = 0; i < 300 && ready.some(Number.isNaN); i++) {
    for (const [at, [key, name]] of all.entries()) {
      await ground.step(key, name);
      if (Number.isNaN(ready[at]) && ground.condition(key, name, 'Ready') === 'True Available') {
        ready[at] = (ground.clock.now() - begin) / 1000;
      }
    }
    ground.clock.pass(10);
  }
  return ready;
}

describe('an EKS cluster', () => {
  it('shows nothing while it is made, and all of it when it is ACTIVE', async () => {
    const ground = new Ground();
    ground.apply('eks/Cluster', 'c', cluster);
    await ground.step('eks/Cluster', 'c');
    expect(child(ground.get('eks/Cluster', 'c'), 'metadata', 'annotations')).toMatchObject({
      'crossplane.io/external-name': 'c',
    });
    ground.clock.pass(539);
    await ground.step('eks/Cluster', 'c');
    expect(observed(ground, 'eks/Cluster', 'c')).toEqual({});
    expect(ground.condition('eks/Cluster', 'c', 'Ready')).toBe('False Creating');
    ground.clock.pass(1);
    await ground.step('eks/Cluster', 'c');
    expect(observed(ground, 'eks/Cluster', 'c')).toMatchObject({
      id: 'c',
      status: 'ACTIVE',
      version: '1.31',
      endpoint: expect.stringMatching(/^https:/),
      certificateAuthority: [{ data: expect.any(String) }],
      identity: [{ oidc: [{ issuer: expect.stringContaining('oidc.eks.af-south-1') }] }],
      vpcConfig: { clusterSecurityGroupId: expect.stringMatching(/^sg-/) },
    });
    expect(ground.account.all().map(({ kind }) => kind)).toEqual(['eks/Cluster', 'ec2/SecurityGroup']);
  });

  it('is shown half-made, and Ready, by a provider that was started meanwhile: id comes early, endpoint does not', async () => {
    const ground = new Ground();
    ground.apply('eks/Cluster', 'c', cluster);
    await ground.step('eks/Cluster', 'c');
    ground.clock.pass(10);
    const again = ground.restarted();
    await again.step('eks/Cluster', 'c');
    const seen = observed(again, 'eks/Cluster', 'c');
    expect(seen).toMatchObject({ id: 'c', status: 'CREATING' });
    expect([seen.endpoint, seen.certificateAuthority, seen.identity, seen.vpcConfig]).toEqual(Array(4).fill(undefined));
    expect(again.condition('eks/Cluster', 'c', 'Ready')).toBe('True Available');
  });

  it('goes up a version in its time, Ready all the while, with the old one in status until it is done', async () => {
    const ground = new Ground();
    ground.apply('eks/Cluster', 'c', cluster);
    await ground.settle('eks/Cluster', 'c');
    ground.apply('eks/Cluster', 'c', { forProvider: { version: '1.32' } });
    expect(await ground.step('eks/Cluster', 'c')).toEqual({ at: ground.clock.now() + 600_000 });
    expect(observed(ground, 'eks/Cluster', 'c').version).toBe('1.31');
    expect(ground.condition('eks/Cluster', 'c', 'Ready')).toBe('True Available');
    expect(ground.condition('eks/Cluster', 'c', 'AsyncOperation')).toBe('False Ongoing');
    ground.clock.pass(600);
    await ground.step('eks/Cluster', 'c');
    expect(observed(ground, 'eks/Cluster', 'c').version).toBe('1.32');
    ground.apply('eks/Cluster', 'c', { forProvider: { version: '1.34' } });
    expect(await ground.step('eks/Cluster', 'c')).toBe('backoff');
    expect(ground.condition('eks/Cluster', 'c', 'Synced')).toContain(
      'InvalidParameterException: Unsupported Kubernetes minor version update from 1.32 to 1.34',
    );
  });

  it('cannot be deleted while it changes, nor with protection', async () => {
    const ground = new Ground();
    ground.apply('eks/Cluster', 'c', { forProvider: { ...cluster.forProvider, deletionProtection: true } });
    await ground.settle('eks/Cluster', 'c');
    ground.apply('eks/Cluster', 'c', { forProvider: { version: '1.32' } });
    await ground.step('eks/Cluster', 'c');
    ground.delete('eks/Cluster', 'c');
    expect(await ground.step('eks/Cluster', 'c')).toBe('backoff');
    expect(ground.condition('eks/Cluster', 'c', 'Synced')).toContain('update operation that started at');
    ground.clock.pass(600);
    expect(await ground.step('eks/Cluster', 'c')).toBe('backoff');
    expect(ground.condition('eks/Cluster', 'c', 'Synced')).toContain('has deletion protection enabled');
  });
});

describe('nodes and add-ons', () => {
  it('come after what they need', async () => {
    const ground = new Ground();
    ground.apply('eks/Cluster', 'c', cluster);
    await ground.settle('eks/Cluster', 'c');
    const names = ['vpc-cni', 'kube-proxy', 'coredns'];
    for (const name of names) ground.apply('eks/Addon', name, addon(name));
    ground.apply('eks/NodeGroup', 'ng', nodes);
    const all = [...names.map(name => ['eks/Addon', name] as const), ['eks/NodeGroup', 'ng'] as const];
    expect(await secondsToReady(ground, all)).toEqual([30, 30, 180, 150]);
    const chain = longestChain(ground.account);
    expect(chain.resources.map(({ kind }) => kind)).toEqual(['eks/Cluster', 'eks/NodeGroup', 'eks/Addon']);
    expect(chain.seconds).toBe(540 + 150 + 30);
  });

  it.each([
    ['eks/Addon', addon('coredns'), 1200, 'InsufficientNumberOfReplicas'],
    ['eks/NodeGroup', nodes, 1500, 'NodeCreationFailure'],
  ])('%s that lacks them is not Ready, and fails at last', async (key, spec, patience, code) => {
    const ground = new Ground();
    ground.apply('eks/Cluster', 'c', cluster);
    await ground.settle('eks/Cluster', 'c');
    ground.apply(key, 'x', spec);
    await ground.step(key, 'x');
    ground.clock.pass(patience - 1);
    await ground.step(key, 'x');
    expect(ground.condition(key, 'x', 'Ready')).toBe('False Creating');
    expect(ground.condition(key, 'x', 'Synced')).toBe('True ReconcileSuccess');
    ground.clock.pass(1);
    expect(await ground.step(key, 'x')).toBe('backoff');
    expect(ground.condition(key, 'x', 'Ready')).toBe('False Creating');
    expect(ground.condition(key, 'x', 'LastAsyncOperation')).toContain(code);
  });
});
