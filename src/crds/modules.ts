import { execFile } from 'node:child_process';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { isObject } from '../crossplane/schema.ts';

/** A Go module that is on disk, its content checked against go.sum. */
export interface Module {
  readonly path: string;
  readonly version: string;
  readonly folder: string;
}

const run = promisify(execFile);

/** Downloads the modules that go.mod in `folder` requires, in the versions it names, checked against its go.sum. */
export async function download(folder: URL): Promise<ReadonlyMap<string, Module>> {
  const file = JSON.parse(await go(folder, ['mod', 'edit', '-json'])) as {
    readonly Require: readonly { readonly Path: string; readonly Version: string }[];
  };
  const wanted = file.Require.map(({ Path, Version }) => `${Path}@${Version}`);
  const found = objects(await go(folder, ['mod', 'download', '-json', ...wanted])).map(module);
  return new Map(found.map(one => [one.path, one]));
}

async function go(folder: URL, args: readonly string[]): Promise<string> {
  try {
    // A workspace or GOFLAGS of the user's own must not decide which go.mod is read.
    const env = { ...process.env, GOWORK: 'off', GOFLAGS: '' };
    const { stdout } = await run('go', args, { cwd: fileURLToPath(folder), env, maxBuffer: 1 << 26 });
    return stdout;
  } catch (error) {
    const place = relative(fileURLToPath(new URL('../../', import.meta.url)), fileURLToPath(folder));
    throw new Error(`go ${args.slice(0, 2).join(' ')} in ${place}/ failed: ${reason(error)}`, { cause: error });
  }
}

function reason(error: unknown): string {
  if (!isObject(error)) return String(error);
  if (error.code === 'ENOENT') return 'there is no `go` on PATH: install Go, or use the files that are committed';
  const { stdout, stderr } = error;
  // `go mod download -json` tells of an error of a module in its JSON, not on stderr.
  const errors =
    typeof stdout === 'string' ? objects(stdout).flatMap(one => (one.Error ? [String(one.Error)] : [])) : [];
  return [...errors, typeof stderr === 'string' ? stderr : ''].join('\n').trim() || String(error);
}

/** The objects of a stream of indented JSON objects. */
function objects(stream: string): readonly Readonly<Record<string, unknown>>[] {
  return stream
    .split(/(?<=^\})\n/m)
    .filter(text => text.trim() !== '')
    .map(text => JSON.parse(text) as Readonly<Record<string, unknown>>);
}

function module({ Path, Version, Dir }: Readonly<Record<string, unknown>>): Module {
  if (typeof Path === 'string' && typeof Version === 'string' && typeof Dir === 'string')
    return { path: Path, version: Version, folder: Dir };
  throw new Error(`go mod download said nothing of where ${String(Path)}@${String(Version)} is`);
}
