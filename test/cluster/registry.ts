import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationFiles } from '../../src/bootstrap/configuration.ts';
import type { Needs } from '../../src/bootstrap/needs.ts';
import { functionsOf, type InstalledPackage, providersOf } from '../../src/bootstrap/packages.ts';
import { buildXpkg, layOut, pushXpkg } from '../../src/bootstrap/xpkg.ts';
import { crdsFolder } from '../../src/crds/crd.ts';
import { writeYaml } from '../../src/crossplane/yaml.ts';

/** A registry on a free port of 127.0.0.1, which keeps what it is given in memory. */
export interface Registry {
  readonly address: string;
  stop(): Promise<void>;
}

export async function startRegistry(crane: string): Promise<Registry> {
  const child: ChildProcess = spawn(crane, ['registry', 'serve', '--address=127.0.0.1:0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const port = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', chunk => {
      said += chunk;
      const found = /serving on port (\d+)/.exec(said)?.[1];
      if (found) resolve(found);
    });
    child.once('exit', () => reject(new Error(`the registry ended: ${said}`)));
  });
  return {
    address: `127.0.0.1:${port}`,
    stop: async () => {
      child.kill();
      await once(child, 'exit');
    },
  };
}

/**
 * Builds and pushes the package of this tree and, in place of those that registries have, a package for each function and
 * provider: with the pinned CRDs of its group, and no program.
 */
export async function pushAll(needs: Needs, { address }: Registry, cli: string, work: string): Promise<void> {
  const push = async (name: string, files: ReadonlyMap<string, string>, reference: string) => {
    const file = join(work, `${name}.xpkg`);
    await layOut(join(work, name), files);
    await buildXpkg(cli, join(work, name), file);
    await pushXpkg(cli, file, `${address}/${reference}`);
  };
  await push('platform', configurationFiles(needs), 'tekanya/platform:v0.1.0');
  for (const one of functionsOf(needs)) await push(one.name, new Map([meta('Function', one)]), pathOf(one));
  for (const one of providersOf(needs)) {
    const crds = readFileSync(new URL(`${groupOf(one)}.yaml`, crdsFolder), 'utf8');
    await push(one.name, new Map([meta('Provider', one), ['crds.yaml', crds]]), pathOf(one));
  }
}

function meta(kind: 'Function' | 'Provider', { name }: InstalledPackage): [string, string] {
  // All providers say that they can do without the kinds that are not activated.
  const spec = kind === 'Provider' ? { capabilities: ['SafeStart'] } : {};
  return ['crossplane.yaml', writeYaml({ apiVersion: 'meta.pkg.crossplane.io/v1', kind, metadata: { name }, spec })];
}

function groupOf({ repository }: InstalledPackage): string {
  const name = repository.split('/').at(-1)?.replace('provider-', '') ?? '';
  if (name === 'family-aws') return 'aws.m.upbound.io';
  return name.startsWith('aws-') ? `${name.slice('aws-'.length)}.aws.m.upbound.io` : `${name}.m.crossplane.io`;
}

function pathOf({ repository, version }: InstalledPackage): string {
  return `${repository.split('/').slice(1).join('/')}:${version}`;
}
