import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/** The root of the tree. */
export const root = new URL('../', import.meta.url);

/** How a file of the tree differs from the generated one. */
export interface Difference {
  readonly path: string;
  readonly what: 'missing' | 'stray' | 'changed';
  /** The first line that differs, from 1. */
  readonly line?: number;
}

/** What in `folders` is not as it was generated. */
export function compare(
  files: ReadonlyMap<string, string>,
  folders: readonly string[],
  base = root,
): readonly Difference[] {
  const there = list(folders, base);
  const stray = there.filter(path => !files.has(path)).map(path => ({ path, what: 'stray' as const }));
  const wrong = [...files].flatMap(([path, text]): readonly Difference[] => {
    if (!there.includes(path)) return [{ path, what: 'missing' }];
    const actual = readFileSync(new URL(path, base), 'utf8');
    if (actual === text) return [];
    const [lines, expected] = [actual.split('\n'), text.split('\n')];
    const line = expected.findIndex((generated, i) => generated !== lines[i]);
    return [{ path, what: 'changed', line: (line < 0 ? expected.length : line) + 1 }];
  });
  return [...stray, ...wrong].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Makes `folders` hold `files` and nothing else. Files that are right already are left alone. */
export function write(
  files: ReadonlyMap<string, string>,
  folders: readonly string[],
  base = root,
): readonly Difference[] {
  const differences = compare(files, folders, base);
  for (const folder of folders) mkdirSync(new URL(`${folder}/`, base), { recursive: true });
  for (const { path, what } of differences) {
    if (what === 'stray') rmSync(new URL(path, base));
    else writeFileSync(new URL(path, base), files.get(path) ?? '');
  }
  return differences;
}

function list(folders: readonly string[], base: URL): readonly string[] {
  return folders
    .filter(folder => existsSync(new URL(`${folder}/`, base)))
    .flatMap(folder => readdirSync(new URL(`${folder}/`, base)).map(name => `${folder}/${name}`));
}
