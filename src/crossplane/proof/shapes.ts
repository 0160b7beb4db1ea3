import { checkRules } from '../cel.ts';
import { PatchError } from '../evaluate.ts';
import type { Finding } from '../finding.ts';
import type { Package, Part } from '../package.ts';
import { formatPath } from '../path.ts';
import type { Composition, Manifest } from '../pipeline.ts';
import { resourcesOf } from '../pipeline.ts';
import { renderWith } from '../render.ts';
import type { Sample } from '../sample.ts';
import { samples } from '../sample.ts';
import { validate, withDefaults } from '../validate.ts';
import type { Facts } from './facts.ts';
import { originOf, resourcePlace } from './places.ts';

/**
 * Every resource that a Composition can make is one that its kind's schema allows, CEL rules and all, and that the judges
 * have nothing against: shown on samples of the API's spec, its defaults and each of its enum values among them.
 */
export function proveShapes(pkg: Package, part: Part, facts: Facts): readonly Finding[] {
  const { spec = {} } = part.schema.properties ?? {};
  const { crossplane: _, ...own } = spec.properties ?? {};
  const { samples: all, unknown } = samples({ ...spec, properties: own });
  const api = `apis/${part.api.kind.toLowerCase()}`;
  const findings = unknown.map(path => ({
    place: `${api}: spec.${path}`,
    message: 'has a pattern, and neither default nor example to try it with: add .meta({ example: … })',
  }));
  if (findings.length > 0) return findings;
  return part.compositions.flatMap(composition => {
    const meant = all
      .map(sample => ({ sample, composite: compositeOf(part, composition, sample) }))
      .filter(({ composite }) => isFor(part, composition, composite))
      .map(tried => ({ ...tried, refused: validate(part.schema, tried.composite) }));
    const valid = meant.filter(({ refused }) => refused.length === 0);
    if (valid.length > 0) {
      return firstAtEachPlace(
        valid.flatMap(({ sample, composite }) => judge(pkg, composition, composite, sample, facts)),
      );
    }
    const reason = meant[0]?.refused.map(({ path, message }) => `; ${formatPath(path)} ${message}`).join('') ?? '';
    const message = `no sample of the spec is valid and for this Composition, so it was not tried: give its fields examples${reason}`;
    return [{ place: `compositions/${composition.metadata.name}`, message }];
  });
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

function judge(
  pkg: Package,
  composition: Composition,
  composite: Manifest,
  { what }: Sample,
  facts: Facts,
): readonly Finding[] {
  try {
    const { resources, waiting } = renderWith(pkg, composition, composite);
    const templates = new Map(resourcesOf(composition).map(template => [template.name, template]));
    const starved = [...waiting].flatMap(([name, field]) => {
      const template = templates.get(name);
      const message = `is never made, because nothing gives ${field} a value (with ${what})`;
      return template ? [{ place: resourcePlace(composition, template), message }] : [];
    });
    const wrong = resources.flatMap(({ name, manifest }) => {
      const template = templates.get(name);
      const schema = pkg.kinds.get(manifest.apiVersion, manifest.kind)?.schema;
      if (!template || !schema) return [];
      const refused = validate(schema, manifest);
      const problems = refused.length > 0 ? refused : facts.judges.flatMap(judge => judge(manifest, composite));
      return problems.map(({ path, message }) => ({
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
