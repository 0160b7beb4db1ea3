import { type KarpenterVersion, karpenterVersions } from '../charts/pins.ts';
import type { KubernetesVersion } from './eks-versions.ts';
import { kubernetesVersions } from './eks-versions.ts';

/** The newest Kubernetes that each version of Karpenter runs on (karpenter.sh/docs/upgrading/compatibility, as of 2026-11-22). */
export const newestKubernetes: Readonly<Record<KarpenterVersion, KubernetesVersion>> = {
  '1.0.6': '1.31',
  '1.8.6': '1.34',
  '1.11.0': '1.35',
};

/** The version of Karpenter for each version of Kubernetes: the oldest one that runs on it. */
export const karpenterFor = Object.fromEntries(
  kubernetesVersions.map(version => [
    version,
    karpenterVersions.find(
      karpenter => kubernetesVersions.indexOf(newestKubernetes[karpenter]) >= kubernetesVersions.indexOf(version),
    ),
  ]),
) as Readonly<Record<KubernetesVersion, KarpenterVersion>>;
