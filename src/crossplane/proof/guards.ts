import { environment } from '../cel-library.ts';
import type { Path } from '../path.ts';
import { formatPath } from '../path.ts';
import { admitted } from '../pattern.ts';
import type { Schema } from '../schema.ts';
import { schemaOf } from '../schema.ts';

/** A text that people write, and what its schema says of every one of them. */
export interface Text {
  /** `spec.cluster`, `spec.tags (a key)`. */
  readonly field: string;
  /** The values that it has, where it has no others. */
  readonly values?: readonly unknown[];
  /** Patterns that all of it matches. */
  readonly patterns: readonly string[];
}

/** The texts in the value at `path` of a schema: one, or those in its items, fields and entries. */
export function textsAt(schema: Schema, path: Path): readonly Text[] {
  let at: Schema = schema;
  let patterns: readonly string[] = [];
  for (const segment of path) {
    patterns = patternsOfEntries(at, typeof segment === 'number');
    const below = schemaOf(at, segment);
    if (!below) return [];
    at = below;
  }
  return textsIn(at, formatPath(path), patterns);
}

function textsIn(schema: Schema, field: string, around: readonly string[]): readonly Text[] {
  const { type, properties = {}, additionalProperties: entries, items } = schema;
  if (schema['x-kubernetes-int-or-string'] || type === undefined) return [textOf(schema, field, around)];
  switch (type) {
    case 'string':
      return [textOf(schema, field, around)];
    case 'array':
      return textsIn(items ?? {}, `${field}[]`, patternsOfEntries(schema, true));
    case 'object': {
      const fields = Object.entries(properties).flatMap(([name, below]) => textsIn(below, `${field}.${name}`, []));
      if (schema['x-kubernetes-preserve-unknown-fields']) return [...fields, { field, patterns: [] }];
      if (!entries) return fields;
      const key = { field: `${field} (a key)`, patterns: patternsOfEntries(schema, false) };
      return [...fields, key, ...textsIn(entries === true ? {} : entries, `${field} (a value)`, [])];
    }
    default:
      return [];
  }
}

function textOf(schema: Schema, field: string, around: readonly string[]): Text {
  const values = schema.enum ?? listed(schema);
  const patterns = [...around, ...(schema.pattern ? [schema.pattern] : []), ...matched(schema, 'self')];
  return { field, ...(values && { values }), patterns };
}

/** What a list's rules say of each of its items, or a map's of each of its keys: `self.all(key, key.matches('…'))`. */
function patternsOfEntries(schema: Schema, ofItems: boolean): readonly string[] {
  if ((schema.type === 'array') !== ofItems) return [];
  return conjuncts(schema).flatMap(conjunct => {
    const [, name = '', condition = ''] = /^self\.all\((\w+), (.*)\)$/.exec(conjunct) ?? [];
    return name ? matchedBy(condition, name) : [];
  });
}

function matched(schema: Schema, name: string): readonly string[] {
  return conjuncts(schema).flatMap(conjunct => matchedBy(conjunct, name));
}

/** The pattern of `self.matches('…')`, where that is all that is asked for. */
function matchedBy(condition: string, name: string): readonly string[] {
  const [, literal] =
    new RegExp(`^${name}\\.matches\\(('(?:\\\\.|[^'\\\\])*'|"(?:\\\\.|[^"\\\\])*")\\)$`).exec(condition) ?? [];
  return literal ? [String(environment.evaluate(literal))] : [];
}

/** The values of `self in [ … ]`. */
function listed(schema: Schema): readonly unknown[] | undefined {
  const [list] = conjuncts(schema).flatMap(conjunct => /^self in (\[[^\]]*\])$/.exec(conjunct)?.[1] ?? []);
  const values = list === undefined ? undefined : environment.evaluate(list);
  return Array.isArray(values) ? values : undefined;
}

/** What must hold of a node, one by one: its rules, and what `&&` joins in them. */
function conjuncts(schema: Schema): readonly string[] {
  const rules = (schema['x-kubernetes-validations'] ?? []).map(({ rule }) => rule);
  // One about a change holds of no first value.
  return rules.filter(rule => !/\boldSelf\b/.test(rule)).flatMap(split);
}

function split(rule: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (const { 0: token, index } of rule.matchAll(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[()[\]{}]|&&|\|\||\?/g)) {
    if (/^[([{]$/.test(token)) depth += 1;
    else if (/^[)\]}]$/.test(token)) depth -= 1;
    // With an alternative beside it no part must hold.
    else if (depth === 0 && (token === '||' || token === '?')) return [];
    else if (depth === 0 && token === '&&') {
      parts.push(rule.slice(from, index).trim());
      from = index + token.length;
    }
  }
  return [...parts, rule.slice(from).trim()];
}

/** Of `characters`, those that a text can hold, and why more is not known of it. */
export function canHold(
  text: Text,
  characters: readonly string[],
): { readonly found: readonly string[]; readonly why: readonly string[] } {
  let found = text.values
    ? characters.filter(character => text.values?.some(value => `${value}`.includes(character)))
    : characters;
  const why: string[] = [];
  for (const pattern of text.patterns) {
    const holds = admitted(pattern, found);
    if ('unknown' in holds) why.push(`of its pattern ${pattern} nothing is known, as ${holds.unknown}`);
    else found = holds.characters;
  }
  return { found, why };
}
