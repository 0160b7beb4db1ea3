import type { Path } from './path.ts';
import { formatPath, getPath, setPath } from './path.ts';
import type { Schema } from './schema.ts';
import { compilePattern } from './schema.ts';

/** A value that a schema allows, and what is special about it. */
export interface Sample {
  /** `the defaults`, `spec.size = "large"`. */
  readonly what: string;
  readonly value: unknown;
}

/**
 * Values of a schema that show what it allows: the defaults alone, every field set, and from the latter every value of an
 * enum or truth value in turn and every optional field left out in turn. Where fields exclude each other, so that not all can
 * be set (`fits`), all but one that is optional are. `paths` without a value to be found (a pattern, and neither `example`
 * nor `default`) are listed in `unknown`.
 */
export function samples(
  schema: Schema,
  fits: (value: unknown) => boolean = () => true,
): { readonly samples: readonly Sample[]; readonly unknown: readonly string[] } {
  const unknown: string[] = [];
  const full = sampleOf(schema, 'all', [], unknown);
  const all: Sample[] = [
    { what: 'the defaults', value: sampleOf(schema, 'required', [], unknown) },
    { what: 'every field', value: full },
  ];
  const bases = fits(full)
    ? [full]
    : lacking(schema, full)
        .map(({ value }) => value)
        .filter(fits);
  for (const base of bases.length > 0 ? bases : [full]) {
    walk(schema, [], (node, path) => {
      if (getPath(base, path) === undefined && path.length > 0) return;
      for (const value of node.enum ?? (node.type === 'boolean' ? [true, false] : [])) {
        all.push({ what: `${formatPath(path)} = ${JSON.stringify(value)}`, value: setPath(base, path, value) });
      }
    });
    all.push(...lacking(schema, base));
  }
  return { samples: all, unknown: [...new Set(unknown)] };
}

/** A value without each of its optional fields in turn. */
function lacking(schema: Schema, value: unknown): readonly Sample[] {
  const found: Sample[] = [];
  walk(schema, [], (_, path, optional) => {
    if (!optional || getPath(value, path) === undefined) return;
    found.push({ what: `no ${formatPath(path)}`, value: without(value, path) });
  });
  return found;
}

/** One value of a schema. `required`: what has a default or may be absent is left out. */
export function sampleOf(schema: Schema, which: 'required' | 'all', path: Path = [], unknown: string[] = []): unknown {
  if (which === 'all' && schema.example !== undefined) return schema.example;
  if (schema['x-kubernetes-int-or-string']) return 1;
  switch (schema.type) {
    case 'object': {
      const entries = Object.entries(schema.properties ?? {})
        .filter(
          ([name, { default: preset }]) => which === 'all' || (schema.required?.includes(name) && preset === undefined),
        )
        .map(([name, property]) => [name, sampleOf(property, which, [...path, name], unknown)]);
      const { additionalProperties: other } = schema;
      if (typeof other === 'object' && which === 'all')
        entries.push(['sample', sampleOf(other, which, [...path, 'sample'], unknown)]);
      return Object.fromEntries(entries);
    }
    case 'array': {
      if (schema.default !== undefined) return schema.default;
      const count = Math.max(schema.minItems ?? 0, which === 'all' ? 1 : 0);
      const { items = {} } = schema;
      return Array.from({ length: count }, (_, i) => sampleOf(items, which, [...path, i], unknown));
    }
    case undefined:
      return schema.default ?? {};
    default:
      return schema.default ?? schema.example ?? schema.enum?.[0] ?? scalarOf(schema, path, unknown);
  }
}

function scalarOf({ type, pattern, minimum, minLength = 1 }: Schema, path: Path, unknown: string[]): unknown {
  if (type === 'boolean') return true;
  if (type !== 'string') return minimum ?? 1;
  const text = 'sample'.repeat(Math.ceil(minLength / 6));
  if (pattern !== undefined && !compilePattern(pattern).test(text)) unknown.push(formatPath(path));
  return text;
}

/** Visits each node of a schema, and says of a field whether it may be absent. */
export function walk(
  schema: Schema,
  path: Path,
  visit: (node: Schema, path: Path, optional: boolean) => void,
  optional = false,
): void {
  visit(schema, path, optional);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    walk(property, [...path, name], visit, property.default === undefined && !schema.required?.includes(name));
  }
  if (schema.items) walk(schema.items, [...path, 0], visit);
}

function without(value: unknown, path: Path): unknown {
  const parent = getPath(value, path.slice(0, -1));
  const { [path.at(-1) ?? '']: _, ...rest } = parent as Readonly<Record<string, unknown>>;
  return setPath(value, path.slice(0, -1), rest);
}
