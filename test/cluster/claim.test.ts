import { expect, inject, test } from 'vitest';
import type { Manifest } from '../../src/crossplane/pipeline.ts';
import { madeUpUid, manifestsOf, render } from '../../src/crossplane/render.ts';
import { leave } from '../../src/local/aws/account-file.ts';
import { accountOf } from '../../src/local/platform.ts';
import { assemblePackage } from '../../src/package.ts';
import { apply, claim, eventually, inAccount, kubectl, list, untilReady } from './cluster.ts';

const threeSubnets = ['a', 'b', 'c'].map((zone, i) => ({ zone: `af-south-1${zone}`, cidr: `10.0.${4 * i}.0/22` }));

test('a claim is lived through: made, changed, mended, deleted', async () => {
  const namespace = 'life';
  await apply(namespace, claim('builderspace', { tags: { owner: 'me' } }));
  await untilReady(namespace, 'platformclaim/builderspace');
  const [vpc] = inAccount(namespace, 'ec2/VPC');
  expect(vpc?.asked).toMatchObject({ cidrBlock: '10.0.0.0/16', tags: { owner: 'me' } });
  expect(inAccount(namespace, 'ec2/Subnet')).toHaveLength(2);
  expect(
    JSON.parse(await kubectl('get', '-n', namespace, 'platformclaim/builderspace', '-o', 'json')).status.network,
  ).toMatchObject({
    vpcId: vpc?.id,
  });

  // A tag is edited, and arrives.
  await apply(namespace, claim('builderspace', { tags: { owner: 'you', cost: '1' } }));
  await eventually(() => inAccount(namespace, 'ec2/VPC')[0]?.asked.tags).toMatchObject({ owner: 'you', cost: '1' });
  expect(inAccount(namespace, 'ec2/VPC')[0]?.id).toBe(vpc?.id);

  // An optional field is unset, and goes.
  await apply(namespace, claim('builderspace'));
  await eventually(() => inAccount(namespace, 'ec2/VPC')[0]?.asked.tags).not.toHaveProperty('owner');
  expect(inAccount(namespace, 'ec2/VPC')[0]?.asked.tags).toMatchObject({ Name: 'life/builderspace' });

  // A subnet is deleted behind its back, and returns.
  const [subnet] = inAccount(namespace, 'ec2/Subnet');
  await leave(inject('account'), { do: 'delete', id: subnet?.id ?? '' });
  await eventually(() => inAccount(namespace, 'ec2/Subnet').map(({ id }) => id)).not.toContain(subnet?.id);
  await eventually(() => inAccount(namespace, 'ec2/Subnet').length).toBe(2);
  await untilReady(namespace, 'platformclaim/builderspace');

  // A third subnet is added: another structure, the same network.
  await apply(namespace, claim('builderspace', { network: { subnets: threeSubnets } }));
  await eventually(() => inAccount(namespace, 'ec2/Subnet').length).toBe(3);
  await untilReady(namespace, 'platformclaim/builderspace');
  expect(inAccount(namespace, 'ec2/VPC')[0]?.id).toBe(vpc?.id);

  // It is deleted, and leaves nothing.
  await kubectl('delete', '-n', namespace, 'platformclaim/builderspace');
  await eventually(() => inAccount(namespace)).toEqual([]);
  await eventually(async () =>
    (await kubectl('get', 'platform,managed,composite', '-n', namespace, '-o', 'name')).trim(),
  ).toBe('');
});

test('two claims with one name in two namespaces live side by side', async () => {
  const namespaces = ['team-a', 'team-b'];
  for (const namespace of namespaces) await apply(namespace, claim('builderspace'));
  for (const namespace of namespaces) await untilReady(namespace, 'platformclaim/builderspace');
  const ids = namespaces.flatMap(namespace => inAccount(namespace, 'ec2/VPC').map(({ id }) => id));
  expect(new Set(ids).size).toBe(2);
  await kubectl('delete', '-n', 'team-a', 'platformclaim/builderspace');
  await eventually(() => inAccount('team-a')).toEqual([]);
  expect(inAccount('team-b', 'ec2/Subnet')).toHaveLength(2);
  await kubectl('delete', '-n', 'team-b', 'platformclaim/builderspace');
  await eventually(() => accountOf(inject('state')).all()).toEqual([]);
});

test('what is rendered without a cluster is what Crossplane makes of it', async () => {
  const namespace = 'rendered';
  const spec = { tags: { owner: 'me', Name: 'mine' }, network: { subnets: threeSubnets } };
  await apply(namespace, claim('same', spec));
  await untilReady(namespace, 'platformclaim/same');
  const manifest = { ...claim('same', spec), metadata: { name: 'same', namespace } } as Manifest;
  const rendered = manifestsOf(render(assemblePackage(), manifest));
  const made = await Promise.all(
    rendered.map(async ({ apiVersion, kind, metadata }) => {
      const group = apiVersion.split('/')[0];
      const type = `${kind.toLowerCase()}.${group}/${metadata?.name}`;
      return JSON.parse(await kubectl('get', '-n', namespace, type, '-o', 'json')) as Manifest;
    }),
  );
  // What is observed is made up when rendering, with the name of its resource in it (`vpc.id`), and so is the uid.
  const names = rendered.map(({ metadata }) => `${metadata?.labels?.['platform.tekanya.services/resource']}.`);
  const isMadeUp = (value: unknown) =>
    typeof value === 'string' && [...names, madeUpUid.slice(0, 8)].some(part => value.includes(part));
  const observed = JSON.parse(JSON.stringify(rendered), (_, value) => (isMadeUp(value) ? expect.any(String) : value));
  expect(made).toMatchObject(observed);
  await kubectl('delete', '-n', namespace, 'platformclaim/same');
});

test('a managed resource that no Composition makes comes up too', async () => {
  await apply('by-hand', {
    apiVersion: 'sqs.aws.m.upbound.io/v1beta1',
    kind: 'Queue',
    metadata: { name: 'letters' },
    spec: { forProvider: { region: 'af-south-1', name: 'letters' } },
  });
  await untilReady('by-hand', 'queue.sqs.aws.m.upbound.io/letters');
  const [queue] = await list('by-hand', 'queues.sqs.aws.m.upbound.io');
  expect(queue?.status).toMatchObject({
    atProvider: { arn: 'arn:aws:sqs:af-south-1:123456789012:letters' },
  });
  await kubectl('delete', '-n', 'by-hand', 'queue.sqs.aws.m.upbound.io/letters');
});
