import { describe, expect, test } from 'vitest';
import { longestChain } from '../../../src/local/account/chain.ts';
import { named } from '../../../src/local/account/inventory/item.ts';
import { inventoryOf } from '../../../src/local/account/inventory.ts';
import { resource } from './fixtures.ts';

const times = {
  'eks.CreateCluster': 540,
  'eks.CreateNodegroup': 150,
  'eks.CreateAddon': 30,
  'rds.CreateDBCluster': 120,
};

describe('the longest chain', () => {
  const subnet = resource('ec2/Subnet', 'subnet-1');
  const cluster = resource('eks/Cluster', 'a', { uses: ['subnet-1'], madeBy: 'eks.CreateCluster' });
  const inCluster = named('eks/Cluster', 'a');
  const nodes = resource('eks/NodeGroup', 'a:n', { uses: [inCluster], madeBy: 'eks.CreateNodegroup' });
  const addon = resource('eks/Addon', 'a:coredns', { uses: [inCluster, 'a:n'], madeBy: 'eks.CreateAddon' });
  const database = resource('rds/Cluster', 'a', { uses: ['subnet-1'], madeBy: 'rds.CreateDBCluster' });
  const one = resource('ec2/SecurityGroup', 'sg-1', { uses: ['sg-2'] });
  const other = resource('ec2/SecurityGroup', 'sg-2', { uses: ['sg-1', inCluster] });

  test.each([
    { reason: 'of nothing', resources: [], ids: [], seconds: 0 },
    { reason: 'without what takes no time', resources: [subnet, cluster], ids: ['a'], seconds: 540 },
    {
      reason: 'one after the other',
      resources: [addon, nodes, cluster, subnet],
      ids: ['a', 'a:n', 'a:coredns'],
      seconds: 720,
    },
    {
      reason: 'the slower of two that wait for the same',
      resources: [subnet, database, cluster],
      ids: ['a'],
      seconds: 540,
    },
    {
      reason: 'not led around by two that name each other',
      resources: [cluster, one, other],
      ids: ['a'],
      seconds: 540,
    },
  ])('$reason', ({ resources, ids, seconds }) => {
    const chain = longestChain(inventoryOf('1', resources), times);
    expect({ ids: chain.resources.map(({ id }) => id), seconds: chain.seconds }).toEqual({ ids, seconds });
  });

  test('of some resources only', () => {
    const inventory = inventoryOf('1', [subnet, cluster, nodes, database]);
    expect(longestChain(inventory, times, ({ kind }) => !kind.startsWith('eks/')).seconds).toBe(120);
  });
});
