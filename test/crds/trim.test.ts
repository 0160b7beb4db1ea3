import { describe, expect, it } from 'vitest';
import type { Crd } from '../../src/crds/crd.ts';
import { trim } from '../../src/crds/trim.ts';
import { crdFile } from '../../src/crds/write.ts';
import type { Schema } from '../../src/crossplane/schema.ts';

const version = (name: string, storage: boolean, schema: Schema = {}) => ({
  name,
  served: true,
  storage,
  schema: { openAPIV3Schema: schema },
});

const crd = (schema: Schema, group = 'ec2.aws.m.upbound.io'): Crd => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `things.${group}`, annotations: { 'controller-gen.kubebuilder.io/version': 'v0.18.0' } },
  spec: {
    group,
    names: { kind: 'Thing', plural: 'things' },
    scope: 'Namespaced',
    versions: [version('v1beta1', true, schema)],
  },
});

const trimmed = (schema: Schema): Schema | undefined => trim(crd(schema)).spec.versions[0]?.schema.openAPIV3Schema;

const policy: Schema = { type: 'object', properties: { resolution: { type: 'string' } } };
const reference = (description?: string): Schema => ({
  ...(description && { description }),
  type: 'object',
  properties: { policy },
});

describe('schemas', () => {
  const cases: readonly { reason: string; schema: Schema; expected: Schema }[] = [
    {
      reason: 'prose goes, at every level',
      schema: {
        description: 'a thing',
        properties: { a: { title: 'A', type: 'array', items: { description: 'an item', type: 'string' } } },
        additionalProperties: { description: 'more', type: 'string' },
        anyOf: [{ description: 'either', required: ['a'] }],
      },
      expected: {
        properties: { a: { type: 'array', items: { type: 'string' } } },
        additionalProperties: { type: 'string' },
        anyOf: [{ required: ['a'] }],
      },
    },
    {
      reason: 'a property that is called description is no prose',
      schema: { properties: { description: { description: 'of the thing', type: 'string' } } },
      expected: { properties: { description: { type: 'string' } } },
    },
    {
      reason: 'constraints stay, those that are false, null or zero too',
      schema: { type: 'integer', default: 0, minimum: 0, maximum: 9, nullable: false },
      expected: { type: 'integer', default: 0, minimum: 0, maximum: 9, nullable: false },
    },
    {
      reason: 'CEL rules stay whole',
      schema: { 'x-kubernetes-validations': [{ rule: 'self.a', message: 'a is a required parameter' }] },
      expected: { 'x-kubernetes-validations': [{ rule: 'self.a', message: 'a is a required parameter' }] },
    },
    {
      reason: 'additionalProperties may be a mere boolean',
      schema: { type: 'object', additionalProperties: true },
      expected: { type: 'object', additionalProperties: true },
    },
  ];
  it.each(cases)('$reason', ({ schema, expected }) => {
    expect(trimmed(schema)).toEqual(expected);
  });

  it('has its keywords in reading order', () => {
    const schema: Schema = { properties: {}, required: ['a'], default: {}, description: 'x', type: 'object' };
    expect(Object.keys(trimmed(schema) ?? {})).toEqual(['type', 'default', 'required', 'properties']);
  });

  it('refuses a keyword it does not know, with its place', () => {
    const schema = { properties: { a: { type: 'string', contentEncoding: 'base64' } } } as Schema;
    expect(() => trimmed(schema)).toThrow('things.ec2.aws.m.upbound.io: a: unknown schema keyword contentEncoding');
  });

  it('leaves references out of initProvider, where only the values are of use', () => {
    const values: Schema = { type: 'object', properties: { vpcId: { type: 'string' }, vpcIdRef: reference() } };
    const spec: Schema = { properties: { initProvider: values } };
    expect(trimmed({ properties: { spec } })?.properties?.spec?.properties?.initProvider?.properties).toEqual({
      vpcId: { type: 'string' },
    });
  });

  it('describes nothing below an open path', () => {
    const schema: Schema = { properties: { a: { properties: { b: { type: 'object', required: ['c'] } } } } };
    const open = trim(crd(schema), { open: ['a.b'] }).spec.versions[0]?.schema.openAPIV3Schema;
    expect(open?.properties?.a?.properties?.b).toEqual({
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
    });
  });
});

describe('references', () => {
  const cases: readonly { reason: string; prose: string; expected: string }[] = [
    { reason: 'a reference', prose: 'Reference to a VPC in ec2 to populate vpcId.', expected: '-> ec2/VPC' },
    { reason: 'a selector', prose: 'Selector for a Key in kms to populate keyArn.', expected: '-> kms/Key' },
    { reason: 'references', prose: 'References to Subnet in ec2 to populate subnetIds.', expected: '-> ec2/Subnet' },
    {
      reason: 'a selector of several',
      prose: 'Selector for a list of Subnet in ec2 to populate subnetIds.',
      expected: '-> ec2/Subnet',
    },
    {
      reason: 'lines broken anywhere',
      prose: 'Selector for a list of SecurityGroup in ec2 to\npopulate ids.',
      expected: '-> ec2/SecurityGroup',
    },
    {
      reason: 'no group, which is the own one',
      prose: 'Reference to a Cluster to populate clusterName.\nEither ClusterName, ...',
      expected: '-> ec2/Cluster',
    },
  ];
  it.each(cases)('finds the target of $reason', ({ prose, expected }) => {
    expect(trimmed({ properties: { a: reference(prose) } })?.properties?.a?.description).toBe(expected);
  });

  it('finds the target of a list of references on the list, not on its items', () => {
    const list: Schema = {
      type: 'array',
      description: 'References to Subnet in ec2 to populate subnetIds.',
      items: reference('A NamespacedReference to a named object.'),
    };
    const found = trimmed({ properties: { list } })?.properties?.list;
    expect([found?.description, found?.items?.description]).toEqual(['-> ec2/Subnet', undefined]);
  });

  it('refuses a reference that does not say to what', () => {
    expect(() => trimmed({ properties: { a: reference('A reference.') } })).toThrow(
      'things.ec2.aws.m.upbound.io: a: a reference whose description does not say to which kind ("A reference.")',
    );
  });
});

describe('the rest of a CRD', () => {
  const two: Crd = { ...crd({}), spec: { ...crd({}).spec, versions: [version('v1', true), version('v2', false)] } };
  const cases: readonly { reason: string; wanted?: string; expected: string }[] = [
    { reason: 'the stored version', expected: 'v1' },
    { reason: 'the version asked for', wanted: 'v2', expected: 'v2' },
  ];
  it.each(cases)('keeps $reason alone, served and stored', ({ wanted, expected }) => {
    const { versions } = trim(two, wanted ? { version: wanted } : {}).spec;
    expect(versions.map(({ name, served, storage }) => ({ name, served, storage }))).toEqual([
      { name: expected, served: true, storage: true },
    ]);
  });

  it('says which versions there are if the one asked for is not among them', () => {
    expect(() => trim(two, { version: 'v3' })).toThrow('no v3 version among v1, v2');
  });

  it("keeps the annotation without which Kubernetes' own groups are refused, and no other", () => {
    const approval = { 'api-approved.kubernetes.io': 'https://example.org/1' };
    const approved = { ...crd({}), metadata: { name: 'x', annotations: { other: 'y', ...approval } } };
    expect(trim(approved).metadata.annotations).toEqual(approval);
    expect(trim(crd({})).metadata.annotations).toBeUndefined();
  });

  it('is written with a field on a line, names on lines of their own, under a header', () => {
    const b: Schema = { type: 'string', enum: ['one', 'two', 'three', 'four', 'five', 'six'], default: 'one' };
    const schema: Schema = { type: 'object', properties: { a: { type: 'string' }, b } };
    expect(crdFile([trim(crd(schema))])).toBe(`# Generated by 'make crds' from crds/go.mod. Do not edit.
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: things.ec2.aws.m.upbound.io
spec:
  group: ec2.aws.m.upbound.io
  names:
    kind: Thing
    plural: things
  scope: Namespaced
  versions:
  - name: v1beta1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          a: {type: string}
          b: {type: string, enum: [one, two, three, four, five, six], default: one}
`);
  });
});
