/** Instance types of EC2 as the kwok provider of Karpenter reads them, and NodePools as it takes them. */

import type { Manifest } from '../../../src/local/manifest.ts';

export type CapacityType = 'spot' | 'on-demand';

/** A requirement of a NodePool. */
export interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  readonly values?: readonly string[];
}

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

interface NodePoolSpec {
  readonly disruption: object;
  readonly template: { readonly spec: { readonly requirements: readonly Requirement[] } };
}

/** The specification of a NodePool. */
export function specOf(nodePool: Manifest): NodePoolSpec {
  return nodePool.spec as NodePoolSpec;
}

/**
 * A NodePool as the kwok provider takes it: it knows no EC2NodeClass and has one of its own, which says nothing but that it
 * is ready. What is asked of nodes, how many may go at once and when they expire stays; only the wait before a node may go
 * is shorter, so that a test need not sit it out.
 */
export function forKwok(nodePool: Manifest): Manifest {
  const { disruption, template, ...spec } = specOf(nodePool);
  const nodeClassRef = { group: 'karpenter.kwok.sh', kind: 'KWOKNodeClass', name: 'default' };
  return {
    ...nodePool,
    spec: {
      ...spec,
      disruption: { ...disruption, consolidateAfter: '5s' },
      template: { ...template, spec: { ...template.spec, nodeClassRef } },
    },
  };
}

/** Says whether a node with these labels is one that a requirement asks for. */
export function satisfies(labels: Readonly<Record<string, string>>, { key, operator, values = [] }: Requirement) {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return Number(value) > Number(values[0]);
    case 'Lt':
      return Number(value) < Number(values[0]);
  }
}
