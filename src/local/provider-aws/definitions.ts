import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sources } from '../../crds/sources.ts';
import type { Context } from '../context.ts';
import { type Manifest, readManifests } from '../manifest.ts';

/** The group of the provider's own configuration. */
const configuration = 'aws.m.upbound.io';

/**
 * The provider's own, whole CustomResourceDefinitions of the kinds in `crds/`, and of its configuration all: its controllers
 * wait until ProviderConfigUsage, which nobody else reads, is served. The files of all kinds of a service are kept with the
 * program; those of other kinds are not parsed.
 */
export async function providerAwsDefinitions({ programs }: Pick<Context, 'programs'>): Promise<Manifest[]> {
  const folder = join(programs['provider-aws'].folder, 'crds');
  const names = (await readdir(folder)).sort();
  const texts = await Promise.all(names.map(name => readFile(join(folder, name), 'utf8')));
  return texts.filter(isWanted).flatMap(readManifests);
}

/** Says whether a CustomResourceDefinition's text is of a kind in `crds/`, or of the provider's configuration. */
export function isWanted(text: string): boolean {
  const group = /^ {2}group: (\S+)$/m.exec(text)?.[1];
  const kind = /^ {4}kind: (\S+)$/m.exec(text)?.[1] ?? '';
  if (group === configuration) return true;
  return sources.some(source => source.group === group && source.kinds.includes(kind));
}
