import { readdirSync, readFileSync } from 'node:fs';
import type { GVK } from '../crossplane/kinds.ts';
import type { Composition } from '../crossplane/pipeline.ts';
import type { Schema } from '../crossplane/schema.ts';
import { servedSchema } from '../crossplane/served-schema.ts';
import { once, type Unparsed, unparsed } from '../crossplane/unparsed.ts';
import type { Xrd } from '../crossplane/xrd.ts';
import { child, type JsonObject, text } from '../kubernetes/json.ts';

/** An API as its files in xrds/ and compositions/ have it; what of it is parsed is what is asked for, as all of it takes its time. */
export interface InstalledApi {
  readonly api: { readonly group: string; readonly kind: string; readonly GVK: GVK };
  readonly definition: Xrd;
  /** The Compositions by name. */
  readonly compositions: ReadonlyMap<string, () => Composition>;
  /** The schema of the whole object. */
  readonly schema: Schema;
}

/** The package as it is installed: what stands in xrds/ and compositions/, not what src/ would write there. */
export interface Installed {
  readonly apis: readonly InstalledApi[];
  /** The API of an object; undefined if it is of none of them. */
  apiOf(object: JsonObject): InstalledApi | undefined;
}

/** Reads the files below a folder that holds xrds/ and compositions/. Throws where one is not as "make synth" writes it. */
export function readInstalled(root: URL): Installed {
  const compositions = documents<Composition>(new URL('compositions/', root)).map(document => ({
    name: document.line(/^ {2}name: (\S+)$/m),
    apiVersion: document.line(/^ {4}apiVersion: (\S+)$/m),
    kind: document.line(/^ {4}kind: (\S+)$/m),
    read: document.parse,
  }));
  const apis = documents<Xrd>(new URL('xrds/', root)).map((document): InstalledApi => {
    const [group, kind] = [document.line(/^ {2}group: (\S+)$/m), document.line(/^ {4}kind: (\S+)$/m)];
    const GVK = { apiVersion: `${group}/${document.line(/^ {4}- name: (\S+)$/m)}`, kind };
    const schema = once(() => servedSchema(document.parse().spec.versions[0].schema.openAPIV3Schema));
    return {
      api: { group, kind, GVK },
      get definition() {
        return document.parse();
      },
      get schema() {
        return schema();
      },
      compositions: new Map(compositions.filter(one => isOf(GVK, one)).map(({ name, read }) => [name, read])),
    };
  });
  return { apis, apiOf: object => apis.find(({ api }) => isOf(api.GVK, object)) };
}

function isOf(gvk: GVK, { apiVersion, kind }: { readonly apiVersion?: unknown; readonly kind?: unknown }): boolean {
  return gvk.apiVersion === apiVersion && gvk.kind === kind;
}

function documents<T extends object>(folder: URL): readonly Unparsed<T>[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.yaml'))
    .sort()
    .flatMap(name =>
      readFileSync(new URL(name, folder), 'utf8')
        .split(/^---$/m)
        .map(source => unparsed<T>(source, `${name} is not as "make synth" writes it: run "make synth"`)),
    );
}

/** The Composition that Crossplane takes for a composite resource: the one that it names, else the default. */
export function compositionFor({ api, definition, compositions }: InstalledApi, composite: JsonObject): Composition {
  const named = text(child(composite, 'spec', 'crossplane', 'compositionRef'), 'name');
  const name = named ?? definition.spec.defaultCompositionRef.name;
  const found = compositions.get(name);
  if (!found) {
    throw new Error(
      `${api.kind}: there is no Composition ${JSON.stringify(name)}, only ${[...compositions.keys()].join(', ')}`,
    );
  }
  return found();
}
