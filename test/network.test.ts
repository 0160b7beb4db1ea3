import { describe, expect, test } from 'vitest';
import { manifestsOf, render } from '../src/crossplane/render.ts';
import { assemblePackage } from '../src/package.ts';

const pkg = assemblePackage();
const apiVersion = 'platform.tekanya.services/v1alpha1';

/** The network that a claim makes: what it is composed of, by kind. */
function rendered(spec: object) {
  const claim = render(pkg, {
    apiVersion,
    kind: 'PlatformClaim',
    metadata: { name: 'builderspace', namespace: 'team-a' },
    spec,
  });
  const platform = claim.resources[0]?.rendered;
  const network = platform?.resources.find(({ name }) => name === 'network')?.rendered;
  const manifests = network ? manifestsOf(network) : [];
  const settings = (kind: string) =>
    manifests
      .filter(manifest => manifest.kind === kind)
      .map(({ spec }) => (spec as { readonly forProvider: Readonly<Record<string, unknown>> }).forProvider);
  return { claim, platform, network, manifests, settings };
}

describe('an empty claim is the network of the drawing', () => {
  const { claim, platform, manifests, settings } = rendered({});

  test('the levels: a claim is a platform, and what protects it, which has a network, which is what follows, and nothing else', () => {
    expect(claim.resources.map(({ manifest }) => manifest.kind)).toEqual(['XPlatform', 'Usage']);
    expect(platform?.resources.map(({ manifest }) => manifest.kind)).toContain('XNetwork');
    const kinds = manifests.map(({ kind }) => kind);
    expect(Object.fromEntries(kinds.map(kind => [kind, kinds.filter(other => other === kind).length]))).toEqual({
      VPC: 1,
      InternetGateway: 1,
      RouteTable: 1,
      Route: 1,
      Subnet: 2,
      RouteTableAssociation: 2,
      Usage: 6,
    });
  });

  test('region: all in af-south-1', () => {
    const regions = manifests.flatMap(({ spec }) => {
      const { forProvider } = spec as { readonly forProvider?: { readonly region: string } };
      return forProvider ? [forProvider.region] : [];
    });
    expect(regions).toEqual(Array.from({ length: 8 }, () => 'af-south-1'));
  });

  test('VPC: 10.0.0.0/16, DNS support and hostnames on', () => {
    expect(settings('VPC')).toEqual([
      {
        region: 'af-south-1',
        cidrBlock: '10.0.0.0/16',
        enableDnsSupport: true,
        enableDnsHostnames: true,
        tags: { Name: 'team-a/builderspace' },
      },
    ]);
  });

  test('subnets: public, 10.0.0.0/22 in af-south-1a and 10.0.4.0/22 in af-south-1b, public addresses on launch, found by load balancers and Karpenter', () => {
    const subnet = (zone: string, cidrBlock: string) => ({
      region: 'af-south-1',
      vpcId: 'vpc.id',
      availabilityZone: zone,
      cidrBlock,
      mapPublicIpOnLaunch: true,
      tags: {
        Name: `team-a/builderspace/${zone}`,
        'kubernetes.io/role/elb': '1',
        'karpenter.sh/discovery': 'team-a/builderspace',
      },
    });
    expect(settings('Subnet')).toEqual([subnet('af-south-1a', '10.0.0.0/22'), subnet('af-south-1b', '10.0.4.0/22')]);
  });

  test('routing: one route table, 0.0.0.0/0 through one internet gateway of the VPC, both subnets associated', () => {
    const tags = { Name: 'team-a/builderspace' };
    expect(settings('InternetGateway')).toEqual([{ region: 'af-south-1', vpcId: 'vpc.id', tags }]);
    expect(settings('RouteTable')).toEqual([{ region: 'af-south-1', vpcId: 'vpc.id', tags }]);
    expect(settings('Route')).toEqual([
      {
        region: 'af-south-1',
        routeTableId: 'route-table.id',
        destinationCidrBlock: '0.0.0.0/0',
        gatewayId: 'internet-gateway.id',
      },
    ]);
    expect(settings('RouteTableAssociation')).toEqual([
      { region: 'af-south-1', routeTableId: 'route-table.id', subnetId: 'subnet-first.id' },
      { region: 'af-south-1', routeTableId: 'route-table.id', subnetId: 'subnet-second.id' },
    ]);
  });

  test('no NAT', () => {
    expect([...settings('NATGateway'), ...settings('EIP')]).toEqual([]);
  });

  test('the claim tells what was made', () => {
    expect(claim.composite.status).toMatchObject({
      network: {
        vpcId: 'vpc.id',
        routeTableId: 'route-table.id',
        subnets: {
          first: { id: 'subnet-first.id', zone: 'af-south-1a' },
          second: { id: 'subnet-second.id', zone: 'af-south-1b' },
        },
      },
    });
  });

  test('names tell whose a resource is, and labels let it be found', () => {
    const vpc = manifests.find(({ kind }) => kind === 'VPC');
    expect(vpc?.metadata).toEqual({
      name: 'builderspace-vpc',
      namespace: 'team-a',
      labels: { 'platform.tekanya.services/resource': 'vpc', 'platform.tekanya.services/xnetwork': 'builderspace' },
    });
  });
});

test('a third subnet makes a third of everything that a subnet has', () => {
  const zones = ['a', 'b', 'c'].map((letter, i) => ({ zone: `af-south-1${letter}`, cidr: `10.0.${4 * i}.0/22` }));
  const { claim, settings } = rendered({ network: { subnets: zones } });
  expect(
    settings('Subnet').map(({ availabilityZone, cidrBlock }) => ({ zone: availabilityZone, cidr: cidrBlock })),
  ).toEqual(zones);
  expect(settings('RouteTableAssociation').map(({ subnetId }) => subnetId)).toEqual([
    'subnet-first.id',
    'subnet-second.id',
    'subnet-third.id',
  ]);
  expect(claim.composite.status).toMatchObject({ network: { subnets: { third: { id: 'subnet-third.id' } } } });
});

test('tags reach every resource that can have them, and never replace those that the platform needs', () => {
  const { settings } = rendered({ tags: { owner: 'me', Name: 'mine', 'karpenter.sh/discovery': 'other' } });
  for (const kind of ['VPC', 'InternetGateway', 'RouteTable', 'Subnet']) {
    for (const { tags } of settings(kind)) {
      expect(tags).toMatchObject({ owner: 'me', Name: expect.stringMatching(/^team-a\/builderspace/) });
    }
  }
  expect(settings('Subnet')[0]?.tags).toMatchObject({ 'karpenter.sh/discovery': 'team-a/builderspace' });
});

test('another region and network', () => {
  const subnets = [
    { zone: 'eu-west-1a', cidr: '10.1.0.0/20' },
    { zone: 'eu-west-1c', cidr: '10.1.16.0/20' },
  ];
  const { settings } = rendered({ region: 'eu-west-1', network: { cidr: '10.1.0.0/16', subnets } });
  expect(settings('VPC')).toMatchObject([{ region: 'eu-west-1', cidrBlock: '10.1.0.0/16' }]);
  expect(settings('Subnet').map(({ availabilityZone }) => availabilityZone)).toEqual(['eu-west-1a', 'eu-west-1c']);
});

test('what does not wait is made at once, and nothing waits for longer than the value it needs', () => {
  const { network } = rendered({});
  const madeIn = (round: number) =>
    network?.resources.filter(resource => resource.round === round).map(({ name }) => name);
  expect(madeIn(1)).toEqual(['vpc']);
  // A value takes a round to be observed, and another one to be read.
  expect(madeIn(3)).toEqual(['internet-gateway', 'route-table', 'subnet-first', 'subnet-second']);
  expect(madeIn(5)).toEqual([
    'default-route',
    'association-first',
    'subnet-first-uses-route-table',
    'association-second',
    'subnet-second-uses-route-table',
  ]);
});
