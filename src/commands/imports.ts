import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loadAll } from 'js-yaml';
import { codemod } from '../crds/codemod.ts';
import { type Crd, crdsFolder } from '../crds/crd.ts';
import { withObserved } from '../crds/observed.ts';

const run = promisify(execFile);
const output = new URL('../imports/', import.meta.url);
const cdk8s = new URL('../../node_modules/cdk8s-cli/', import.meta.url);

/** What decides the output besides the CRDs; all of it is part of the hash that says whether there is work to do. */
const makers = [
  new URL('package.json', cdk8s),
  new URL('imports.ts', import.meta.url),
  new URL('../crds/codemod.ts', import.meta.url),
  new URL('../crds/observed.ts', import.meta.url),
];

/** `make imports`: writes the TypeScript types of the kinds in crds/ to src/imports/, a file a group. Node alone. */
export async function imports(): Promise<void> {
  const inputs = (await readdir(crdsFolder)).filter(name => name.endsWith('.yaml')).sort();
  if (inputs.length === 0) throw new Error('crds/ holds no CRDs: take them from git, or write them with `make crds`');
  const texts = await Promise.all(inputs.map(name => readFile(new URL(name, crdsFolder), 'utf8')));
  const expected = inputs.map(name => name.replace(/\.yaml$/, '.ts'));

  const stamp = new URL('.inputs.sha256', output);
  const hash = await digest([...inputs, ...texts]);
  if ((await upToDate(stamp, hash)) && expected.every(name => existsSync(new URL(name, output)))) {
    console.log(`src/imports: ${expected.length} groups, up to date`);
    return;
  }

  const files = await generate(texts.flatMap(text => loadAll(text) as Crd[]));
  const missing = expected.filter(name => !files.has(name));
  if (missing.length > 0) throw new Error(`cdk8s import wrote nothing for ${missing.join(', ')}`);

  await rm(output, { recursive: true, force: true });
  await mkdir(output, { recursive: true });
  for (const [name, text] of files) {
    await writeFile(new URL(name, output), text);
    console.log(`src/imports/${name}: ${kb(text.length)}`);
  }
  await writeFile(stamp, hash);
  const total = [...files.values()].reduce((sum, text) => sum + text.length, 0);
  console.log(`src/imports: ${files.size} groups, ${kb(total)}`);
}

/** Runs `cdk8s import` once, as one process for all groups is quicker than one for each, and mends what it writes. */
async function generate(crds: readonly Crd[]): Promise<ReadonlyMap<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'imports-'));
  try {
    const input = join(folder, 'crds.yaml');
    // YAML holds JSON, which is quicker to write.
    await writeFile(input, crds.map(crd => JSON.stringify(withObserved(crd))).join('\n---\n'));
    await cdk8sImport(input, folder);
    const names = (await readdir(folder)).filter(name => name.endsWith('.ts')).sort();
    return new Map(
      await Promise.all(
        names.map(async name => [name, codemod(await readFile(join(folder, name), 'utf8'), name)] as const),
      ),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function cdk8sImport(input: string, folder: string): Promise<void> {
  const cli = fileURLToPath(new URL('bin/cdk8s', cdk8s));
  if (!existsSync(cli)) throw new Error('cdk8s-cli is not installed: run `npm ci`');
  const options = ['--no-check-upgrade', '--no-save', '--language', 'typescript', '--output', folder];
  try {
    await run(process.execPath, [cli, 'import', ...options, input], { maxBuffer: 1 << 26 });
  } catch (error) {
    throw new Error(`cdk8s import failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

async function upToDate(stamp: URL, hash: string): Promise<boolean> {
  return existsSync(stamp) && (await readFile(stamp, 'utf8')) === hash;
}

async function digest(inputs: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const input of [...inputs, ...(await Promise.all(makers.map(maker => readFile(maker, 'utf8'))))])
    hash.update(`${input.length}:${input}`);
  return hash.digest('hex');
}

const kb = (bytes: number): string => `${(bytes / 1024).toFixed(0)} KB`;
