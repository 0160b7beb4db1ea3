import { describe, expect, test } from 'vitest';
import { adviseOnZones } from '../src/advice.ts';
import { checkFiles } from '../src/check.ts';
import { made, pkg } from './fixtures/claim.ts';

const zone = (spec: object = {}) => made('ZoneClaim', { domain: 'tekanya.services', ...spec }, 'tekanya-services');

test('one public zone, which says whose it is', () => {
  expect(zone({ tags: { team: 'a' } }).settings('Zone')).toEqual([
    {
      name: 'tekanya.services',
      comment: 'Made by ZoneClaim team-a/tekanya-services',
      forceDestroy: false,
      tags: { team: 'a', Name: 'team-a/tekanya-services' },
    },
  ]);
});

test.each([
  { records: 'Keep', forceDestroy: false, reason: 'AWS refuses to delete a zone with records' },
  { records: 'Delete', forceDestroy: true, reason: 'the provider deletes the records first' },
])('records: $records, as $reason', ({ records, forceDestroy }) => {
  expect(zone({ records }).settings('Zone')).toMatchObject([{ forceDestroy }]);
});

test('its status has what the registrar of the domain wants', () => {
  const { status } = zone().rendered.composite;
  expect(Object.keys(Object(status))).toEqual(expect.arrayContaining(['arn', 'nameServers', 'zoneId']));
});

describe('the domains of claims that are checked together', () => {
  const claim = (namespace: string, name: string, domain: string) =>
    JSON.stringify({
      apiVersion: 'platform.tekanya.services/v1alpha1',
      kind: 'ZoneClaim',
      metadata: { namespace, name },
      spec: { domain },
    });
  test.each([
    { reason: 'one each', claims: [claim('a', 'one', 'one.dev'), claim('a', 'two', 'two.dev')], noted: [] },
    {
      reason: 'a domain below another',
      claims: [claim('a', 'one', 'one.dev'), claim('a', 'two', 'x.one.dev')],
      noted: [],
    },
    {
      reason: 'one in two claims',
      claims: [claim('a', 'one', 'one.dev'), claim('b', 'one', 'one.dev')],
      noted: ['1.yaml: spec.domain: is the domain of ZoneClaim a/one too'],
    },
  ])('$reason', ({ claims, noted }) => {
    const files = claims.map((text, i) => ({ name: `${i}.yaml`, text }));
    const { problems, notes } = checkFiles(files, pkg, adviseOnZones());
    expect(problems).toEqual([]);
    expect(notes.map(({ file, path, message }) => `${file}: ${path}: ${message.split(':')[0]}`)).toEqual(noted);
  });
});
