import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { configurationFiles, configurationName } from '../bootstrap/configuration.ts';
import { accountManifests } from '../bootstrap/manifests.ts';
import { needsOf } from '../bootstrap/needs.ts';
import { compare } from '../generated.ts';
import { buildPrograms } from '../local/build.ts';
import { errorText } from '../local/go.ts';
import { provePackage } from '../package.ts';
import { generatedFiles, generatedFolders } from '../synth.ts';
import { showProgress } from './progress.ts';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../../', import.meta.url));

/**
 * `make package`: proves the package, lays it out in `dist/package/` and builds `dist/tekanya-platform-VERSION.xpkg` of it
 * with the crossplane CLI. Throws when a generated file is not what its source says. Returns the path of the file.
 */
export async function buildPackage(): Promise<string> {
  const pkg = provePackage();
  const stale = compare(generatedFiles(pkg), generatedFolders).map(({ path }) => path);
  if (stale.length > 0) throw new Error(`${stale.join(', ')}: not as generated, so not packed: run "make synth"`);

  const folder = join(repository, 'dist', 'package');
  const files = configurationFiles(needsOf(pkg, accountManifests()));
  await rm(folder, { recursive: true, force: true });
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  console.log(`${relative(process.cwd(), folder)}: ${files.size} files`);

  const progress = showProgress(process.stdout);
  const programs = await buildPrograms({ repository, only: ['crossplane-cli'] }, progress.onEvent).finally(
    progress.end,
  );
  const { version } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')) as { version: string };
  const output = join(repository, 'dist', `${configurationName}-v${version}.xpkg`);
  const args = [`--package-root=${folder}`, `--examples-root=${join(folder, 'examples')}`, `--package-file=${output}`];
  await run(programs['crossplane-cli'].path, ['xpkg', 'build', ...args]).catch(error => {
    throw new Error(`crossplane xpkg build failed: ${errorText(error)}`, { cause: error });
  });
  console.log(`${relative(process.cwd(), output)}: ${Math.ceil((await stat(output)).size / 1024)} KB`);
  return output;
}
