import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { load } from 'js-yaml';
import { createTar } from 'nanotar';
import type { ChartFacts } from './facts.ts';
import type { ChartPin } from './pins.ts';
import { valuesRead } from './templates.ts';
import { valuesSchema } from './values.ts';

/** A file of a chart; the name is a path from the chart's folder, with slashes. */
export interface ChartFile {
  readonly name: string;
  readonly data: Uint8Array;
}

/** Reads a chart out of its module, changed as its publisher does on release; see `released`. */
export async function readChart(pin: ChartPin, moduleFolder: string): Promise<readonly ChartFile[]> {
  const folder = join(moduleFolder, pin.folder);
  const names = await filesBelow(folder, '');
  const files = await Promise.all(names.map(async name => ({ name, data: await readFile(join(folder, name)) })));
  for (const needed of ['Chart.yaml', 'values.yaml']) {
    if (!names.includes(needed)) throw new Error(`${pin.module}: ${pin.folder} is no chart, it has no ${needed}`);
  }
  return files.map(file => released(pin, file));
}

async function filesBelow(folder: string, below: string): Promise<readonly string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  const names = await Promise.all(
    entries.map(entry => {
      const name = below ? `${below}/${entry.name}` : entry.name;
      return entry.isDirectory() ? filesBelow(folder, name) : Promise.resolve(entry.isFile() ? [name] : []);
    }),
  );
  return names.flat().sort();
}

/**
 * Writes the published version where the module has that of an earlier release: Karpenter's `hack/release/common.sh` sets
 * `version`, `appVersion` and the image's tag and digest while it publishes, and commits none of it. The digest, which belongs to
 * the image that was built then, is left empty: the tag names the image.
 */
function released(pin: ChartPin, file: ChartFile): ChartFile {
  const edit = (edits: readonly (readonly [RegExp, string])[]): ChartFile => {
    const text = edits.reduce((before, [line, after]) => replaceLine(before, line, after, pin), textOf(file));
    return { name: file.name, data: Buffer.from(text) };
  };
  if (file.name === 'Chart.yaml')
    return edit([
      [/^version: .*$/gm, `version: ${pin.version}`],
      [/^appVersion: .*$/gm, `appVersion: ${pin.appVersion}`],
    ]);
  if (file.name === 'values.yaml' && pin.imageTag)
    return edit([
      [/^ {4}tag: .*$/gm, `    tag: ${pin.appVersion}`],
      [/^ {4}digest: .*$/gm, '    digest: ""'],
    ]);
  return file;
}

function replaceLine(text: string, line: RegExp, after: string, { name, module }: ChartPin): string {
  const count = [...text.matchAll(line)].length;
  if (count !== 1)
    throw new Error(
      `${module}: chart ${name} has ${count} lines like ${line.source}, not one; adapt src/charts/package.ts`,
    );
  return text.replace(line, () => after);
}

/** The chart as `helm package` makes it: a .tgz whose one folder has the chart's name. The same files give the same bytes. */
export function packageChart({ name }: ChartPin, files: readonly ChartFile[]): Uint8Array {
  const attrs = { mode: '644', mtime: 0, uid: 0, gid: 0 };
  const tar = createTar(files.map(file => ({ name: `${name}/${file.name}`, data: file.data, attrs })));
  return gzipSync(tar, { level: 9 });
}

/** The name of a packaged chart's file. */
export function archiveName({ name, version }: Pick<ChartPin, 'name' | 'version'>): string {
  return `${name}-${version}.tgz`;
}

/** What a chart says of itself, for those who do not have it. */
export function factsOf({ name, version, appVersion }: ChartPin, files: readonly ChartFile[]): ChartFacts {
  const text = (wanted: string) => files.filter(file => file.name === wanted).map(textOf)[0];
  const schema = text('values.schema.json');
  const templates = files.filter(file => /^templates\/.*\.(?:yaml|tpl|txt)$/.test(file.name)).map(textOf);
  const values = valuesSchema({
    values: load(text('values.yaml') ?? ''),
    ...(schema && { schema: JSON.parse(schema) }),
    read: valuesRead(templates),
  });
  return { name, version, appVersion, values };
}

function textOf({ data }: ChartFile): string {
  return Buffer.from(data).toString('utf8');
}

/** What names a content in a registry: `sha256:…`. */
export function digestOf(data: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(data).digest('hex')}`;
}
