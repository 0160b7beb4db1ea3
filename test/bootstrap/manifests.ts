import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Manifest, readManifests } from '../../src/local/manifest.ts';

export const folder = fileURLToPath(new URL('../../kind-bootstrap/', import.meta.url));

/** The manifests of a YAML file, or of all YAML files in a folder and the folders in it, with the path of each file. */
export function manifestsIn(path: string): readonly { readonly file: string; readonly manifest: Manifest }[] {
  if (statSync(path).isDirectory()) {
    return readdirSync(path)
      .sort()
      .flatMap(name => manifestsIn(join(path, name)));
  }
  if (!path.endsWith('.yaml')) return [];
  return readManifests(readFileSync(path, 'utf8')).map(manifest => ({ file: path.replace(folder, ''), manifest }));
}
