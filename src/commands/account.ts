import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { accountJson, accountTree } from '../local/aws/tree.ts';
import { defaultState } from '../local/cluster.ts';
import { accountFile, accountOf } from '../local/platform.ts';

/** `make account`: prints what is in the AWS account of the local cluster, as a tree or as JSON. */
export function account({ format }: { readonly format: 'tree' | 'json' }): void {
  const state = defaultState(fileURLToPath(new URL('../../', import.meta.url)));
  if (!existsSync(accountFile(state))) throw new Error('there is no account yet: "make up" makes one');
  const read = accountOf(state);
  process.stdout.write(format === 'json' ? accountJson(read) : accountTree(read));
}
