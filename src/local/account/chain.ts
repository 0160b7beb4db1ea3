import type { Inventory, Resource } from './inventory.ts';

/** Resources of which each waits for the one before it, without those that take no time, and how long AWS takes for all, in seconds. */
export interface Chain {
  readonly resources: readonly Resource[];
  readonly seconds: number;
}

/**
 * The longest chain of the resources that `of` picks: nothing that waits for them can be ready earlier. `times`: how long AWS
 * takes, in seconds, by action (`eks.CreateCluster`).
 */
export function longestChain(
  { resources, usersOf }: Inventory,
  times: Readonly<Record<string, number>>,
  of: (resource: Resource) => boolean = () => true,
): Chain {
  const known = new Map<Resource, Chain>();
  const from = (resource: Resource): Chain => {
    const found = known.get(resource);
    if (found) return found;
    // What AWS lets point at each other (two security groups) must not lead around for ever.
    known.set(resource, { resources: [], seconds: 0 });
    const rest = longest(usersOf(resource).filter(of).map(from));
    const chain = { resources: [resource, ...rest.resources], seconds: secondsOf(resource, times) + rest.seconds };
    known.set(resource, chain);
    return chain;
  };
  const { resources: all, seconds } = longest(resources.filter(of).map(from));
  return { resources: all.filter(resource => secondsOf(resource, times) > 0), seconds };
}

/** How long AWS takes to make a resource, in seconds. */
export function secondsOf({ madeBy = '' }: Resource, times: Readonly<Record<string, number>>): number {
  return times[madeBy] ?? 0;
}

function longest(chains: readonly Chain[]): Chain {
  return chains.reduce((a, b) => (b.seconds > a.seconds ? b : a), { resources: [], seconds: 0 });
}
