import { readdirSync, readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import type { GVK } from '../crossplane/kinds.ts';
import type { Composition } from '../crossplane/pipeline.ts';
import type { Schema } from '../crossplane/schema.ts';
import { servedSchema } from '../crossplane/served-schema.ts';
import type { Xrd } from '../crossplane/xrd.ts';
import { child, type JsonObject, text } from '../local/aws/json.ts';

/** An API as its files in xrds/ and compositions/ have it. */
export interface InstalledApi {
  readonly api: { readonly group: string; readonly kind: string; readonly GVK: GVK };
  readonly definition: Xrd;
  readonly compositions: readonly Composition[];
  /** The schema of the whole object. */
  readonly schema: Schema;
}

/** The package as it is installed: what stands in xrds/ and compositions/, not what src/ would write there. */
export interface Installed {
  readonly apis: readonly InstalledApi[];
  /** The API of an object; undefined if it is of none of them. */
  apiOf(object: JsonObject): InstalledApi | undefined;
}

/** Reads the files below a folder that holds xrds/ and compositions/. */
export function readInstalled(root: URL): Installed {
  const compositions = readAll<Composition>(new URL('compositions/', root));
  const apis = readAll<Xrd>(new URL('xrds/', root)).map((definition): InstalledApi => {
    const {
      group,
      names: { kind },
      versions: [version],
    } = definition.spec;
    const GVK = { apiVersion: `${group}/${version.name}`, kind };
    return {
      api: { group, kind, GVK },
      definition,
      compositions: compositions.filter(({ spec }) => isOf(GVK, spec.compositeTypeRef)),
      schema: servedSchema(version.schema.openAPIV3Schema),
    };
  });
  return { apis, apiOf: object => apis.find(({ api }) => isOf(api.GVK, object)) };
}

function isOf(gvk: GVK, { apiVersion, kind }: { readonly apiVersion?: unknown; readonly kind?: unknown }): boolean {
  return gvk.apiVersion === apiVersion && gvk.kind === kind;
}

function readAll<T>(folder: URL): readonly T[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.yaml'))
    .sort()
    .flatMap(name => loadAll(readFileSync(new URL(name, folder), 'utf8')) as T[]);
}

/** The Composition that Crossplane takes for a composite resource: the one that it names, else the default. */
export function compositionFor({ api, definition, compositions }: InstalledApi, composite: JsonObject): Composition {
  const named = text(child(composite, 'spec', 'crossplane', 'compositionRef'), 'name');
  const name = named ?? definition.spec.defaultCompositionRef.name;
  const found = compositions.find(({ metadata }) => metadata.name === name);
  if (!found) {
    const names = compositions.map(({ metadata }) => metadata.name).join(', ');
    throw new Error(`${api.kind}: there is no Composition ${JSON.stringify(name)}, only ${names}`);
  }
  return found;
}
