import { DeleteSubnetCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { Manifest } from '../../src/crossplane/pipeline.ts';
import { madeUpUid, manifestsOf, render } from '../../src/crossplane/render.ts';
import { assemblePackage } from '../../src/package.ts';
import {
  apply,
  aws,
  claim,
  eventually,
  get,
  inAccount,
  kubectl,
  list,
  tagsOf,
  untilGone,
  untilReady,
} from './cluster.ts';

const apiVersion = 'platform.tekanya.services/v1alpha1';
const threeSubnets = ['a', 'b', 'c'].map((zone, i) => ({ zone: `af-south-1${zone}`, cidr: `10.0.${4 * i}.0/22` }));
const network = (name: string, spec: object = {}) => ({ apiVersion, kind: 'XNetwork', metadata: { name }, spec });

test('a network is lived through: made, changed, mended, extended, deleted', async () => {
  const namespace = 'life';
  await apply(namespace, network('net', { tags: { owner: 'me' } }));
  await untilReady(namespace, 'xnetwork/net');
  const [vpc] = await inAccount(namespace, 'ec2/VPC');
  expect(vpc?.told).toMatchObject({ CidrBlock: '10.0.0.0/16' });
  expect(tagsOf(vpc)).toMatchObject({ owner: 'me', Name: 'life/net' });
  expect(await inAccount(namespace, 'ec2/Subnet')).toHaveLength(2);
  expect((await get(namespace, 'xnetwork/net')).status.vpcId).toBe(vpc?.id);

  // A tag is edited, and arrives.
  await apply(namespace, network('net', { tags: { owner: 'you', cost: '1' } }));
  const tags = async () => tagsOf((await inAccount(namespace, 'ec2/VPC'))[0]);
  await eventually(tags).toMatchObject({ owner: 'you', cost: '1' });
  expect((await inAccount(namespace, 'ec2/VPC'))[0]?.id).toBe(vpc?.id);

  // An optional field is unset, and goes.
  await apply(namespace, network('net'));
  await eventually(tags).not.toHaveProperty('owner');

  // A subnet is deleted behind its back, and returns.
  const [subnet] = await inAccount(namespace, 'ec2/Subnet');
  await aws().ec2.send(new DeleteSubnetCommand({ SubnetId: subnet?.id }));
  const subnets = async () => (await inAccount(namespace, 'ec2/Subnet')).map(({ id }) => id);
  await eventually(async () => (await subnets()).filter(id => id !== subnet?.id).length).toBe(2);
  await untilReady(namespace, 'xnetwork/net');

  // A third subnet is added: another structure, the same network.
  const compositionRef = { name: 'xnetwork-three-zones' };
  await apply(namespace, network('net', { subnets: threeSubnets, crossplane: { compositionRef } }));
  await eventually(async () => (await subnets()).length).toBe(3);
  await untilReady(namespace, 'xnetwork/net');
  expect((await inAccount(namespace, 'ec2/VPC'))[0]?.id).toBe(vpc?.id);

  // It is deleted, and leaves nothing.
  await kubectl('delete', '-n', namespace, 'xnetwork/net');
  await untilGone(namespace);
});

test('what is rendered without a cluster is what Crossplane makes of it', async () => {
  const namespace = 'rendered';
  const spec = { tags: { owner: 'me', Name: 'mine' }, network: { subnets: threeSubnets } };
  await apply(namespace, claim('same', spec));
  await untilReady(namespace, 'platformclaim/same', 300);
  const manifest = { ...claim('same', spec), metadata: { name: 'same', namespace } } as Manifest;
  const rendered = manifestsOf(render(assemblePackage(), manifest));
  const made = await Promise.all(
    rendered.map(async ({ apiVersion, kind, metadata }) => {
      const group = apiVersion.split('/')[0];
      return (await get(namespace, `${kind.toLowerCase()}.${group}/${metadata?.name}`)) as Manifest;
    }),
  );
  // What is observed is made up when rendering, with the name of its resource in it (`vpc.id`), and so is the uid.
  const names = rendered.map(({ metadata }) => `${metadata?.labels?.['platform.tekanya.services/resource']}.`);
  const isMadeUp = (value: unknown) =>
    typeof value === 'string' && [...names, madeUpUid.slice(0, 8)].some(part => value.includes(part));
  const observed = JSON.parse(JSON.stringify(rendered), (_, value) => (isMadeUp(value) ? expect.any(String) : value));
  expect(made).toMatchObject(observed);
  await kubectl('delete', '-n', namespace, 'platformclaim/same');
  await untilGone(namespace, 400);
}, 900_000);

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
