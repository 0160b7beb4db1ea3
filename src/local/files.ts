import { access, readFile, rename, writeFile } from 'node:fs/promises';

/** Says whether a file or folder is there. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Writes a file for its owner only, whole or not at all, so that a crash never leaves half of it. */
export async function writePrivate(path: string, text: string): Promise<void> {
  const half = `${path}.${process.pid}.tmp`;
  await writeFile(half, text, { mode: 0o600 });
  await rename(half, path);
}

/** Reads a JSON file, or `otherwise` when it isn't there; a broken one is an error that names it. */
export async function readJson<T>(path: string, otherwise: T): Promise<T> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise;
    throw error;
  }
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new Error(`${path} is not JSON (${(error as Error).message}); remove it and start again`);
  }
}

/** Reads a text file. */
export function readText(path: string): Promise<string> {
  return readFile(path, 'utf8');
}
