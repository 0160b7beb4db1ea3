import { type KubernetesVersion, kubernetesVersions, versions } from './versions.ts';

/** The version of a cluster when nobody asks for one: the newest in standard support on which all else here runs, Karpenter too. */
export const defaultKubernetesVersion = '1.36' satisfies KubernetesVersion;

/** How AWS supports a version of Kubernetes on a day. */
export interface Support {
  /** `coming`: EKS makes no cluster of it yet. `extended`: it costs more. `ended`: EKS makes none any more, and upgrades those that there are. */
  readonly is: 'coming' | 'standard' | 'extended' | 'ended';
  /** The first day on which that is no longer so; of what has ended, the day on which it did. */
  readonly until: string;
  readonly daysLeft: number;
}

/** How AWS supports a version on a day. */
export function supportOf(version: KubernetesVersion, today: Date): Support {
  const { released, standardEnds, extendedEnds } = versions.kubernetes[version];
  const day = today.toISOString().slice(0, 10);
  const left = (until: string) => Math.round((Date.parse(until) - Date.parse(day)) / 86_400_000);
  if (day < released) return { is: 'coming', until: released, daysLeft: left(released) };
  if (day < standardEnds) return { is: 'standard', until: standardEnds, daysLeft: left(standardEnds) };
  return { is: day < extendedEnds ? 'extended' : 'ended', until: extendedEnds, daysLeft: left(extendedEnds) };
}

/** The newest version that EKS makes clusters of on a day; the oldest of ours on a day before all. */
export function newestOn(today: Date): KubernetesVersion {
  const there = kubernetesVersions.filter(version => supportOf(version, today).is !== 'coming');
  return there.at(-1) ?? kubernetesVersions[0];
}

/** With how many days left people are told that support ends. */
const soon = 60;

/** USD a month for a control plane (730 hours of 0.60 and of 0.10; aws.amazon.com/eks/pricing). */
const price = 'a control plane costs 438 USD a month in place of 73';

/** What somebody who asks for a version should know of AWS's support for it, and what to write; undefined where all is well. */
export function adviceOn(version: KubernetesVersion, today: Date): string | undefined {
  const { is, until, daysLeft } = supportOf(version, today);
  const write = (other: string) => `write version: "${other}"`;
  const next = kubernetesVersions[kubernetesVersions.indexOf(version) + 1];
  const newest = newestOn(today);
  const moveOn = [
    ...(newest === version ? [] : [`for a new cluster ${write(newest)}`]),
    ...(next && supportOf(next, today).is !== 'coming' ? [`for one that is there ${write(next)}`] : []),
  ].join(', ');
  const remedy = moveOn === '' ? '' : `: ${moveOn}`;
  const ends = `on ${until}, ${inDays(daysLeft)}`;
  switch (is) {
    case 'coming':
      return `EKS makes clusters of Kubernetes ${version} from ${until} on: until then ${write(newest)}`;
    case 'ended':
      return `AWS makes no new cluster of Kubernetes ${version} from ${until} on, and upgrades those that there are by itself${remedy}`;
    case 'extended':
      return `Kubernetes ${version} is in extended support, in which ${price}; it ends ${ends}; from then on AWS makes no new cluster of it and upgrades those that there are by itself${remedy}`;
    case 'standard':
      if (daysLeft > soon) return undefined;
      return `standard support of Kubernetes ${version} ends ${ends}; from then on ${price}, or with support: STANDARD AWS upgrades it by itself${remedy}`;
  }
}

function inDays(days: number): string {
  return days === 1 ? 'tomorrow' : `in ${days} days`;
}
