import type { Finding } from '../finding.ts';
import type { Package, Part } from '../package.ts';
import { formatPath, parsePath } from '../path.ts';
import type { Composition, Patch, ResourceTemplate } from '../pipeline.ts';
import { resourcesOf, sourcesOf, writesResource } from '../pipeline.ts';
import { walk } from '../sample.ts';
import type { Schema } from '../schema.ts';
import { schemaAt } from '../schema.ts';
import { structural } from '../structural.ts';
import { covers, general, resourcePlace } from './places.ts';

/** Both ends of every patch are declared; every field of the spec is read, and every field of the status written. */
export function proveWiring(pkg: Package, part: Part): readonly Finding[] {
  return [
    ...part.compositions.flatMap(composition => ends(pkg, part, composition)),
    ...unread(part),
    ...unwritten(part),
  ];
}

function ends(pkg: Package, part: Part, composition: Composition): readonly Finding[] {
  return resourcesOf(composition).flatMap((resource): readonly Finding[] => {
    const { apiVersion, kind } = resource.base;
    const schema = pkg.kinds.get(apiVersion, kind)?.schema;
    if (!schema) {
      const message = `no schema is known of ${kind} (${apiVersion}): add it to src/crds/sources.ts and run "make crds"`;
      return [{ place: resourcePlace(composition, resource, 'base'), message }];
    }
    const own = { kind: part.api.kind, schema: part.schema };
    const other = { kind, schema };
    return (resource.patches ?? []).flatMap((patch, i): readonly Finding[] => {
      const [from, to] = writesResource(patch) ? [own, other] : [other, own];
      const place = (end: string) => resourcePlace(composition, resource, `patches[${i}].${end}`);
      return [
        ...sourcesOf(patch).flatMap((path, j) =>
          undeclared(path, from, place('combine' in patch ? `combine.variables[${j}].fromFieldPath` : 'fromFieldPath')),
        ),
        ...undeclared(patch.toFieldPath, to, place('toFieldPath')),
        ...unmapped(patch, from.schema, place('transforms')),
      ];
    });
  });
}

function undeclared(
  path: string,
  { kind, schema }: { kind: string; schema: Schema },
  place: string,
): readonly Finding[] {
  const parsed = parsePath(path);
  if (parsed[0] === 'metadata' || schemaAt(schema, parsed)) return [];
  const known = parsed.findIndex((_, i) => !schemaAt(schema, parsed.slice(0, i + 1)));
  const parent = parsed.slice(0, known);
  const fields = Object.keys(schemaAt(schema, parent)?.properties ?? {});
  const there =
    fields.length > 0
      ? `; ${formatPath(parent) || kind} has ${fields.slice(0, 12).join(', ')}${fields.length > 12 ? ', …' : ''}`
      : '';
  return [{ place, message: `${path} is not a field of ${kind}${there}` }];
}

/** A map without a case for a value of its source fails the whole reconcile when that value comes. */
function unmapped(patch: Patch, schema: Schema, place: string): readonly Finding[] {
  if ('combine' in patch) return [];
  const source = schemaAt(schema, parsePath(patch.fromFieldPath));
  const values = source?.enum ?? (source?.type === 'boolean' ? [true, false] : []);
  return (patch.transforms ?? []).flatMap(transform => {
    if (transform.type !== 'map') return [];
    const missing = values.map(String).filter(value => !Object.hasOwn(transform.map, value));
    if (missing.length === 0) return [];
    return [{ place, message: `${patch.fromFieldPath} can be ${missing.join(', ')}, for which the map has no case` }];
  });
}

/** The fields of a schema that hold values, with all items of a list taken together. */
function leaves(schema: Schema, root: string): readonly string[] {
  const found: string[] = [];
  walk(schema, [root], (node, path) => {
    if (!node.properties && !node.items) found.push(general(formatPath(path)));
  });
  return found;
}

function unread({ api, schema, compositions, readElsewhere }: Part): readonly Finding[] {
  const read = [
    ...readElsewhere.map(general),
    ...Object.values(api.variants ?? {}).flatMap(({ when }) => fieldsOfRule(when)),
    ...compositions
      .flatMap(resourcesOf)
      .flatMap(({ patches = [] }) => patches.filter(writesResource).flatMap(sourcesOf).map(general)),
  ];
  return leaves(schema.properties?.spec ?? {}, 'spec')
    .filter(field => !covers('spec.crossplane', field) && !read.some(path => covers(path, field)))
    .map(field => ({
      place: `apis/${api.kind.toLowerCase()}: ${field}`,
      message:
        'is read by no Composition, so whoever sets it changes nothing: use it, remove it, or say readElsewhere()',
    }));
}

/** The fields that a rule on the spec names: one that decides which Composition it is to be is read by that. */
function fieldsOfRule(rule: string): readonly string[] {
  return [...rule.matchAll(/\bself\.([A-Za-z][\w.]*)/g)].map(([, field]) => `spec.${field}`);
}

/** A status field that is not optional is for every variant to write; an optional one for one of them at least. */
function unwritten({ api, schema, compositions }: Part): readonly Finding[] {
  const declared = structural(api.status).schema;
  const promised = (field: string) => {
    let at: Schema | undefined = declared;
    return parsePath(field.replaceAll('[]', '[0]'))
      .slice(1)
      .every(segment => {
        const required = typeof segment === 'number' || at?.required?.includes(segment);
        at = typeof segment === 'number' ? at?.items : at?.properties?.[segment];
        return required;
      });
  };
  const written = compositions.map(composition => ({
    composition,
    paths: resourcesOf(composition).flatMap(({ patches = [] }) =>
      patches.filter(patch => !writesResource(patch)).map(({ toFieldPath }) => general(toFieldPath)),
    ),
  }));
  return leaves(schema.properties?.status ?? {}, 'status')
    .filter(field => !covers('status.conditions', field))
    .flatMap(field => {
      const silent = written.filter(({ paths }) => !paths.some(path => covers(path, field)));
      if (silent.length === 0 || (!promised(field) && silent.length < written.length)) return [];
      const names = silent.map(({ composition }) => composition.metadata.name).join(', ');
      return [
        {
          place: `apis/${api.kind.toLowerCase()}: ${field}`,
          message: `is never written by ${names}: publish() a value to it, make it optional, or remove it`,
        },
      ];
    });
}

/** The resource of a Composition that writes a status field. */
export function writerOf(composition: Composition, path: string): ResourceTemplate | undefined {
  return resourcesOf(composition).find(({ patches = [] }) =>
    patches.some(
      patch => !writesResource(patch) && (covers(patch.toFieldPath, path) || covers(path, patch.toFieldPath)),
    ),
  );
}
