import { describe, expect, it } from 'vitest';
import { PlatformClaim } from '../../src/apis/claim.ts';
import { Network } from '../../src/apis/network.ts';
import { Platform } from '../../src/apis/platform.ts';
import { partOf } from '../../src/crossplane/package.ts';
import { formatPath } from '../../src/crossplane/path.ts';
import { validate } from '../../src/crossplane/validate.ts';
import { assemblePackage } from '../../src/package.ts';

const pkg = assemblePackage();
type AnySpec = Readonly<Record<string, unknown>>;

/** What the API server has against `now` where `old` stands. */
function update(api: typeof PlatformClaim | typeof Platform | typeof Network, old: AnySpec, now: AnySpec): string[] {
  const schema = partOf(pkg, api.GVK)?.schema ?? {};
  const object = (spec: AnySpec) => ({ ...api.GVK, metadata: { name: 'shop', namespace: 'team-a' }, spec });
  const problems = validate(schema, object(now), { old: object(old) });
  return problems.map(({ path, message }) => `${formatPath(path)}: ${message}`);
}

const a = { zone: 'af-south-1a', cidr: '10.0.0.0/22' };
const b = { zone: 'af-south-1b', cidr: '10.0.4.0/22' };
const c = { zone: 'af-south-1c', cidr: '10.0.8.0/22' };
const anotherBeside = 'a network is made once; make another one beside it and move over';
const region = `spec.region: cannot be changed: ${anotherBeside}`;
const cidr = `cidr: cannot be changed: ${anotherBeside}`;
const subnets = `subnets: cannot be changed or removed, only a third can be added: ${anotherBeside}`;
const european = [
  { zone: 'eu-west-1a', cidr: '10.0.0.0/22' },
  { zone: 'eu-west-1b', cidr: '10.0.4.0/22' },
];

describe.each([
  { kind: 'PlatformClaim', api: PlatformClaim },
  { kind: 'XPlatform', api: Platform },
])('an update of a $kind', ({ api }) => {
  it.each([
    { change: 'nothing', old: {}, now: {}, want: [] },
    { change: 'a default written out', old: {}, now: { region: 'af-south-1', network: { subnets: [a, b] } }, want: [] },
    { change: 'the default left out again', old: { network: { cidr: '10.0.0.0/16' } }, now: {}, want: [] },
    { change: 'tags', old: { tags: { team: 'a' } }, now: { tags: { team: 'b', stage: 'test' } }, want: [] },
    { change: 'tags given', old: {}, now: { tags: { team: 'a' } }, want: [] },
    { change: 'tags taken away', old: { tags: { team: 'a' } }, now: {}, want: [] },
    { change: 'a third subnet', old: {}, now: { network: { subnets: [a, b, c] } }, want: [] },
    {
      change: 'the account',
      old: {},
      now: { providerConfigRef: { kind: 'ProviderConfig', name: 'default' } },
      want: [
        'spec.providerConfigRef: cannot be changed: what is made in one account cannot move to another; make it anew there',
      ],
    },
    {
      change: 'the region, with its zones',
      old: {},
      now: { region: 'eu-west-1', network: { subnets: european } },
      want: [region, `spec.network.${subnets}`],
    },
    {
      change: 'the CIDR',
      old: {},
      now: { network: { cidr: '10.0.0.0/20' } },
      want: [`spec.network.${cidr}`],
    },
    {
      change: 'the CIDR to one without the subnets',
      old: {},
      now: { network: { cidr: '10.1.0.0/16' } },
      want: [
        'spec.network.subnets: each must be inside the network, 10.1.0.0/16 (the default ones are inside 10.0.0.0/16)',
        `spec.network.${cidr}`,
      ],
    },
    {
      change: 'back to the default CIDR',
      old: { network: { cidr: '10.0.0.0/20' } },
      now: {},
      want: [`spec.network.${cidr}`],
    },
    {
      change: 'the zone of a subnet',
      old: {},
      now: { network: { subnets: [a, { ...b, zone: c.zone }] } },
      want: [`spec.network.${subnets}`],
    },
    {
      change: 'the CIDR of a subnet',
      old: {},
      now: { network: { subnets: [{ ...a, cidr: '10.0.0.0/23' }, b] } },
      want: [`spec.network.${subnets}`],
    },
    { change: 'the order', old: {}, now: { network: { subnets: [b, a] } }, want: [`spec.network.${subnets}`] },
    {
      change: 'a third subnet taken away',
      old: { network: { subnets: [a, b, c] } },
      now: { network: { subnets: [a, b] } },
      want: [`spec.network.${subnets}`],
    },
    {
      change: 'the third subnet',
      old: { network: { subnets: [a, b, c] } },
      now: { network: { subnets: [a, b, { ...c, cidr: '10.0.12.0/22' }] } },
      want: [`spec.network.${subnets}`],
    },
    {
      change: 'a third subnet before the others',
      old: {},
      now: { network: { subnets: [c, a, b] } },
      want: [`spec.network.${subnets}`],
    },
  ])('$change', ({ old, now, want }) => {
    expect(update(api, old, now)).toEqual(want);
  });
});

describe('an update of an XNetwork', () => {
  const three = { crossplane: { compositionRef: { name: 'xnetwork-three-zones' } } };
  const wanted = 'spec: with three subnets, spec.crossplane.compositionRef.name must be xnetwork-three-zones';

  it.each([
    { change: 'a third subnet, with its Composition', now: { ...three, subnets: [a, b, c] }, want: [] },
    { change: 'a third subnet', now: { subnets: [a, b, c] }, want: [wanted] },
    { change: 'tags', now: { tags: { team: 'a' } }, want: [] },
    { change: 'the CIDR', now: { cidr: '10.0.0.0/20' }, want: [`spec.${cidr}`] },
    { change: 'a subnet', now: { subnets: [a, c] }, want: [`spec.${subnets}`] },
    {
      change: 'the region',
      now: { region: 'eu-west-1', subnets: european },
      want: [region, `spec.${subnets}`],
    },
  ])('$change', ({ now, want }) => {
    expect(update(Network, {}, now)).toEqual(want);
  });
});
