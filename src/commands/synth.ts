import { write } from '../generated.ts';
import { provePackage } from '../package.ts';
import { generatedFiles, generatedFolders } from '../synth.ts';

/** Proves the package and writes its generated files; nothing is written when the proof finds anything. */
export function synth(): void {
  const files = generatedFiles(provePackage());
  const changes = write(files, generatedFolders);
  for (const { path, what } of changes) console.log(`${what === 'stray' ? 'removed' : 'wrote'} ${path}`);
  console.log(`${files.size} files, ${changes.length} of them changed`);
}
