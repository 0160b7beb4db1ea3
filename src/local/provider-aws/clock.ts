import { readFileSync } from 'node:fs';
import type { SourceEdit } from '../programs.ts';
import { provider, terraform } from './trim.ts';

/** Where the provider's copy gets the package that all these edits call. */
export const clockFile = 'clock/clock.go';

/** Its source. */
export const clockSource = readFileSync(new URL('clock.go', import.meta.url), 'utf8');

/** Lets a file scale some of its waits. */
function scaled(
  module: string,
  file: string,
  waits: readonly (readonly [find: string, replace: string])[],
): SourceEdit[] {
  return [
    { module, file, find: 'import (\n', replace: `import (\n\t"${provider}/clock"\n` },
    ...waits.map(([find, replace]) => ({ module, file, find, replace })),
  ];
}

/**
 * Lets PROVIDER_CLOCK of the environment shorten what the provider waits between two looks at the same thing, for an AWS whose
 * seconds are shorter. It waits as always without the variable, and timeouts are what they are.
 */
export const clockEdits: readonly SourceEdit[] = [
  // How long Terraform's resources wait for a state, by the helpers of two generations.
  ...scaled('github.com/hashicorp/terraform-plugin-sdk/v2', 'helper/retry/state.go', [
    ['time.After(conf.Delay)', 'time.After(clock.Scaled(conf.Delay))'],
    ['time.After(wait)', 'time.After(clock.Scaled(wait))'],
  ]),
  ...scaled(terraform, 'internal/backoff/backoff.go', [['return time.After(d)', 'return time.After(clock.Scaled(d))']]),
  // How long the AWS SDK waits before it sends a refused request again: up to five minutes.
  ...scaled(terraform, 'internal/conns/backoff_delayer.go', [['return delay, nil', 'return clock.Scaled(delay), nil']]),
  // How long a resource that failed waits to be reconciled again: 1 s doubling to 60 s.
  ...scaled('github.com/crossplane/crossplane-runtime/v2', 'pkg/ratelimiter/default.go', [
    ['(1*time.Second, 60*time.Second)', '(clock.Scaled(1*time.Second), clock.Scaled(60*time.Second))'],
  ]),
  // The same of a call that was made in the background: 5 ms doubling to 1,000 s.
  ...scaled('github.com/crossplane/upjet/v2', 'pkg/controller/handler/eventhandler.go', [
    ['e.queue.AddAfter(item, when)', 'e.queue.AddAfter(item, clock.Scaled(when))'],
  ]),
];
