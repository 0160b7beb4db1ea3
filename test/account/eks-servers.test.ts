import { CreateClusterCommand, DeleteClusterCommand } from '@aws-sdk/client-eks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accountId, region } from './account.ts';
import { clusterIs, type EksGround, startEks } from './eks.ts';

let ground: EksGround;
beforeAll(async () => {
  ground = await startEks({ told: true });
});
afterAll(() => ground.end());

it('tells who keeps API servers which clusters there are, and lets one be ACTIVE when its server is said to be ready', async () => {
  const { control, aws } = ground.account;
  expect(await control.clusters()).toEqual([]);
  await aws.eks.send(new CreateClusterCommand(ground.cluster('served')));
  const [cluster, ...others] = await control.clusters();
  expect(others).toEqual([]);
  expect(cluster).toMatchObject({
    name: 'served',
    account: accountId,
    region,
    status: 'CREATING',
    endpoint: ground.addresses[0],
    roleArn: ground.roles.cluster,
  });
  // Its time is half a second, and its address takes connections.
  await new Promise(resolve => setTimeout(resolve, 1500));
  await clusterIs(ground, 'served', 'CREATING');
  if (cluster) await control.ready(cluster);
  await clusterIs(ground, 'served', 'ACTIVE');

  await aws.eks.send(new DeleteClusterCommand({ name: 'served' }));
  expect(await control.clusters()).toMatchObject([{ name: 'served', status: 'DELETING' }]);
  await clusterIs(ground, 'served', 'gone');
  expect(await control.clusters()).toEqual([]);
});

it('refuses word of an address that no cluster has', async () => {
  await expect(ground.account.control.ready({ endpoint: 'https://127.0.0.1:1' })).rejects.toThrow(
    'no cluster has the endpoint https://127.0.0.1:1',
  );
});
