import { describe, expect, test } from 'vitest';
import { inventoryOf } from '../../../src/local/account/inventory.ts';
import { accountJson, accountTree, assertEmpty } from '../../../src/local/account/tree.ts';
import { resource } from './fixtures.ts';

const vpc = resource('ec2/VPC', 'vpc-1', { name: 'team-a/net', state: 'available' });
const subnet = resource('ec2/Subnet', 'subnet-1', { uses: ['vpc-1'], arn: 'arn:aws:ec2:af-south-1:1:subnet/subnet-1' });
const elsewhere = resource('ec2/Subnet', 'subnet-2', { uses: ['vpc-1'], region: 'eu-west-1' });
const role = resource('iam/Role', 'nodes', { region: 'global', arn: 'arn:aws:iam::1:role/nodes' });
const group = resource('eks/NodeGroup', 'c:n', { state: 'CREATING', uses: ['subnet-1', 'arn:aws:iam::1:role/nodes'] });
const service = resource('iam/Role', 'AWSServiceRoleForEC2Spot', { region: 'global', kept: true });

describe('an account', () => {
  test('as a tree: by region and kind, with what uses each', () => {
    expect(accountTree(inventoryOf('1', [group, subnet, elsewhere, role, vpc]))).toBe(`account 1: 5 resources
af-south-1
  ec2/Subnet
    subnet-1
      <- eks/NodeGroup c:n (CREATING)
  ec2/VPC
    vpc-1 team-a/net
      <- ec2/Subnet subnet-1
  eks/NodeGroup
    c:n (CREATING)
eu-west-1
  ec2/Subnet
    subnet-2
global
  iam/Role
    nodes
      <- eks/NodeGroup c:n (CREATING)
`);
  });

  test('as JSON', () => {
    const { account, resources } = JSON.parse(accountJson(inventoryOf('1', [vpc, subnet])));
    expect(account).toBe('1');
    expect(resources[0]).toEqual({
      kind: 'ec2/VPC',
      region: 'af-south-1',
      id: 'vpc-1',
      name: 'team-a/net',
      state: 'available',
      told: { id: 'vpc-1' },
      dependents: [{ kind: 'ec2/Subnet', id: 'subnet-1' }],
    });
  });

  test.each([
    { reason: 'nothing', resources: [] },
    { reason: 'what AWS keeps by itself', resources: [service] },
  ])('is empty with $reason', ({ resources }) => {
    expect(() => assertEmpty(inventoryOf('1', resources))).not.toThrow();
  });

  test('is not empty while anything is left, and says what', () => {
    expect(() => assertEmpty(inventoryOf('1', [vpc, service]))).toThrow(
      'the account is not empty, 1 resource left:\n  af-south-1 ec2/VPC vpc-1 team-a/net',
    );
  });
});
