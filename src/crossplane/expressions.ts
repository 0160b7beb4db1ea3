import type { Expression, Field, Ref, Refs, TextPart } from './ref.ts';
import { describe, expressionOf, refTo } from './ref.ts';

type Scalar = string | number | boolean;

/** The expression behind a reference that must be one. */
function known(ref: Ref<unknown>, use: string): Expression {
  const expression = expressionOf(ref);
  if (!expression) throw new TypeError(`${use}: wants a reference (xr.spec.…), got ${JSON.stringify(ref)}`);
  return expression;
}

/** The field behind a reference that must be a plain one, because a patch has room for one transformation only. */
function field(ref: Ref<unknown>, use: string): Field {
  const expression = known(ref, use);
  if (expression.is === 'field') return expression;
  throw new TypeError(
    `${use}: ${describe(expression)} is transformed already; a patch transforms once, so give ${use} the field itself`,
  );
}

/** Joins text and expressions to one text expression, taking in the texts among them. */
function text(strings: readonly string[], refs: readonly (Ref<unknown> | string)[], use: string): Expression {
  const texts: string[] = [strings[0] ?? ''];
  const parts: TextPart[] = [];
  refs.forEach((ref, i) => {
    const inner = textOf(ref, use);
    const [first = '', ...rest] = inner.text;
    texts.push(`${texts.pop()}${first}`, ...rest);
    texts.push(`${texts.pop()}${strings[i + 1] ?? ''}`);
    parts.push(...inner.parts);
  });
  return { is: 'text', text: texts, parts };
}

function textOf(ref: Ref<unknown> | string, use: string): Pick<Extract<Expression, { is: 'text' }>, 'text' | 'parts'> {
  if (typeof ref === 'string') return { text: [ref], parts: [] };
  const expression = known(ref, use);
  switch (expression.is) {
    case 'text':
      return expression;
    case 'pick':
    case 'between':
    case 'joined':
    case 'digest':
      return { text: ['', ''], parts: [expression] };
    default:
      return { text: ['', ''], parts: [field(ref, use)] };
  }
}

/** A text with references in it: fmt`${xr.metadata.name}-vpc`. It waits until each of them has a value. */
export function fmt(strings: TemplateStringsArray, ...refs: readonly (Ref<Scalar> | string)[]): Ref<string> {
  return refTo(text(strings, refs, 'fmt'));
}

/** One value for each case of `K`: none missing, none that there is not. */
type Cases<K extends string | boolean, T> = T & { readonly [C in Exclude<keyof T, `${K}`>]: never };

/** The value that `table` holds for the reference's own: pick(xr.spec.size, { small: 1, large: 2 }). Every case must be there. */
export function pick<K extends string | boolean, const T extends { readonly [C in `${K}`]: unknown }>(
  ref: Ref<K>,
  table: Cases<K, T>,
): Ref<T[`${K}`]>;
export function pick<K extends string | boolean, const T extends { readonly [C in `${K}`]: unknown }>(
  ref: Ref<K | undefined>,
  table: Cases<K, T>,
): Ref<T[`${K}`] | undefined>;
/** The same for a text of which there may be others than the table has: `otherwise` stands for those. */
export function pick<const T, const O>(
  ref: Ref<string | undefined>,
  table: Readonly<Record<string, T>>,
  otherwise: O,
): Ref<T | O | undefined>;
export function pick(ref: Ref<unknown>, table: Readonly<Record<string, unknown>>, otherwise?: unknown): Ref<unknown> {
  const expression = known(ref, 'pick');
  if (expression.is === 'later' && !expression.table) return refTo({ ...expression, table });
  return refTo({ is: 'pick', input: field(ref, 'pick'), table, ...(otherwise !== undefined && { otherwise }) });
}

/**
 * The later one of two texts, by an order of them: laterOf(xr.spec.version, xr.status.version, ['1', '2']). It does not wait
 * for the other one, which may be absent, and which wins where the order does not know it.
 */
export function laterOf<K extends string>(one: Ref<K>, other: Ref<string | undefined>, order: readonly K[]): Ref<K> {
  return refTo({ is: 'later', input: field(one, 'laterOf'), other: field(other, 'laterOf'), order });
}

/** `set` where the optional field has a value, `otherwise` where it has none. */
export function ifSet<const V>(ref: Ref<unknown>, set: V, otherwise: V): Ref<V> {
  return refTo({ is: 'ifSet', input: field(ref, 'ifSet'), set, otherwise });
}

/** What a literal with references in it will be. */
type Resolved<T> = T extends Ref<infer V> ? V : T extends object ? { -readonly [K in keyof T]: Resolved<T[K]> } : T;

/** What stands in a text between its beginning and a character: between(role.observed.arn, 'arn:aws:iam::', ':'). */
export function between(ref: Ref<string>, before: string, after: string): Ref<string> {
  return refTo({ is: 'between', input: field(ref, 'between'), before, after });
}

/**
 * The optional field, or what is picked by it, where it has a value, else a constant, another field, or one of several again:
 * orElse(xr.spec.size, pick(…)), orElse(xr.spec.count, orElse(xr.spec.least, 3)).
 */
export function orElse<T>(ref: Ref<T | undefined>, otherwise: Ref<NoInfer<T>> | NoInfer<T>): Ref<NonNullable<T>> {
  const expression = known(ref, 'orElse');
  return refTo({ is: 'orElse', input: expression.is === 'pick' ? expression : field(ref, 'orElse'), otherwise });
}

/** Up to 40 characters, a-f and digits, that stand for a text where it cannot stand itself: the beginning of its SHA-1. */
export function digest(ref: Ref<string>, length = 40): Ref<string> {
  return refTo({ is: 'digest', input: field(ref, 'digest'), length });
}

/** The texts of a list as one, with a text between them: joined(xr.spec.domains, ', '). */
export function joined(ref: Ref<readonly string[] | undefined>, separator: string): Ref<string> {
  return refTo({ is: 'joined', input: field(ref, 'joined'), separator });
}

/** A text with optional fields in it where all of them have values, else another text: either(joined(xr.spec.ids, ','), ''). */
export function either(ref: Ref<string>, otherwise: string | Ref<string>): Ref<string> {
  const expression = known(ref, 'either');
  if (expression.is !== 'text' && expression.is !== 'joined') {
    throw new TypeError(`either: ${describe(expression)} is no text of several: use orElse(…)`);
  }
  return refTo({ is: 'either', text: expression, otherwise });
}

/** A field that may be absent, and for which the resource waits all the same: somebody gives it a value later. */
export function awaited<T>(ref: Ref<T>): Ref<NonNullable<T>> {
  return refTo({ ...field(ref, 'awaited'), wait: true });
}

/** An observed value for which the resource does not wait: it is made without it, and gets it once it is known. */
export function whenKnown<T>(ref: Ref<T>): Ref<T | undefined> {
  return refTo({ ...field(ref, 'whenKnown'), wait: false });
}

/**
 * An object of the composite resource, or one that is picked, with fields of ours, which win over theirs:
 * merge(xr.spec.tags, { Name: fmt`…` }), merge(pick(xr.spec.size, sizes), xr.spec.own). A
 * field of ours that is empty (false, 0, '') does not win, as Crossplane takes it for absent.
 */
export function merge<T, const U extends Readonly<Record<string, unknown>>>(
  theirs: Ref<T>,
  ours: U | Ref<U | undefined>,
): Ref<NonNullable<T> & Resolved<U>> {
  const expression = known(theirs, 'merge');
  return refTo({ is: 'merge', theirs: expression.is === 'pick' ? expression : field(theirs, 'merge'), ours });
}

/** A JSON value in which any text may be a reference. */
export type Document = Scalar | null | Ref<string> | readonly Document[] | { readonly [key: string]: Document };

/** The text of a JSON document with references in it, such as an IAM policy. A referenced text must need no JSON escapes. */
export function json(document: Document): Ref<string> {
  const refs: Ref<unknown>[] = [];
  const gap = '\u0000';
  const plain = (value: Document): unknown => {
    if (expressionOf(value)) {
      refs.push(value as Ref<unknown>);
      return gap;
    }
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner as Document)]));
    }
    return value;
  };
  return refTo(text(JSON.stringify(plain(document)).split(JSON.stringify(gap).slice(1, -1)), refs, 'json'));
}

/**
 * The first `count` items of a list, one by one, to make a resource of each. A Composition has no loops, so the list's
 * length is fixed: by its schema's `minItems`, or by the Composition variant that is chosen when it has that many.
 */
export function unroll<E>(list: Ref<readonly E[]>, count: number): readonly Refs<NonNullable<E>>[] {
  const { path } = field(list, 'unroll');
  return Array.from({ length: count }, (_, i) =>
    refTo<Refs<NonNullable<E>>>({ is: 'field', path: [...path, i], present: true }),
  );
}
