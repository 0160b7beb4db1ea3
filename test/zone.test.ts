import { expect, test } from 'vitest';
import { made } from './fixtures/claim.ts';

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
