import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { checkFiles, linesOf } from '../check.ts';
import { parseManifests, writeYaml } from '../crossplane/yaml.ts';
import { child, type JsonObject } from '../kubernetes/json.ts';
import { buildPrograms } from '../local/build.ts';
import { functionNames } from '../local/programs.ts';
import { engineOf } from '../render/engine.ts';
import { evaluator } from '../render/foresight.ts';
import { startFunctions } from '../render/functions.ts';
import { readInstalled } from '../render/installed.ts';
import { timesOf, warningsOf } from '../render/report.ts';
import { renderRounds, type Seen } from '../render/rounds.ts';
import { showProgress } from './progress.ts';

const root = new URL('../../', import.meta.url);

export interface RenderOptions {
  /** After how many rounds to stop; when nothing changes any more by default. */
  readonly rounds?: number;
  /** Whether to say on standard error how long it took, level by level. */
  readonly times?: boolean;
}

/**
 * `make render`: prints everything that the claims of a file make, through Crossplane's own reconciler and the real functions, as
 * YAML documents on standard output. Says on standard error what is wrong with the file, and returns whether all went well.
 */
export async function render(file: string, options: RenderOptions = {}): Promise<boolean> {
  const begun = performance.now();
  const source = { name: file, text: await readFile(file, 'utf8') };
  const installed = readInstalled(root);
  const checked = checkFiles([source], { parts: installed.apis });
  if (checked.problems.length > 0) {
    for (const line of linesOf(checked)) console.error(line);
    return false;
  }
  const claims = parseManifests(source.text).documents.map(({ value }) => value as JsonObject);
  const progress = await showProgress(process.stderr);
  const only = ['crossplane', ...functionNames] as const;
  const programs = await buildPrograms({ repository: fileURLToPath(root), only }, progress.onEvent).finally(
    progress.end,
  );
  const functions = await startFunctions(programs);
  try {
    const seen: Seen[] = [];
    const rendering = await renderRounds(claims, {
      engine: engineOf(programs.crossplane.path, functions.addresses),
      installed,
      ...(options.rounds === undefined ? { foresight: evaluator } : { most: options.rounds }),
      onReconcile: one => seen.push(one),
    });
    process.stdout.write(rendering.resources.map(resource => `---\n${writeYaml(printed(resource))}`).join(''));
    for (const line of warningsOf(seen)) console.error(line);
    if (options.times) {
      for (const line of timesOf(seen)) console.error(line);
      const [all, start] = [performance.now() / 1000, begun / 1000];
      console.error(
        `${rendering.resources.length} resources in ${rendering.rounds} rounds, ${(all - start).toFixed(2)} s, and ${start.toFixed(2)} s to start`,
      );
    }
    if (!rendering.settled && options.rounds === undefined) {
      console.error(
        `values still changed after ${rendering.rounds} rounds: a resource is made from what it changes itself`,
      );
    }
    return rendering.settled || options.rounds !== undefined;
  } finally {
    await functions.stop();
  }
}

/** A composed resource without what only holds where it was rendered: the made-up uids of its owners. */
function printed({ metadata, ...rest }: JsonObject): JsonObject {
  const { ownerReferences: _, generateName: __, name, namespace, ...kept } = child(metadata);
  const { apiVersion, kind, ...more } = rest;
  return { apiVersion, kind, metadata: { name, namespace, ...kept }, ...more };
}
