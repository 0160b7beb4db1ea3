import { describe, expect, it } from 'vitest';
import { adviceOn, newestOn, supportOf } from '../../src/aws/eks-versions.ts';
import type { KubernetesVersion } from '../../src/aws/versions.ts';

describe('how AWS supports a version', () => {
  it.each<{ version: KubernetesVersion; today: string; want: ReturnType<typeof supportOf> }>([
    { version: '1.36', today: '2026-06-01', want: { is: 'coming', until: '2026-06-02', daysLeft: 1 } },
    { version: '1.36', today: '2026-06-02', want: { is: 'standard', until: '2027-08-02', daysLeft: 426 } },
    { version: '1.31', today: '2025-11-25', want: { is: 'standard', until: '2025-11-26', daysLeft: 1 } },
    { version: '1.31', today: '2025-11-26', want: { is: 'extended', until: '2026-11-26', daysLeft: 365 } },
    { version: '1.31', today: '2026-11-25', want: { is: 'extended', until: '2026-11-26', daysLeft: 1 } },
    { version: '1.31', today: '2026-11-26', want: { is: 'ended', until: '2026-11-26', daysLeft: 0 } },
    { version: '1.31', today: '2026-11-27', want: { is: 'ended', until: '2026-11-26', daysLeft: -1 } },
    { version: '1.34', today: '2026-11-26', want: { is: 'standard', until: '2026-12-02', daysLeft: 6 } },
    { version: '1.34', today: '2026-12-02', want: { is: 'extended', until: '2027-12-02', daysLeft: 365 } },
  ])('$version on $today', ({ version, today, want }) => {
    expect(supportOf(version, new Date(today))).toEqual(want);
  });

  it.each([
    { reason: 'at its last second in UTC', now: '2026-11-25T23:59:59Z', want: 'extended' },
    { reason: 'at its first second of the next', now: '2026-11-26T00:00:00Z', want: 'ended' },
    { reason: 'where it is still the day before', now: '2026-11-25T23:00:00-08:00', want: 'ended' },
  ])('a day is one of UTC: $reason', ({ now, want }) => {
    expect(supportOf('1.31', new Date(now)).is).toBe(want);
  });
});

it.each([
  { today: '2020-01-01', want: '1.31' },
  { today: '2025-10-01', want: '1.33' },
  { today: '2025-10-02', want: '1.34' },
  { today: '2026-11-26', want: '1.36' },
])('the newest version on $today is $want', ({ today, want }) => {
  expect(newestOn(new Date(today))).toBe(want);
});

describe('what people are told', () => {
  const costs = 'a control plane costs 438 USD a month in place of 73';

  it.each<{ version: KubernetesVersion; today: string; want: string | undefined }>([
    {
      version: '1.35',
      today: '2025-12-01',
      want: 'EKS makes clusters of Kubernetes 1.35 from 2026-01-27 on: until then write version: "1.34"',
    },
    { version: '1.36', today: '2026-11-26', want: undefined },
    { version: '1.34', today: '2026-10-02', want: undefined },
    {
      version: '1.34',
      today: '2026-11-26',
      want: `standard support of Kubernetes 1.34 ends on 2026-12-02, in 6 days; from then on ${costs}, or with support: STANDARD AWS upgrades it by itself: for a new cluster write version: "1.36", for one that is there write version: "1.35"`,
    },
    {
      version: '1.31',
      today: '2026-11-25',
      want: `Kubernetes 1.31 is in extended support, in which ${costs}; it ends on 2026-11-26, tomorrow; from then on AWS makes no new cluster of it and upgrades those that there are by itself: for a new cluster write version: "1.36", for one that is there write version: "1.32"`,
    },
    {
      version: '1.31',
      today: '2026-11-26',
      want: 'AWS makes no new cluster of Kubernetes 1.31 from 2026-11-26 on, and upgrades those that there are by itself: for a new cluster write version: "1.36", for one that is there write version: "1.32"',
    },
    {
      version: '1.35',
      today: '2026-05-31',
      want: undefined,
    },
    {
      version: '1.36',
      today: '2028-08-02',
      want: 'AWS makes no new cluster of Kubernetes 1.36 from 2028-08-02 on, and upgrades those that there are by itself',
    },
  ])('$version on $today', ({ version, today, want }) => {
    expect(adviceOn(version, new Date(today))).toBe(want);
  });
});
