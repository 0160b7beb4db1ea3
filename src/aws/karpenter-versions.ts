import { type KarpenterVersion, karpenterVersions } from '../charts/pins.ts';
import { type KubernetesVersion, kubernetesVersions, versions } from './versions.ts';

/** The newest Kubernetes that each version of Karpenter runs on. */
export const newestKubernetes = Object.fromEntries(
  karpenterVersions.map(version => [version, versions.karpenter[version].newestKubernetes]),
) as Readonly<Record<KarpenterVersion, KubernetesVersion>>;

/** The version of Karpenter for each version of Kubernetes: the oldest one that runs on it. */
export const karpenterFor = Object.fromEntries(
  kubernetesVersions.map(version => [
    version,
    karpenterVersions.find(
      karpenter => kubernetesVersions.indexOf(newestKubernetes[karpenter]) >= kubernetesVersions.indexOf(version),
    ),
  ]),
) as Readonly<Record<KubernetesVersion, KarpenterVersion>>;
