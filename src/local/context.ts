import type { BuiltPrograms } from './build.ts';
import type { Pki } from './certificates.ts';
import type { Ports } from './ports.ts';
import type { State } from './state.ts';

/** What every part of a cluster is described from. */
export interface Context {
  state: State;
  programs: BuiltPrograms;
  ports: Ports;
  pki: Pki;
}

/** Order in which processes end: higher ones first. */
export const rank = { etcd: 0, account: 1, apiServer: 1, controllers: 2 } as const;
