import { readdirSync, readFileSync } from 'node:fs';
import type { Catalog } from '../crds/catalog.ts';
import { writeYaml } from '../crossplane/yaml.ts';
import { root } from '../generated.ts';
import { ManagedResourceActivationPolicy } from '../imports/apiextensions.crossplane.io.ts';
import { Function as FunctionPackage, Provider } from '../imports/pkg.crossplane.io.ts';
import { circuitBreaker, coreFlags } from '../local/crossplane.ts';
import { type Manifest, readManifests } from '../local/manifest.ts';
import { groupOf, type NeededKind, type Needs } from './needs.ts';
import { crossplaneVersion, functionsOf, type InstalledPackage, isManaged, providersOf } from './packages.ts';

/** The folders of `kind-bootstrap/` that hold nothing but generated files. */
export const bootstrapFolders = ['kind-bootstrap/crossplane', 'kind-bootstrap/packages'] as const;

/** The manifests that a platform team applies once for an AWS account. */
export function accountManifests(): readonly Manifest[] {
  const folder = new URL('kind-bootstrap/account/', root);
  return readdirSync(folder).flatMap(name => readManifests(readFileSync(new URL(name, folder), 'utf8')));
}

/** What `kind-bootstrap/` says of Crossplane, its functions and its providers, as YAML by path. */
export function bootstrapFiles(needs: Needs, catalog: Catalog): ReadonlyMap<string, string> {
  const documents = (values: readonly unknown[]) => values.map(writeYaml).join('---\n');
  return new Map([
    ['kind-bootstrap/crossplane/Chart.yaml', writeYaml(chart())],
    ['kind-bootstrap/crossplane/values.yaml', writeYaml(values())],
    ['kind-bootstrap/packages/activation-policy.yaml', writeYaml(activationPolicy(needs, catalog))],
    ['kind-bootstrap/packages/functions.yaml', documents(functionsOf(needs).map(functionManifest))],
    ['kind-bootstrap/packages/providers.yaml', documents(providersOf(needs).map(providerManifest))],
  ]);
}

/** A chart whose one dependency is Crossplane's: Helm, Argo CD and Flux take version and values from the same two files. */
function chart(): unknown {
  const version = crossplaneVersion().replace(/^v/, '');
  return {
    apiVersion: 'v2',
    name: 'management-cluster',
    description: 'Crossplane, with the settings that the Compositions of this package want',
    type: 'application',
    version,
    appVersion: version,
    dependencies: [{ name: 'crossplane', version, repository: 'https://charts.crossplane.io/stable' }],
  };
}

function values(): unknown {
  return {
    crossplane: {
      args: coreFlags(circuitBreaker),
      // Without this the chart activates every kind of every provider, some 1,200 CustomResourceDefinitions.
      provider: { defaultActivations: [] },
      resourcesCrossplane: { requests: { cpu: '250m', memory: '512Mi' }, limits: { cpu: '2', memory: '2Gi' } },
    },
  };
}

/** Only the kinds that somebody makes: of the rest of a provider no CustomResourceDefinition is installed. */
function activationPolicy({ kinds }: Needs, catalog: Catalog): unknown {
  const activate = kinds.filter(isManaged).map(kind => `${plural(kind, catalog)}.${groupOf(kind)}`);
  return ManagedResourceActivationPolicy.manifest({ metadata: { name: 'tekanya-platform' }, spec: { activate } });
}

function plural({ apiVersion, kind }: NeededKind, catalog: Catalog): string {
  const found = catalog.get(apiVersion, kind);
  if (!found)
    throw new Error(`crds/ has no ${kind} of ${apiVersion}: name it in src/crds/sources.ts and run "make crds"`);
  return found.plural;
}

function reference({ repository, version }: InstalledPackage): string {
  return `${repository}:${version}`;
}

function functionManifest(one: InstalledPackage): unknown {
  return FunctionPackage.manifest({ metadata: { name: one.name }, spec: { package: reference(one) } });
}

function providerManifest(one: InstalledPackage & { readonly runtime: string }): unknown {
  return Provider.manifest({
    metadata: { name: one.name },
    spec: {
      package: reference(one),
      runtimeConfigRef: { apiVersion: 'pkg.crossplane.io/v1beta1', kind: 'DeploymentRuntimeConfig', name: one.runtime },
    },
  });
}
