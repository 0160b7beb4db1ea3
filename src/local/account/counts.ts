import type { CallCount } from './control.ts';

/** The regions in which anything was ever changed. */
export function regionsUsed(counts: readonly CallCount[]): readonly string[] {
  const changes = counts.filter(({ action }) => !/^(?:Describe|List|Get|Head|Assume)/.test(action));
  return [...new Set(changes.map(({ region }) => region))].filter(region => region !== '').sort();
}

/** A table of calls by service and action, those with the most calls first. */
export function countLines(counts: readonly CallCount[]): readonly string[] {
  const sums = new Map<string, { calls: number; errors: number }>();
  for (const { service, action, calls, errors } of counts) {
    const sum = sums.get(`${service}.${action}`) ?? { calls: 0, errors: 0 };
    sums.set(`${service}.${action}`, { calls: sum.calls + calls, errors: sum.errors + errors });
  }
  const rows = [...sums].sort(([a, one], [b, other]) => other.calls - one.calls || (a < b ? -1 : 1));
  const total = { calls: 0, errors: 0 };
  for (const [, { calls, errors }] of rows) {
    total.calls += calls;
    total.errors += errors;
  }
  return [...rows, ['in all', total] as const].map(
    ([what, { calls, errors }]) => `${String(calls).padStart(7)}  ${what}${errors === 0 ? '' : `, ${errors} refused`}`,
  );
}
