import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type JsonObject, overlay } from '../../kubernetes/json.ts';
import { Account, type Resource } from './account.ts';
import { accountId } from './arns.ts';

/** What a person does to the account behind the provider's back. `region` is needed only where an id is not unique. */
export type Deed =
  | { readonly do: 'delete'; readonly id: string; readonly region?: string }
  | { readonly do: 'change'; readonly id: string; readonly region?: string; readonly to: JsonObject };

/** An account with the file that it is kept in. */
export interface OpenAccount {
  readonly account: Account;
  /** Resolves once everything that was in the account when it was called is on disk. */
  saved(): Promise<void>;
  /** Does what people left for it in the inbox beside the file; returns the resources that it concerned. */
  heed(): readonly Resource[];
}

/** What goes with a resource when it is deleted: see `goesAlong` of dependencies.ts. */
export type Along = (account: Account, resource: Resource) => readonly Resource[];

interface Stored {
  readonly version: 1;
  readonly account: string;
  readonly resources: readonly Resource[];
}

/**
 * Opens an account kept in a JSON file, an empty one where there is no file. Writes are atomic and gathered: many
 * changes at once make one write. One process may have it open for writing; others leave a {@link Deed}.
 */
export function openAccount(file: string, along: Along): OpenAccount {
  mkdirSync(dirname(file), { recursive: true });
  const account = new Account(stored(file));
  let dirty = false;
  let writing: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    // A moment for what happens at the same time to come along: a large account is a large file.
    await sleep(account.size > 500 ? 50 : 5);
    next = undefined;
    if (!dirty) return;
    dirty = false;
    await replace(file, serialize(account));
  };
  const saved = (): Promise<void> => {
    if (next) return next;
    if (!dirty && !writing) return Promise.resolve();
    const after = writing ?? Promise.resolve();
    next = after.then(write);
    const current = next.finally(() => {
      if (writing === current) writing = undefined;
    });
    writing = current;
    return current;
  };
  account.onChange(() => {
    dirty = true;
    // Who needs to know that it is on disk asks for that, and hears of a failure; the change is written in any case.
    saved().catch(() => undefined);
  });
  return { account, saved, heed: () => heed(file, account, along) };
}

/** The account in a file as it is now, with what the stand-in has not heeded yet; for reading only. */
export function readAccount(file: string, along: Along): Account {
  const account = new Account(stored(file));
  for (const { deed } of deeds(file)) perform(account, deed, along);
  return account;
}

/** Leaves something for the stand-in to do to the account; it is done at once if it runs, else when it starts. */
export function leave(file: string, deed: Deed): void {
  mkdirSync(inboxOf(file), { recursive: true });
  const path = join(inboxOf(file), `${Date.now()}-${process.hrtime.bigint()}-${randomBytes(4).toString('hex')}.json`);
  writeFileSync(`${path}.part`, JSON.stringify(deed));
  renameSync(`${path}.part`, path);
}

/** The folder in which people leave what is to be done to an account. */
export function inboxOf(file: string): string {
  return join(dirname(file), `${basename(file, '.json')}-inbox`);
}

function stored(file: string): readonly Resource[] {
  if (!existsSync(file)) return [];
  try {
    const read = JSON.parse(readFileSync(file, 'utf8')) as Stored;
    if (read.version !== 1 || !Array.isArray(read.resources)) throw new Error('it is of another version');
    return read.resources;
  } catch (error) {
    throw new Error(
      `${file}: not an account of the AWS stand-in (${(error as Error).message}): remove it to start anew`,
    );
  }
}

const written = new WeakMap<Resource, string>();

/** A line for each resource; those of resources that did not change are kept. */
function serialize(account: Account): string {
  const lines = account.all().map(resource => {
    const line = written.get(resource) ?? `    ${JSON.stringify(resource)}`;
    written.set(resource, line);
    return line;
  });
  return `{\n  "version": 1,\n  "account": "${accountId}",\n  "resources": [\n${lines.join(',\n')}\n  ]\n}\n`;
}

async function replace(file: string, content: string): Promise<void> {
  const part = `${file}.part`;
  try {
    await writeSynced(part, content);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(dirname(file), { recursive: true });
    await writeSynced(part, content);
  }
  await rename(part, file);
}

async function writeSynced(path: string, content: string): Promise<void> {
  const handle = await open(path, 'w');
  try {
    await handle.writeFile(content);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

function deeds(file: string): readonly { readonly path: string; readonly deed: Deed }[] {
  const inbox = inboxOf(file);
  if (!existsSync(inbox)) return [];
  return readdirSync(inbox)
    .filter(name => name.endsWith('.json'))
    .sort()
    .map(name => join(inbox, name))
    .map(path => ({ path, deed: JSON.parse(readFileSync(path, 'utf8')) as Deed }));
}

function heed(file: string, account: Account, along: Along): readonly Resource[] {
  return deeds(file).flatMap(({ path, deed }) => {
    rmSync(path, { force: true });
    return perform(account, deed, along);
  });
}

function perform(account: Account, deed: Deed, along: Along): readonly Resource[] {
  const meant = account
    .all()
    .filter(({ id, name, region }) => (id === deed.id || name === deed.id) && region === (deed.region ?? region));
  for (const resource of meant) {
    if (deed.do === 'delete') for (const gone of [resource, ...along(account, resource)]) account.remove(gone);
    else account.put({ ...resource, asked: overlay(resource.asked, deed.to) });
  }
  return meant;
}
