import type { Path } from './path.ts';
import { formatPath } from './path.ts';

declare const holds: unique symbol;

/** A value that Crossplane will know once it runs: a field of the composite resource, or made from some. It is not a `T` while we generate. */
export interface Ref<out T> {
  readonly [holds]: T;
}

/** As many items of a list as can be named one by one. */
type Index = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** The shape of `T`, each stop of which is a `Ref`: `xr.spec.cidr`, `xr.spec.subnets[0]`. Below an optional field all is optional. */
export type Refs<T, Absent = T extends undefined ? undefined : never> = Ref<T> &
  (NonNullable<T> extends readonly (infer E)[]
    ? Readonly<Record<Index, Refs<E | undefined>>>
    : NonNullable<T> extends object
      ? { readonly [K in keyof NonNullable<T>]-?: Refs<NonNullable<T>[K] | Absent> }
      : unknown);

/** What has no schema, such as the manifest of an Object: any field of it, of any type. */
interface Untyped extends Ref<never> {
  readonly [field: string]: Untyped;
}

/** The shape of what is observed of a resource. Reading it means waiting for it, so nothing in it is optional. */
export type Observed<T> = 0 extends 1 & T ? Untyped : ObservedAs<T>;

type ObservedAs<T> = Ref<NonNullable<T>> &
  (NonNullable<T> extends readonly (infer E)[]
    ? Readonly<Record<Index, Observed<E>>>
    : NonNullable<T> extends object
      ? { readonly [K in keyof NonNullable<T>]-?: Observed<NonNullable<T>[K]> }
      : unknown);

/** A field of the composite resource, or of what is observed of one of its resources. */
export interface Field {
  readonly is: 'field';
  /** The composed resource whose field it is, `path` being below what is observed of it; absent for the composite resource's own. */
  readonly resource?: string;
  readonly path: Path;
  /** `path` is below the composed resource itself: its metadata, and not what is observed of it. */
  readonly whole?: true;
  /** The author knows that it is there, whatever the schema says: an item of a list that was unrolled. */
  readonly present?: true;
  /** Whether a resource waits for it, where the author decides that: `awaited()`, `whenKnown()`. */
  readonly wait?: boolean;
}

/** One transform of function-patch-and-transform, of those that the kit writes. */
export type Transform =
  | { readonly type: 'convert'; readonly convert: { readonly toType: 'string' } }
  | { readonly type: 'map'; readonly map: Readonly<Record<string, unknown>> }
  | {
      readonly type: 'match';
      readonly match: {
        readonly patterns: readonly { readonly type: 'regexp'; readonly regexp: string; readonly result: unknown }[];
        /** What becomes of a value that no pattern matches: another one, or itself. Absent: null. */
        readonly fallbackValue?: unknown;
        readonly fallbackTo?: 'Input';
      };
    }
  | { readonly type: 'string'; readonly string: { readonly type: 'Format'; readonly fmt: string } }
  | { readonly type: 'string'; readonly string: { readonly type: 'Convert'; readonly convert: 'ToJson' | 'ToSha1' } }
  | {
      readonly type: 'string';
      readonly string: { readonly type: 'Join'; readonly join: { readonly separator: string } };
    }
  | { readonly type: 'string'; readonly string: { readonly type: 'TrimSuffix'; readonly trim: string } }
  | {
      readonly type: 'string';
      readonly string: { readonly type: 'Regexp'; readonly regexp: { readonly match: string; readonly group: 1 } };
    };

/** What a `Ref` stands for. */
export type Expression =
  | Field
  /** Text with values in it: as many `parts` as there are gaps between `text`. */
  | { readonly is: 'text'; readonly text: readonly string[]; readonly parts: readonly TextPart[] }
  /** `input`, with each value of `table` (by its text) replaced. */
  | Picked
  /** `then` where `input` is set, else `otherwise`. */
  | { readonly is: 'ifSet'; readonly input: Field; readonly set: unknown; readonly otherwise: unknown }
  /** Of `input`, a text that begins with `before`, what stands between that and the next `after`, a character. */
  | Between
  /** The texts of a list, one after the other, with `separator` between them. */
  | Joined
  /** The SHA-1 of a text, in hexadecimal digits, or so many of them. */
  | Digest
  /** A field that may be absent, and what stands in its place then. */
  | { readonly is: 'orElse'; readonly input: Field | Picked; readonly otherwise: unknown }
  /** The later one of two fields. */
  | Later
  /** A text of optional fields where all of them have values, and what stands in its place else: a constant or a reference. */
  | {
      readonly is: 'either';
      readonly text: Extract<Expression, { is: 'text' | 'joined' }>;
      readonly otherwise: unknown;
    }
  /** The entries of `theirs`, under those of `ours`, which may be a reference too. */
  | { readonly is: 'merge'; readonly theirs: Field | Picked; readonly ours: object };

/** A value in a text: a field, or one that is transformed first. */
export type TextPart = Field | Picked | Between | Joined | Digest;

type Between = { readonly is: 'between'; readonly input: Field; readonly before: string; readonly after: string };

type Digest = { readonly is: 'digest'; readonly input: Field; readonly length: number };

type Joined = { readonly is: 'joined'; readonly input: Field; readonly separator: string };

/** A value of a table, chosen by a field; `otherwise` where the table has none for it. */
export type Picked = {
  readonly is: 'pick';
  readonly input: Field;
  readonly table: Table;
  readonly otherwise?: unknown;
};

type Table = Readonly<Record<string, unknown>>;

/** The later one of `input` and `other` in an order of texts, or what `table` holds for it. `other` may be absent. */
export type Later = {
  readonly is: 'later';
  readonly input: Field;
  readonly other: Field;
  readonly order: readonly string[];
  readonly table?: Table;
};

const expressions = new WeakMap<object, Expression>();

/** What `value` stands for, where it is a reference. */
export function expressionOf(value: unknown): Expression | undefined {
  return typeof value === 'object' && value !== null ? expressions.get(value) : undefined;
}

/** Names a field as its author wrote it: `xr.spec.cidr`, or `vpc.observed.id`. */
export function nameOf(field: Field): string {
  const owner = field.resource === undefined ? 'xr' : field.whole ? field.resource : `${field.resource}.observed`;
  return field.path.length === 0 ? owner : `${owner}.${formatPath(field.path)}`;
}

/** Names an expression for people by its first field. */
export function describe(expression: Expression): string {
  switch (expression.is) {
    case 'field':
      return nameOf(expression);
    case 'text':
      return expression.parts[0] ? describe(expression.parts[0]) : 'a text without references';
    case 'merge':
      return describe(expression.theirs);
    case 'either':
      return describe(expression.text);
    case 'orElse':
      return describe(expression.input);
    default:
      return nameOf(expression.input);
  }
}

const misused = new Set<PropertyKey>([Symbol.toPrimitive, Symbol.iterator, 'toString', 'valueOf', 'toJSON']);

/**
 * A `Ref` for an expression. A field answers any property with the `Ref` of the field below it; what a `Ref` cannot be
 * (a text, a number, something to loop over) throws, naming the field and what to write instead.
 */
export function refTo<R extends Ref<unknown>>(expression: Expression): R {
  const ref = new Proxy(Object.freeze({}), {
    get(_, key) {
      if (misused.has(key)) {
        throw new TypeError(
          `${describe(expression)} is known only to Crossplane, when it runs: use fmt\`…\`, pick(…) or unroll(…) instead of its value`,
        );
      }
      if (typeof key === 'symbol' || key === 'then' || expression.is !== 'field') return undefined;
      const segment = /^\d+$/.test(key) ? Number(key) : key;
      return refTo({ ...expression, path: [...expression.path, segment] });
    },
    ownKeys() {
      throw new TypeError(
        `${describe(expression)} is known only to Crossplane, when it runs: it cannot be spread; name its fields, or use merge(…)`,
      );
    },
  });
  expressions.set(ref, expression);
  return ref as R;
}
