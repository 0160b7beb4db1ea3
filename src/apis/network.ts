import { z } from 'zod';
import { regions } from '../aws/regions.ts';
import type { Rule } from '../crossplane/schema.ts';
import { immutable, rule } from '../crossplane/structural.ts';
import { providerConfigRef } from './account.ts';
import { api } from './group.ts';

const anotherNetwork = 'a network is made once; make another one beside it and move over';

/** An IPv4 network as AWS takes it for a VPC or a subnet: a network address and 16 to 28 bits. */
const cidr = rule(
  z.string().max(18),
  {
    rule: 'isCIDR(self) && cidr(self).ip().family() == 4 && cidr(self).prefixLength() >= 16 && cidr(self).prefixLength() <= 28',
    message: 'must be an IPv4 network of 16 to 28 bits, such as 10.0.0.0/16',
  },
  {
    rule: '!isCIDR(self) || cidr(self) == cidr(self).masked()',
    message: 'must be the first address of its network: 10.0.0.0/16, not 10.0.0.1/16',
  },
);

export const region = immutable(z.enum(regions), anotherNetwork)
  .default('af-south-1')
  .describe('The AWS region of everything. An opt-in region, such as af-south-1, must be enabled in the account.');

/** What IAM, the strictest of AWS's services, takes in a tag (IAM User Guide, "Tagging IAM resources"). */
const tagText = '[\\p{L}\\p{Z}\\p{N}_.:/=+@-]';

export const tags = rule(
  z
    .record(
      z.string(),
      z
        .string()
        .max(256)
        .regex(new RegExp(`^${tagText}*$`, 'u')),
    )
    .meta({ maxProperties: 40 }),
  {
    rule: "self.all(key, !key.lowerAscii().startsWith('aws:'))",
    message: 'keys that begin with aws: belong to AWS; name the tag otherwise',
  },
  {
    rule: 'self.all(key, self.exists_one(other, other.lowerAscii() == key.lowerAscii()))',
    message: 'keys that differ only in case are one key to IAM; leave one of them out',
  },
  {
    rule: "self.all(key, key == 'Name' || key.lowerAscii() != 'name')",
    message: 'Name is a tag of the platform, and to IAM the same in any case; name the tag otherwise',
  },
  {
    rule: "!self.exists(key, key.matches('^(eks:|kubernetes[.]io/|k8s[.]io/|topology[.]kubernetes[.]io/|karpenter[.]sh/|karpenter[.]k8s[.]aws/|platform[.]tekanya[.]services/)'))",
    message:
      'keys that begin with eks:, kubernetes.io/, karpenter.sh/, karpenter.k8s.aws/ or platform.tekanya.services/ belong to EKS, Kubernetes, Karpenter and the platform, which act on them; name the tag otherwise',
  },
  {
    rule: `self.all(key, key.matches('^${tagText.replaceAll('\\', '\\\\')}{1,128}$'))`,
    message: 'keys have 1 to 128 letters, digits, spaces and _.:/=+@-, as IAM takes them',
  },
)
  .optional()
  .describe('Tags of all AWS resources, beside those that the platform needs itself, which win.');

/** The tags of what has nodes. */
export const tagsOfNodes = tags.describe(
  'Tags of all AWS resources, beside those that the platform needs itself, which win. Instances have theirs from their launch, so a change of tags replaces the nodes: the initial ones one by one, those of Karpenter a tenth of them at a time, each once its pods are gone.',
);

const subnet = z.object({
  zone: z.string().max(20).describe('The availability zone: a zone of the region, such as af-south-1a.'),
  cidr: cidr.describe('The addresses of the subnet. AWS keeps 5 of them for itself.'),
});

/** What can be chosen of a network, beside its region. */
export const networkSettings = z.object({
  cidr: immutable(cidr, anotherNetwork).default('10.0.0.0/16').describe('The addresses of the VPC.'),
  subnets: rule(z.array(subnet).min(2).max(3), {
    rule: '[0, 1, 2].all(i, i >= oldSelf.size() || (i < self.size() && self[i] == oldSelf[i]))',
    message: `cannot be changed or removed, only a third can be added: ${anotherNetwork}`,
  })
    .default([
      { zone: 'af-south-1a', cidr: '10.0.0.0/22' },
      { zone: 'af-south-1b', cidr: '10.0.4.0/22' },
    ])
    .meta({
      example: [
        { zone: 'af-south-1a', cidr: '10.0.0.0/22' },
        { zone: 'af-south-1b', cidr: '10.0.4.0/22' },
        { zone: 'af-south-1c', cidr: '10.0.8.0/22' },
      ],
    })
    .describe('Public subnets in two or three zones.'),
});

/** What must hold between a region and a network, which stand at these places below the rules' own. */
export function networkRules(network: string): readonly Rule[] {
  const subnets = `self${network}.subnets`;
  const fieldPath = `${network}.subnets`;
  return [
    {
      rule: `${subnets}.all(s, s.zone.startsWith(self.region) && s.zone.size() == self.region.size() + 1)`,
      messageExpression:
        "'each must be in a zone of ' + self.region + ', such as ' + self.region + 'a (the default ones are in af-south-1)'",
      message: 'each must be in a zone of the region',
      fieldPath,
    },
    {
      rule: `${subnets}.all(s, s.zone != 'us-east-1e')`,
      message: 'EKS has no room in us-east-1e: take another zone of the region',
      fieldPath,
    },
    {
      rule: `${subnets}.all(s, ${subnets}.exists_one(other, other.zone == s.zone))`,
      message: 'each must be in a zone of its own',
      fieldPath,
    },
    {
      rule: `${subnets}.all(s, cidr(self${network}.cidr).containsCIDR(s.cidr))`,
      messageExpression: `'each must be inside the network, ' + self${network}.cidr + ' (the default ones are inside 10.0.0.0/16)'`,
      message: 'each must be inside the network',
      fieldPath,
    },
    {
      rule: `${subnets}.all(s, ${subnets}.exists_one(other, cidr(s.cidr).containsIP(cidr(other.cidr).ip()) || cidr(other.cidr).containsIP(cidr(s.cidr).ip())))`,
      message: 'must not overlap',
      fieldPath,
    },
  ];
}

/** What is known of a subnet once it is made. */
const madeSubnet = z.object({
  zone: z.string().describe('The availability zone it is in.'),
  id: z.string().describe('subnet-…'),
});

export const networkStatus = z.object({
  vpcId: z.string().describe('vpc-…'),
  routeTableId: z.string().describe('The route table of all subnets: rtb-…'),
  subnets: z
    .object({ first: madeSubnet, second: madeSubnet, third: madeSubnet.optional() })
    .describe('The subnets, in the order of spec.subnets.'),
});

export const Network = api({
  kind: 'XNetwork',
  plural: 'xnetworks',
  shortNames: ['xnet'],
  categories: ['platform'],
  description: 'A VPC with public subnets in two or three zones, an internet gateway and one route table.',
  spec: rule(networkSettings.extend({ region, tags, providerConfigRef }), ...networkRules('')),
  status: networkStatus,
  variants: {
    'two-zones': { when: 'self.subnets.size() == 2', meaning: 'two subnets' },
    'three-zones': { when: 'self.subnets.size() == 3', meaning: 'three subnets' },
  },
  columns: xr => [
    { name: 'REGION', of: xr.spec.region },
    { name: 'CIDR', of: xr.spec.cidr },
    { name: 'VPC', of: xr.status.vpcId },
    { name: 'ROUTE TABLE', of: xr.status.routeTableId, wide: true },
  ],
});
