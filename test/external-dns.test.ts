import { describe, expect, it } from 'vitest';
import { claimed } from './fixtures/claim.ts';

const externalDns = (settings: object = {}) => claimed({ cluster: { externalDns: settings } }).part('XExternalDNS');
const drawn = externalDns();
const values = (of: typeof drawn) => of.settings('Release')[0]?.values;

const domains = ['amano.services', 'tekanya.services', 'lightsphere.space', 'sosolola.cloud'];

describe('ExternalDNS', () => {
  it('is installed by its chart, with the image of the drawing, as the service account that has the role', () => {
    expect(drawn.settings('Release')).toMatchObject([
      {
        namespace: 'external-dns',
        chart: {
          name: 'external-dns',
          repository: 'https://kubernetes-sigs.github.io/external-dns/',
          version: '1.14.5',
        },
        values: { image: { tag: 'v0.14.2' }, serviceAccount: { name: 'external-dns' }, provider: { name: 'aws' } },
      },
    ]);
    expect(drawn.settings('PodIdentityAssociation')).toMatchObject([
      { clusterName: 'team-a_builderspace', namespace: 'external-dns', serviceAccount: 'external-dns' },
    ]);
  });

  it('writes records of Services and Ingresses in the domains of the drawing, and removes them', () => {
    expect(values(drawn)).toMatchObject({
      sources: ['service', 'ingress'],
      domainFilters: domains,
      policy: 'sync',
      registry: 'txt',
    });
  });

  it('marks its records with an owner that no other cluster of the account has', () => {
    expect(values(drawn)).toMatchObject({ txtOwnerId: 'af-south-1/team-a_builderspace' });
  });

  it.each(domains)(
    'marks its records in the zone of %s, that of the domain itself too, under names it may write',
    domain => {
      const { txtPrefix } = values(drawn) as { readonly txtPrefix: string };
      // registry/txt.go of ExternalDNS: the older form is without the type.
      for (const type of ['', 'a', 'aaaa', 'cname']) {
        const mark = `${txtPrefix.replaceAll('%{record_type}', type)}${domain}`;
        expect(mark).toMatch(/^[a-z_]+\.[a-z.-]+$/);
        expect(mark.endsWith(`.${domain}`)).toBe(true);
      }
    },
  );

  it('leaves records alone where it may only make and change them', () => {
    expect(values(externalDns({ policy: 'upsert-only' }))).toMatchObject({ policy: 'upsert-only' });
  });

  it('is left out where it is not wanted', () => {
    expect(externalDns({ enabled: false }).manifests).toEqual([]);
  });
});

describe('what it may write', () => {
  const [write, read] = ['route53:ChangeResourceRecordSets', 'route53:ListResourceRecordSets'];
  const statement = (of: typeof drawn, action: string) =>
    of
      .settings('RolePolicy')
      .flatMap(({ policy }) => JSON.parse(String(policy)).Statement)
      .find(({ Action }) => [Action].flat().includes(action));

  it('is the domains and the names below them, whatever the zone', () => {
    expect(statement(drawn, write)).toEqual({
      Effect: 'Allow',
      Action: write,
      Resource: ['arn:aws:route53:::hostedzone/*'],
      Condition: {
        'ForAllValues:StringLike': {
          'route53:ChangeResourceRecordSetsNormalizedRecordNames': [
            ...domains,
            ...domains.map(domain => `*.${domain}`),
          ],
        },
      },
    });
  });

  it('is in the zones that are named, and so is what it reads', () => {
    const named = externalDns({ zoneIds: ['Z0AAA', 'Z0BBB'] });
    const zones = ['arn:aws:route53:::hostedzone/Z0AAA', 'arn:aws:route53:::hostedzone/Z0BBB'];
    expect(statement(named, write).Resource).toEqual(zones);
    expect(statement(named, read).Resource).toEqual(zones);
  });

  it.each([
    { reason: 'it looks at no other zone of a domain', spec: { zoneIds: ['Z0AAA', 'Z0BBB'] }, lines: 'Z0AAA\nZ0BBB' },
    { reason: 'left out, it looks at any', spec: {}, lines: '' },
  ])('is told of the zones, a line each: $reason', ({ spec, lines }) => {
    expect(values(externalDns(spec))).toMatchObject({
      env: expect.arrayContaining([{ name: 'EXTERNAL_DNS_ZONE_ID_FILTER', value: lines }]),
    });
  });
});
