import { beforeEach, describe, expect, it } from 'vitest';
import { child, items, type JsonObject, text } from '../../../src/kubernetes/json.ts';
import { service, TestGround } from './ground.ts';

const hostname = 'external-dns.alpha.kubernetes.io/hostname';
const name = 'auidserviceweb';

let ground: TestGround;
beforeEach(() => {
  ground = new TestGround();
});

describe('a Service of type LoadBalancer', () => {
  it('gets a classic load balancer in the public subnets, with a group of its own, and takes both along', async () => {
    ground.objects.apply('Service', service('web'));
    await ground.settle();
    expect(ground.account.balancers).toMatchObject([
      {
        LoadBalancerName: name,
        Subnets: ['subnet-1', 'subnet-2'],
        SecurityGroups: [`sg-k8s-elb-${name}`],
        Listeners: [{ LoadBalancerPort: 80, InstancePort: 30080 }],
      },
    ]);
    const status = child(ground.objects.find('Service', 'web'), 'status', 'loadBalancer');
    expect(text(items(status.ingress)[0], 'hostname')).toBe('lb-1.af-south-1.elb.amazonaws.com');
    await ground.objects.remove('Service', 'web');
    await ground.settle();
    expect(ground.account.calls.slice(-2)).toEqual(['DeleteLoadBalancer', 'DeleteSecurityGroup']);
    expect(ground.objects.find('Service', 'web')).toBeUndefined();
  });

  it.each<[string, JsonObject, number]>([
    ['an internal one, if it says so', service('s', annotated('internal', 'true')), 1],
    ['none, if another controller makes it', service('s', annotated('type', 'external')), 0],
    ['none without the type', { ...service('s'), spec: { type: 'ClusterIP' } }, 0],
    ['none of another class', { ...service('s'), spec: { type: 'LoadBalancer', loadBalancerClass: 'x' } }, 0],
  ])('%s', async (_, object, count) => {
    ground.objects.apply('Service', object);
    await ground.settle();
    expect(ground.account.balancers).toHaveLength(count);
  });

  it('gets none without a public subnet, and says so', async () => {
    ground.account.gateway = undefined;
    ground.objects.apply('Service', service('web'));
    await ground.settle();
    expect(ground.said('eks cannot')).toEqual([
      'eks cannot find subnets for the load balancer of service/default/web: could not find any suitable subnets for creating the ELB',
    ]);
  });

  it('stays while AWS refuses to end what it has, and goes when it does not any more', async () => {
    ground.objects.apply('Service', service('web'));
    await ground.settle();
    ground.account.refused.set('DeleteLoadBalancer', 'AccessDenied');
    await ground.objects.remove('Service', 'web');
    await ground.settle();
    expect(ground.objects.find('Service', 'web')).toBeDefined();
    expect(ground.said('cannot end')).toHaveLength(1);
    ground.account.refused.clear();
    await ground.settle(200);
    expect(ground.objects.find('Service', 'web')).toBeUndefined();
  });
});

function annotated(setting: string, value: string): JsonObject {
  return { [`service.beta.kubernetes.io/aws-load-balancer-${setting}`]: value };
}

const ingress = (host: string, target: JsonObject, annotations: JsonObject = {}): JsonObject => ({
  metadata: { name: 'web', namespace: 'default', annotations },
  spec: { rules: [{ host }] },
  status: { loadBalancer: { ingress: [target] } },
});
const names = () => ground.account.records.map(({ Type, Name }) => `${Type} ${Name}`);

describe('records', () => {
  it('an alias of the load balancer, and who owns it; they go with the Service', async () => {
    ground.objects.apply('Service', service('web', { [hostname]: 'web.tekanya.services' }));
    await ground.settle();
    const heritage = '"heritage=external-dns,external-dns/owner=team-a.c,external-dns/resource=service/default/web"';
    expect(ground.account.records).toEqual([
      {
        Name: 'web.tekanya.services',
        Type: 'A',
        AliasTarget: {
          DNSName: 'lb-1.af-south-1.elb.amazonaws.com',
          HostedZoneId: 'Z268VQBMOI5EKX',
          EvaluateTargetHealth: true,
        },
      },
      ...['_externaldns.web.tekanya.services', '_externaldnscname.web.tekanya.services'].map(Name => ({
        Name,
        Type: 'TXT',
        TTL: 300,
        ResourceRecords: [{ Value: heritage }],
      })),
    ]);
    await ground.objects.remove('Service', 'web');
    await ground.settle();
    expect(ground.account.records).toEqual([]);
  });

  it.each<[string, JsonObject, readonly string[]]>([
    [
      'of an Ingress, by its rules',
      ingress('a.tekanya.services', { hostname: 'lb.example.org' }),
      ['CNAME a.tekanya.services', 'TXT _externaldns.a.tekanya.services', 'TXT _externaldnscname.a.tekanya.services'],
    ],
    [
      'of addresses',
      ingress('a.tekanya.services', { ip: '192.0.2.1' }),
      ['A a.tekanya.services', 'TXT _externaldns.a.tekanya.services', 'TXT _externaldnsa.a.tekanya.services'],
    ],
    [
      'of the domain itself, with all that says so inside the zone',
      ingress('tekanya.services', { ip: '192.0.2.1' }),
      ['A tekanya.services', 'TXT _externaldns.tekanya.services', 'TXT _externaldnsa.tekanya.services'],
    ],
    ['of no other domain', ingress('a.example.org', { ip: '192.0.2.1' }), []],
    ['of no domain that only ends alike', ingress('a.nottekanya.services', { ip: '192.0.2.1' }), []],
    ['of nothing that has no address yet', ingress('a.tekanya.services', {}), []],
  ])('%s', async (_, object, expected) => {
    ground.objects.apply('Ingress', object);
    await ground.settle();
    expect(names()).toEqual(expected);
  });

  it('leaves what others have made', async () => {
    const foreign = { Name: 'a.tekanya.services', Type: 'A' };
    ground.account.records = [foreign];
    ground.objects.apply('Ingress', ingress('a.tekanya.services', { ip: '192.0.2.1' }));
    await ground.settle();
    expect(ground.account.records[0]).toBe(foreign);
    await ground.objects.remove('Ingress', 'web');
    await ground.settle();
    expect(ground.account.records).toEqual([foreign]);
  });

  it('of a domain itself stand beside a TXT record of others there, and go alone', async () => {
    const policy = { Name: 'tekanya.services', Type: 'TXT', ResourceRecords: [{ Value: '"v=spf1 -all"' }] };
    ground.account.records = [policy];
    ground.objects.apply('Ingress', ingress('tekanya.services', { ip: '192.0.2.1' }));
    await ground.settle();
    expect(names()).toContain('A tekanya.services');
    expect(ground.account.records).toContain(policy);
    await ground.objects.remove('Ingress', 'web');
    await ground.settle();
    expect(ground.account.records).toEqual([policy]);
  });

  it('come back when they are deleted by hand', async () => {
    ground.objects.apply('Ingress', ingress('a.tekanya.services', { ip: '192.0.2.1' }));
    await ground.settle();
    ground.account.records = [];
    await ground.settle();
    expect(names()).toHaveLength(3);
  });

  it('are told of in the words of AWS when they are refused', async () => {
    ground.account.refused.set('ChangeResourceRecordSets', 'AccessDenied');
    ground.objects.apply('Ingress', ingress('a.tekanya.services', { ip: '192.0.2.1' }));
    await ground.settle(200);
    expect(ground.said('external-dns cannot')).toEqual([
      'external-dns cannot keep the records of tekanya.services: AccessDenied: you are not authorized to perform: ChangeResourceRecordSets',
    ]);
  });
});
