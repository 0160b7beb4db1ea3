import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** An import of a Go source file. */
export interface GoImport {
  /** By what the file calls the package: its alias, else the last part of its path. */
  readonly name: string;
  readonly path: string;
}

const importLine = /^(?:import |\t)(?:(?<alias>[\w.]+) )?"(?<path>[^"\s]+)"(?: \/\/.*)?$/;

/** The imports of a Go source file that is formatted as `gofmt` does. */
export function importsOf(source: string): readonly GoImport[] {
  return source.split('\n').flatMap(line => importOf(line) ?? []);
}

function importOf(line: string): GoImport | undefined {
  const { alias, path } = importLine.exec(line)?.groups ?? {};
  return path === undefined ? undefined : { name: alias ?? path.slice(path.lastIndexOf('/') + 1), path };
}

/**
 * A generated registration without the packages that `keeps` refuses: their imports go, and with them the lines of its lists
 * that name something of theirs, such as `vpc.Setup,`.
 */
export function withoutPackages(source: string, keeps: (path: string) => boolean): string {
  const dropped = importsOf(source).filter(({ path }) => !keeps(path));
  const [names, paths] = [new Set(dropped.map(({ name }) => name)), new Set(dropped.map(({ path }) => path))];
  return source
    .split('\n')
    .filter(line => {
      const path = importOf(line)?.path;
      if (path !== undefined) return !paths.has(path);
      return !names.has(/^\t\t(\w+)\.[\w.]+(?:\(ctx\))?,$/.exec(line)?.[1] ?? '');
    })
    .join('\n');
}

/** A Go source file without the imports that nothing in it uses. */
export function withoutUnusedImports(source: string): string {
  const lines = source.split('\n');
  const code = lines.filter(line => importOf(line) === undefined).join('\n');
  const used = new Set([...code.matchAll(/\b(\w+)\./g)].map(([, name]) => name));
  return lines
    .filter(line => {
      const name = importOf(line)?.name;
      return name === undefined || used.has(name);
    })
    .join('\n');
}

/** A module whose sources are looked at as they will be compiled. */
export interface Sources {
  /** Path of the module. */
  readonly module: string;
  /** Folder of its sources. */
  readonly folder: string;
  /** Texts of files that are compiled otherwise than they are in the folder, by their path. */
  readonly changed: ReadonlyMap<string, string>;
  /** Files that are left out, by their path. */
  readonly dropped: (file: string) => boolean;
}

/** The files of a package of a module and of all that it imports of the same module, by package; tests left out. */
export async function packagesFrom(sources: Sources, start: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const packages = new Map<string, readonly string[]>();
  const open = [start];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (packages.has(name)) continue;
    const files = await filesOf(sources, name);
    packages.set(name, files);
    for (const file of files.filter(path => path.endsWith('.go'))) {
      const own = importsOf(await sourceOf(sources, file)).filter(({ path }) => path.startsWith(`${sources.module}/`));
      open.push(...own.map(({ path }) => path.slice(sources.module.length + 1)));
    }
  }
  return packages;
}

/** The text of a file as it will be compiled. */
export async function sourceOf({ folder, changed }: Sources, file: string): Promise<string> {
  return changed.get(file) ?? readFile(join(folder, file), 'utf8');
}

async function filesOf({ folder, dropped }: Sources, name: string): Promise<readonly string[]> {
  const entries = await readdir(join(folder, name), { withFileTypes: true });
  return entries
    .filter(entry => entry.isFile() && !entry.name.endsWith('_test.go'))
    .map(entry => `${name}/${entry.name}`)
    .filter(file => !dropped(file));
}
