import { describe, expect, test } from 'vitest';
import { Account } from '../../src/local/aws/account.ts';
import { longestChain } from '../../src/local/aws/chain.ts';
import { resource } from './aws/fixtures.ts';

const vpcId = 'vpc-0123456789abcdef0';
const subnetId = 'subnet-0123456789abcdef0';

describe('the longest chain', () => {
  const network = [resource('ec2/VPC', vpcId), resource('ec2/Subnet', subnetId, { vpcId })];
  const cluster = resource('eks/Cluster', 'team_a', { vpcConfig: { subnetIds: [subnetId] } });

  test.each([
    { reason: 'nothing', resources: [], kinds: [], seconds: 0 },
    { reason: 'one after the other', resources: network, kinds: ['ec2/VPC', 'ec2/Subnet'], seconds: 4 },
    {
      reason: 'the slower of two that wait for the same',
      resources: [...network, cluster, resource('ec2/InternetGateway', 'igw-0123456789abcdef0', { vpcId })],
      kinds: ['ec2/VPC', 'ec2/Subnet', 'eks/Cluster'],
      seconds: 544,
    },
    {
      reason: 'two that name each other, which does not lead around for ever',
      resources: [
        resource('ec2/SecurityGroup', 'sg-0123456789abcdef0', { other: 'sg-0123456789abcdef1' }),
        resource('ec2/SecurityGroup', 'sg-0123456789abcdef1', { other: 'sg-0123456789abcdef0' }),
      ],
      kinds: ['ec2/SecurityGroup', 'ec2/SecurityGroup'],
      seconds: 4,
    },
  ])('$reason', ({ resources, kinds, seconds }) => {
    const chain = longestChain(new Account(resources));
    expect(chain.resources.map(({ kind }) => kind)).toEqual(kinds);
    expect(chain.seconds).toBe(seconds);
  });

  test('of some resources only', () => {
    const account = new Account([...network, cluster]);
    expect(longestChain(account, ({ kind }) => kind.startsWith('ec2/')).seconds).toBe(4);
  });
});
