import {
  boolYaml11Tag,
  CORE_SCHEMA,
  constructFromEvents,
  defineScalarTag,
  dump,
  EVENT_ID,
  type Event,
  getScalarValue,
  intCoreTag,
  mergeTag,
  NOT_RESOLVED,
  parseEvents,
  SCALAR_STYLE,
  YAMLException,
} from 'js-yaml';
import type { Path } from './path.ts';
import { isObject } from './schema.ts';

/** One document of a file. */
export interface Manifest {
  readonly value: unknown;
  /** The 1-based line in the file of the key or item at `path`; where nothing stands there, of what is nearest above it. */
  lineOf(path: Path): number;
}

/** What a reader has to change, and on which 1-based line of the file. */
export interface YamlProblem {
  readonly line: number;
  readonly message: string;
}

/** A number as kubectl reads it: `0755` is octal, `1_000` is a thousand. */
const intOfGo = defineScalarTag<number>(intCoreTag.tagName, {
  implicit: true,
  implicitFirstChars: [...'+-0123456789'],
  identify: intCoreTag.identify,
  represent: intCoreTag.represent,
  resolve: source => {
    const [, sign = '', digits = ''] = /^([+-]?)(\d\w*)$/.exec(source.replaceAll('_', '')) ?? [];
    const value = digits === '' ? Number.NaN : Number(digits.replace(/^0(?=[0-7]+$)/, '0o'));
    if (!Number.isInteger(value)) return NOT_RESOLVED;
    return sign === '-' ? -value : value;
  },
});

/** The dialect of kubectl, which is go-yaml 2: YAML 1.1's `yes` and `on` are true, dates stay text. */
const kubectlSchema = CORE_SCHEMA.withTags(boolYaml11Tag, intOfGo, mergeTag);

/**
 * Reads the manifests of a file and everything that is wrong with it as YAML: what cannot be read, duplicate keys, documents
 * that are no objects, no document at all. Each document is read for itself, so a bad one does not hide the others; documents
 * with nothing in them are passed over.
 */
export function parseManifests(text: string): { documents: Manifest[]; problems: YamlProblem[] } {
  const documents: Manifest[] = [];
  const problems: YamlProblem[] = [];
  let line = 1;
  for (const source of text.replace(/^\uFEFF/, '').split(/^(?=---(?:\s|$))/m)) {
    readSource(source, line, documents, problems);
    line += source.split('\n').length - 1;
  }
  if (documents.length === 0 && problems.length === 0) problems.push({ line: 1, message: 'holds no manifest' });
  return { documents, problems };
}

const onlyComments = /^(\s*([#%].*)?(\r?\n|$))*$/;

/** Reads what stands between two `---`; `firstLine` is where it begins in the file. */
function readSource(source: string, firstLine: number, documents: Manifest[], problems: YamlProblem[]): void {
  if (source.split('\n').every(line => onlyComments.test(line))) return;
  const lineAt = lineCounter(source, firstLine);
  try {
    const events = parseEvents(source, {});
    const roots = readTrees(source, events, lineAt, problems);
    const values = constructFromEvents(events, { source, schema: kubectlSchema, json: true });
    for (const [i, value] of values.entries()) {
      const root = roots[i];
      if (value === null || value === undefined || !root) continue;
      if (isObject(value)) documents.push({ value, lineOf: path => lineOf(root, path) });
      else
        problems.push({
          line: root.line,
          message: `holds ${describe(value)}, where a manifest with apiVersion and kind should be`,
        });
    }
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    problems.push(syntaxProblem(source, firstLine, error));
  }
}

function describe(value: unknown): string {
  return Array.isArray(value) ? 'a list' : `only ${JSON.stringify(value)}`;
}

const hints: readonly (readonly [RegExp, string])[] = [
  [/^bad indentation of a mapping/, 'the indentation is off, or a value with ": " in it wants quotes'],
  [/^bad indentation of a sequence/, 'the indentation of the list is off'],
  [
    /within a flow collection|^deficient indentation/,
    'a bracket, brace or quote is not closed, or the indentation is off',
  ],
  [/quoted scalar$/, 'a quote is not closed'],
];

function syntaxProblem(source: string, firstLine: number, error: YAMLException): YamlProblem {
  const at = error.mark?.line ?? 0;
  const line = firstLine + at;
  if (/^ *\t/.test(source.split('\n')[at] ?? '')) {
    return { line, message: 'is indented with a tab; YAML wants spaces' };
  }
  const hint = hints.find(([reason]) => reason.test(error.reason))?.[1];
  return { line, message: `cannot be read as YAML: ${hint ? `${hint} (${error.reason})` : error.reason}` };
}

/** A place in the source: where it is and what stands below it. */
interface Tree {
  readonly line: number;
  readonly below: Map<string | number, Tree>;
}

function lineOf(root: Tree, path: Path): number {
  let at = root;
  for (const segment of path) {
    const next = at.below.get(segment);
    if (!next) return at.line;
    at = next;
  }
  return at.line;
}

function lineCounter(source: string, firstLine: number): (offset: number) => number {
  const ends = [...source.matchAll(/\n/g)].map(match => match.index);
  return offset => {
    const after = ends.findIndex(end => end >= offset);
    return firstLine + (after < 0 ? ends.length : after);
  };
}

/** The tree of each document in `events`. Keys that stand twice in one object go to `problems`. */
function readTrees(
  source: string,
  events: readonly Event[],
  lineAt: (offset: number) => number,
  problems: YamlProblem[],
): Tree[] {
  const roots: Tree[] = [];
  let next = 0;

  /** Reads the node that begins at the next event; `line` is its key's, where it has one. */
  const readNode = (inherited: number, keyLine?: number): Tree => {
    const event = events[next++];
    const line = keyLine ?? (event && lineOfEvent(event, lineAt)) ?? inherited;
    const below = new Map<string | number, Tree>();
    if (event?.type === EVENT_ID.SEQUENCE) {
      for (let i = 0; !atPop(); i += 1) below.set(i, readNode(line));
      next += 1;
    } else if (event?.type === EVENT_ID.MAPPING) {
      while (!atPop()) readPair(line, below);
      next += 1;
    }
    return { line, below };
  };

  const readPair = (inherited: number, below: Map<string | number, Tree>): void => {
    const key = events[next];
    const { line } = readNode(inherited);
    const value = readNode(line, line);
    if (key?.type !== EVENT_ID.SCALAR) return;
    const name = getScalarValue(source, key);
    const earlier = below.get(name);
    if (earlier) problems.push({ line, message: `${name} stands twice in one object, first on line ${earlier.line}` });
    below.set(name, value);
  };

  const atPop = (): boolean => next >= events.length || events[next]?.type === EVENT_ID.POP;

  while (next < events.length) {
    next += 1;
    roots.push(readNode(lineAt(0)));
    next += 1;
  }
  return roots;
}

function lineOfEvent(event: Event, lineAt: (offset: number) => number): number | undefined {
  const offset = offsetOf(event);
  return offset < 0 ? undefined : lineAt(offset);
}

/** Where a node begins, -1 for one that is not written, such as the null of an empty field. */
function offsetOf(event: Event): number {
  if (event.type === EVENT_ID.SEQUENCE || event.type === EVENT_ID.MAPPING) return event.start;
  if (event.type === EVENT_ID.ALIAS) return event.anchorStart;
  if (event.type !== EVENT_ID.SCALAR) return -1;
  const isBlock = event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK;
  return isBlock ? event.valueStart - 1 : event.valueStart;
}

/**
 * `value` as YAML, fields in the order they have, lines unbroken, no anchors, text that any reader might take for something
 * else in quotes. Throws on what is not JSON, `undefined` too.
 */
export function writeYaml(value: unknown): string {
  return dump(value, { lineWidth: -1, noRefs: true });
}
