import { load } from 'js-yaml';

/** A YAML document whose text is at hand; it is parsed when it is asked for, as parsing all of a package takes its time. */
export interface Unparsed<T> {
  /** What the first line that matches holds, in the pattern's group. Throws where there is none. */
  line(pattern: RegExp): string;
  /** The document, parsed once. */
  parse(): T;
}

/** A document that a command of ours wrote, with names on lines of their own; `refusal` is said where one is missing. */
export function unparsed<T extends object>(source: string, refusal: string): Unparsed<T> {
  return {
    line: pattern => {
      const found = pattern.exec(source)?.[1];
      if (found === undefined) throw new Error(refusal);
      return found;
    },
    parse: once(() => load(source) as T),
  };
}

/** Makes a value when it is asked for the first time. */
export function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
