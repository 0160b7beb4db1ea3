import { fileURLToPath } from 'node:url';
import { type FaultWords, faultLines, faultOf } from '../local/account/fault.ts';
import { localAccount } from '../local/account/local.ts';
import { defaultState } from '../local/cluster.ts';

export interface FaultOptions extends FaultWords {
  /** Lift all faults. */
  readonly clear?: true;
}

/** `make fault`: has something go wrong at AWS, or says what is to go wrong. */
export async function fault({ clear, ...words }: FaultOptions): Promise<void> {
  const wanted = Object.keys(words).length > 0 ? faultOf(words) : undefined;
  const { control } = await localAccount(defaultState(fileURLToPath(new URL('../../', import.meta.url))));
  const kept = clear ? [] : await control.faults();
  const faults = clear || wanted ? await control.putFaults([...kept, ...(wanted ? [wanted] : [])]) : kept;
  for (const line of faultLines(faults)) console.log(line);
}
