import type { AnyApi } from './api.ts';
import type { Blueprint } from './composition.ts';
import { emit } from './emit.ts';
import type { Finding } from './finding.ts';
import { distinct } from './finding.ts';
import type { GVK, Kinds } from './kinds.ts';
import type { Composition } from './pipeline.ts';
import type { Schema } from './schema.ts';
import { servedSchema } from './served-schema.ts';
import type { Xrd } from './xrd.ts';
import { schemaOfApi, xrdOf } from './xrd.ts';

/** An API as it is installed. */
export interface Part {
  readonly api: AnyApi;
  readonly xrd: Xrd;
  /** One for each variant; the first is the default. */
  readonly compositions: readonly Composition[];
  /** The schema of the whole object, as the API server holds it. */
  readonly schema: Schema;
  /** The fields of the spec that may be absent, and that resources wait for. */
  readonly awaited: readonly string[];
  /** The fields of the spec that the Compositions leave to another program. */
  readonly readElsewhere: readonly string[];
}

/** All that is installed. */
export interface Package {
  readonly parts: readonly Part[];
  /** The kinds that can be composed, the package's own among them. */
  readonly kinds: Kinds;
}

/** Writes XRDs and Compositions. The findings are what cannot be written. */
export function assemble(
  apis: readonly (readonly Blueprint[])[],
  kinds: Kinds,
): { readonly package: Package; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const drafts = apis.flatMap(blueprints => {
    const api = blueprints[0]?.api;
    if (!api) return [];
    const { schema, findings: found } = schemaOfApi(api);
    findings.push(...found);
    return [{ api, blueprints, schema, served: servedSchema(schema) }];
  });
  const all = withOwn(
    kinds,
    drafts.map(({ api, served }) => ({ GVK: api.GVK, schema: served })),
  );
  const parts = drafts.map(({ api, blueprints, schema, served }): Part => {
    const emitted = blueprints.map(blueprint => emit(blueprint, served, all));
    const { xrd, findings: found } = xrdOf(
      api,
      schema,
      emitted.flatMap(({ routes }) => routes),
    );
    findings.push(...emitted.flatMap(({ findings }) => findings), ...found);
    return {
      api,
      xrd,
      compositions: emitted.map(({ composition }) => composition),
      schema: servedSchema(xrd.spec.versions[0].schema.openAPIV3Schema),
      awaited: emitted.flatMap(({ awaited }) => awaited),
      readElsewhere: blueprints.flatMap(({ readElsewhere }) => readElsewhere),
    };
  });
  const own = parts.map(({ api, schema }) => ({ GVK: api.GVK, schema }));
  return { package: { parts, kinds: withOwn(kinds, own) }, findings: distinct(findings) };
}

/** The part of a package that defines a kind. */
export function partOf({ parts }: Package, { apiVersion, kind }: GVK): Part | undefined {
  return parts.find(({ api }) => api.GVK.apiVersion === apiVersion && api.kind === kind);
}

function withOwn(kinds: Kinds, own: readonly { readonly GVK: GVK; readonly schema: Schema }[]): Kinds {
  return {
    get: (apiVersion, kind) =>
      own.find(({ GVK }) => GVK.apiVersion === apiVersion && GVK.kind === kind) ?? kinds.get(apiVersion, kind),
  };
}
