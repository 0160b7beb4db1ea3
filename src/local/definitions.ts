import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Api } from './api.ts';
import { hashOf, type Installed } from './installed.ts';
import { type Manifest, readManifests } from './manifest.ts';
import { sleep } from './process.ts';

/** All CustomResourceDefinitions in the YAML files of a folder. */
export async function readDefinitions(folder: string): Promise<Manifest[]> {
  const names = (await readdir(folder)).filter(name => name.endsWith('.yaml')).sort();
  const texts = await Promise.all(names.map(name => readFile(join(folder, name), 'utf8')));
  return texts.flatMap(readManifests).filter(object => object.kind === 'CustomResourceDefinition');
}

/** Applies the CustomResourceDefinitions that changed since the last time, and waits until they are served. Returns how many. */
export async function installDefinitions(api: Api, definitions: Manifest[], installed: Installed): Promise<number> {
  const hashes = new Map(definitions.map(definition => [`crd.${definition.metadata.name}`, hashOf(definition)]));
  const changed = definitions.filter(({ metadata }) => {
    const name = `crd.${metadata.name}`;
    return !installed.has(name, hashes.get(name) ?? '');
  });
  if (changed.length === 0) return 0;
  await api.applyAll(changed);
  await untilEstablished(api, changed);
  await installed.add(
    Object.fromEntries(
      changed.map(({ metadata }) => [`crd.${metadata.name}`, hashes.get(`crd.${metadata.name}`) ?? '']),
    ),
  );
  return changed.length;
}

interface Conditions {
  status?: { conditions?: { type: string; status: string; message?: string }[] };
}

/** Waits until the API server serves these CustomResourceDefinitions; rejects with those it doesn't after `limitSeconds`. */
export async function untilEstablished(api: Api, definitions: readonly Manifest[], limitSeconds = 60): Promise<void> {
  const end = performance.now() + limitSeconds * 1000;
  for (const definition of definitions) {
    while (!(await isEstablished(api, definition))) {
      if (performance.now() > end)
        throw new Error(`CustomResourceDefinition ${definition.metadata.name} is not served after ${limitSeconds} s`);
      await sleep(100);
    }
  }
}

async function isEstablished(api: Api, definition: Manifest): Promise<boolean> {
  const conditions = ((await api.read(definition)) as Conditions | undefined)?.status?.conditions ?? [];
  const refused = conditions.find(
    ({ type, status }) =>
      ['NamesAccepted', 'NonStructuralSchema'].includes(type) &&
      status === (type === 'NamesAccepted' ? 'False' : 'True'),
  );
  if (refused !== undefined)
    throw new Error(`CustomResourceDefinition ${definition.metadata.name} is refused: ${refused.message}`);
  return conditions.some(({ type, status }) => type === 'Established' && status === 'True');
}
