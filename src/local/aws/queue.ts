import type { Next } from './world.ts';

/** What a queue asks of its user. */
export interface QueueOptions {
  /** Works on one key; throwing counts as `backoff`. */
  readonly work: (key: string) => Promise<Next>;
  /** Milliseconds until a key is tried again that has failed `failures` times in a row. */
  readonly delay: (failures: number) => number;
  readonly onError: (key: string, error: unknown) => void;
  /** How many keys are worked on at a time. */
  readonly workers: number;
  readonly now: () => number;
}

/** A work queue as controllers have it: a key is never worked on twice at a time, and never lost while it is. */
export class Queue {
  readonly #options: QueueOptions;
  readonly #waiting = new Set<string>();
  readonly #working = new Set<string>();
  readonly #again = new Set<string>();
  readonly #timers = new Map<string, { readonly at: number; readonly timer: NodeJS.Timeout }>();
  readonly #failures = new Map<string, number>();
  #idle: (() => void) | undefined;
  #closed = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Has a key worked on as soon as can be. */
  add(key: string): void {
    if (this.#closed) return;
    this.#stopTimer(key);
    if (this.#working.has(key)) this.#again.add(key);
    else this.#waiting.add(key);
    this.#start();
  }

  /** Has a key worked on at a time (ms), or earlier if it is already planned so. */
  addAt(key: string, at: number): void {
    if (this.#closed) return;
    const planned = this.#timers.get(key);
    if (planned && planned.at <= at) return;
    this.#stopTimer(key);
    const timer = setTimeout(() => this.add(key), Math.max(0, at - this.#options.now()));
    this.#timers.set(key, { at, timer });
  }

  /** Drops what is known of a key that is gone. */
  forget(key: string): void {
    this.#stopTimer(key);
    this.#failures.delete(key);
    this.#waiting.delete(key);
    this.#again.delete(key);
  }

  /** Takes no more work and waits for what is going on. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.clear();
    for (const key of [...this.#timers.keys()]) this.#stopTimer(key);
    if (this.#working.size > 0) {
      await new Promise<void>(resolve => {
        this.#idle = resolve;
      });
    }
  }

  #start(): void {
    for (const key of this.#waiting) {
      if (this.#working.size >= this.#options.workers) return;
      this.#waiting.delete(key);
      this.#working.add(key);
      void this.#work(key);
    }
  }

  async #work(key: string): Promise<void> {
    let next: Next;
    try {
      next = await this.#options.work(key);
    } catch (error) {
      this.#options.onError(key, error);
      next = 'backoff';
    }
    this.#working.delete(key);
    const again = this.#again.delete(key);
    if (this.#closed) {
      if (this.#working.size === 0) this.#idle?.();
      return;
    }
    if (next === 'backoff') {
      const failures = (this.#failures.get(key) ?? 0) + 1;
      this.#failures.set(key, failures);
      this.addAt(key, this.#options.now() + this.#options.delay(failures));
    } else {
      this.#failures.delete(key);
      if (typeof next === 'object') this.addAt(key, next.at);
    }
    if (again || next === 'now') this.add(key);
    this.#start();
  }

  #stopTimer(key: string): void {
    clearTimeout(this.#timers.get(key)?.timer);
    this.#timers.delete(key);
  }
}
