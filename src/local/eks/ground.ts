import type { ServedCluster } from '../account/control.ts';
import type { Attempts } from './attempts.ts';
import type { Callers, Clients } from './clients.ts';
import type { Clock } from './clock.ts';
import type { Facts, Surroundings } from './facts.ts';
import type { Objects } from './objects.ts';

/** What acts in a cluster stands on: the cluster's objects, and the account as it and others see it. */
export interface Ground {
  readonly cluster: ServedCluster;
  readonly objects: Objects;
  readonly admin: Clients;
  readonly callers: Pick<Callers, 'pods' | 'role'>;
  readonly facts: Facts;
  readonly surroundings: Surroundings;
  readonly attempts: Attempts;
  readonly clock: Clock;
  /** One line about what was done. */
  log(line: string): void;
}
