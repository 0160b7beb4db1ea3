/** The Kubernetes versions that can be asked for, in the order of their releases. EKS moves from each to the next one only. */
export const kubernetesVersions = ['1.31', '1.32', '1.33', '1.34', '1.35'] as const;

export type KubernetesVersion = (typeof kubernetesVersions)[number];

/** The last days of support (docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html, as of 2026-11-22). */
const ends: Readonly<Record<KubernetesVersion, { readonly standard: string; readonly extended: string }>> = {
  '1.31': { standard: '2025-11-26', extended: '2026-11-26' },
  '1.32': { standard: '2026-03-23', extended: '2027-03-23' },
  '1.33': { standard: '2026-07-29', extended: '2027-07-29' },
  '1.34': { standard: '2026-12-02', extended: '2027-12-02' },
  '1.35': { standard: '2027-03-27', extended: '2028-03-27' },
};

/** How AWS supports a version: `extended` costs more; after `ended` AWS upgrades the cluster itself and makes no new ones. */
export interface Support {
  readonly is: 'standard' | 'extended' | 'ended';
  /** The last day of it, or of what ended: `2026-11-26`. */
  readonly until: string;
  readonly daysLeft: number;
}

/** How AWS supports a version on a day. */
export function supportOf(version: KubernetesVersion, today: Date): Support {
  const { standard, extended } = ends[version];
  const day = today.toISOString().slice(0, 10);
  const is = day <= standard ? 'standard' : day <= extended ? 'extended' : 'ended';
  const until = is === 'standard' ? standard : extended;
  return { is, until, daysLeft: Math.round((Date.parse(until) - Date.parse(day)) / 86_400_000) };
}

/** With how many days left people are told. */
const soon = 60;

/** What somebody who asks for a version should know of AWS's support for it, in a sentence; undefined where all is well. */
export function adviceOn(version: KubernetesVersion, today: Date): string | undefined {
  const { is, until, daysLeft } = supportOf(version, today);
  const next = kubernetesVersions[kubernetesVersions.indexOf(version) + 1];
  const remedy = next ? `; move on to ${next}` : '';
  if (is === 'ended') {
    return `Kubernetes ${version} is out of AWS's support since ${until}: AWS makes no new cluster of it and upgrades those there are${remedy}`;
  }
  if (is === 'standard' || daysLeft > soon) return undefined;
  const left = daysLeft === 0 ? 'today' : daysLeft === 1 ? 'tomorrow' : `in ${daysLeft} days`;
  return `AWS's support of Kubernetes ${version} ends on ${until}, ${left}; then AWS upgrades the cluster itself${remedy}`;
}
