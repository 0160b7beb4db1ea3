import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseManifests } from '../../src/crossplane/yaml.ts';
import type { JsonObject } from '../../src/kubernetes/json.ts';
import { buildPrograms } from '../../src/local/build.ts';
import { functionNames } from '../../src/local/programs.ts';
import { type Engine, engineOf } from '../../src/render/engine.ts';
import { startFunctions } from '../../src/render/functions.ts';
import type { FunctionAddress } from '../../src/render/protocol.ts';

export const root = new URL('../../', import.meta.url);
export const repository = fileURLToPath(root);

/** Crossplane's own reconciler and the real functions. */
export interface Running {
  readonly engine: Engine;
  readonly crossplane: string;
  readonly functions: readonly FunctionAddress[];
  stop(): Promise<void>;
}

export async function startEngine(): Promise<Running> {
  const programs = await buildPrograms({ repository, only: ['crossplane', ...functionNames] }, () => {});
  const { addresses, stop } = await startFunctions(programs);
  const crossplane = programs.crossplane.path;
  return { engine: engineOf(crossplane, addresses), crossplane, functions: addresses, stop };
}

/** The files with claims below a folder of the repository. */
export function claimFiles(folder: string): readonly string[] {
  return readdirSync(new URL(folder, root))
    .filter(name => name.endsWith('.yaml'))
    .map(name => `${folder}${name}`);
}

export function claimsIn(file: string): readonly JsonObject[] {
  return parseManifests(readFileSync(new URL(file, root), 'utf8')).documents.map(({ value }) => value as JsonObject);
}
