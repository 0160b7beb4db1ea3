import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { checkDisk } from './disk.ts';
import { type OnEvent, type ProgramSource, secondsSince } from './events.ts';
import { exists } from './files.ts';
import { errorText, type GoEnvironment, GoError, goEnvironment, moduleFolder, runGo } from './go.ts';
import { changedModules } from './module-copies.ts';
import {
  type ClusterProgramName,
  clusterProgramNames,
  type Program,
  type ProgramName,
  pinnedVersion,
  programs,
} from './programs.ts';

const run = promisify(execFile);

/** A program that can be started. */
export interface BuiltProgram {
  name: ProgramName;
  /** The executable. */
  path: string;
  /** Folder that holds the module's files which the program's table entry asks for, by their `to`. */
  folder: string;
  /** Changes when the program does. */
  key: string;
  version: string;
  source: ProgramSource;
}

export type BuiltPrograms<Name extends ProgramName = ClusterProgramName> = Record<Name, BuiltProgram>;

export interface BuildOptions<Name extends ProgramName = ClusterProgramName> {
  /** The repository, which holds `kind-bootstrap/local/`. */
  repository: string;
  /** Where compiled programs are kept; shared by all clones of the repository. */
  cache?: string;
  /** Which programs; all of the cluster by default. */
  only?: readonly Name[];
}

/** Where compiled programs are kept: `$TEKANYA_CACHE/bin`, else `tekanya-platform/bin` in the user's cache folder. */
export function defaultCache(environment: NodeJS.ProcessEnv = process.env): string {
  return join(cacheFolder(environment), 'bin');
}

/** Where packaged charts are kept: beside the programs. */
export function chartCache(environment: NodeJS.ProcessEnv = process.env): string {
  return join(cacheFolder(environment), 'charts');
}

/** Where Python environments are kept: beside the programs. */
export function pythonCache(environment: NodeJS.ProcessEnv = process.env): string {
  return join(cacheFolder(environment), 'python');
}

function cacheFolder({ TEKANYA_CACHE, XDG_CACHE_HOME }: NodeJS.ProcessEnv): string {
  return TEKANYA_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'tekanya-platform');
}

/** Hash of everything that decides what a build makes. */
export function buildKey(program: Program, goMod: string, goSum: string, go: GoEnvironment): string {
  const version = pinnedVersion(goMod, program.module);
  const parts = [
    goMod,
    goSum,
    program.package,
    program.ldflags(version),
    program.edits,
    // Only of those that have it, so that the keys of all others are what they were.
    ...(program.copies === undefined ? [] : [program.copies.key()]),
    program.files.map(files => [files.from, files.match.source, files.to]),
    [go.GOVERSION, go.GOOS, go.GOARCH],
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/**
 * Says whether a program on the machine can stand in for the pinned one: the same minor version, whatever the patch.
 */
export function versionFits(found: string, pinned: string): boolean {
  const minor = (version: string) => /^v?(\d+\.\d+)\./.exec(version)?.[1];
  return minor(found) !== undefined && minor(found) === minor(pinned);
}

interface Plan {
  program: Program;
  moduleDirectory: string;
  version: string;
  key: string;
  /** Folder in the cache. */
  folder: string;
  go: GoEnvironment;
}

/** Finds every program, on the machine or in the cache, and compiles those that are missing. */
export async function buildPrograms<Name extends ProgramName = ClusterProgramName>(
  options: BuildOptions<Name>,
  onEvent: OnEvent,
): Promise<BuiltPrograms<Name>> {
  const cache = options.cache ?? defaultCache();
  const only: readonly ProgramName[] = options.only ?? clusterProgramNames;
  const wanted = programs.filter(program => only.includes(program.name));
  const built = new Map<ProgramName, BuiltProgram>();
  const missing: Plan[] = [];
  const found = await Promise.all(
    wanted.map(async program => {
      const plan = await planOf(program, options.repository, cache);
      return { plan, result: (await onMachine(plan)) ?? (await inCache(plan)) };
    }),
  );
  for (const { plan, result } of found) {
    if (result === undefined) {
      missing.push(plan);
      continue;
    }
    built.set(result.name, result);
    onEvent({
      type: 'program-found',
      program: result.name,
      version: result.version,
      source: result.source,
      seconds: 0,
    });
  }
  if (missing.length > 0) {
    const needed = missing.map(plan => plan.program);
    onEvent({
      type: 'build-needed',
      programs: needed.map(program => program.name),
      coldSeconds: needed.reduce((sum, program) => sum + program.coldSeconds, 0),
    });
    await checkBuildDisk(missing, cache, onEvent);
    await cleanWork(cache);
    const cores = availableParallelism();
    const lanes = Math.max(1, Math.min(missing.length, Math.floor(cores / 4)));
    const queue = [...missing];
    const lane = async () => {
      for (let plan = queue.shift(); plan !== undefined; plan = queue.shift()) {
        built.set(plan.program.name, await build(plan, cache, Math.ceil(cores / lanes), onEvent));
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  }
  return Object.fromEntries(built) as BuiltPrograms<Name>;
}

async function planOf(program: Program, repository: string, cache: string): Promise<Plan> {
  const moduleDirectory = join(repository, 'kind-bootstrap', 'local', program.folder);
  const [goMod, goSum, go] = await Promise.all([
    readFile(join(moduleDirectory, 'go.mod'), 'utf8'),
    readFile(join(moduleDirectory, 'go.sum'), 'utf8'),
    goEnvironment(moduleDirectory),
  ]);
  const key = buildKey(program, goMod, goSum, go);
  const version = pinnedVersion(goMod, program.module);
  return { program, moduleDirectory, version, key, folder: join(cache, program.name, key), go };
}

async function onMachine({ program, version }: Plan): Promise<BuiltProgram | undefined> {
  const assets = process.env.KUBEBUILDER_ASSETS;
  if (!assets || program.machine === undefined) return undefined;
  const path = join(assets, program.machine.file);
  if (!(await exists(path))) return undefined;
  try {
    const { stdout } = await run(path, program.machine.versionArguments, { timeout: 10_000 });
    const found = program.machine.versionPattern.exec(stdout)?.[1];
    if (found === undefined || !versionFits(found, version)) return undefined;
    const key = `${path}@${found}`;
    return { name: program.name, path, folder: assets, key, version: `v${found}`, source: 'machine' };
  } catch {
    return undefined;
  }
}

async function inCache(plan: Plan): Promise<BuiltProgram | undefined> {
  return (await exists(join(plan.folder, plan.program.name))) ? resultOf(plan, 'cache') : undefined;
}

function resultOf({ program, version, key, folder }: Plan, source: ProgramSource): BuiltProgram {
  return { name: program.name, path: join(folder, program.name), folder, key, version, source };
}

async function build(plan: Plan, cache: string, jobs: number, onEvent: OnEvent): Promise<BuiltProgram> {
  const { program, version, moduleDirectory } = plan;
  const start = performance.now();
  onEvent({ type: 'build-started', program: program.name, coldSeconds: program.coldSeconds });
  const work = join(cache, '.work', `${program.name}-${process.pid}`);
  const ready = join(work, 'ready');
  const ldflags = ['-s', '-w', ...program.ldflags(version)].join(' ');
  const args = ['build', '-v', '-p', String(jobs), '-trimpath', '-buildvcs=false', '-ldflags', ldflags];
  let packages = 0;
  try {
    await mkdir(ready, { recursive: true });
    const modfile = await changedModules(program, moduleDirectory, work);
    if (modfile !== undefined) args.push(`-modfile=${modfile}`);
    args.push('-o', join(ready, program.name), program.package);
    await runGo(moduleDirectory, args, line => {
      if (!line.startsWith('go: ')) packages += 1;
      onEvent({ type: 'build-progress', program: program.name, packages, line, seconds: secondsSince(start) });
    });
    await keepFiles(plan, ready);
    await mkdir(dirname(plan.folder), { recursive: true });
    // Another clone may have built the same meanwhile; either result is as good.
    await rename(ready, plan.folder).catch(async error => {
      if (!(await exists(join(plan.folder, program.name)))) throw error;
    });
  } catch (error) {
    throw buildFailure(plan, args, error);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const seconds = secondsSince(start);
  onEvent({ type: 'program-found', program: program.name, version, source: 'built', seconds });
  return resultOf(plan, 'built');
}

async function keepFiles({ program, moduleDirectory }: Plan, ready: string): Promise<void> {
  if (program.files.length === 0) return;
  const module = await moduleFolder(moduleDirectory, program.module);
  for (const { from, match, to } of program.files) {
    await mkdir(join(ready, to), { recursive: true });
    const names = (await readdir(join(module, from))).filter(name => match.test(name));
    if (names.length === 0) throw new Error(`${program.module} has no file ${match.source} in ${from}`);
    for (const name of names) await writeFile(join(ready, to, name), await readFile(join(module, from, name)));
  }
}

/** Removes what builds left that were ended in the middle. */
async function cleanWork(cache: string): Promise<void> {
  const work = join(cache, '.work');
  for (const name of (await exists(work)) ? await readdir(work) : []) {
    const pid = Number(/-(\d+)$/.exec(name)?.[1]);
    if (!(pid > 0 && isAlive(pid))) await rm(join(work, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function checkBuildDisk(missing: Plan[], cache: string, onEvent: OnEvent): Promise<void> {
  let gigabytes = 0;
  for (const { program, go, version } of missing) {
    const escaped = program.module.replace(/[A-Z]/g, letter => `!${letter.toLowerCase()}`);
    const warm = await exists(join(go.GOMODCACHE, 'cache', 'download', escaped, '@v', `${version}.zip`));
    gigabytes += warm ? 0.3 : program.coldGigabytes;
  }
  const go = missing[0]?.go;
  if (go !== undefined) await checkDisk(gigabytes, [cache, go.GOCACHE, go.GOMODCACHE], onEvent);
}

function buildFailure({ program, version, moduleDirectory }: Plan, args: string[], error: unknown): Error {
  const tail = error instanceof GoError ? error.tail.filter(line => !line.startsWith('go: downloading')) : [];
  const text = [errorText(error), ...tail].join('\n');
  const alone = [
    'build',
    '-o',
    '/dev/null',
    ...args.filter(arg => /^-(?:trimpath|ldflags)$|^-X|^-s /.test(arg)),
    program.package,
  ];
  return new Error(
    [
      `${program.name} ${version} could not be built: ${errorText(error)}`,
      ...tail.slice(-20).map(line => `    ${line}`),
      howToGoOn(text),
      `To see it alone: cd ${moduleDirectory} && CGO_ENABLED=0 go ${alone.map(quoted).join(' ')}`,
    ].join('\n'),
    { cause: error },
  );
}

function howToGoOn(text: string): string {
  if (/no space left/i.test(text))
    return 'The disk is full: free some gigabytes (`go clean -cache` empties the build cache) and start again; what is built stays.';
  if (/requires go >= /.test(text))
    return 'The Go on PATH is too old for this module: install the version it asks for and start again.';
  if (
    /lookup disabled|dial tcp|no such host|i\/o timeout|connection refused|proxyconnect|TLS handshake|40[34] |50\d /i.test(
      text,
    )
  ) {
    return 'A module could not be downloaded: check the network and `go env GOPROXY`, and start again; what is downloaded stays.';
  }
  if (/checksum mismatch|SECURITY ERROR/.test(text))
    return 'A module is not what go.sum pins: `go clean -modcache` and start again; if it stays so, do not go on.';
  if (/signal: killed|ended by SIGKILL|cannot allocate memory/.test(text))
    return 'The compiler was ended, most likely for want of memory: close something (2 GB free are enough) and start again.';
  return 'Start again to go on where it stopped; what is built stays.';
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument}'`;
}
