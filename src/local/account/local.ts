import { awsClients } from './clients.ts';
import { AccountControl } from './control.ts';
import { regionsUsed } from './counts.ts';
import { type Inventory, readInventory } from './inventory.ts';
import { accountEndpoint } from './service.ts';

/** The AWS account of a local cluster that is up. */
export interface LocalAccount {
  readonly control: AccountControl;
  /** Everything that is in it, in every region that was used. */
  inventory(): Promise<Inventory>;
}

/** The account of the cluster in a state folder. Rejects, with what to do, where there is none that answers. */
export async function localAccount(stateFolder: string): Promise<LocalAccount> {
  const address = await accountEndpoint(stateFolder);
  const control = new AccountControl(address);
  await control.clock().catch((error: Error) => {
    // What fetch throws where nobody listens.
    if (!(error instanceof TypeError)) throw error;
    throw new Error(`the AWS account does not answer at ${address}: "make up" starts it`, { cause: error });
  });
  return {
    control,
    inventory: async () => readInventory(region => awsClients(address, region), regionsUsed(await control.counts())),
  };
}
