import { readdir, readFile } from 'node:fs/promises';
import { join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { advise, adviseOnZones } from '../advice.ts';
import { brokenNames } from '../aws-names.ts';
import { checkFiles, linesOf, type SourceFile } from '../check.ts';
import { assemblePackage } from '../package.ts';

/** `make check`: checks manifests, all of claims/ where none are named, as of a day. Tells whether all are fine. */
export async function check(files: readonly string[], today = new Date()): Promise<boolean> {
  const names = files.length > 0 ? files.map(normalize) : await claims();
  const sources = await Promise.all([...new Set(names)].map(read));
  const pkg = assemblePackage();
  const refuse = (manifest: unknown) => brokenNames(pkg, manifest);
  const onZones = adviseOnZones();
  const advised = (manifest: unknown) => [...advise(manifest, today), ...onZones(manifest)];
  const checked = checkFiles(sources, pkg, advised, refuse);
  for (const line of linesOf(checked)) console.log(line);
  return checked.problems.length === 0;
}

/** The manifests in claims/. */
async function claims(): Promise<readonly string[]> {
  const folder = relative(process.cwd(), fileURLToPath(new URL('../../claims/', import.meta.url))) || '.';
  const names = (await readdir(folder).catch(() => [])).filter(name => /\.ya?ml$/.test(name)).sort();
  if (names.length === 0) throw new Error('claims/ holds no manifest to check');
  return names.map(name => join(folder, name));
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'is a folder; name the files in it',
  EACCES: 'may not be read by you',
};

async function read(name: string): Promise<SourceFile> {
  try {
    return { name, text: await readFile(name, 'utf8') };
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    return { name, unreadable: reasons[code] ?? message };
  }
}
