import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { karpenterVersions } from '../charts/pins.ts';

/** The Kubernetes versions that can be asked for, in the order of their releases. EKS moves from each to the next one only. */
export const kubernetesVersions = ['1.31', '1.32', '1.33', '1.34', '1.35', '1.36'] as const;

export type KubernetesVersion = (typeof kubernetesVersions)[number];

/** The minor versions of Aurora PostgreSQL 16 that can be asked for, in the order of their releases. */
export const auroraVersions = ['16.4', '16.6', '16.8', '16.9', '16.10', '16.11', '16.13', '16.14', '16.15'] as const;

export type AuroraVersion = (typeof auroraVersions)[number];

/** The add-ons of EKS that the package makes, by their names in EKS. */
export const addonNames = [
  'vpc-cni',
  'coredns',
  'kube-proxy',
  'aws-ebs-csi-driver',
  'eks-pod-identity-agent',
  'snapshot-controller',
  'amazon-cloudwatch-observability',
] as const;

export type AddonName = (typeof addonNames)[number];

const day = z.iso.date();

const table = z.strictObject({
  kubernetes: z.record(
    z.enum(kubernetesVersions),
    z.strictObject({
      /** EKS makes clusters of it from this day on. */
      released: day,
      /** The first day of extended support, of which AWS bills the whole. */
      standardEnds: day,
      /** From this day on EKS makes no cluster of it; it upgrades those that there are on one of the days after. */
      extendedEnds: day,
      /** The version of each add-on that belongs to it: one that EKS offers for it. */
      addons: z.record(z.enum(addonNames), z.string()),
    }),
  ),
  /** The Kubernetes versions that each version of Karpenter runs on. */
  karpenter: z.record(
    z.enum(karpenterVersions),
    z.strictObject({ released: day, oldestKubernetes: z.string(), newestKubernetes: z.enum(kubernetesVersions) }),
  ),
  auroraPostgresql: z.record(
    z.enum(auroraVersions),
    z.strictObject({
      /** From this day on, at the latest, RDS makes no cluster of it. */
      refusedFrom: day.optional(),
    }),
  ),
  sources: z.array(z.strictObject({ of: z.string(), at: z.string(), read: z.string() })),
});

/** What AWS takes, and until when: `versions.json`, which the local account reads too, with its sources. All days are UTC. */
export const versions = table.parse(JSON.parse(readFileSync(new URL('versions.json', import.meta.url), 'utf8')));
