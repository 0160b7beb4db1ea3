import type { LocalEvent, OnEvent } from '../local/events.ts';
import type { Out } from '../status/show.ts';

/** What is going on, told to a person: lines that stay, and on a terminal one more for each build that runs. */
export interface Progress {
  readonly onEvent: OnEvent;
  /** Takes the lines of what was running away. */
  end(): void;
}

/** Shows how programs are built and a cluster starts and ends. What was there already is not told. */
export async function showProgress(out: Out): Promise<Progress> {
  const building = new Map<string, string>();
  // It takes longer to load than all else here, and most runs of `make` in scripts have no terminal.
  const live = out.isTTY ? (await import('log-update')).createLogUpdate(out) : undefined;
  const draw = () => live?.([...building].map(([program, text]) => `  building ${program}: ${text}`).join('\n'));
  const say = (line: string) => {
    live?.clear();
    out.write(`${line}\n`);
    draw();
  };
  return {
    onEvent: event => {
      if (event.type === 'build-started') building.set(event.program, `usually ${minutes(event.coldSeconds)}`);
      if (event.type === 'build-progress') {
        building.set(event.program, `${event.packages} packages, ${minutes(event.seconds)}`);
      }
      if (event.type === 'program-found') building.delete(event.program);
      const line = lineOf(event);
      if (line !== undefined) say(line);
      else draw();
    },
    end: () => {
      live?.clear();
      live?.done();
    },
  };
}

function lineOf(event: LocalEvent): string | undefined {
  switch (event.type) {
    case 'build-needed':
      return `building ${event.programs.join(', ')} from their Go modules, once: about ${minutes(event.coldSeconds)} on two cores`;
    case 'build-started':
      return undefined;
    case 'program-found':
      return event.source === 'built'
        ? `built ${event.program} ${event.version} in ${minutes(event.seconds)}`
        : undefined;
    case 'python-needed':
      return `downloading moto and the ${event.packages - 1} Python packages that it needs, once`;
    case 'python-ready':
      return `installed moto in ${minutes(event.seconds)}`;
    case 'port-moved':
      return `${event.name} moves from port ${event.from}, which another program has taken, to ${event.to}`;
    case 'process-ready':
      return event.kept ? undefined : `started ${event.name} in ${event.seconds} s`;
    case 'process-stopped':
      return `ended ${event.name}${event.signal === 'SIGKILL' ? ', which did not listen' : ''}`;
    case 'installed':
      return event.changed > 0 ? `installed ${event.what} in ${event.seconds} s` : undefined;
    case 'warning':
      return event.message;
    default:
      return undefined;
  }
}

function minutes(seconds: number): string {
  return seconds < 100 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
