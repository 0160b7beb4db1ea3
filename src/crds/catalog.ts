import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Schema } from '../crossplane/schema.ts';
import { once, unparsed } from '../crossplane/unparsed.ts';
import { type Crd, crdsFolder, separator } from './crd.ts';

export { referenceTarget, type Target } from './reference.ts';

/** A kind as the pinned CRDs describe it. */
export interface CustomResource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly scope: 'Namespaced' | 'Cluster';
  /** The schema of the whole object, `openAPIV3Schema`. */
  readonly schema: Schema;
}

/** The pinned CRDs. */
export interface Catalog {
  /** A kind's description; undefined if there is none in this version. */
  get(apiVersion: string, kind: string): CustomResource | undefined;
  /** Every kind there is, group by group. */
  kinds(): readonly { readonly apiVersion: string; readonly kind: string }[];
}

/** A CRD whose text is at hand; it is parsed when it is asked for, as parsing all of them takes its time. */
interface Entry {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: () => CustomResource;
}

/** The CRDs in crds/, or in another folder like it. A group's file is read when a kind of that group is asked for. */
export function loadCatalog(folder: URL = crdsFolder): Catalog {
  const groups = new Map<string, ReadonlyMap<string, Entry>>();
  const group = (name: string): ReadonlyMap<string, Entry> => {
    const known = groups.get(name);
    if (known) return known;
    const file = new URL(`${name}.yaml`, folder);
    const found = new Map(existsSync(file) ? entries(file).map(entry => [entry.kind, entry]) : []);
    groups.set(name, found);
    return found;
  };
  return {
    get: (apiVersion, kind) => {
      const [name, version] = apiVersion.split('/');
      // The core API has no group, and no CRDs.
      if (!name || !version) return undefined;
      const entry = group(name).get(kind);
      return entry?.apiVersion === apiVersion ? entry.resource() : undefined;
    },
    kinds: () =>
      readdirSync(folder)
        .filter(name => name.endsWith('.yaml'))
        .sort()
        .flatMap(name => [...group(name.slice(0, -'.yaml'.length)).values()])
        .map(({ apiVersion, kind }) => ({ apiVersion, kind })),
  };
}

function entries(file: URL): readonly Entry[] {
  return readFileSync(file, 'utf8')
    .split(new RegExp(`^${separator}`, 'm'))
    .map(text => entry(text, file));
}

function entry(text: string, file: URL): Entry {
  const document = unparsed<Crd>(
    text,
    `crds/${file.pathname.split('/').at(-1)}: holds something that is not a CRD as "make crds" writes it: run "make crds"`,
  );
  const apiVersion = `${document.line(/^ {2}group: (\S+)$/m)}/${document.line(/^ {2}- name: (\S+)$/m)}`;
  const kind = document.line(/^ {4}kind: (\S+)$/m);
  return { apiVersion, kind, resource: once(() => resource(document.parse(), apiVersion)) };
}

function resource({ spec }: Crd, apiVersion: string): CustomResource {
  const version = spec.versions[0];
  if (!version) throw new Error(`crds/${spec.group}.yaml: ${spec.names.kind} has no version: run "make crds"`);
  const { kind, plural } = spec.names;
  return { apiVersion, kind, plural, scope: spec.scope, schema: version.schema.openAPIV3Schema };
}
