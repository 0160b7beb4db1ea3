import { readdirSync, readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { loadCatalog, referenceTarget } from '../../src/crds/catalog.ts';
import { type Crd, crdsFolder } from '../../src/crds/crd.ts';
import { isReference } from '../../src/crds/reference.ts';
import { sources } from '../../src/crds/sources.ts';
import { header } from '../../src/crds/write.ts';
import type { Schema } from '../../src/crossplane/schema.ts';

const files = readdirSync(crdsFolder).filter(name => name.endsWith('.yaml'));
const texts = files.map(name => readFileSync(new URL(name, crdsFolder), 'utf8'));
const crds = texts.flatMap(text => loadAll(text) as Crd[]);
const catalog = loadCatalog();

/** Every node below a schema, with its place. */
function* nodes(node: Schema, path = ''): Generator<readonly [path: string, node: Schema]> {
  yield [path, node];
  for (const [name, child] of Object.entries(node.properties ?? {})) yield* nodes(child, `${path}.${name}`);
  if (node.items) yield* nodes(node.items, `${path}[]`);
  if (typeof node.additionalProperties === 'object') yield* nodes(node.additionalProperties, `${path}.*`);
}

const all = catalog.kinds().flatMap(({ apiVersion, kind }) => {
  const schema = catalog.get(apiVersion, kind)?.schema;
  return schema ? [...nodes(schema, `${kind}.${apiVersion}`)] : [];
});

describe('the committed CRDs', () => {
  it('are those of src/crds/sources.ts', () => {
    const wanted = sources.flatMap(({ group, kinds }) => kinds.map(kind => `${kind}.${group}`));
    expect(crds.map(({ spec }) => `${spec.names.kind}.${spec.group}`).sort()).toEqual(wanted.sort());
    expect(files.sort()).toEqual([...new Set(sources.map(({ group }) => `${group}.yaml`))].sort());
  });

  it('say that they are generated', () => {
    expect(files.filter((_, index) => !texts[index]?.startsWith(header))).toEqual([]);
  });

  it('have one version each, served and stored', () => {
    const odd = crds.filter(({ spec }) => {
      const [version, ...others] = spec.versions;
      return others.length > 0 || !version?.served || !version.storage;
    });
    expect(odd.map(({ metadata }) => metadata.name)).toEqual([]);
  });

  it('say of each reference and selector to which kind it points', () => {
    const references = all.filter(([path, node]) => isReference(node) && !path.endsWith('[]'));
    expect(references.length).toBeGreaterThan(150);
    expect(references.filter(([, node]) => !referenceTarget(node)).map(([path]) => path)).toEqual([]);
  });

  it('leave no ...Ref, ...Refs or ...Selector of forProvider unrecognised as a reference', () => {
    // Refs to Secrets and to a key of a ConfigMap are Kubernetes', not resolved to another resource's field.
    const named = all.filter(
      ([path, node]) =>
        /\.aws\.m\.upbound\.io\/.*\.spec\.forProvider\..*(?:Refs?|Selector)$/.test(path) &&
        !/SecretRef$/.test(path) &&
        node.type !== 'string',
    );
    const odd = named.filter(([path, node]) => !isReference(node) && !path.endsWith('.matchControllerRef'));
    expect(odd.map(([path]) => path)).toEqual([]);
  });

  it('hold no other description', () => {
    const prose = all.filter(([, node]) => node.description !== undefined && !referenceTarget(node));
    expect(prose.map(([path]) => path)).toEqual([]);
  });

  it('keep the initial values that the CEL rules of the providers name', () => {
    const lacking = catalog.kinds().flatMap(({ apiVersion, kind }) => {
      const spec = catalog.get(apiVersion, kind)?.schema.properties?.spec;
      const rules = spec?.['x-kubernetes-validations'] ?? [];
      const names = rules.flatMap(({ rule }) =>
        [...rule.matchAll(/self\.initProvider\.(\w+)/g)].map(([, name]) => name),
      );
      const values = spec?.properties?.initProvider?.properties ?? {};
      // CEL writes a name that is a word of its own between underscores.
      return names.map(name => name?.replace(/^__(\w+)__$/, '$1') ?? '').filter(name => !Object.hasOwn(values, name));
    });
    expect(lacking).toEqual([]);
  });
});

describe('the catalog', () => {
  it('finds a kind', () => {
    const vpc = catalog.get('ec2.aws.m.upbound.io/v1beta1', 'VPC');
    expect(vpc).toMatchObject({ plural: 'vpcs', scope: 'Namespaced' });
    expect(vpc?.schema.properties?.spec?.properties?.forProvider?.required).toEqual(['region']);
  });

  it('reads the target of a reference', () => {
    const subnet = catalog.get('ec2.aws.m.upbound.io/v1beta1', 'Subnet')?.schema;
    const selector = subnet?.properties?.spec?.properties?.forProvider?.properties?.vpcIdSelector;
    expect(selector && referenceTarget(selector)).toEqual({ group: 'ec2', kind: 'VPC' });
  });

  const absent: readonly { reason: string; apiVersion: string; kind: string }[] = [
    { reason: 'the core API', apiVersion: 'v1', kind: 'Secret' },
    { reason: 'another version', apiVersion: 'ec2.aws.m.upbound.io/v1', kind: 'VPC' },
    { reason: 'another group', apiVersion: 'example.org/v1', kind: 'VPC' },
    { reason: 'a kind that is not pinned', apiVersion: 'ec2.aws.m.upbound.io/v1beta1', kind: 'Fleet' },
    {
      reason: 'the version of XRDs that is not kept',
      apiVersion: 'apiextensions.crossplane.io/v1',
      kind: 'CompositeResourceDefinition',
    },
  ];
  it.each(absent)('finds nothing in $reason', ({ apiVersion, kind }) => {
    expect(catalog.get(apiVersion, kind)).toBeUndefined();
  });
});
