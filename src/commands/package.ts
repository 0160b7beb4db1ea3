import { readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configurationFiles, configurationName } from '../bootstrap/configuration.ts';
import { accountManifests } from '../bootstrap/manifests.ts';
import { needsOf } from '../bootstrap/needs.ts';
import { buildXpkg, layOut } from '../bootstrap/xpkg.ts';
import { compare } from '../generated.ts';
import { buildPrograms } from '../local/build.ts';
import { provePackage } from '../package.ts';
import { generatedFiles, generatedFolders } from '../synth.ts';
import { showProgress } from './progress.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/**
 * `make package`: proves the package, lays it out in `dist/package/` and builds `dist/tekanya-platform-vVERSION.xpkg` of it.
 * Throws when a generated file is not what its source says.
 */
export async function buildPackage(): Promise<void> {
  const pkg = provePackage();
  const stale = compare(generatedFiles(pkg), generatedFolders).map(({ path }) => path);
  if (stale.length > 0) throw new Error(`${stale.join(', ')}: not as generated, so not packed: run "make synth"`);

  const folder = join(repository, 'dist', 'package');
  const files = configurationFiles(needsOf(pkg, accountManifests()));
  await layOut(folder, files);
  console.log(`${relative(process.cwd(), folder)}: ${files.size} files`);

  const progress = await showProgress(process.stdout);
  const programs = await buildPrograms({ repository, only: ['crossplane-cli'] }, progress.onEvent).finally(
    progress.end,
  );
  const { version } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')) as { version: string };
  const output = join(repository, 'dist', `${configurationName}-v${version}.xpkg`);
  await buildXpkg(programs['crossplane-cli'].path, folder, output);
  console.log(`${relative(process.cwd(), output)}: ${Math.ceil((await stat(output)).size / 1024)} KB`);
}
