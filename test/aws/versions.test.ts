import { describe, expect, it, test } from 'vitest';
import { adviceOnAurora, defaultAuroraVersion } from '../../src/aws/aurora-versions.ts';
import { defaultKubernetesVersion, supportOf } from '../../src/aws/eks-versions.ts';
import { karpenterFor, newestKubernetes } from '../../src/aws/karpenter-versions.ts';
import { auroraVersions, kubernetesVersions, versions } from '../../src/aws/versions.ts';

const rows = Object.entries(versions.kubernetes);
const minorOf = (version: string) => Number(/^v?1\.(\d+)/.exec(version)?.[1]);

/** A day, so many months after another; AWS takes the same day of the month. */
function monthsAfter(day: string, months: number): string {
  const date = new Date(day);
  date.setUTCMonth(date.getUTCMonth() + months);
  return date.toISOString().slice(0, 10);
}

describe('the table of Kubernetes versions', () => {
  it('is in the order of releases, each one minor after the last', () => {
    expect(rows.map(([version]) => version)).toEqual([...kubernetesVersions]);
    expect(rows.map(([version]) => minorOf(version))).toEqual(rows.map((_, i) => 31 + i));
    const released = rows.map(([, row]) => row.released);
    expect(released).toEqual([...released].sort());
  });

  it.each(rows)('%s has 14 months of standard and 12 of extended support', (_, { released, ...ends }) => {
    expect(ends.standardEnds).toBe(monthsAfter(released, 14));
    expect(ends.extendedEnds).toBe(monthsAfter(ends.standardEnds, 12));
  });

  it.each(rows)('%s has the kube-proxy of its own minor version', (version, { addons }) => {
    expect(minorOf(addons['kube-proxy'])).toBe(minorOf(version));
  });

  it.each(rows.slice(1))('%s moves vpc-cni by one minor version at most, and no add-on back', (_, row) => {
    const before = rows[rows.findIndex(([, other]) => other === row) - 1]?.[1];
    expect(before).toBeDefined();
    const order = new Intl.Collator('en', { numeric: true });
    for (const [name, version] of Object.entries(row.addons)) {
      const was = before?.addons[name as keyof typeof row.addons] ?? '';
      expect(order.compare(was, version)).toBeLessThanOrEqual(0);
    }
    expect(minorOf(row.addons['vpc-cni']) - minorOf(before?.addons['vpc-cni'] ?? '')).toBeLessThanOrEqual(1);
  });

  it.each(rows.flatMap(([version, { addons }]) => Object.entries(addons).map(([name, it]) => ({ version, name, it }))))(
    '$version: $name is a version of EKS',
    ({ it }) => {
      expect(it).toMatch(/^v\d+\.\d+\.\d+-eksbuild\.\d+$/);
    },
  );
});

describe('Karpenter', () => {
  test.each(kubernetesVersions)('for %s runs on it', version => {
    const { oldestKubernetes, newestKubernetes: newest } = versions.karpenter[karpenterFor[version]];
    expect(minorOf(oldestKubernetes)).toBeLessThanOrEqual(minorOf(version));
    expect(minorOf(newest)).toBeGreaterThanOrEqual(minorOf(version));
  });

  test('is there for each step before the control plane takes it: the next one runs on the version before, too', () => {
    for (const [i, version] of kubernetesVersions.slice(1).entries()) {
      const { oldestKubernetes } = versions.karpenter[karpenterFor[version]];
      expect(minorOf(oldestKubernetes)).toBeLessThanOrEqual(minorOf(kubernetesVersions[i] ?? ''));
    }
  });

  test('runs on no version that is not here', () => {
    expect(Object.values(newestKubernetes).every(version => kubernetesVersions.includes(version))).toBe(true);
  });
});

test('an empty claim is on the newest version, in standard support when it was written down', () => {
  expect(defaultKubernetesVersion).toBe(kubernetesVersions.at(-1));
  expect(supportOf(defaultKubernetesVersion, new Date('2026-11-26')).is).toBe('standard');
});

describe('Aurora PostgreSQL', () => {
  it('is in the order of releases', () => {
    expect(Object.keys(versions.auroraPostgresql)).toEqual([...auroraVersions]);
    const minors = auroraVersions.map(version => Number(version.split('.')[1]));
    expect(minors).toEqual([...minors].sort((a, b) => a - b));
  });

  it.each([
    { version: '16.4', today: '2025-10-01', told: false },
    { version: '16.4', today: '2026-09-29', told: false },
    { version: '16.4', today: '2026-09-30', told: true },
    { version: defaultAuroraVersion, today: '2026-11-26', told: false },
  ] as const)('$version on $today: told $told', ({ version, today, told }) => {
    const advice = adviceOnAurora(version, new Date(today));
    expect(advice?.includes(`write engineVersion: "${defaultAuroraVersion}"`) ?? false).toBe(told);
  });
});
