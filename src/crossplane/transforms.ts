import type { Expression, Field, Later, Picked, TextPart, Transform } from './ref.ts';
import type { Schema } from './schema.ts';

/** The fields that an expression reads. */
export function fieldsIn(expression: Expression): readonly Field[] {
  switch (expression.is) {
    case 'field':
      return [expression];
    case 'text':
      return expression.parts.flatMap(fieldsIn);
    case 'merge':
      return fieldsIn(expression.theirs);
    case 'later':
      return [expression.input, expression.other];
    case 'either':
      return fieldsIn(expression.text);
    case 'orElse':
      return fieldsIn(expression.input);
    default:
      return [expression.input];
  }
}

/** Text with gaps as Go's fmt.Sprintf takes it. */
export function format(text: readonly string[]): string {
  return text.map(part => part.replaceAll('%', '%%')).join('%v');
}

/** A value into the one gap of a text. */
export function formatTransform(text: readonly string[]): Transform {
  return { type: 'string', string: { type: 'Format', fmt: format(text) } };
}

/** A text to what stands in it between its beginning and a character. The transform fails where it does not begin so. */
export function betweenTransform({ before, after }: { readonly before: string; readonly after: string }): Transform {
  const match = `^${escaped(before)}([^${after}]+)${escaped(after)}`;
  return { type: 'string', string: { type: 'Regexp', regexp: { match, group: 1 } } };
}

/**
 * A list of texts to one, with a separator between them. The Join of function-patch-and-transform v0.10.7 puts it behind
 * the last one too, and takes only its last byte away again.
 */
export function joinTransforms(separator: string): readonly Transform[] {
  const join: Transform = { type: 'string', string: { type: 'Join', join: { separator } } };
  const rest = separator.slice(0, -1);
  return rest === '' ? [join] : [join, { type: 'string', string: { type: 'TrimSuffix', trim: rest } }];
}

/** What makes a part of a text of its field, of which `input` is the schema. */
export function partTransforms(part: TextPart, input: Schema | undefined): readonly Transform[] {
  switch (part.is) {
    case 'field':
      return [];
    case 'pick':
      return pickTransforms(part, input);
    case 'between':
      return [betweenTransform(part)];
    case 'joined':
      return joinTransforms(part.separator);
    case 'digest':
      return digestTransforms(part.length);
  }
}

/** A text to its SHA-1, or the beginning of that. */
function digestTransforms(length: number): readonly Transform[] {
  const whole: Transform = { type: 'string', string: { type: 'Convert', convert: 'ToSha1' } };
  if (length === 40) return [whole];
  return [whole, { type: 'string', string: { type: 'Regexp', regexp: { match: `^([0-9a-f]{${length}})`, group: 1 } } }];
}

/** A text that the pattern of a betweenTransform matches, with `found` in the middle. */
export function textWith(found: string, pattern: string): string {
  return pattern
    .replace(/^\^/, '')
    .replace(/\(\[\^.\]\+\)/, found)
    .replaceAll('\\', '');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/**
 * A value to what a table holds for it. The map and match transforms take texts only; the one fails where there is no case
 * for a value, the other has something in its place.
 */
export function pickTransforms(
  { table, otherwise }: Pick<Picked, 'table' | 'otherwise'>,
  input: Schema | undefined,
): readonly Transform[] {
  const chosen: Transform =
    otherwise === undefined
      ? { type: 'map', map: table }
      : {
          type: 'match',
          match: {
            patterns: Object.entries(table).map(([value, result]) => pattern(`^${escaped(value)}$`, result)),
            fallbackValue: otherwise,
          },
        };
  return input?.type === 'string' ? [chosen] : [{ type: 'convert', convert: { toType: 'string' } }, chosen];
}

/**
 * Two texts of an order, with a space between them, to the later one. The second one where the order does not have it, and
 * is thus of a later time than the order.
 */
export function laterTransforms({ order, table }: Pick<Later, 'order' | 'table'>): readonly Transform[] {
  if (table) {
    const latestFirst = [...order].reverse();
    const patterns = latestFirst.map(text => pattern(`(^| )${escaped(text)}( |$)`, table[text]));
    return [{ type: 'match', match: { patterns } }];
  }
  const patterns = order.flatMap((text, i) => {
    const before = order.slice(0, i).map(escaped).join('|');
    return before === '' ? [] : [pattern(`^${escaped(text)} (${before})$`, text)];
  });
  return [
    { type: 'match', match: { patterns, fallbackTo: 'Input' } },
    { type: 'string', string: { type: 'Regexp', regexp: { match: '([^ ]+)$', group: 1 } } },
  ];
}

function pattern(regexp: string, result: unknown) {
  return { type: 'regexp', regexp, result } as const;
}

/** Any value to one that stands for its being there. The match transform takes texts only. */
export function ifSetTransforms(set: unknown, input: Schema | undefined): readonly Transform[] {
  const match: Transform = { type: 'match', match: { patterns: [{ type: 'regexp', regexp: '.*', result: set }] } };
  return input?.type === 'string'
    ? [match]
    : [{ type: 'string', string: { type: 'Convert', convert: 'ToJson' } }, match];
}
