import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { AwsClients } from './clients.ts';
import { ec2 } from './inventory/ec2.ts';
import { eks } from './inventory/eks.ts';
import { budgets, dns, iam, identityProviders } from './inventory/global.ts';
import { type Item, keysOf, type Reader } from './inventory/item.ts';
import { rds } from './inventory/rds.ts';
import {
  keys,
  lifecyclePolicies,
  loadBalancers,
  logGroups,
  queues,
  repositories,
  rules,
  secrets,
} from './inventory/regional.ts';

/** A resource of the account, where it is, and what uses it. */
export interface Resource extends Item {
  /** `af-south-1`; `global` for what has no region. */
  readonly region: string;
}

/** Everything in an account but what AWS puts into every one. */
export interface Inventory {
  readonly account: string;
  readonly resources: readonly Resource[];
  /** Those that use a resource, or stand in it. */
  usersOf(resource: Resource): readonly Resource[];
}

const regional: Readonly<Record<string, Reader>> = {
  ec2,
  eks,
  rds,
  queues,
  rules,
  logGroups,
  keys,
  secrets,
  lifecyclePolicies,
  repositories,
  loadBalancers,
};
const global: Readonly<Record<string, Reader>> = { iam, identityProviders, dns, budgets };

/** Where what has no region is asked for. */
const home = 'us-east-1';

/** Reads the account through AWS's API. Rejects where AWS refuses to tell, with what was read. */
export async function readInventory(
  clientsOf: (region: string) => AwsClients,
  regions: readonly string[],
): Promise<Inventory> {
  const identity = clientsOf(home).sts.send(new GetCallerIdentityCommand({}));
  const read = async (readers: typeof regional, region: string, clients: AwsClients): Promise<readonly Resource[]> => {
    const found = await Promise.all(
      Object.entries(readers).map(async ([what, reader]) => {
        const items = await reader(clients).catch((error: Error) => {
          throw new Error(`${what} of ${region} cannot be read: ${error.name}: ${error.message}`, { cause: error });
        });
        return items.map(item => ({ ...item, region }));
      }),
    );
    return found.flat();
  };
  const found = await Promise.all([
    read(global, 'global', clientsOf(home)),
    ...regions.map(region => read(regional, region, clientsOf(region))),
  ]);
  const { Account: account = '' } = await identity;
  return inventoryOf(account, found.flat());
}

/** An account with these resources. */
export function inventoryOf(account: string, resources: readonly Resource[]): Inventory {
  const byUse = new Map<string, Resource[]>();
  for (const resource of resources) {
    for (const used of resource.uses) byUse.set(used, [...(byUse.get(used) ?? []), resource]);
  }
  const near = (a: Resource, b: Resource) => a.region === b.region || a.region === 'global' || b.region === 'global';
  return {
    account,
    resources,
    usersOf: resource => {
      const users = keysOf(resource).flatMap(key => byUse.get(key) ?? []);
      return [...new Set(users)].filter(user => user !== resource && near(user, resource));
    },
  };
}
