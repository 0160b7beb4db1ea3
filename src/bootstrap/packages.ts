import { readFileSync } from 'node:fs';
import { root } from '../generated.ts';
import { pinnedVersion, programs } from '../local/programs.ts';
import { groupOf, type NeededKind, type Needs } from './needs.ts';

/** A package that Crossplane's package manager installs. */
export interface InstalledPackage {
  /** Name of its object on the cluster. */
  readonly name: string;
  /** Its repository in a registry, without a tag. */
  readonly repository: string;
  /** The version that is installed, `v1.2.3`. */
  readonly version: string;
}

/** A provider with the name of the DeploymentRuntimeConfig in `kind-bootstrap/runtime/` that its pod is made by. */
export interface ProviderPackage extends InstalledPackage {
  readonly runtime: string;
}

/** The community's registry path, which gives every version to everybody; Upbound's gives old ones to paying accounts only. */
const contributed = 'xpkg.crossplane.io/crossplane-contrib';

/** Groups that are no provider's. Usages are Crossplane's own. */
const withoutProvider = new Set(['protection.crossplane.io']);

/** The provider that serves the kinds of a group; undefined where none does. */
function providerOf(group: string): ProviderPackage | undefined {
  const service = /^(?<service>[a-z0-9]+)\.aws\.m\.upbound\.io$/.exec(group)?.groups?.service;
  if (service) return aws(`provider-aws-${service}`);
  const name = /^(?<name>helm|kubernetes)\.m\.crossplane\.io$/.exec(group)?.groups?.name;
  if (!name) return undefined;
  const program = `provider-${name}`;
  return { ...installed(`${contributed}/${program}`, versionOf(program)), runtime: program };
}

/**
 * The providers that serve `kinds`, in the order of the alphabet. The family of the AWS providers, which has their
 * ProviderConfigs, is named too: as a dependency of theirs it would come in whatever version is the newest.
 */
export function providersOf({ kinds }: Needs): readonly ProviderPackage[] {
  const groups = new Set(kinds.map(groupOf).filter(group => !withoutProvider.has(group)));
  const providers = [...groups].map(group => {
    const provider = providerOf(group);
    if (provider) return provider;
    const names = kinds.filter(kind => groupOf(kind) === group).map(({ kind }) => kind);
    throw new Error(
      `no provider is known for ${names.join(', ')} of ${group || "Kubernetes' core"}: teach src/bootstrap/packages.ts which package serves it`,
    );
  });
  const family = providers.some(({ runtime }) => runtime === 'provider-aws') ? [aws('provider-family-aws')] : [];
  return [...family, ...providers].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The functions of a package's pipelines, under the names that its Compositions call them by. */
export function functionsOf({ functions }: Needs): readonly InstalledPackage[] {
  return functions.map(name => {
    const program = name.replace(/^crossplane-contrib-/, '');
    return { name, repository: `${contributed}/${program}`, version: versionOf(program) };
  });
}

/** Whether a kind is a managed resource, which is served only once it is activated. */
export function isManaged(kind: NeededKind): boolean {
  return providerOf(groupOf(kind)) !== undefined && !/^(?:Cluster)?ProviderConfig$/.test(kind.kind);
}

/** The version of Crossplane itself. */
export function crossplaneVersion(): string {
  return versionOf('crossplane');
}

function aws(name: string): ProviderPackage {
  const version = pinnedVersion(text('crds/go.mod'), 'github.com/upbound/provider-aws/v2');
  return { ...installed(`${contributed}/${name}`, version), runtime: 'provider-aws' };
}

/**
 * A package under the name that the package manager gives to a dependency, its repository's path, so that it is the same
 * object whether it comes from a manifest or as a dependency.
 */
function installed(repository: string, version: string): InstalledPackage {
  return { name: repository.split('/').slice(1).join('-'), repository, version };
}

/** The version of a program of the local management cluster, which is the one that is tried. */
function versionOf(name: string): string {
  const program = programs.find(one => one.name === name);
  if (!program) throw new Error(`no program ${name} is pinned in src/local/programs.ts, so its version is not known`);
  return pinnedVersion(text(`kind-bootstrap/local/${program.folder}/go.mod`), program.module);
}

function text(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}
