/** A place in a JSON value: names of fields and indices of items, from the root. */
export type Path = readonly (string | number)[];

/** Something a reader has to change, and where. The message reads after the path and a colon: `spec.cidr: is required`. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
}

/** Crossplane refuses to write past this index (`fieldpath.DefaultMaxFieldPathIndex` in crossplane-runtime). */
const maxIndex = 1024;

const plainField = /^[A-Za-z_$][\w$-]*$/;

/**
 * `path` in Crossplane's field-path notation: `spec.subnets[1].cidr`, `metadata.labels[example.org/x]`. What it gives can
 * be read by a Composition's patches, but for two kinds of key that the notation cannot say: one with a bracket in it and
 * one that is only an asterisk.
 */
export function formatPath(path: Path): string {
  return path.map(formatSegment).join('').replace(/^\./, '');
}

function formatSegment(segment: string | number): string {
  if (typeof segment === 'number') return `[${segment}]`;
  if (plainField.test(segment)) return `.${segment}`;
  const alone = segment === '' || segment === '*' || /^\d+$/.test(segment);
  return alone ? `['${segment}']` : `[${segment}]`;
}

/**
 * Reads Crossplane's field-path notation, as `fieldpath.Parse` of crossplane-runtime does: `a[0]` is an index, `a['0']` and
 * `a.0` are fields. Throws where the text is no path, with the 0-based position; a wildcard (`[*]`) names many places and is
 * refused.
 */
export function parsePath(text: string): Path {
  const known = parsed.get(text);
  if (known) return known;
  const path = parse(text);
  parsed.set(text, path);
  return path;
}

const parsed = new Map<string, Path>();

function fail(text: string, what: string, at: number): never {
  throw new Error(`field path "${text}": unexpected ${what} at position ${at}`);
}

function parse(text: string): Path {
  const path: (string | number)[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === '[') {
      const end = text.indexOf(']', at);
      if (end < 0) fail(text, 'end, "[" is not closed,', at);
      if (end === at + 1) fail(text, '"]"', end);
      const nested = text.indexOf('[', at + 1);
      if (nested > 0 && nested < end) fail(text, '"["', nested);
      path.push(fieldOrIndex(text.slice(at + 1, end)));
      at = end + 1;
    } else {
      if (text[at] === '.') {
        if (at === 0 || at === text.length - 1) fail(text, '"."', at);
        at += 1;
        if (text[at] === '.' || text[at] === '[') fail(text, `"${text[at]}"`, at);
      }
      const length = text.slice(at).search(/[.[\]]/);
      const end = length < 0 ? text.length : at + length;
      if (text[end] === ']') fail(text, '"]"', end);
      path.push(field(text.slice(at, end)));
      at = end;
    }
    if (path.at(-1) === '*') fail(text, 'wildcard "*" (it names many places, one is wanted)', at - 1);
  }
  return path;
}

function field(text: string): string {
  return text.replace(/^['"]+|['"]+$/g, '');
}

function fieldOrIndex(text: string): string | number {
  return /^\d+$/.test(text) && Number(text) < 2 ** 32 ? Number(text) : field(text);
}

/** The value at `path`; undefined where there is none, or where something on the way is not an object or a list. */
export function getPath(value: unknown, path: Path): unknown {
  let at = value;
  for (const segment of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    if (Array.isArray(at) !== (typeof segment === 'number') || !Object.hasOwn(at, segment)) return undefined;
    at = (at as Readonly<Record<string | number, unknown>>)[segment];
  }
  return at;
}

/**
 * A copy of `value` with `v` at `path`, what is beside the path shared. As Crossplane's `SetValue`: missing objects and lists
 * are made, lists grow with nulls, and an index above 1024 or a step into anything but an object or list of the right kind is
 * an error naming the place.
 */
export function setPath(value: unknown, path: Path, v: unknown): unknown {
  return setBelow(value, path, v, 0);
}

function placeOf(path: Path, depth: number): string {
  return formatPath(path.slice(0, depth)) || 'the root';
}

function setBelow(value: unknown, path: Path, v: unknown, depth: number): unknown {
  const segment = path[depth];
  if (segment === undefined) return v;
  if (typeof segment === 'number') {
    if (segment > maxIndex)
      throw new Error(`${placeOf(path, depth)}: index ${segment} is above ${maxIndex}, the most Crossplane allows`);
    if (value !== undefined && !Array.isArray(value)) throw new Error(`${placeOf(path, depth)} is not an array`);
    const list: readonly unknown[] = value ?? [];
    const copy: unknown[] = [...list];
    while (copy.length <= segment) copy.push(null);
    copy[segment] = setBelow(copy[segment] ?? undefined, path, v, depth + 1);
    return copy;
  }
  if (value !== undefined && (typeof value !== 'object' || value === null || Array.isArray(value))) {
    throw new Error(`${placeOf(path, depth)} is not an object`);
  }
  const object = (value ?? {}) as Readonly<Record<string, unknown>>;
  const old = Object.hasOwn(object, segment) ? object[segment] : undefined;
  return { ...object, [segment]: setBelow(old, path, v, depth + 1) };
}
