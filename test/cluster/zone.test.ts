import { expect, test } from 'vitest';
import { apply, eventually, inAccount, kubectl, untilReady } from './cluster.ts';

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

  const { status } = JSON.parse(await kubectl('get', '-n', namespace, 'zoneclaim/one', '-o', 'json'));
  expect(status).toMatchObject({ zoneId: expect.stringMatching(/^Z/), nameServers: { length: 4 } });
  await expect(apply(namespace, zone('one', 'other.example'))).rejects.toThrow('make another ZoneClaim beside it');

  const domains = () => inAccount(namespace, 'route53/Zone').map(({ asked }) => asked.name);
  expect(domains().sort()).toEqual(['one.example', 'two.example']);
  await kubectl('delete', '-n', namespace, 'zoneclaim/one');
  await eventually(domains).toEqual(['two.example']);
  await kubectl('delete', '-n', namespace, 'zoneclaim/two');
  await eventually(domains).toEqual([]);
});
