import { manifestsOf, render } from '../../../src/crossplane/render.ts';
import type { Manifest } from '../../../src/local/manifest.ts';
import { assemblePackage } from '../../../src/package.ts';

/** A requirement of a NodePool. */
export interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  readonly values?: readonly string[];
}

interface NodePoolSpec {
  readonly disruption: object;
  readonly template: { readonly spec: { readonly requirements: readonly Requirement[] } };
}

/** The NodePool that a claim without any choice brings into its cluster. */
export function nodePoolOfClaim(): Manifest {
  const apiVersion = 'platform.tekanya.services/v1alpha1';
  const metadata = { name: 'builderspace', namespace: 'team-a' };
  const claim = { apiVersion, kind: 'PlatformClaim', metadata, spec: {} };
  const pools = manifestsOf(render(assemblePackage(), claim))
    .filter(({ kind }) => kind === 'Object')
    .map(({ spec }) => (spec as { readonly forProvider: { readonly manifest: Manifest } }).forProvider.manifest)
    .filter(({ kind }) => kind === 'NodePool');
  const [pool] = pools;
  if (!pool || pools.length > 1) throw new Error(`the claim brings ${pools.length} NodePools, not one`);
  return pool;
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
