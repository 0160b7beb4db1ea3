import type { JsonObject } from '../kubernetes/json.ts';
import { meta } from '../kubernetes/metadata.ts';
import type { Seen } from './rounds.ts';

/** What Crossplane warned of in the last reconcile of each composite resource: as a rule, what still waits for a value. */
export function warningsOf(seen: readonly Seen[]): readonly string[] {
  const last = new Map(seen.map(({ input, output }) => [nameOf(input.composite), output.warnings]));
  return [...last].flatMap(([name, warnings]) => warnings.map(warning => `${name}: ${warning}`));
}

/** A line for each level: what Crossplane looked at there, how often, and for how long in all. */
export function timesOf(seen: readonly Seen[]): readonly string[] {
  const levels = [...new Set(seen.map(({ level }) => level))].sort();
  return levels.map(level => {
    const here = seen.filter(one => one.level === level);
    const kinds = [...new Set(here.map(({ input }) => String(input.composite.kind)))];
    const made = new Map(here.map(({ input, output }) => [nameOf(input.composite), output.composed.size]));
    const resources = [...made.values()].reduce((sum, count) => sum + count, 0);
    const seconds = here.reduce((sum, { output }) => sum + output.seconds, 0);
    return `level ${level}: ${kinds.join(', ')}: ${resources} resources, ${here.length} reconciles, ${seconds.toFixed(2)} s`;
  });
}

function nameOf(composite: JsonObject): string {
  return `${composite.kind}/${meta(composite, 'name')}`;
}
