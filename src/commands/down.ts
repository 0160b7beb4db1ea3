import { fileURLToPath } from 'node:url';
import { defaultState, removeCluster, stopCluster } from '../local/cluster.ts';
import { showProgress } from './progress.ts';

const state = defaultState(fileURLToPath(new URL('../../', import.meta.url)));

/** `make down`: ends what `make up` started, and nothing else; with `remove` its state goes too. */
export async function down({ remove }: { readonly remove?: true }): Promise<void> {
  const progress = await showProgress(process.stdout);
  try {
    if (remove) await removeCluster(state, progress.onEvent);
    else if (!(await stopCluster(state, progress.onEvent))) console.log('nothing runs');
  } finally {
    progress.end();
  }
}
