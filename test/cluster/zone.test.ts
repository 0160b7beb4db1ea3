import { GetHostedZoneCommand } from '@aws-sdk/client-route-53';
import { expect, test } from 'vitest';
import { apply, aws, eventually, get, inAccount, kubectl, left, untilReady } from './cluster.ts';

const namespace = 'zones';

const zone = (name: string, domain: string) => ({
  apiVersion: 'platform.tekanya.services/v1alpha1',
  kind: 'ZoneClaim',
  metadata: { name },
  spec: { domain },
});

test('two zones: each tells its name servers, keeps its domain, and goes without the other', async () => {
  await apply(namespace, zone('one', 'one.example'));
  await apply(namespace, zone('two', 'two.example'));
  for (const name of ['one', 'two']) await untilReady(namespace, `zoneclaim/${name}`);

  const { status } = await get(namespace, 'zoneclaim/one');
  const { DelegationSet } = await aws().route53.send(new GetHostedZoneCommand({ Id: status.zoneId }));
  expect([...status.nameServers].sort()).toEqual(DelegationSet?.NameServers?.toSorted());
  await expect(apply(namespace, zone('one', 'other.example'))).rejects.toThrow('make another ZoneClaim beside it');

  const domains = async () => (await inAccount(namespace, 'route53/Zone')).map(({ name }) => name).sort();
  expect(await domains()).toEqual(['one.example.', 'two.example.']);
  await kubectl('delete', '-n', namespace, 'zoneclaim/one');
  await eventually(domains).toEqual(['two.example.']);
  await kubectl('delete', '-n', namespace, 'zoneclaim/two');
  await eventually(domains).toEqual([]);
  await eventually(() => left(namespace)).toBe('');
});
