import { nearest } from '../crossplane/nearest.ts';
import { formatPath, getPath, type Path, type Problem } from '../crossplane/path.ts';
import type { Manifest } from '../crossplane/pipeline.ts';
import { isObject, type Schema, schemaOf } from '../crossplane/schema.ts';
import { validate } from '../crossplane/validate.ts';
import { type ChartFacts, chartFacts } from './facts.ts';
import { type ChartPin, chartPins } from './pins.ts';

const chartPath: Path = ['spec', 'forProvider', 'chart'];
const valuesPath: Path = ['spec', 'forProvider', 'values'];
const setPath: Path = ['spec', 'forProvider', 'set'];

/**
 * What of a Helm Release its chart would not take: a chart or version that is not pinned, and values that the chart does not
 * know, which Helm ignores without a word, or that are of another type. The repository may be any, a mirror for instance.
 */
export function judgeCharts({ apiVersion, kind, spec }: Manifest): readonly Problem[] {
  if (kind !== 'Release' || !apiVersion.startsWith('helm.m.crossplane.io/')) return [];
  const chart = getPath({ spec }, chartPath);
  const pin = pinOf(chart);
  if (!pin) return [unpinned(chart)];
  const facts = chartFacts(pin);
  const values = getPath({ spec }, valuesPath);
  return [...(values === undefined ? [] : judgeValues(facts, values)), ...judgeSet(facts, getPath({ spec }, setPath))];
}

function pinOf(chart: unknown): ChartPin | undefined {
  const { name, version } = isObject(chart) ? chart : {};
  return chartPins.find(pin => pin.name === name && pin.version === version);
}

function unpinned(chart: unknown): Problem {
  const { name, version, url } = isObject(chart) ? chart : {};
  if (url !== undefined) {
    const message = 'says nothing of the chart and its version; give name, repository and version';
    return { path: [...chartPath, 'url'], message };
  }
  const ofName = chartPins.filter(pin => pin.name === name);
  const [what, field] =
    ofName.length > 0
      ? ([`${name} ${version ?? 'without a version'}`, 'version'] as const)
      : ([name ?? 'without a name', 'name'] as const);
  const pinned = ofName.length > 0 ? ofName.map(pin => pin.version) : [...new Set(chartPins.map(pin => pin.name))];
  const message = `chart ${what} is not pinned; pinned are ${pinned.join(', ')}; pin it in src/charts/pins.ts and run "make charts"`;
  return { path: [...chartPath, field], message };
}

function judgeValues(facts: ChartFacts, values: unknown): readonly Problem[] {
  const unknown = unknownKeys(facts.values, values, []);
  const isUnknown = (path: Path) => unknown.some(({ path: key }) => key.every((segment, i) => path[i] === segment));
  const chart = `chart ${facts.name} ${facts.version}`;
  return [
    ...unknown.map(({ path, remedy }) => ({
      path: [...valuesPath, ...path],
      message: unknownMessage(facts, path, remedy),
    })),
    ...typeProblems(facts.values, values)
      .filter(({ path }) => !isUnknown(path))
      .map(({ path, message }) => ({ path: [...valuesPath, ...path], message: `${message}, says ${chart}` })),
  ];
}

/** The values that are given one by one, as text, by `set`: `settings.clusterName`. Those with an index are not looked into. */
function judgeSet(facts: ChartFacts, set: unknown): readonly Problem[] {
  if (!Array.isArray(set)) return [];
  return set.flatMap((item, i) => {
    const name = getPath(item, ['name']);
    if (typeof name !== 'string' || /[[\\{]/.test(name)) return [];
    const value = name.split('.').reduceRight<unknown>((below, key) => ({ [key]: below }), null);
    return unknownKeys(facts.values, value, []).map(({ path, remedy }) => ({
      path: [...setPath, i, 'name'],
      message: unknownMessage(facts, path, remedy),
    }));
  });
}

function unknownMessage({ name, version }: ChartFacts, path: Path, remedy: string): string {
  return `chart ${name} ${version} has no value ${formatPath(path)}; ${remedy}`;
}

interface UnknownKey {
  readonly path: Path;
  readonly remedy: string;
}

function unknownKeys(schema: Schema, value: unknown, path: Path): readonly UnknownKey[] {
  if (!isObject(value) || !schema.properties) return [];
  return Object.entries(value).flatMap(([name, item]) => {
    const below = schemaOf(schema, name);
    const at = [...path, name];
    return below
      ? unknownKeys(below, item, at)
      : [{ path: at, remedy: remedyFor(name, path, Object.keys(schema.properties ?? {})) }];
  });
}

function remedyFor(name: string, path: Path, known: readonly string[]): string {
  const near = nearest(name, known);
  if (near !== undefined) return `did you mean ${formatPath([...path, near])}?`;
  return `${path.length > 0 ? formatPath(path) : 'it'} has ${known.join(', ')}`;
}

/** Values are judged as a field of some resource, as only resources are validated. */
function typeProblems(values: Schema, given: unknown): readonly Problem[] {
  const schema: Schema = { type: 'object', properties: { values } };
  return validate(schema, { apiVersion: 'v1', kind: 'Values', values: given }).map(({ path, message }) => ({
    path: path.slice(1),
    message,
  }));
}
