import type { AnyApi } from './api.ts';

/**
 * What the kit labels each composed resource with, to be found by: its name in the Composition, the sets it belongs to,
 * and the composite resource that it is of, by kind and name.
 */
export interface Labels {
  readonly resource: string;
  set(name: string): string;
  readonly composite: string;
  /** An annotation: the nth value that the resource had to wait for and does not use itself. */
  after(n: number): string;
}

/** The labels of an API's composed resources, under its group's domain. */
export function labelsOf(api: Pick<AnyApi, 'group' | 'kind'>): Labels {
  return {
    resource: `${api.group}/resource`,
    set: name => `${api.group}/${name}`,
    composite: `${api.group}/${api.kind.toLowerCase()}`,
    after: n => `${api.group}/after${n === 0 ? '' : `-${n + 1}`}`,
  };
}
