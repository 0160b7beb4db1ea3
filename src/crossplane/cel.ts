import { isDeepStrictEqual } from 'node:util';
import { Optional, type ParseResult } from '@marcbachmann/cel-js';
import { environment } from './cel-library.ts';
import { type Path, type Problem, parsePath } from './path.ts';
import { correlate, isObject, itemKey, type Rule, type Schema, schemaOf } from './schema.ts';

const stringOrCall = /(["'])(?:\\.|(?!\1).)*\1|\.matches\(|\bhas\(([\w.]*\[[^()]*\])\.(\w+)\)/g;

/** Names `matches` by the function of ours that reads RE2, and writes `has(a[0].b)`, which cel-js does not take, another way. */
function inOurDialect(text: string): string {
  return text.replace(stringOrCall, (found, _quote, list?: string, name?: string) => {
    if (list) return `${list}.?${name}.hasValue()`;
    return found === '.matches(' ? '.matchesRe2(' : found;
  });
}

type Compiled = { readonly run: ParseResult; readonly type: string } | { readonly error: string };
const compiled = new Map<string, Compiled>();

function compile(text: string): Compiled {
  const known = compiled.get(text);
  if (known) return known;
  const made = compileOnce(text);
  compiled.set(text, made);
  return made;
}

function compileOnce(text: string): Compiled {
  try {
    const run = environment.parse(inOurDialect(text));
    const { error, type = 'dyn' } = run.check();
    return error ? { error: error.summary } : { run, type };
  } catch (error) {
    return { error: reasonOf(error) };
  }
}

/** cel-js's `message` is a drawing of the source; its `summary` is the sentence. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { summary } = error as { readonly summary?: string };
  return summary ?? error.message;
}

/**
 * Why `text` cannot be a rule: it is not CEL, names a function or variable we do not have, or does not give a bool. Undefined
 * where it can. Fields are not looked up: no schema is asked.
 */
export function parseRule(text: string): string | undefined {
  const program = compile(text);
  if ('error' in program) return program.error;
  return ['bool', 'dyn'].includes(program.type) ? undefined : `gives ${program.type}, not bool`;
}

/** A rule that mentions `oldSelf` is about a change: it runs on an update only, or everywhere with `optionalOldSelf`. */
function mentionsOld(text: string): boolean {
  return /(?<![\w.])oldSelf\b/.test(text.replace(/(["'])(?:\\.|(?!\1).)*\1/g, ''));
}

const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);
const escapes: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

/** A property's name as rules write it: `namespace` is `__namespace__`, `a-b` is `a__dash__b`. */
function escapeName(name: string): string {
  return reserved.has(name) ? `__${name}__` : name.replace(/__|[./-]/g, found => escapes[found] ?? found);
}

const objectMeta: Schema = {
  type: 'object',
  properties: { name: { type: 'string' }, generateName: { type: 'string' } },
};
const typeMeta = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: objectMeta } as const;

/** What rules may read of an object with a type and metadata of its own: of `metadata`, the names only. */
function asResource(schema: Schema): Schema {
  return { ...schema, properties: { ...schema.properties, ...typeMeta } };
}

/** `value` as rules see it: integers as int, formats as their types, fields under their escaped names, undeclared ones unseen. */
function toCel(schema: Schema, value: unknown): unknown {
  if (Array.isArray(value)) return value.map(item => toCel(schema.items ?? {}, item));
  if (isObject(value)) {
    const { properties } = schema['x-kubernetes-embedded-resource'] ? asResource(schema) : schema;
    const { additionalProperties } = schema;
    const entries = Object.entries(value).flatMap(([name, field]): [string, unknown][] => {
      if (properties) {
        const declared = Object.hasOwn(properties, name) ? properties[name] : undefined;
        return declared ? [[escapeName(name), toCel(declared, field)]] : [];
      }
      return isObject(additionalProperties) ? [[name, toCel(additionalProperties, field)]] : [];
    });
    return new Map(entries);
  }
  if (typeof value === 'number') return schema.type !== 'number' && Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'string' || schema.type !== 'string') return value;
  if (schema.format === 'date' || schema.format === 'date-time') return new Date(value);
  if (schema.format === 'duration') return environment.evaluate('duration(self)', { self: value });
  return schema.format === 'byte' ? new Uint8Array(Buffer.from(value, 'base64')) : value;
}

/** `old` with its sets and keyed lists in the order of `value`'s, so that comparing the two does not see the order. */
function aligned(schema: Schema, value: unknown, old: unknown): unknown {
  if (Array.isArray(value) && Array.isArray(old)) {
    if (itemKey(schema, old[0]) === undefined) return old;
    const rank = new Map(value.map((item, i) => [itemKey(schema, item), i]));
    const at = (item: unknown) => rank.get(itemKey(schema, item)) ?? value.length;
    const items = schema.items ?? {};
    return old.toSorted((a, b) => at(a) - at(b)).map(item => aligned(items, value[at(item)], item));
  }
  if (!isObject(value) || !isObject(old)) return old;
  const entries = Object.entries(old).map(([name, field]) => [
    name,
    aligned(schemaOf(schema, name) ?? {}, value[name], field),
  ]);
  return Object.fromEntries(entries);
}

/**
 * What the rules of `schema` and of all below it have against `value`, an object of the whole kind with its defaults in. With
 * `old` it is an update: rules about the change run, and as the server does since 1.30 a rule that is only about the present
 * is not held against what the update leaves as it was. `skip` says of which nodes not to ask, those invalid already. A rule
 * that could not run is left out where another found what is wrong below it.
 */
export function checkRules(
  schema: Schema,
  value: unknown,
  old?: unknown,
  skip: (path: Path) => boolean = () => false,
): Problem[] {
  const problems: CelProblem[] = [];
  const visit = (node: Schema, at: unknown, before: unknown, path: Path, unchanged: boolean): void => {
    if (at === null || at === undefined) return;
    const rules = [node, ...(node.allOf ?? [])].flatMap(one => one['x-kubernetes-validations'] ?? []);
    const same = unchanged || (before !== undefined && isDeepStrictEqual(at, before));
    if (rules.length > 0 && !skip(path))
      problems.push(...checkNode(path.length === 0 ? asResource(node) : node, rules, at, before, path, same));
    if (typeof at !== 'object') return;
    const segments = Array.isArray(at) ? [...at.keys()] : Object.keys(at);
    for (const segment of segments) {
      const below = schemaOf(node, segment);
      if (!below) continue;
      const item = (at as Readonly<Record<string | number, unknown>>)[segment];
      visit(below, item, correlate(node, at, before, segment), [...path, segment], same);
    }
  };
  visit(schema, value, old, [], false);
  return problems
    .filter(({ failed, path }) => !failed || !problems.some(other => !other.failed && isWithin(path, other.path)))
    .map(({ path, message }) => ({ path, message }));
}

/** What a rule says, or that it could not run. */
interface CelProblem extends Problem {
  readonly failed?: true;
}

function isWithin(path: Path, other: Path): boolean {
  return path.every((segment, i) => other[i] === segment);
}

function checkNode(
  node: Schema,
  rules: readonly Rule[],
  value: unknown,
  old: unknown,
  path: Path,
  unchanged: boolean,
): CelProblem[] {
  const self = toCel(node, value);
  const hasOld = old !== undefined && old !== null;
  const oldSelf = hasOld ? toCel(node, aligned(node, value, old)) : undefined;
  return rules.flatMap((rule): CelProblem[] => {
    const ofChange = mentionsOld(rule.rule);
    if (ofChange ? !hasOld && !rule.optionalOldSelf : unchanged) return [];
    const before = rule.optionalOldSelf ? (hasOld ? Optional.of(oldSelf) : Optional.none()) : oldSelf;
    const variables = { self, ...(before === undefined ? {} : { oldSelf: before }) };
    try {
      if (evaluate(rule.rule, variables) === true) return [];
    } catch (error) {
      return [{ path, message: `rule "${rule.rule}" failed: ${reasonOf(error)}`, failed: true }];
    }
    const below = rule.fieldPath ? parsePath(rule.fieldPath.replace(/^\./, '')) : [];
    return [{ path: [...path, ...below], message: messageOf(rule, variables) }];
  });
}

type Variables = Readonly<Record<string, unknown>>;

function evaluate(text: string, variables: Variables): unknown {
  const program = compile(text);
  if ('error' in program) throw new Error(`it does not compile: ${program.error}`);
  return program.run(variables);
}

function messageOf(rule: Rule, variables: Variables): string {
  const fallback = rule.message ?? `does not satisfy the rule ${rule.rule}`;
  if (!rule.messageExpression) return fallback;
  try {
    const message = evaluate(rule.messageExpression, variables);
    return typeof message === 'string' && message.trim() !== '' && !message.includes('\n') ? message : fallback;
  } catch {
    return fallback;
  }
}
