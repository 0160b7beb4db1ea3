import { z } from 'zod';
import { defaultKubernetesVersion } from '../aws/eks-versions.ts';
import { newestKubernetes } from '../aws/karpenter-versions.ts';
import { kubernetesVersions, versions } from '../aws/versions.ts';
import type { Rule } from '../crossplane/schema.ts';
import { immutable, rule } from '../crossplane/structural.ts';
import { providerConfigRef } from './account.ts';
import { addonPins, versionsInUse } from './addons.ts';
import { externalDnsPlatformSettings } from './external-dns.ts';
import { api } from './group.ts';
import { karpenterPlatformSettings } from './karpenter.ts';
import { retentionDays } from './logs.ts';
import { identifier, label } from './names.ts';
import { region, tagsOfNodes } from './network.ts';
import { snapshotSettings } from './storage.ts';

/**
 * The most characters of the name of what has a cluster. AWS's names are made of namespace and name; with which namespace a name
 * fits is computed from all of them by src/aws-names.ts.
 */
export const longestName = 24;

const anotherCluster = 'make another cluster beside it and move over';

/** The place of a version in the order of releases, in CEL. */
const rankOf = (version: string) => `{${kubernetesVersions.map((it, i) => `'${it}': ${i}`).join(', ')}}[${version}]`;
const nextOf = (version: string) =>
  `{${kubernetesVersions.map((it, i) => `'${it}': '${kubernetesVersions[i + 1] ?? it}'`).join(', ')}}[${version}]`;

/** The newest Kubernetes for a version of Karpenter, in CEL. */
const newest = (karpenter: string) =>
  `{${Object.entries(newestKubernetes)
    .map(([version, kubernetes]) => `'${version}': '${kubernetes}'`)
    .join(', ')}}[${karpenter}]`;

/** From when AWS makes no new cluster of each version: `1.31 from 2026-11-26, …`. */
const refused = kubernetesVersions.map(it => `${it} from ${versions.kubernetes[it].extendedEnds}`).join(', ');

const version = rule(
  z.enum(kubernetesVersions),
  {
    rule: `${rankOf('self')} >= ${rankOf('oldSelf')}`,
    messageExpression: `'is ' + oldSelf + ' already, and goes forward only, as nodes, add-ons and Karpenter go with it: ${anotherCluster}'`,
    message: `cannot go back: ${anotherCluster}`,
  },
  {
    rule: `${rankOf('self')} <= ${rankOf('oldSelf')} + 1`,
    messageExpression: `'EKS moves one minor version at a time: go from ' + oldSelf + ' to ' + ${nextOf('oldSelf')} + ' first'`,
    message: 'EKS moves one minor version at a time: go to the next one first',
  },
)
  .default(defaultKubernetesVersion)
  .describe(
    `The version of Kubernetes, of control plane, initial nodes, add-ons and Karpenter. It moves up one minor version at a time, as EKS does, and never back, which is the rule here: EKS itself can go back by one within seven days. Where EKS runs a later version than this, because AWS has upgraded the cluster, that one stays. AWS makes no new cluster of ${refused} on.`,
  );

const publicCidr = rule(z.string().max(18), {
  rule: 'isCIDR(self) && cidr(self).ip().family() == 4 && cidr(self) == cidr(self).masked()',
  message: 'must be an IPv4 network, such as 203.0.113.0/24, or an address, such as 203.0.113.7/32',
});

const instanceType = rule(
  z
    .string()
    .max(32)
    .regex(/^[a-z0-9-]+\.[a-z0-9-]+$/),
  {
    rule: "!self.matches('^[a-z]+[0-9]+g')",
    message: 'is of the arm64 architecture; the initial nodes are amd64, such as t3.xlarge or m7i.large',
  },
);

const size = z.int().min(1).max(100);

const nodes = z.object({
  instanceType: instanceType
    .default('t3.xlarge')
    .describe('The size of each node. Another one replaces the nodes, one by one.'),
  count: size
    .optional()
    .describe(
      'How many nodes there are, which is kept so: the provider puts it back when anything else scales them. Left out: 3, or min if that is more.',
    ),
  min: size.optional().describe('The fewest nodes. Left out: as many as count, or 2 if that is left out too.'),
  max: size.optional().describe('The most nodes. Left out: as many as count, or 6 if that is left out too.'),
  diskGiB: z.int().min(20).max(1000).default(50).describe('The encrypted gp3 root volume of each node.'),
});

const keyExample = 'arn:aws:kms:af-south-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';

/** What can be chosen of a cluster, beside its region and its network. */
export const clusterSettings = z.object({
  version,
  support: z
    .enum(['EXTENDED', 'STANDARD'])
    .default('EXTENDED')
    .describe(
      'What happens when standard support of the version ends. EXTENDED: AWS supports it for 12 months more, at a price. STANDARD: AWS then upgrades the cluster by itself.',
    ),
  publicAccessCidrs: z
    .array(publicCidr)
    .min(1)
    .max(40)
    .optional()
    .meta({ example: ['203.0.113.0/24'] })
    .describe(
      'Who can reach the public endpoint of the API server, by address. Left out: everybody, with credentials.',
    ),
  logRetentionDays: retentionDays.describe('How long the logs of the control plane are kept.'),
  secretsKeyArn: z
    .string()
    .max(128)
    .regex(/^arn:aws:kms:[a-z0-9-]+:[0-9]{12}:key\/[a-z0-9-]+$/)
    .optional()
    .meta({ example: keyExample })
    .describe(
      'A KMS key that encrypts Secrets, in place of the one of AWS. It can be given later, and then neither changed nor removed.',
    ),
  deletionProtection: z
    .boolean()
    .default(false)
    .describe('Whether AWS refuses to delete the cluster, whoever asks, until this is set to false.'),
  nodes: nodes.prefault({}).describe('The initial nodes, a managed group of on-demand instances.'),
  addons: z
    .object({
      pins: addonPins.optional(),
      observability: z
        .boolean()
        .default(false)
        .describe('Whether the CloudWatch agent collects metrics and logs (amazon-cloudwatch-observability).'),
    })
    .prefault({})
    .describe('The EKS add-ons.'),
  snapshots: snapshotSettings.prefault({}).describe('Snapshots of volumes.'),
  workloadNamespace: immutable(
    rule(label, {
      rule: "!(self in ['default', 'external-dns', 'amazon-cloudwatch']) && !self.startsWith('kube-')",
      message:
        'is of Kubernetes itself, of EKS or of what is installed here, and cannot go before the cluster: take one of your own, such as workloads',
    }),
    'what lives in it would go with it',
  )
    .default('workloads')
    .describe(
      'A namespace in the cluster for what runs there. When the cluster is deleted it goes first, with its pods, volumes, load balancers and DNS records, while there is still what removes them.',
    ),
  karpenter: karpenterPlatformSettings.prefault({}).describe('Nodes for pods that find no room.'),
  externalDns: externalDnsPlatformSettings.prefault({}).describe('DNS records for Services and Ingresses.'),
});

/** What must hold inside of a cluster's settings, which stand at this place below the rules' own. */
export function clusterRules(cluster: string): readonly Rule[] {
  const at = `self${cluster}`;
  const old = `oldSelf${cluster}`;
  const given = (field: string, otherwise: string | number) =>
    `(has(${at}.nodes.${field}) ? ${at}.nodes.${field} : ${otherwise})`;
  // As the Composition chooses them.
  const count = given('count', `(${given('min', 0)} > 3 ? ${at}.nodes.min : 3)`);
  const least = given('min', given('count', 2));
  const most = given('max', given('count', 6));
  return [
    {
      rule: `${least} <= ${count} && ${count} <= ${most}`,
      message: 'have a count that is not from min to max: set what is missing of them (left out they are 3, 2 and 6)',
      fieldPath: `${cluster}.nodes`,
    },
    {
      rule: `!has(${at}.addons.pins) || ${at}.addons.pins.kubernetes == ${at}.version`,
      messageExpression: `'belong to Kubernetes ' + ${at}.addons.pins.kubernetes + ': pin versions for ' + ${at}.version + ', or remove the pins, and they are those of the platform'`,
      message: 'belong to another version of Kubernetes',
      fieldPath: `${cluster}.addons.pins`,
    },
    {
      rule: `!has(${at}.karpenter.version) || ${rankOf(`${at}.version`)} <= ${rankOf(newest(`${at}.karpenter.version`))}`,
      messageExpression: `'Karpenter ' + ${at}.karpenter.version + ' runs on Kubernetes up to ' + ${newest(`${at}.karpenter.version`)} + ': leave the version out, and it is the one for the cluster\\'s'`,
      message: 'does not run on this version of Kubernetes',
      fieldPath: `${cluster}.karpenter.version`,
    },
    {
      rule: `!has(${old}.secretsKeyArn) || (has(${at}.secretsKeyArn) && ${at}.secretsKeyArn == ${old}.secretsKeyArn)`,
      message: `cannot be changed or removed: ${anotherCluster}`,
      fieldPath: `${cluster}.secretsKeyArn`,
    },
  ];
}

export const clusterStatus = z.object({
  arn: z.string().describe('arn:aws:eks:…:cluster/…'),
  account: z.string().describe('The AWS account.'),
  endpoint: z.string().describe('Where the API server is; known when the cluster is up.'),
  certificateAuthority: z.string().describe("The certificate of the API server's authority, in base64."),
  oidcIssuer: z.string().describe("The issuer of the cluster's service account tokens."),
  securityGroupId: z.string().describe('The security group of control plane and nodes: sg-…'),
  nodeRoleArn: z.string().describe('The IAM role of the nodes.'),
  version: z.string().describe('The version that the control plane runs.'),
  nodesVersion: z.string().describe('The version that the initial nodes run.'),
  addons: versionsInUse,
});

export const Cluster = api({
  kind: 'XCluster',
  plural: 'xclusters',
  shortNames: ['xeks'],
  categories: ['platform'],
  description: 'An EKS cluster with its initial nodes, add-ons and storage, in a network of ours or of anybody.',
  longestName,
  spec: rule(
    clusterSettings.extend({
      region,
      tags: tagsOfNodes,
      providerConfigRef,
      networkRef: immutable(z.object({ name: label }), anotherCluster)
        .optional()
        .describe('The XNetwork, in the same namespace, whose subnets the cluster lives in.'),
      subnetIds: immutable(z.array(identifier).min(2).max(6), anotherCluster)
        .optional()
        .meta({ example: ['subnet-0123456789abcdef0', 'subnet-0fedcba9876543210'] })
        .describe('In place of networkRef: subnets that exist, in two zones at least.'),
    }),
    ...clusterRules(''),
    {
      rule: 'has(self.networkRef) != has(self.subnetIds)',
      message: 'set either networkRef or subnetIds: a cluster lives in an XNetwork or in subnets that exist',
    },
  ),
  status: clusterStatus,
  variants: {
    'in-network': { when: 'has(self.networkRef)', meaning: 'networkRef' },
    'in-subnets': { when: 'has(self.subnetIds)', meaning: 'subnetIds' },
  },
  columns: xr => [
    { name: 'REGION', of: xr.spec.region },
    { name: 'VERSION', of: xr.status.version },
    { name: 'NODES', of: xr.status.nodesVersion },
    { name: 'ENDPOINT', of: xr.status.endpoint, wide: true },
  ],
});
