/** Instance types of EC2, and what there is of them, as the kwok provider of Karpenter reads them. */

export type CapacityType = 'spot' | 'on-demand';

interface InstanceType {
  readonly name: string;
  readonly architecture: 'arm64' | 'amd64';
  readonly cpu: number;
  readonly memoryGiB: number;
  /** USD an hour on demand (us-east-1, as in karpenter-provider-aws v1.0.6, pkg/providers/pricing). */
  readonly price: number;
}

/**
 * What there is to choose from. The cheapest of each architecture is none that our NodePool takes: a1 is of another category
 * and an old generation, t2 of an old generation.
 */
export const instanceTypes: readonly InstanceType[] = [
  { name: 'a1.large', architecture: 'arm64', cpu: 2, memoryGiB: 4, price: 0.051 },
  { name: 't4g.large', architecture: 'arm64', cpu: 2, memoryGiB: 8, price: 0.0672 },
  { name: 'c7g.large', architecture: 'arm64', cpu: 2, memoryGiB: 4, price: 0.0725 },
  { name: 'm7g.large', architecture: 'arm64', cpu: 2, memoryGiB: 8, price: 0.0816 },
  { name: 't2.medium', architecture: 'amd64', cpu: 2, memoryGiB: 4, price: 0.0464 },
  { name: 'c6i.large', architecture: 'amd64', cpu: 2, memoryGiB: 4, price: 0.085 },
  { name: 'm6i.large', architecture: 'amd64', cpu: 2, memoryGiB: 8, price: 0.096 },
  { name: 'r6i.large', architecture: 'amd64', cpu: 2, memoryGiB: 16, price: 0.126 },
];

/** About what spot costs of the price on demand. */
const spotShare = 0.4;

/** The labels that AWS's provider gives a node of a type, by the type's name (`category`, `generation` and so on). */
export function awsLabels({ name, cpu, memoryGiB }: InstanceType): Readonly<Record<string, string>> {
  const [family = '', size = ''] = name.split('.');
  const [, category = '', generation = ''] = /^([a-z]+)(\d+)/.exec(family) ?? [];
  const labels = { category, family, generation, size, cpu: String(cpu), memory: String(memoryGiB * 1024) };
  return Object.fromEntries(
    Object.entries(labels).map(([label, value]) => [`karpenter.k8s.aws/instance-${label}`, value]),
  );
}

/** The instance types as a file for the kwok provider, of which AWS has capacity of some types only. */
export function instanceTypesFile(available: readonly CapacityType[]): string {
  const requirement = (key: string, value: string) => ({ key, operator: 'In', values: [value] });
  const capacityTypes = ['spot', 'on-demand'] as const;
  return JSON.stringify(
    instanceTypes.map(type => ({
      name: type.name,
      architecture: type.architecture,
      operatingSystems: ['linux'],
      resources: { cpu: String(type.cpu), memory: `${type.memoryGiB}Gi`, 'ephemeral-storage': '20Gi' },
      labels: awsLabels(type),
      offerings: ['af-south-1a', 'af-south-1b'].flatMap(zone =>
        capacityTypes.map(capacityType => ({
          Price: capacityType === 'spot' ? type.price * spotShare : type.price,
          Available: available.includes(capacityType),
          Requirements: [
            requirement('karpenter.sh/capacity-type', capacityType),
            requirement('topology.kubernetes.io/zone', zone),
          ],
        })),
      ),
    })),
  );
}
