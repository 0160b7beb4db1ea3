import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { moduleFolder } from './go.ts';
import type { ModuleCopy, Program, SourceEdit } from './programs.ts';

/**
 * Writes changed copies of the modules that a program changes into `work`, and a go.mod beside them that points there. Returns
 * that go.mod; undefined when the program is compiled from its modules as they are.
 */
export async function changedModules(
  program: Program,
  moduleDirectory: string,
  work: string,
): Promise<string | undefined> {
  const edited = program.edits.map(({ module = program.module }) => module);
  const modules = [...new Set([...edited, ...(program.copies?.modules ?? [])])];
  if (modules.length === 0) return undefined;
  const folders = new Map<string, string>();
  for (const module of modules) folders.set(module, await moduleFolder(moduleDirectory, module));
  const copies = await program.copies?.make(folders);
  const targets = new Map(modules.map((module, index) => [module, join(work, 'modules', String(index))]));
  for (const [module, target] of targets) {
    const folder = folders.get(module) ?? '';
    const copy = copies?.get(module);
    if (copy === undefined) await copyTree(folder, target);
    else await writeCopy(folder, copy, target);
    await editFiles(
      target,
      program.edits.filter(edit => (edit.module ?? program.module) === module),
    );
  }
  const goMod = await readFile(join(moduleDirectory, 'go.mod'), 'utf8');
  await writeFile(join(work, 'go.mod'), replacedIn(goMod, targets));
  await writeFile(join(work, 'go.sum'), await readFile(join(moduleDirectory, 'go.sum')));
  return join(work, 'go.mod');
}

/** A go.mod that takes modules from folders, whatever it takes them from now. */
export function replacedIn(goMod: string, folders: ReadonlyMap<string, string>): string {
  const others = goMod.split('\n').filter(line => {
    const module = /^replace (\S+)(?: v\S+)? => /.exec(line)?.[1];
    return module === undefined || !folders.has(module);
  });
  return `${others.join('\n')}\n${[...folders].map(([module, folder]) => `replace ${module} => ${folder}\n`).join('')}`;
}

/** Makes the edits, each of which must find its text exactly once, else a newer version of the module slipped away under it. */
export function applyEdits(source: string, edits: readonly SourceEdit[]): string {
  return edits.reduce((text, edit) => {
    const found = text.split(edit.find).length - 1;
    if (found !== 1)
      throw new Error(
        `${edit.file}: ${JSON.stringify(edit.find)} stands there ${found} times, not once; adapt the edit, which src/local/programs.ts lists`,
      );
    return text.replace(edit.find, () => edit.replace);
  }, source);
}

async function editFiles(folder: string, edits: readonly SourceEdit[]): Promise<void> {
  for (const file of new Set(edits.map(edit => edit.file))) {
    const source = await readFile(join(folder, file), 'utf8');
    const own = edits.filter(edit => edit.file === file);
    await writeFile(join(folder, file), applyEdits(source, own));
  }
}

async function writeCopy(from: string, { kept, written }: ModuleCopy, to: string): Promise<void> {
  const files = [...kept.filter(file => !written.has(file)), ...written.keys()];
  for (const folder of new Set(files.map(file => dirname(join(to, file))))) await mkdir(folder, { recursive: true });
  for (const file of files) await writeFile(join(to, file), written.get(file) ?? (await readFile(join(from, file))));
}

/** Copies a folder of Go's module cache, where everything is read-only, so that the copy can be changed and removed. */
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const target = join(to, entry.name);
    if (entry.isDirectory()) await copyTree(join(from, entry.name), target);
    else if (entry.isFile()) await writeFile(target, await readFile(join(from, entry.name)));
  }
  await chmod(to, 0o755);
}
