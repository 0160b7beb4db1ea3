import {
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  type InstanceTypeInfo,
} from '@aws-sdk/client-ec2';
import type { Clients } from './clients.ts';
import { architectureOf, sizeOf } from './nodes.ts';
import type { Amount } from './pods.ts';

/** An instance type as it can be had: in a zone, spot or on demand. */
export interface Offering {
  /** The labels that a node of it has, and that pods and requirements are matched against. */
  readonly labels: Readonly<Record<string, string>>;
  readonly instanceType: string;
  readonly zone: string;
  readonly capacityType: 'spot' | 'on-demand';
  /** US dollars an hour. */
  readonly price: number;
  readonly capacity: Amount;
}

/**
 * Some types of the families t, c and m, and one that is none of them, with US dollars an hour on demand. Only the order of
 * the prices matters here.
 */
const prices: Readonly<Record<string, number>> = {
  't4g.medium': 0.0435,
  't3.medium': 0.0542,
  't4g.large': 0.087,
  't3.large': 0.1084,
  'c6g.large': 0.0912,
  'c6i.large': 0.114,
  'm6g.large': 0.1016,
  'm6i.large': 0.127,
  'r6g.large': 0.1326,
  't3.xlarge': 0.2168,
  'c6g.xlarge': 0.1824,
  'c6i.xlarge': 0.228,
  'm6g.xlarge': 0.2032,
  'm6i.xlarge': 0.254,
  'c6g.2xlarge': 0.3648,
  'm6i.2xlarge': 0.508,
  'm6g.4xlarge': 0.8128,
  'm6i.4xlarge': 1.016,
};
/** What spot costs of the price on demand. */
const spotShare = 0.35;

/** Asks EC2 what can be had in a region, the cheapest first. */
export async function offeringsIn(region: string, { ec2 }: Pick<Clients, 'ec2'>): Promise<readonly Offering[]> {
  const names = Object.keys(prices) as NonNullable<InstanceTypeInfo['InstanceType']>[];
  const { InstanceTypes = [] } = await ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: names }));
  const { InstanceTypeOfferings = [] } = await ec2.send(
    new DescribeInstanceTypeOfferingsCommand({
      LocationType: 'availability-zone',
      Filters: [{ Name: 'instance-type', Values: names }],
    }),
  );
  return InstanceTypeOfferings.flatMap(({ InstanceType: name, Location: zone = '' }) => {
    const type = InstanceTypes.find(one => one.InstanceType === name);
    return type ? offeringsOf(type, region, zone) : [];
  }).sort((a, b) => a.price - b.price || (a.zone < b.zone ? -1 : 1));
}

function offeringsOf(type: InstanceTypeInfo, region: string, zone: string): readonly Offering[] {
  const instanceType = type.InstanceType ?? '';
  const [family = '', size = ''] = instanceType.split('.');
  const capacity = sizeOf(type);
  const price = prices[instanceType] ?? 0;
  return (['spot', 'on-demand'] as const).map(capacityType => ({
    labels: {
      'kubernetes.io/arch': architectureOf(type),
      'kubernetes.io/os': 'linux',
      'karpenter.sh/capacity-type': capacityType,
      'node.kubernetes.io/instance-type': instanceType,
      'topology.kubernetes.io/region': region,
      'topology.kubernetes.io/zone': zone,
      'karpenter.k8s.aws/instance-category': family.replace(/\d.*$/, ''),
      'karpenter.k8s.aws/instance-family': family,
      'karpenter.k8s.aws/instance-generation': family.replace(/\D/g, ''),
      'karpenter.k8s.aws/instance-size': size,
      'karpenter.k8s.aws/instance-cpu': String(capacity.cpu),
      'karpenter.k8s.aws/instance-memory': String(capacity.memory / 2 ** 20),
    },
    instanceType,
    zone,
    capacityType,
    price: capacityType === 'spot' ? price * spotShare : price,
    capacity,
  }));
}
