import { readFile } from 'node:fs/promises';
import type { Api } from './api.ts';
import type { Context } from './context.ts';
import { type CircuitBreaker, coreDefinitions, crossplaneService, installCrossplane } from './crossplane.ts';
import { installDefinitions } from './definitions.ts';
import { type OnEvent, secondsSince } from './events.ts';
import { registerFunctions } from './functions.ts';
import { hashOf, Installed, namespace } from './installed.ts';
import { controllerManagerService } from './kube-controller-manager.ts';
import type { Manifest } from './manifest.ts';
import { functionNames, functionPackage } from './programs.ts';
import { providerAwsDefinitions } from './provider-aws/definitions.ts';
import { providerConfig } from './provider-aws/provider-config.ts';
import { type ProviderAwsOptions, providerAwsService } from './provider-aws/service.ts';
import {
  type ProviderName,
  providerNames,
  providerPermission,
  providerRights,
  registerProviders,
} from './provider-revisions.ts';
import { providerDefinitions, providerHelmService, providerKubernetesService } from './providers.ts';
import { rbacManagerService } from './rbac-manager.ts';
import { corePermission, crossplaneRights, untilAllowed } from './rights.ts';
import type { Service } from './supervisor.ts';

/** What is installed in the management cluster, and how. */
export interface InstallOptions {
  /** The repository, which holds `kind-bootstrap/`. */
  repository: string;
  /** The AWS that provider-aws works with; without it, its kinds are there but it does not run. */
  aws?: ProviderAwsOptions | undefined;
  /** Limits of an XR's circuit breaker; those that `kind-bootstrap/` sets by default. */
  circuitBreaker?: CircuitBreaker;
  /** Whether the providers run, with their kinds and rights; they do by default. */
  providers?: boolean;
}

/** Sees to it that a service runs, started anew when the one that it speaks to was. */
export type Ensure = (service: Service, after?: string) => Promise<void>;

/** What follows once the management API server answers. */
export async function install(
  context: Context,
  api: Api,
  options: InstallOptions,
  ensure: Ensure,
  onEvent: OnEvent,
): Promise<void> {
  const installed = await Installed.read(api);
  await api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const running = options.providers === false ? [] : providerNames;
  const brought: Readonly<Record<ProviderName, Manifest[]>> = {
    'provider-helm': await providerDefinitions(context, 'provider-helm'),
    'provider-kubernetes': await providerDefinitions(context, 'provider-kubernetes'),
    'provider-aws': await providerAwsDefinitions(context),
  };
  const { aws } = options;
  const services: Readonly<Partial<Record<ProviderName, Service>>> = {
    'provider-helm': providerHelmService(context),
    'provider-kubernetes': providerKubernetesService(context),
    ...(aws && { 'provider-aws': providerAwsService(context, aws) }),
  };
  const rights = async () => {
    const roles = await crossplaneRights(context);
    if (installed.has('rights', hashOf(roles))) return;
    await api.applyAll(roles);
    await installed.add({ rights: hashOf(roles) });
  };
  const definitions = async () => {
    const start = performance.now();
    const wanted = running.flatMap(name => brought[name]);
    const changed = await installDefinitions(api, wanted, installed);
    onEvent({
      type: 'installed',
      what: 'CustomResourceDefinitions',
      objects: wanted.length,
      changed,
      seconds: secondsSince(start),
    });
    if (aws !== undefined && options.providers !== false) await configure(aws);
  };
  const configure = async ({ credentials }: ProviderAwsOptions) => {
    const manifests = await providerConfig(options.repository, await readFile(credentials, 'utf8'));
    if (installed.has('provider-config', hashOf(manifests))) return;
    await api.applyAll([...manifests]);
    await installed.add({ 'provider-config': hashOf(manifests) });
  };
  const crossplane = async () => {
    const { programs, ports, pki } = context;
    const start = performance.now();
    const core = hashOf([programs.crossplane.key, ports['crossplane-webhook'], pki.crossplaneAuthority.certificate]);
    const isNew = !installed.has('crossplane', core);
    if (isNew) {
      await installDefinitions(api, await coreDefinitions(context), installed);
      await untilAllowed(api, 'crossplane', corePermission);
      await installCrossplane(api, context);
      await installed.add({ crossplane: core });
    }
    onEvent({
      type: 'installed',
      what: 'Crossplane',
      objects: 1,
      changed: isNew ? 1 : 0,
      seconds: secondsSince(start),
    });
    await registerRevisions();
    await together([
      ensure(rbacManagerService(context), 'kube-apiserver'),
      ensure(crossplaneService(context, options.circuitBreaker), 'kube-apiserver'),
      functions(),
    ]);
  };
  const registerRevisions = async () => {
    const providers = running.map(name => providerRights(name, brought[name]));
    if (installed.has('providers', hashOf(providers))) return;
    await registerProviders(api, providers);
    await installed.add({ providers: hashOf(providers) });
  };
  const provider = async (name: ProviderName, service?: Service) => {
    await untilAllowed(api, name, providerPermission);
    if (service !== undefined) await ensure(service, 'kube-apiserver');
  };
  const functions = async () => {
    const start = performance.now();
    const hash = hashOf(
      functionNames.map(name => [functionPackage(name), context.ports[name], context.programs[name].version]),
    );
    const isNew = !installed.has('functions', hash);
    if (isNew) {
      await registerFunctions(api, context);
      await installed.add({ functions: hash });
    }
    const objects = functionNames.length;
    onEvent({
      type: 'installed',
      what: 'functions',
      objects,
      changed: isNew ? objects : 0,
      seconds: secondsSince(start),
    });
  };
  await rights();
  await together([
    crossplane(),
    definitions(),
    ensure(controllerManagerService(context), 'kube-apiserver'),
    ...running.map(name => provider(name, services[name])),
  ]);
}

/** Waits for all, and only then fails with the first failure, so that nothing goes on behind the caller's back. */
export async function together(work: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find(result => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
