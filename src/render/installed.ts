import { readdirSync, readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import type { GVK } from '../crossplane/kinds.ts';
import type { Composition } from '../crossplane/pipeline.ts';
import type { Schema } from '../crossplane/schema.ts';
import { servedSchema } from '../crossplane/served-schema.ts';
import type { Xrd } from '../crossplane/xrd.ts';
import { child, type JsonObject, text } from '../local/aws/json.ts';

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
  const compositions = documents(new URL('compositions/', root)).map(document => ({
    name: document.line(/^ {2}name: (\S+)$/m),
    apiVersion: document.line(/^ {4}apiVersion: (\S+)$/m),
    kind: document.line(/^ {4}kind: (\S+)$/m),
    read: once(() => document.parse() as Composition),
  }));
  const apis = documents(new URL('xrds/', root)).map((document): InstalledApi => {
    const [group, kind] = [document.line(/^ {2}group: (\S+)$/m), document.line(/^ {4}kind: (\S+)$/m)];
    const GVK = { apiVersion: `${group}/${document.line(/^ {4}- name: (\S+)$/m)}`, kind };
    const definition = once(() => document.parse() as Xrd);
    const schema = once(() => servedSchema(definition().spec.versions[0].schema.openAPIV3Schema));
    return {
      api: { group, kind, GVK },
      get definition() {
        return definition();
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

/** A document whose text is at hand. */
interface Document {
  /** What the first line that matches holds: "make synth" writes names on lines of their own, so they are found without parsing. */
  line(pattern: RegExp): string;
  parse(): unknown;
}

function documents(folder: URL): readonly Document[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.yaml'))
    .sort()
    .flatMap(name =>
      readFileSync(new URL(name, folder), 'utf8')
        .split(/^---$/m)
        .map(source => ({
          line: (pattern: RegExp) => {
            const found = pattern.exec(source)?.[1];
            if (found === undefined) throw new Error(`${name} is not as "make synth" writes it: run "make synth"`);
            return found;
          },
          parse: () => load(source),
        })),
    );
}

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
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
