/** Time as what acts in a cluster sees it: real milliseconds, and AWS's seconds brought to them by one factor. */
export interface Clock {
  now(): number;
  /** Real milliseconds for a number of AWS's seconds. */
  scaled(seconds: number): number;
}

/** The machine's clock; a factor of 0.01 makes a quarter of an hour take 9 s. */
export function systemClock(factor: number): Clock {
  return { now: () => Date.now(), scaled: seconds => seconds * 1000 * factor };
}
