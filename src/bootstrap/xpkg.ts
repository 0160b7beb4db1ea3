import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { errorText } from '../local/go.ts';

const run = promisify(execFile);

/** Makes `folder` hold these files, by path from it, and nothing else. */
export async function layOut(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

/** Builds a package of the files in a folder, whose `examples/` are its examples, with the crossplane CLI. */
export async function buildXpkg(cli: string, folder: string, file: string): Promise<void> {
  const roots = [`--package-root=${folder}`, `--examples-root=${join(folder, 'examples')}`];
  await crossplane(cli, ['xpkg', 'build', ...roots, `--package-file=${file}`]);
}

/** Pushes a package to a registry. `reference` is the whole address with its tag, which is a version. */
export async function pushXpkg(cli: string, file: string, reference: string): Promise<void> {
  await crossplane(cli, ['xpkg', 'push', `--package-files=${file}`, reference]);
}

async function crossplane(cli: string, args: readonly string[]): Promise<void> {
  await run(cli, args).catch(error => {
    throw new Error(`crossplane ${args.slice(0, 2).join(' ')} failed: ${errorText(error)}`, { cause: error });
  });
}
