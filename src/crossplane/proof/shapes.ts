import { checkRules } from '../cel.ts';
import { PatchError } from '../evaluate.ts';
import type { Finding } from '../finding.ts';
import type { Package, Part } from '../package.ts';
import type { Problem } from '../path.ts';
import { formatPath } from '../path.ts';
import type { Composition, Manifest } from '../pipeline.ts';
import { resourcesOf } from '../pipeline.ts';
import { renderWith } from '../render.ts';
import type { Sample } from '../sample.ts';
import { samples } from '../sample.ts';
import type { Schema } from '../schema.ts';
import { validate, withDefaults } from '../validate.ts';
import type { Facts } from './facts.ts';
import { originOf, resourcePlace } from './places.ts';
import { writerOf } from './wiring.ts';

/**
 * Every resource that a Composition can make is one that its kind's schema allows, CEL rules and all, and that the judges
 * have nothing against: shown on samples of the API's spec, its defaults and each of its enum values among them.
 */
export function proveShapes(pkg: Package, part: Part, facts: Facts): readonly Finding[] {
  const { spec = {} } = part.schema.properties ?? {};
  const { crossplane: _, ...own } = spec.properties ?? {};
  const ofSpec = { ...spec, properties: own };
  const { unknown } = samples(ofSpec);
  const api = `apis/${part.api.kind.toLowerCase()}`;
  const findings = unknown.map(path => ({
    place: `${api}: spec.${path}`,
    message: 'has a pattern, and neither default nor example to try it with: add .meta({ example: … })',
  }));
  if (findings.length > 0) return findings;
  return part.compositions.flatMap(composition => {
    const fits = (value: unknown) => {
      const composite = compositeOf(part, composition, { what: '', value });
      return isFor(part, composition, composite) && validate(part.schema, composite).length === 0;
    };
    const meant = samples(ofSpec, fits)
      .samples.map(sample => ({ sample, composite: compositeOf(part, composition, sample) }))
      .filter(({ composite }) => isFor(part, composition, composite))
      .map(tried => ({ ...tried, refused: validate(part.schema, tried.composite) }));
    const valid = meant.filter(({ refused }) => refused.length === 0);
    if (valid.length > 0) {
      const verdict = verdictsOf(facts);
      return firstAtEachPlace(
        valid.flatMap(({ sample, composite }) => judge(pkg, part, composition, composite, sample, verdict)),
      );
    }
    const reason = meant[0]?.refused.map(({ path, message }) => `; ${formatPath(path)} ${message}`).join('') ?? '';
    const message = `no sample of the spec is valid and for this Composition, so it was not tried: give its fields examples${reason}`;
    return [{ place: `compositions/${composition.metadata.name}`, message }];
  });
}

/** What is wrong with a resource, of a composite one whose name is always the same. */
type Verdict = (manifest: Manifest, composite: Manifest, schema: Schema) => readonly Problem[];

/** Most samples make most resources alike, and a resource is judged once. */
function verdictsOf(facts: Facts): Verdict {
  const known = new Map<string, readonly Problem[]>();
  return (manifest, composite, schema) => {
    const key = JSON.stringify(manifest);
    const before = known.get(key);
    if (before) return before;
    const refused = validate(schema, manifest);
    const problems = refused.length > 0 ? refused : facts.judges.flatMap(judge => judge(manifest, composite));
    known.set(key, problems);
    return problems;
  };
}

/** One mistake shows with many samples, and differently with each. */
function firstAtEachPlace(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.toReversed().map(finding => [finding.place, finding])).values()].toReversed();
}

function compositeOf({ api }: Part, composition: Composition, { value }: Sample): Manifest {
  return {
    ...api.GVK,
    metadata: { name: 'sample', namespace: 'team', uid: 'e6b9cf5b-7d3a-4c8e-9f10-2a3b4c5d6e7f' },
    spec: { ...(value as object), crossplane: { compositionRef: { name: composition.metadata.name } } },
  };
}

/** Whether a composite resource is of the structure that a Composition is for. */
function isFor({ api, schema }: Part, composition: Composition, composite: Manifest): boolean {
  const variant = Object.entries(api.variants ?? {}).find(
    ([name]) => api.composition(name) === composition.metadata.name,
  );
  if (!variant) return true;
  const rule = { rule: variant[1].when, message: variant[1].meaning };
  return (
    checkRules(
      { ...schema.properties?.spec, 'x-kubernetes-validations': [rule] },
      (withDefaults(schema, composite) as Manifest).spec,
    ).length === 0
  );
}

/** Whether a field has no value because a resource waits, as its author wants, for one that is given later. */
function isAwaited(part: Part, composition: Composition, waiting: ReadonlyMap<string, string>, field: string): boolean {
  if (part.awaited.includes(field)) return true;
  const writer = writerOf(composition, field)?.name ?? '';
  const next = waiting.get(writer);
  const others = new Map([...waiting].filter(([name]) => name !== writer));
  return next !== undefined && isAwaited(part, composition, others, next);
}

function judge(
  pkg: Package,
  part: Part,
  composition: Composition,
  composite: Manifest,
  { what }: Sample,
  verdict: Verdict,
): readonly Finding[] {
  try {
    // What comes of a part of it is proved where that part is.
    const { resources, waiting } = renderWith(pkg, composition, composite, 'one');
    const templates = new Map(resourcesOf(composition).map(template => [template.name, template]));
    const starved = [...waiting].flatMap(([name, field]) => {
      if (isAwaited(part, composition, waiting, field)) return [];
      const template = templates.get(name);
      const message = `is never made, because nothing gives ${field} a value (with ${what})`;
      return template ? [{ place: resourcePlace(composition, template), message }] : [];
    });
    const wrong = resources.flatMap(({ name, manifest }) => {
      const template = templates.get(name);
      const schema = pkg.kinds.get(manifest.apiVersion, manifest.kind)?.schema;
      if (!template || !schema) return [];
      return verdict(manifest, composite, schema).map(({ path, message }) => ({
        place: originOf(composition, template, path),
        message: `${message} (with ${what})`,
      }));
    });
    return [...starved, ...wrong];
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    const { resource, patch, message } = error;
    return [
      {
        place: `compositions/${composition.metadata.name}: resources[${resource}].patches[${patch}]`,
        message: `${message} (with ${what})`,
      },
    ];
  }
}
