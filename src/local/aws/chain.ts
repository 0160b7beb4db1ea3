import type { Account, Resource } from './account.ts';
import { dependents } from './dependencies.ts';
import { awsKinds, type Kinds } from './kinds.ts';
import { latency } from './latencies.ts';
import { rulesOf } from './rules.ts';

/** Resources of which each waits for the one before it, and how long AWS takes for all of them, in seconds. */
export interface Chain {
  readonly resources: readonly Resource[];
  readonly seconds: number;
}

/** The longest chain of the resources that `of` picks: nothing that waits for them can be ready earlier. */
export function longestChain(
  account: Account,
  of: (resource: Resource) => boolean = () => true,
  kinds: Kinds = awsKinds(),
): Chain {
  const known = new Map<Resource, Chain>();
  const from = (resource: Resource): Chain => {
    const found = known.get(resource);
    if (found) return found;
    // What AWS lets point at each other (two security groups) must not lead around for ever.
    known.set(resource, { resources: [], seconds: 0 });
    const waiting = account.all().filter(one => rulesOf(one.kind).after?.(account, one).includes(resource));
    const rest = longest([...new Set([...dependents(account, resource, kinds), ...waiting])].filter(of).map(from));
    const chain = {
      resources: [resource, ...rest.resources],
      seconds: latency(resource.kind, 'create') + rest.seconds,
    };
    known.set(resource, chain);
    return chain;
  };
  return longest(account.all().filter(of).map(from));
}

function longest(chains: readonly Chain[]): Chain {
  return chains.reduce((a, b) => (b.seconds > a.seconds ? b : a), { resources: [], seconds: 0 });
}
