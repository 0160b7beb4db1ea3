import { describe, expect, test } from 'vitest';
import { loadCatalog } from '../../src/crds/catalog.ts';
import { getPath, parsePath } from '../../src/crossplane/path.ts';
import { resourcesOf, sourcesOf, writesResource } from '../../src/crossplane/pipeline.ts';
import { child, type JsonObject } from '../../src/kubernetes/json.ts';
import { externalNameOf } from '../../src/kubernetes/metadata.ts';
import { isNamed } from '../../src/render/external-names.ts';
import { readInstalled } from '../../src/render/installed.ts';
import { awsKind, made } from '../../src/render/observed.ts';

const catalog = loadCatalog();
const installed = readInstalled(new URL('../../', import.meta.url));
const uid = '31af6158-62da-c98f-fe4a-6b178ca06264';
const region = 'af-south-1';
const role = 'arn:aws:iam::123456789012:role/nodes';
const controlledBy = (owner: string) => [{ controller: true, uid: owner }];

function managed(kind: string, forProvider: JsonObject, metadata: JsonObject = {}): JsonObject {
  const [service, name = ''] = kind.split('/');
  const apiVersion = `${service}.aws.m.upbound.io/v1beta1`;
  return {
    apiVersion,
    kind: name,
    metadata: { name: 'x', namespace: 'team-a', uid, ...metadata },
    spec: { forProvider },
  };
}

function observe(object: JsonObject, there: readonly JsonObject[] = []): JsonObject | undefined {
  const kind = awsKind(object) ?? '';
  const schema = catalog.get(String(object.apiVersion), String(object.kind))?.schema ?? {};
  return made(kind, object, schema, (of, namespace) =>
    there.filter(other => awsKind(other) === of && child(other, 'metadata').namespace === namespace),
  );
}

describe('what AWS would name', () => {
  test.each<{ kind: string; args?: JsonObject; id: RegExp; name: RegExp; arn?: RegExp }>([
    { kind: 'ec2/VPC', id: /^vpc-0[0-9a-f]{16}$/, name: /^vpc-/ },
    { kind: 'iam/Role', id: /^x$/, name: /^x$/, arn: /^arn:aws:iam::123456789012:role\/x$/ },
    { kind: 'iam/Role', args: { path: '/a/' }, id: /^x$/, name: /^x$/, arn: /:role\/a\/x$/ },
    { kind: 'iam/RolePolicy', args: { role: 'r' }, id: /^r:x$/, name: /^x$/ },
    { kind: 'eks/Cluster', id: /^x$/, name: /^x$/, arn: /^arn:aws:eks:af-south-1:123456789012:cluster\/x$/ },
    {
      kind: 'eks/NodeGroup',
      args: { clusterName: 'c' },
      id: /^c:x$/,
      name: /^x$/,
      arn: /:nodegroup\/c\/x\/[-0-9a-f]{36}$/,
    },
    { kind: 'eks/AccessEntry', args: { clusterName: 'c', principalArn: role }, id: /^c:arn:.*nodes$/, name: /^c:arn:/ },
    {
      kind: 'eks/Addon',
      args: { clusterName: 'c', addonName: 'a' },
      id: /^c:a$/,
      name: /^c:a$/,
      arn: /:addon\/c\/a\//,
    },
    { kind: 'rds/Cluster', id: /^x$/, name: /^x$/, arn: /^arn:aws:rds:af-south-1:123456789012:cluster:x$/ },
    { kind: 'route53/Zone', id: /^Z0[A-Z2-7]{19}$/, name: /^Z0/, arn: /^arn:aws:route53:::hostedzone\/Z0/ },
    {
      kind: 'sqs/Queue',
      args: { name: 'q' },
      id: /^https:\/\/sqs.af-south-1.amazonaws.com\/123456789012\/q$/,
      name: /\/q$/,
      arn: /^arn:aws:sqs:af-south-1:123456789012:q$/,
    },
    {
      kind: 'cloudwatchevents/Target',
      args: { rule: 'r' },
      id: /^default\/r\/terraform-[0-9a-f]{26}$/,
      name: /^default/,
    },
    { kind: 'cloudwatchevents/Rule', id: /^x$/, name: /^x$/, arn: /^arn:aws:events:af-south-1:123456789012:rule\/x$/ },
  ])('$kind is as AWS names it', ({ kind, args = {}, id, name, arn = /./ }) => {
    const object = observe(managed(kind, { region, ...args })) ?? {};
    const seen = child(object, 'status', 'atProvider');
    expect(seen.id).toMatch(id);
    expect(externalNameOf(object)).toMatch(name);
    // Not every kind shows an ARN.
    expect(seen.arn ?? 'none').toMatch(arn);
  });

  test('keeps the external name that is set', () => {
    const annotations = { 'crossplane.io/external-name': 'own' };
    const object = observe(managed('iam/Role', {}, { annotations })) ?? {};
    expect(child(object, 'status', 'atProvider').id).toBe('own');
  });

  test('is shown only where the CRD has room for it', () => {
    const object = observe(managed('ec2/VPC', { region, cidrBlock: '10.0.0.0/16', unheardOf: 1 })) ?? {};
    const seen = child(object, 'status', 'atProvider');
    expect(seen).toMatchObject({ region, cidrBlock: '10.0.0.0/16' });
    expect(seen).not.toHaveProperty('unheardOf');
  });

  test('is nothing for what is only observed', () => {
    const object = managed('rds/Cluster', { region });
    expect(observe({ ...object, spec: { managementPolicies: ['Observe'], forProvider: { region } } })).toBeUndefined();
  });
});

describe('references', () => {
  const labels = { net: 'a' };
  const there = [
    observe(managed('ec2/VPC', {}, { name: 'v', uid: '1', labels, ownerReferences: controlledBy('xr-1') })),
    observe(managed('ec2/VPC', {}, { name: 'w', uid: '2', labels, ownerReferences: controlledBy('xr-2') })),
    observe(managed('ec2/Subnet', { cidrBlock: '10.0.0.0/24' }, { name: 's1', uid: '3', labels })),
    observe(managed('ec2/Subnet', {}, { name: 's2', uid: '4', labels })),
    observe(managed('iam/Role', {}, { name: 'nodes', uid: '5' })),
    observe(managed('eks/Cluster', { version: '1.31' }, { name: 'c', uid: '6' })),
    observe(managed('eks/AccessEntry', { clusterName: 'c', principalArn: role }, { name: 'e', uid: '7' })),
  ].filter(one => one !== undefined);
  const idOf = (name: string) => externalNameOf(there.find(one => child(one, 'metadata').name === name) ?? {}) ?? '';
  const subnets = [idOf('s1'), idOf('s2')].sort();

  test.each<{ reason: string; kind: string; args: JsonObject; seen: JsonObject }>([
    { reason: 'an external name', kind: 'ec2/Subnet', args: { vpcIdRef: { name: 'v' } }, seen: { vpcId: idOf('v') } },
    {
      reason: 'an ARN for a field named so',
      kind: 'eks/Cluster',
      args: { roleArnRef: { name: 'nodes' } },
      seen: { roleArn: role },
    },
    {
      reason: 'a field of another name',
      kind: 'eks/AccessEntry',
      args: { principalArnFromRoleRef: { name: 'nodes' } },
      seen: { principalArn: role },
    },
    {
      reason: 'an observed field by exception',
      kind: 'eks/AccessPolicyAssociation',
      args: { principalArnRef: { name: 'e' } },
      seen: { principalArn: role },
    },
    {
      reason: 'an argument by exception',
      kind: 'eks/NodeGroup',
      args: { versionRef: { name: 'c' } },
      seen: { version: '1.31' },
    },
    {
      reason: 'what is set, left alone',
      kind: 'ec2/Subnet',
      args: { vpcId: 'vpc-9', vpcIdRef: { name: 'nowhere' } },
      seen: { vpcId: 'vpc-9' },
    },
    {
      reason: 'all that a selector finds, inside another field',
      kind: 'eks/Cluster',
      args: { vpcConfig: { subnetIdSelector: { matchLabels: labels } } },
      seen: { vpcConfig: { subnetIds: subnets } },
    },
    {
      reason: 'each reference of a list',
      kind: 'rds/SubnetGroup',
      args: { subnetIdRefs: [{ name: 's1' }, { name: 's2' }] },
      seen: { subnetIds: subnets },
    },
    {
      reason: 'the one of the same controller',
      kind: 'ec2/Subnet',
      args: { vpcIdSelector: { matchLabels: labels, matchControllerRef: true } },
      seen: { vpcId: idOf('w') },
    },
  ])('give $reason', ({ kind, args, seen }) => {
    const object = observe(managed(kind, { region, ...args }, { ownerReferences: controlledBy('xr-2') }), there);
    expect(child(object, 'status', 'atProvider')).toMatchObject(seen);
  });

  test.each<{ reason: string; args: JsonObject }>([
    { reason: 'what is not there', args: { vpcIdRef: { name: 'nowhere' } } },
    { reason: 'another namespace', args: { vpcIdRef: { name: 'v', namespace: 'team-b' } } },
    { reason: 'labels that nothing has', args: { vpcIdSelector: { matchLabels: { net: 'z' } } } },
  ])('to $reason are waited for', ({ args }) => {
    expect(observe(managed('ec2/Subnet', { region, ...args }), there)).toBeUndefined();
  });
});

describe('every Composition', () => {
  const templates = installed.apis
    .flatMap(api => [...api.compositions.values()].flatMap(read => resourcesOf(read())))
    .filter(({ base }) => awsKind(base as unknown as JsonObject) !== undefined);
  const kinds = [...new Set(templates.map(({ base }) => awsKind(base as unknown as JsonObject) ?? ''))].sort();

  test('composes kinds of which it is known how AWS names them', () => {
    expect(kinds.length).toBeGreaterThan(20);
    expect(kinds.filter(kind => !isNamed(kind))).toEqual([]);
  });

  test('reads of AWS what it gives itself, and what is made up', () => {
    const missing = templates.flatMap(({ base, patches = [] }) => {
      const kind = awsKind(base as unknown as JsonObject) ?? '';
      const asked = { region, manageMasterUserPassword: true, ...givenArguments };
      const object = observe(managed(kind, asked));
      const read = patches.filter(patch => !writesResource(patch)).flatMap(sourcesOf);
      return read.filter(path => getPath(object, parsePath(path)) === undefined).map(path => `${kind} ${path}`);
    });
    expect(missing).toEqual([]);
  });
});

/** Arguments that resources are made with, by which some of what is observed is known. */
const givenArguments = {
  clusterName: 'c',
  databaseName: 'd',
  engineVersion: '16.4',
  name: 'n',
  principalArn: role,
  version: '1.31',
};
