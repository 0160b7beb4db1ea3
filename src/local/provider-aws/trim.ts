import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModuleCopy } from '../programs.ts';
import { packagesFrom, type Sources, sourceOf, withoutPackages, withoutUnusedImports } from './go-source.ts';

/** The module of the provider. */
export const provider = 'github.com/upbound/provider-aws/v2';

/** The module of the Terraform provider, whose resources the provider's controllers work with. */
export const terraform = 'github.com/hashicorp/terraform-provider-aws';

/** Where the provider's program starts: the one for all services at once. */
export const main = 'cmd/provider/monolith';

/** What is asked of AWS beside the resources: EKS tokens are presigned requests to STS. */
const always = ['sts'];

const serviceRegistrations = 'internal/provider/sdkv2/service_packages_gen.go';
const clients = 'internal/conns/awsclient_gen.go';

/**
 * The provider and its Terraform provider with some services alone. Whole, they are 5,363 packages, over 40 minutes of two cores
 * and 1.1 GB; with thirteen services 2,011 packages and 216 MB. What is left out are lines of generated registrations; all else follows from what these import.
 *
 * @param services the services by their API groups, `ec2` for `ec2.aws.m.upbound.io`
 * @param folders the whole sources of both modules
 */
export async function trimmed(
  services: readonly string[],
  folders: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, ModuleCopy>> {
  const own = await trimmedProvider(services, folderOf(folders, provider));
  const others = await trimmedTerraform(own.types, folderOf(folders, terraform));
  return new Map([
    [provider, own.copy],
    [terraform, others],
  ]);
}

function folderOf(folders: ReadonlyMap<string, string>, module: string): string {
  const folder = folders.get(module);
  if (folder === undefined) throw new Error(`no sources of ${module} are given`);
  return folder;
}

/** The provider with the namespaced kinds of some services, and the Terraform resources that their controllers work with. */
async function trimmedProvider(
  services: readonly string[],
  folder: string,
): Promise<{ copy: ModuleCopy; types: readonly string[] }> {
  const changed = new Map<string, string>();
  for (const scope of ['cluster', 'namespaced']) {
    const wanted = new Set(scope === 'namespaced' ? [...services, 'providerconfig'] : ['providerconfig']);
    for (const [file, root] of [
      [`apis/${scope}/zz_register.go`, `${provider}/apis/${scope}`],
      [`internal/controller/${scope}/zz_monolith_setup.go`, `${provider}/internal/controller/${scope}`],
    ] as const) {
      const text = await readFile(join(folder, file), 'utf8');
      changed.set(
        file,
        withoutPackages(text, path => {
          if (!path.startsWith(`${root}/`)) return true;
          const [service = '', ...rest] = path.slice(root.length + 1).split('/');
          // The kinds of ProviderConfigs are of no service: apis/namespaced/v1beta1.
          return rest.length === 0 ? /^(?:v\d+\w*|providerconfig)$/.test(service) : wanted.has(service);
        }),
      );
    }
  }
  // The set-ups of single services, of which each imports its controllers.
  const dropped = (file: string) => /\/zz_(?!monolith)\w+_setup\.go$/.test(file);
  const sources: Sources = { module: provider, folder, changed, dropped };
  const packages = await packagesFrom(sources, main);
  const types = new Set<string>();
  for (const service of services) {
    const controllers = [...packages].filter(([name]) => name.startsWith(`internal/controller/namespaced/${service}/`));
    if (controllers.length === 0)
      throw new Error(`provider-aws has no service ${service}: correct src/crds/sources.ts`);
    for (const file of controllers.flatMap(([, files]) => files)) {
      const source = await sourceOf(sources, file);
      for (const [, type = ''] of source.matchAll(/\bProvider\.Resources\["(\w+)"\]/g)) types.add(type);
    }
  }
  changed.set('config/served.go', served([...types].sort()));
  return { copy: { kept: ['go.mod', ...[...packages.values()].flat()], written: changed }, types: [...types] };
}

/** Upjet panics on a resource that is configured but that the Terraform provider lacks. */
function served(types: readonly string[]): string {
  return `package config

import (
	"maps"

	"github.com/crossplane/upjet/v2/pkg/config"
)

var served = map[string]bool{
${types.map(type => `\t"${type}": true,\n`).join('')}}

func init() {
	unserved := func(name string, _ config.ExternalName) bool { return !served[name] }
	maps.DeleteFunc(TerraformPluginSDKExternalNameConfigs, unserved)
	maps.DeleteFunc(TerraformPluginFrameworkExternalNameConfigs, unserved)
}
`;
}

/** The Terraform provider with the services that have some resources. */
async function trimmedTerraform(types: readonly string[], folder: string): Promise<ModuleCopy> {
  const services = new Set([...(await servicesWith(types, folder)), ...always]);
  const root = `${terraform}/internal/service/`;
  const registrations = await readFile(join(folder, serviceRegistrations), 'utf8');
  const changed = new Map([
    [
      serviceRegistrations,
      withoutPackages(registrations, path => !path.startsWith(root) || services.has(path.slice(root.length))),
    ],
  ]);
  // What deletes the leftovers of the Terraform provider's own tests; it brings a framework for tests.
  const dropped = (file: string) => file.startsWith('internal/service/') && file.endsWith('/sweep.go');
  const sources: Sources = { module: terraform, folder, changed, dropped };
  const packages = await packagesFrom(sources, 'xpprovider');
  const files = [...packages.values()].flat();
  changed.set(clients, await usedClients(sources, files));
  return { kept: ['go.mod', ...files, ...(await embedded(folder))], written: changed };
}

/** The services of the Terraform provider that have these resources. */
async function servicesWith(types: readonly string[], folder: string): Promise<readonly string[]> {
  const root = join(folder, 'internal/service');
  const missing = new Set(types);
  const services: string[] = [];
  for (const service of await readdir(root)) {
    const source = await readFile(join(root, service, 'service_package_gen.go'), 'utf8').catch(() => '');
    const found = [...source.matchAll(/\bTypeName: +"(\w+)"/g)].map(([, type = '']) => type);
    if (!found.some(type => missing.delete(type))) continue;
    for (const type of found) missing.delete(type);
    services.push(service);
  }
  if (missing.size === 0) return services;
  throw new Error(
    `no service of ${terraform} has ${[...missing].join(', ')}, which controllers of provider-aws name: adapt src/local/provider-aws/trim.ts`,
  );
}

/** The clients of AWS's services without those that nothing calls: each brings a package of the AWS SDK. */
async function usedClients(sources: Sources, files: readonly string[]): Promise<string> {
  const calls = new Set<string>();
  for (const file of files.filter(path => path.endsWith('.go') && path !== clients)) {
    for (const [, name = ''] of (await sourceOf(sources, file)).matchAll(/\b(\w+Client)\(ctx/g)) calls.add(name);
  }
  const functions = /^func \(c \*AWSClient\) (\w+)\(ctx context\.Context\) [\s\S]*?\n\}\n/gm;
  const source = await sourceOf(sources, clients);
  return withoutUnusedImports(source.replaceAll(functions, (text, name: string) => (calls.has(name) ? text : '')));
}

/** Files that the Terraform provider embeds from its services' folders, by a pattern that must match something. */
async function embedded(folder: string): Promise<readonly string[]> {
  const root = 'internal/service';
  const services = await readdir(join(folder, root), { withFileTypes: true });
  const candidates = ['', ...services.filter(entry => entry.isDirectory()).map(entry => `${entry.name}/`)];
  const files: string[] = [];
  for (const candidate of candidates) {
    const names = await readdir(join(folder, root, candidate));
    if (names.includes('smarterr.hcl')) files.push(`${root}/${candidate}smarterr.hcl`);
  }
  return files;
}
