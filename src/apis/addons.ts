import { z } from 'zod';
import { defaultKubernetesVersion } from '../aws/eks-versions.ts';
import { type AddonName, kubernetesVersions } from '../aws/versions.ts';
import { providerConfigRef } from './account.ts';
import { api } from './group.ts';
import { clusterName, label } from './names.ts';
import { region, tags } from './network.ts';

/** A version of an add-on; left out, it is the one that EKS picks when the add-on is made, and stays. */
export const addonVersion = z
  .string()
  .max(40)
  .regex(/^v[0-9]+\.[0-9]+\.[0-9]+-eksbuild\.[0-9]+$/)
  .optional()
  .meta({ example: 'v1.22.4-eksbuild.3' });

/** The versions of add-ons. */
export const addonVersions = z.object({
  vpcCni: addonVersion.describe('vpc-cni, the network of pods.'),
  coredns: addonVersion.describe('coredns, the names of services.'),
  kubeProxy: addonVersion.describe('kube-proxy, the addresses of services.'),
  ebsCsiDriver: addonVersion.describe('aws-ebs-csi-driver, volumes.'),
  podIdentityAgent: addonVersion.describe('eks-pod-identity-agent, IAM roles of pods.'),
  observability: addonVersion.describe('amazon-cloudwatch-observability, metrics and logs.'),
});

/** The add-on in EKS that each of these fields is of. */
export const addonOf = {
  vpcCni: 'vpc-cni',
  coredns: 'coredns',
  kubeProxy: 'kube-proxy',
  ebsCsiDriver: 'aws-ebs-csi-driver',
  podIdentityAgent: 'eks-pod-identity-agent',
  observability: 'amazon-cloudwatch-observability',
} as const satisfies Readonly<Record<keyof z.infer<typeof addonVersions>, AddonName>>;

export const addonPins = z
  .object({
    kubernetes: z
      .enum(kubernetesVersions)
      .meta({ example: defaultKubernetesVersion })
      .describe('The version of Kubernetes that they belong to.'),
    versions: addonVersions.describe('The versions, by add-on.'),
  })
  .describe('Versions of add-ons in place of those that the platform has for the version of Kubernetes.');

export const versionsInUse = z
  .object({
    vpcCni: z.string().describe('vpc-cni'),
    coredns: z.string().describe('coredns'),
    kubeProxy: z.string().describe('kube-proxy'),
    ebsCsiDriver: z.string().describe('aws-ebs-csi-driver'),
    podIdentityAgent: z.string().describe('eks-pod-identity-agent'),
    observability: z.string().optional().describe('amazon-cloudwatch-observability'),
  })
  .describe('The versions of the add-ons in use.');

/** What a part of a cluster is told of it. */
export const ofCluster = z.object({
  clusterName: clusterName.describe('The name of the cluster in EKS.'),
  clusterIssuer: z
    .string()
    .max(256)
    .optional()
    .describe("The issuer of the cluster's tokens, once it is up. What needs the living cluster waits for it."),
});

/** What a part is told that makes something inside of the cluster. */
export const inCluster = ofCluster.extend({
  clusterAccess: z
    .string()
    .max(512)
    .optional()
    .describe(
      "The uid of Crossplane's way into the cluster, once it is asked for. What is made in the cluster waits for it.",
    ),
  providerConfigName: label.describe(
    'The ProviderConfig, of provider-helm and of provider-kubernetes, that leads to the cluster.',
  ),
  nodeGroup: z
    .string()
    .max(64)
    .optional()
    .describe('The uid of the initial nodes, once they are asked for. They go after what runs on them.'),
});

export const Addons = api({
  kind: 'XAddons',
  plural: 'xaddons',
  categories: ['platform'],
  description: 'The EKS add-ons of a cluster, each with its IAM role where it needs one.',
  longestName: 24,
  spec: ofCluster.extend({
    region,
    tags,
    providerConfigRef,
    nodeGroup: inCluster.shape.nodeGroup,
    workloads: z
      .string()
      .max(64)
      .optional()
      .describe(
        'The uid of the namespace of workloads, once it is asked for. Its volumes go before their driver does.',
      ),
    versions: addonVersions
      .prefault({})
      .describe('The versions of the add-ons. One that is left out is the one that EKS picks when it is made.'),
    observability: z.boolean().default(false).describe('Whether the CloudWatch agent collects metrics and logs.'),
  }),
  status: z.object({ versions: versionsInUse }),
  variants: {
    plain: { when: '!self.observability', meaning: 'no observability' },
    observed: { when: 'self.observability', meaning: 'observability' },
  },
  columns: xr => [
    { name: 'CNI', of: xr.status.versions.vpcCni },
    { name: 'COREDNS', of: xr.status.versions.coredns },
    { name: 'KUBE-PROXY', of: xr.status.versions.kubeProxy, wide: true },
    { name: 'EBS CSI', of: xr.status.versions.ebsCsiDriver },
    { name: 'POD IDENTITY', of: xr.status.versions.podIdentityAgent },
  ],
});
