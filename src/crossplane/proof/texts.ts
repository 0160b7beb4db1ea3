import type { Finding } from '../finding.ts';
import type { Package, Part } from '../package.ts';
import { partOf } from '../package.ts';
import type { Path } from '../path.ts';
import { formatPath, parsePath } from '../path.ts';
import type { Composition, EnvironmentPatch, Patch, ResourceTemplate } from '../pipeline.ts';
import { environmentOf, resourcesOf, writesResource } from '../pipeline.ts';
import type { Transform } from '../ref.ts';
import type { Facts, Grammar } from './facts.ts';
import type { Text } from './guards.ts';
import { canHold, textsAt } from './guards.ts';
import { covers, resourcePlace } from './places.ts';

/** A value that a patch takes from the composite resource, and what stands before it in the text that the patch makes. */
interface Reading {
  readonly path: Path;
  readonly before: string;
}

/**
 * No user's text can end the text it is put into, or mean more there than itself: whatever of a spec comes into a document,
 * an ARN or another program's text is of an enum, a pattern or a rule by which it can hold nothing that does. Texts that come
 * back in a status, after a resource was given them, are such texts too.
 */
export function proveTexts(pkg: Package, part: Part, facts: Facts): readonly Finding[] {
  const found = part.compositions.flatMap(composition =>
    resourcesOf(composition).flatMap(resource =>
      (resource.patches ?? []).flatMap((patch, i) => {
        if (!writesResource(patch) || partOf(pkg, resource.base)) return [];
        const place = resourcePlace(composition, resource, `patches[${i}].toFieldPath`);
        return readings(patch, environmentOf(composition)).flatMap(({ path, before }) => {
          const known = facts.grammars(resource.base, parsePath(patch.toFieldPath), before);
          const grammars = known.length > 0 ? known : json(before);
          const texts = grammars.length > 0 ? textsFrom(pkg, part, composition, path, new Set()) : [];
          return grammars.flatMap(grammar => texts.flatMap(text => judge(text, grammar, place)));
        });
      }),
    ),
  );
  // A field comes to many places, and is mended at one.
  return [...new Map(found.toReversed().map(finding => [finding.place, finding])).values()].toReversed();
}

/** A text that begins as a JSON document does. */
function json(before: string): readonly Grammar[] {
  return /^\s*[{[]/.test(before) ? [{ what: 'a JSON document', forbids: jsonSyntax }] : [];
}

/** What a JSON string cannot hold as it is (RFC 8259, section 7). */
export const jsonSyntax: readonly string[] = [
  '"',
  '\\',
  ...Array.from({ length: 0x20 }, (_, code) => String.fromCodePoint(code)),
];

function judge({ kind, text }: TextOf, { what, forbids }: Grammar, place: string): readonly Finding[] {
  const { found, why } = canHold(text, forbids);
  if (found.length === 0) return [];
  const names = found.slice(0, 4).map(character => JSON.stringify(character));
  const more = found.length > names.length ? ', …' : '';
  const because = why.length > 0 ? ` (${why.join('; ')})` : '';
  const message = `can hold ${names.join(' ')}${more}${because}, and comes into ${what} (${place}), which it could end or make say more: give it an enum, an anchored pattern of plain characters such as ^[a-z0-9-]+$, or a rule self.matches('^…$')`;
  return [{ place: `apis/${kind.toLowerCase()}: ${text.field}`, message }];
}

/** What a patch reads, but for what its transforms replace by values of a table. */
function readings(patch: Patch, environment: readonly EnvironmentPatch[]): readonly Reading[] {
  if (!('combine' in patch)) {
    return isReplaced(patch.transforms)
      ? []
      : [{ path: parsePath(patch.fromFieldPath), before: prefixOf(patch.transforms) }];
  }
  const { variables, string } = patch.combine;
  const text = string.fmt.split('%v');
  return variables.flatMap(({ fromFieldPath }, i) => {
    const before = text.slice(0, i + 1).join('…');
    if (patch.type !== 'CombineFromEnvironment') return [{ path: parsePath(fromFieldPath), before }];
    const source = environment.find(({ toFieldPath }) => toFieldPath === fromFieldPath);
    if (!source || isReplaced(source.transforms)) return [];
    return [{ path: parsePath(source.fromFieldPath), before }];
  });
}

function isReplaced(transforms: readonly Transform[] = []): boolean {
  return transforms.some(({ type }) => type === 'map' || type === 'match');
}

function prefixOf(transforms: readonly Transform[] = []): string {
  const format = transforms.find(transform => transform.type === 'string' && transform.string.type === 'Format');
  return format?.type === 'string' && format.string.type === 'Format' ? (format.string.fmt.split('%v')[0] ?? '') : '';
}

/** A text of a kind's spec. */
interface TextOf {
  readonly kind: string;
  readonly text: Text;
}

/**
 * The texts of people that a field of a composite resource carries. Its own name and namespace are DNS-1123 names, its labels
 * and annotations anything. A status field carries what came into the resource that it is read of.
 */
function textsFrom(
  pkg: Package,
  part: Part,
  composition: Composition,
  path: Path,
  seen: Set<string>,
): readonly TextOf[] {
  const { kind } = part.api;
  const id = `${composition.metadata.name} ${formatPath(path)}`;
  if (seen.has(id)) return [];
  seen.add(id);
  if (path[0] === 'spec') return textsAt(part.schema, path).map(text => ({ kind, text }));
  if (path[0] !== 'status') {
    const isName = ['name', 'namespace', 'uid'].includes(`${path[1]}`);
    return isName ? [] : [{ kind, text: { field: formatPath(path), patterns: [] } }];
  }
  return resourcesOf(composition).flatMap(resource =>
    (resource.patches ?? []).flatMap(patch => {
      const { toFieldPath } = patch;
      if (writesResource(patch) || !(covers(toFieldPath, formatPath(path)) || covers(formatPath(path), toFieldPath))) {
        return [];
      }
      return readings(patch, []).flatMap(reading =>
        textsOfResource(pkg, part, composition, resource, reading.path, seen),
      );
    }),
  );
}

/** The texts of people that a field of a composed resource carries: what it was given there, and as its name. */
function textsOfResource(
  pkg: Package,
  part: Part,
  composition: Composition,
  resource: ResourceTemplate,
  path: Path,
  seen: Set<string>,
): readonly TextOf[] {
  const own = partOf(pkg, resource.base);
  if (own) return own.compositions.flatMap(inner => textsFrom(pkg, own, inner, path, seen));
  const shown = path.slice(path[1] === 'atProvider' ? 2 : 1);
  const given = [
    ...['forProvider', 'initProvider'].map(settings => formatPath(['spec', settings, ...shown])),
    formatPath(['metadata', 'annotations', 'crossplane.io/external-name']),
  ];
  return (resource.patches ?? [])
    .filter(patch => writesResource(patch))
    .filter(({ toFieldPath }) => given.some(field => covers(field, toFieldPath) || covers(toFieldPath, field)))
    .flatMap(patch => readings(patch, environmentOf(composition)))
    .flatMap(reading => textsFrom(pkg, part, composition, reading.path, seen));
}
