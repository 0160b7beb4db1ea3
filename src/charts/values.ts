import { getPath, type Path } from '../crossplane/path.ts';
import { isObject, type Schema } from '../crossplane/schema.ts';

/** A chart, as far as it says what values it takes. */
export interface ChartSource {
  /** values.yaml, parsed. */
  readonly values: unknown;
  /** values.schema.json, parsed, where the chart has one. */
  readonly schema?: unknown;
  /** The paths below `.Values` that the templates read. */
  readonly read: readonly Path[];
}

const anyMap: Schema = { type: 'object', additionalProperties: true };
const anything: Schema = {};

/**
 * The schema of a chart's values: the keys of values.yaml, each of the type of its default, with what values.schema.json says
 * more and with the keys that only templates know. A map is open where no template looks below it: it is written out as a whole, as
 * labels and affinity are.
 */
export function valuesSchema({ values, schema, read }: ChartSource): Schema {
  return refined(schemaOfMap(isObject(values) ? values : {}, [], read), schema);
}

function schemaOfValue(value: unknown, path: Path, read: readonly Path[]): Schema {
  if (isObject(value)) return isReadBelow(path, read) ? schemaOfMap(value, path, read) : anyMap;
  if (value === null || value === undefined) return isReadBelow(path, read) ? schemaOfMap({}, path, read) : anything;
  if (Array.isArray(value)) return { type: 'array', items: anything };
  if (typeof value === 'number') return { type: Number.isInteger(value) ? 'integer' : 'number' };
  return { type: typeof value === 'boolean' ? 'boolean' : 'string' };
}

function schemaOfMap(value: Readonly<Record<string, unknown>>, path: Path, read: readonly Path[]): Schema {
  const onlyRead = read
    .filter(one => isBelow(path, one))
    .map(one => String(one[path.length]))
    .filter(name => !Object.hasOwn(value, name));
  const names = [...Object.keys(value), ...[...new Set(onlyRead)].sort()];
  return {
    type: 'object',
    properties: Object.fromEntries(names.map(name => [name, schemaOfValue(value[name], [...path, name], read)])),
  };
}

function isReadBelow(path: Path, read: readonly Path[]): boolean {
  return read.some(one => isBelow(path, one));
}

function isBelow(path: Path, one: Path): boolean {
  return one.length > path.length && path.every((name, i) => one[i] === name);
}

/** `schema` with what a JSON schema says of the same value: its types, its closed sets, what its lists hold. */
function refined(schema: Schema, json: unknown): Schema {
  if (!isObject(json)) return schema;
  const types = typesOf(json);
  const items = getPath(json, ['items']);
  const { type: _, ...untyped } = schema;
  return {
    ...(types.length > 1 ? untyped : { ...schema, ...typed(types[0]) }),
    ...(Array.isArray(json.enum) && { enum: json.enum }),
    ...(schema.properties && {
      properties: Object.fromEntries(
        Object.entries(schema.properties).map(([name, below]) => [
          name,
          refined(below, getPath(json, ['properties', name])),
        ]),
      ),
    }),
    ...(isObject(items) && types.includes('array') && { items: refined({}, items) }),
  };
}

/** The types that a JSON schema allows. Helm takes a null for a value that is not given, so null is allowed anywhere. */
function typesOf(json: Readonly<Record<string, unknown>>): readonly string[] {
  const { type, anyOf } = json;
  if (Array.isArray(anyOf)) return anyOf.flatMap(one => (isObject(one) ? typesOf(one) : []));
  return [type].flat().filter((one): one is string => typeof one === 'string' && one !== 'null');
}

function typed(type: string | undefined): Schema {
  switch (type) {
    case 'object':
    case 'array':
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return { type };
    default:
      return {};
  }
}
