import { fileURLToPath } from 'node:url';
import { countLines } from '../local/account/counts.ts';
import { localAccount } from '../local/account/local.ts';
import { accountJson, accountTree, assertEmpty } from '../local/account/tree.ts';
import { defaultState } from '../local/cluster.ts';

export interface AccountOptions {
  readonly format: 'tree' | 'json';
  /** Fail unless there is nothing in it but what AWS keeps by itself. */
  readonly empty?: true;
  /** Say how often what of AWS's API was called. */
  readonly calls?: true;
}

/** `make account`: prints what is in the AWS account of the local cluster, as AWS's API tells it, or who called that how often. */
export async function account({ format, empty, calls }: AccountOptions): Promise<void> {
  const { control, inventory } = await localAccount(defaultState(fileURLToPath(new URL('../../', import.meta.url))));
  if (calls) {
    const counts = await control.counts();
    console.log(format === 'json' ? JSON.stringify(counts, null, 2) : countLines(counts).join('\n'));
    return;
  }
  const read = await inventory();
  if (empty) assertEmpty(read);
  process.stdout.write(format === 'json' ? accountJson(read) : accountTree(read));
}
