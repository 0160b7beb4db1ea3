import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from './workload.ts';
import { watchWorkload } from './workload-api.ts';
import { WorkloadControllers } from './workload-controllers.ts';
import { Conflict, Gone, type WorkloadAccess } from './world.ts';

/** How long changes are gathered before they are looked at, and a failed look is tried again; milliseconds. */
const gathering = 20;
const retry = { first: 100, longest: 5000 } as const;

/** Starts the controllers of the workload cluster: they look at each change of it and of the account. */
export async function startWorkload(
  access: WorkloadAccess,
  world: Omit<Stage, 'workload'>,
): Promise<{ stop(): Promise<void> }> {
  const { clock, log, aws } = world;
  let ended = false;
  let wanted = false;
  let wait: number = retry.first;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;

  const at = (delay: number): void => {
    if (ended) return;
    clearTimeout(timer);
    timer = setTimeout(start, Math.max(delay, gathering));
  };
  const wake = (): void => {
    if (running) wanted = true;
    else if (!wanted) {
      wanted = true;
      at(gathering);
    }
  };
  const start = (): void => {
    if (running || ended) return;
    running = look().finally(() => {
      running = undefined;
      if (wanted) at(gathering);
    });
  };
  const look = async (): Promise<void> => {
    wanted = false;
    if (!workload.listed()) return;
    try {
      const next = await controllers.look();
      wait = retry.first;
      if (next !== undefined) at(next - clock.now());
    } catch (error) {
      if (ended) return;
      // Somebody wrote in between, or took it away; the watch brings what.
      if (!(error instanceof Conflict || error instanceof Gone)) log(`error ${(error as Error).message}`);
      await sleep(wait);
      wait = Math.min(wait * 2, retry.longest);
      wanted = true;
    }
  };
  const workload = await watchWorkload(access, wake, error => log(`error ${(error as Error).message}`));
  const controllers = new WorkloadControllers({ ...world, workload });
  aws.account.onChange(wake);
  wake();
  return {
    stop: async () => {
      ended = true;
      clearTimeout(timer);
      await running;
      await workload.close();
    },
  };
}
