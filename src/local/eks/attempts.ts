import type { Json, JsonObject } from '../../kubernetes/json.ts';
import { isObject } from '../../kubernetes/json.ts';
import type { Clock } from './clock.ts';
import { sooner } from './objects.ts';

/** Seconds of AWS's until something refused is tried again, doubling; and as many real milliseconds at the least. */
const backoff = { first: 1, longest: 60, least: { first: 500, longest: 5000 } } as const;

interface Refused {
  readonly why: string;
  readonly failures: number;
  /** When to try again (ms). */
  readonly at: number;
}

/** Does what AWS may refuse: says so when it does, and not again for the same reason, and tries again after a while. */
export class Attempts {
  readonly #clock: Clock;
  readonly #log: (line: string) => void;
  readonly #warn: (object: JsonObject, who: string, message: string) => void;
  readonly #refused = new Map<string, Refused>();

  constructor(
    clock: Clock,
    log: (line: string) => void,
    warn: (object: JsonObject, who: string, message: string) => void,
  ) {
    this.#clock = clock;
    this.#log = log;
    this.#warn = warn;
  }

  /**
   * `who` is `karpenter`, `what` what it does: `launch an instance for nodeclaim/x`, `on` the object that it does it for.
   * Undefined if AWS refuses, or has refused and it is not time yet. What `handle` takes is no refusal.
   */
  async make<T>(
    who: string,
    what: string,
    on: JsonObject | undefined,
    act: () => Promise<T>,
    handle: (error: Error) => Promise<boolean> = async () => false,
  ): Promise<T | undefined> {
    const before = this.#refused.get(`${who}\t${what}`);
    if (before && this.#clock.now() < before.at) return undefined;
    try {
      const done = await act();
      this.tell(who, what, undefined);
      return done;
    } catch (error) {
      if (!(error instanceof Error) || !isRefusal(error)) throw error;
      if (await handle(error)) return undefined;
      const failures = (before?.failures ?? 0) + 1;
      const wait = (first: number, longest: number) => Math.min(longest, first * 2 ** Math.min(failures - 1, 10));
      const scaled = this.#clock.scaled(wait(backoff.first, backoff.longest));
      const at = this.#clock.now() + Math.max(wait(backoff.least.first, backoff.least.longest), scaled);
      this.#refuse(`${who}\t${what}`, { why: `${error.name}: ${error.message}`, failures, at }, on);
      return undefined;
    }
  }

  /** Tells why something cannot be done, undefined if it can; gives whether it can. */
  tell(who: string, what: string, why: string | undefined, on?: JsonObject): boolean {
    const key = `${who}\t${what}`;
    if (why !== undefined) this.#refuse(key, { why, failures: 0, at: 0 }, on);
    else if (this.#refused.delete(key)) this.#log(`${who} can ${what} again`);
    return why === undefined;
  }

  #refuse(key: string, refused: Refused, on: JsonObject | undefined): void {
    const before = this.#refused.get(key);
    this.#refused.set(key, refused);
    if (before && lasting(before.why) === lasting(refused.why)) return;
    const [who = '', what] = key.split('\t');
    this.#log(`${who} cannot ${what}: ${refused.why}`);
    if (on) this.#warn(on, who, `cannot ${what}: ${refused.why}`);
  }

  /** When the next of what was refused is to be tried again (ms). */
  due(): number | undefined {
    const now = this.#clock.now();
    const waits = [...this.#refused.values()].map(({ at }) => at).filter(at => at > now);
    return waits.reduce<number | undefined>(sooner, undefined);
  }
}

/** A reason without what is another each time. */
function lasting(why: string): string {
  return why.replace(/request ?id:? \S+/i, '');
}

/** Whether AWS has answered, with an error. */
export function isRefusal(error: unknown): error is Error {
  return error instanceof Error && isObject(error as unknown as Json) && '$fault' in error;
}
