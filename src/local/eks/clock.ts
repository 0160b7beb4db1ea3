/** Time as what acts in a cluster sees it: real milliseconds, and AWS's seconds brought to them by one factor. */
export interface Clock {
  now(): number;
  /** Real milliseconds for a number of AWS's seconds. */
  scaled(seconds: number): number;
}
