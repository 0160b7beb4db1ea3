import { beforeEach, describe, expect, it } from 'vitest';
import { type JsonObject, overlay } from '../../../src/kubernetes/json.ts';
import type { Resource } from '../../../src/local/aws/account.ts';
import { resource } from './fixtures.ts';
import { deployments, ids, platform, service, WorkloadGround } from './workload-fixtures.ts';

const kind = 'route53/Record';
const hostname = 'external-dns.alpha.kubernetes.io/hostname';
const heritage = '"heritage=external-dns,external-dns/owner=team-a.c,external-dns/resource=service/default/web"';

function started(resources: readonly Resource[] = Object.values(platform())): WorkloadGround {
  const ground = new WorkloadGround(resources);
  ground.apply('Deployment', ...deployments);
  return ground;
}

const records = (ground: WorkloadGround) => ground.of(kind).map(({ asked }) => `${asked.type} ${asked.name}`);

describe('records', () => {
  let ground: WorkloadGround;
  beforeEach(async () => {
    ground = started();
    ground.apply('Service', service('web', { [hostname]: 'web.tekanya.services' }));
    await ground.settle(120);
  });

  it('an alias of the load balancer, and who owns it, in the zone of the name', () => {
    const [balancer] = ground.of('elasticloadbalancing/LoadBalancer');
    const { dnsName, zoneId } = balancer?.computed ?? {};
    expect(ground.of(kind).map(({ asked }) => asked)).toEqual([
      {
        zoneId: ids.zone,
        name: 'web.tekanya.services',
        type: 'A',
        alias: [{ name: dnsName, zoneId, evaluateTargetHealth: true }],
      },
      ...['web.tekanya.services', 'cname-web.tekanya.services'].map(name => ({
        zoneId: ids.zone,
        name,
        type: 'TXT',
        ttl: 300,
        records: [heritage],
      })),
    ]);
  });

  it('hold their zone, unless it takes them along', () => {
    const [zone] = ground.of('route53/Zone');
    expect(() => zone && ground.aws.delete(zone, zone.asked)).toThrow(/HostedZoneNotEmpty/);
    const forced = zone && ground.account.put({ ...zone, asked: { ...zone.asked, forceDestroy: true } });
    if (forced) ground.aws.delete(forced, forced.asked);
    expect(ground.of(kind)).toEqual([]);
  });

  it('go with the Service', async () => {
    await ground.remove('Service', 'web');
    await ground.settle();
    expect(ground.of(kind)).toEqual([]);
    const zone = ids.zone;
    expect(ground.said('delete route53')).toEqual([
      `delete route53/Record ${zone}_web.tekanya.services_A for external-dns`,
      `delete route53/Record ${zone}_web.tekanya.services_TXT for external-dns`,
      `delete route53/Record ${zone}_cname-web.tekanya.services_TXT for external-dns`,
    ]);
  });

  it('stay if the policy is upsert-only', async () => {
    const found = ground.find('Deployment', 'external-dns');
    const args = ['--source=service', '--policy=upsert-only', '--txt-owner-id=team-a.c'];
    const containers = [{ name: 'main', args }];
    ground.apply('Deployment', overlay(found ?? {}, { spec: { template: { spec: { containers } } } }));
    await ground.remove('Service', 'web');
    await ground.settle();
    expect(ground.of(kind)).toHaveLength(3);
  });

  it('come back when they are deleted by hand', async () => {
    for (const one of ground.of(kind)) ground.account.remove(one);
    await ground.settle(120);
    expect(ground.of(kind)).toHaveLength(3);
  });

  it('change with the target', async () => {
    for (const one of ground.of('elasticloadbalancing/LoadBalancer')) ground.account.remove(one);
    const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } };
    ground.apply('Service', { metadata: { name: 'web', namespace: 'default' }, spec: { type: 'ClusterIP' }, status });
    await ground.settle(120);
    expect(ground.of(kind).find(({ asked }) => asked.type === 'A')?.asked).toMatchObject({
      ttl: 300,
      records: ['192.0.2.1'],
    });
  });
});

const ingress = (host: string, target: JsonObject, annotations: JsonObject = {}): JsonObject => ({
  metadata: { name: 'web', namespace: 'default', annotations },
  spec: { rules: [{ host }] },
  status: { loadBalancer: { ingress: [target] } },
});

describe('which records come', () => {
  it.each<[string, JsonObject, readonly string[]]>([
    [
      'of an Ingress, by its rules',
      ingress('a.tekanya.services', { hostname: 'lb.example.org' }),
      ['CNAME a.tekanya.services', 'TXT a.tekanya.services', 'TXT cname-a.tekanya.services'],
    ],
    [
      'of addresses',
      ingress('a.tekanya.services', { ip: '192.0.2.1' }),
      ['A a.tekanya.services', 'TXT a.tekanya.services', 'TXT a-a.tekanya.services'],
    ],
    ['of no other domain', ingress('a.example.org', { ip: '192.0.2.1' }), []],
    ['of no domain that only ends alike', ingress('a.nottekanya.services', { ip: '192.0.2.1' }), []],
    ['of nothing that has no address yet', ingress('a.tekanya.services', {}), []],
  ])('%s', async (_, object, expected) => {
    const ground = started();
    ground.apply('Ingress', object);
    await ground.settle(120);
    expect(records(ground)).toEqual(expected);
  });

  it('in the zone with the longest name', async () => {
    const id = `Z0${'B'.repeat(19)}`;
    const inner = resource(
      'route53/Zone',
      id,
      { name: 'dev.tekanya.services.' },
      { arn: `arn:aws:route53:::hostedzone/${id}` },
    );
    const ground = started([...Object.values(platform()), inner]);
    ground.apply('Ingress', ingress('a.dev.tekanya.services', { ip: '192.0.2.1' }));
    await ground.settle(120);
    expect(ground.of(kind)).toEqual([]);
    expect(ground.said('cannot')).toEqual([
      `external-dns cannot change zone ${id}: its role external-dns may not route53:ChangeResourceRecordSets on ${inner.arn}`,
    ]);
  });

  it('with the time that the annotation says', async () => {
    const ground = started();
    const ttl = { 'external-dns.alpha.kubernetes.io/ttl': '60' };
    ground.apply('Ingress', ingress('a.tekanya.services', { ip: '192.0.2.1' }, ttl));
    await ground.settle(120);
    expect(ground.of(kind).map(({ asked }) => asked.ttl)).toEqual([60, 300, 300]);
  });
});

describe('ExternalDNS cannot work', () => {
  it.each<[string, string]>([
    ['external-dns identity', 'cluster c has no Pod Identity association for external-dns/external-dns'],
    ['external-dns role', 'its role arn:aws:iam::123456789012:role/external-dns is not in the account'],
    ['external-dns policy', 'its role external-dns may not route53:ListHostedZones'],
    ['agent', 'cluster c has no add-on eks-pod-identity-agent'],
    ['nodes', 'cluster c has no node group to run it on'],
    ['route', 'no subnet of its nodes has a route to the internet (external-dns/external-dns)'],
  ])('without %s', async (name, why) => {
    const parts = Object.entries(platform()).flatMap(([key, part]) => (key === name ? [] : [part]));
    const ground = started(parts);
    ground.apply('Ingress', ingress('a.tekanya.services', { ip: '192.0.2.1' }));
    await ground.settle(120);
    expect(ground.of(kind)).toEqual([]);
    expect(ground.said('external-dns cannot')).toEqual([`external-dns cannot work: ${why}`]);
  });

  it('to its harm alone: what it would have deleted stays', async () => {
    const ground = started();
    ground.apply('Ingress', ingress('a.tekanya.services', { ip: '192.0.2.1' }));
    await ground.settle(120);
    const [role] = ground.of('iam/Role').filter(({ name }) => name === 'external-dns');
    if (role) ground.account.remove(role);
    await ground.remove('Ingress', 'web');
    await ground.settle();
    expect(ground.of(kind)).toHaveLength(3);
  });
});
