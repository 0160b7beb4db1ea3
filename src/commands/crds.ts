import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { type Crd, crdsFolder } from '../crds/crd.ts';
import { download, type Module } from '../crds/modules.ts';
import { type Source, sources } from '../crds/sources.ts';
import { trim } from '../crds/trim.ts';
import { crdFile } from '../crds/write.ts';

/** `make crds`: takes the CRDs of src/crds/sources.ts out of the Go modules of crds/go.mod into crds/, a file a group. */
export async function crds(): Promise<void> {
  const sums = await goSum();
  const modules = await download(crdsFolder);
  if ((await goSum()) !== sums) console.log('crds/go.sum: has new lines; look at them and commit them');

  const missing: string[] = [];
  const files = new Map<string, string>();
  for (const source of sources) {
    const found = await read(source, modules);
    for (const kind of source.kinds) {
      if (!found.has(kind)) missing.push(`${kind}.${source.group}: not in ${source.module}, folder ${source.folder}`);
    }
    const trimmed = [...found].map(([kind, crd]) => {
      const version = source.versions?.[kind];
      const open = source.open?.[kind];
      return trim(crd, { ...(version && { version }), ...(open && { open }) });
    });
    files.set(`${source.group}.yaml`, crdFile(trimmed));
  }
  if (missing.length > 0) {
    throw new Error(
      `${missing.length} CRDs were not found; nothing is written. Correct src/crds/sources.ts or the version in ` +
        `crds/go.mod:\n  ${missing.join('\n  ')}`,
    );
  }

  for (const [name, text] of files) {
    await writeFile(new URL(name, crdsFolder), text);
    console.log(`crds/${name}: ${kb(text.length)}`);
  }
  for (const name of await readdir(crdsFolder)) {
    if (!name.endsWith('.yaml') || files.has(name)) continue;
    await rm(new URL(name, crdsFolder));
    console.log(`crds/${name}: removed, no kind of it is wanted`);
  }
  const total = [...files.values()].reduce((sum, text) => sum + text.length, 0);
  console.log(`crds: ${sources.flatMap(source => source.kinds).length} kinds, ${files.size} groups, ${kb(total)}`);
}

/** The CRDs of a source by kind, in the order of its list; without those that its folder has not. */
async function read(source: Source, modules: ReadonlyMap<string, Module>): Promise<ReadonlyMap<string, Crd>> {
  const from = modules.get(source.module);
  if (!from) throw new Error(`crds/go.mod: does not require ${source.module}, from which ${source.group} is taken`);
  const folder = join(from.folder, source.folder);
  if (!existsSync(folder)) throw new Error(`${from.path}@${from.version}: has no folder ${source.folder}`);
  const found = new Map<string, Crd>();
  for (const name of await readdir(folder)) {
    if (!name.startsWith(source.prefix ?? `${source.group}_`)) continue;
    const text = await readFile(join(folder, name), 'utf8');
    const kind = /^ {4}kind: (\S+)$/m.exec(text)?.[1];
    if (kind && source.kinds.includes(kind)) found.set(kind, load(text) as Crd);
  }
  return new Map(source.kinds.flatMap(kind => [...found].filter(([name]) => name === kind)));
}

async function goSum(): Promise<string> {
  const file = new URL('go.sum', crdsFolder);
  return existsSync(file) ? readFile(file, 'utf8') : '';
}

const kb = (bytes: number): string => `${(bytes / 1024).toFixed(0)} KB`;
