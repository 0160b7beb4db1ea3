import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeYaml } from '../crossplane/yaml.ts';
import { buildPrograms } from '../local/build.ts';
import { defaultState } from '../local/cluster.ts';
import { functionNames } from '../local/programs.ts';
import { stateAt } from '../local/state.ts';
import { startFunctions } from '../render/functions.ts';
import type { FunctionAddress } from '../render/protocol.ts';
import { showProgress } from './progress.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/**
 * `make crossplane`: runs the pinned crossplane CLI, on the cluster that KUBECONFIG names, else on the local one. What it would
 * want Docker for it is given: `composition render` the functions, running, and Crossplane's own program; `resource validate` no
 * image of Crossplane, as crds/ has its kinds. Returns whether it succeeded.
 */
export async function crossplane(args: readonly string[]): Promise<boolean> {
  const [subject, verb] = args;
  const renders = subject === 'composition' && verb === 'render';
  const progress = await showProgress(process.stderr);
  const only = renders ? (['crossplane-cli', 'crossplane', ...functionNames] as const) : (['crossplane-cli'] as const);
  const programs = await buildPrograms({ repository, only }, progress.onEvent).finally(progress.end);
  const cli = programs['crossplane-cli'].path;
  if (!renders) {
    return run(cli, [...args, ...(subject === 'resource' && verb === 'validate' ? ['--crossplane-image='] : [])]);
  }
  const functions = await startFunctions(programs);
  const folder = await mkdtemp(join(tmpdir(), 'functions-'));
  try {
    const file = join(folder, 'functions.yaml');
    await writeFile(file, functions.addresses.map(developmentFunction).join('---\n'));
    return await run(cli, [...args, file, `--crossplane-binary=${programs.crossplane.path}`]);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await functions.stop();
  }
}

/** A Function that the CLI finds running, and does not start by Docker. */
export function developmentFunction({ name, address }: FunctionAddress): string {
  return writeYaml({
    apiVersion: 'pkg.crossplane.io/v1',
    kind: 'Function',
    metadata: {
      name,
      annotations: {
        'render.crossplane.io/runtime': 'Development',
        'render.crossplane.io/runtime-development-target': address,
      },
    },
    // Never fetched.
    spec: { package: `localhost/${name}` },
  });
}

function run(program: string, args: readonly string[]): Promise<boolean> {
  const { KUBECONFIG = stateAt(defaultState(repository)).kubeconfig } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...process.env, KUBECONFIG }, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', code => resolve(code === 0));
  });
}
