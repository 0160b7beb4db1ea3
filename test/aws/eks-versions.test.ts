import { describe, expect, it } from 'vitest';
import type { KubernetesVersion } from '../../src/aws/eks-versions.ts';
import { adviceOn, supportOf } from '../../src/aws/eks-versions.ts';

describe('how AWS supports a version', () => {
  it.each<{ version: KubernetesVersion; today: string; want: ReturnType<typeof supportOf> }>([
    { version: '1.31', today: '2025-11-26', want: { is: 'standard', until: '2025-11-26', daysLeft: 0 } },
    { version: '1.31', today: '2025-11-27', want: { is: 'extended', until: '2026-11-26', daysLeft: 364 } },
    { version: '1.31', today: '2026-11-22', want: { is: 'extended', until: '2026-11-26', daysLeft: 4 } },
    { version: '1.31', today: '2026-11-26', want: { is: 'extended', until: '2026-11-26', daysLeft: 0 } },
    { version: '1.31', today: '2026-11-27', want: { is: 'ended', until: '2026-11-26', daysLeft: -1 } },
    { version: '1.34', today: '2026-11-22', want: { is: 'standard', until: '2026-12-02', daysLeft: 10 } },
    { version: '1.35', today: '2026-11-22', want: { is: 'standard', until: '2027-03-27', daysLeft: 125 } },
  ])('$version on $today', ({ version, today, want }) => {
    expect(supportOf(version, new Date(today))).toEqual(want);
  });
});

describe('what people are told', () => {
  it.each<{ version: KubernetesVersion; today: string; want: string | undefined }>([
    {
      version: '1.31',
      today: '2026-11-22',
      want: "AWS's support of Kubernetes 1.31 ends on 2026-11-26, in 4 days; then AWS upgrades the cluster itself; move on to 1.32",
    },
    {
      version: '1.31',
      today: '2026-11-25',
      want: "AWS's support of Kubernetes 1.31 ends on 2026-11-26, tomorrow; then AWS upgrades the cluster itself; move on to 1.32",
    },
    {
      version: '1.31',
      today: '2027-01-01',
      want: "Kubernetes 1.31 is out of AWS's support since 2026-11-26: AWS makes no new cluster of it and upgrades those there are; move on to 1.32",
    },
    { version: '1.32', today: '2026-11-22', want: undefined },
    { version: '1.34', today: '2026-12-01', want: undefined },
    {
      version: '1.35',
      today: '2028-03-27',
      want: "AWS's support of Kubernetes 1.35 ends on 2028-03-27, today; then AWS upgrades the cluster itself",
    },
  ])('$version on $today', ({ version, today, want }) => {
    expect(adviceOn(version, new Date(today))).toBe(want);
  });
});
