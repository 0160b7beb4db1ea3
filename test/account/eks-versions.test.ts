import {
  CreateClusterCommand,
  DeleteClusterCommand,
  DescribeClusterCommand,
  DescribeClusterVersionsCommand,
  UpdateClusterConfigCommand,
  UpdateClusterVersionCommand,
} from '@aws-sdk/client-eks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcome, until } from './account.ts';
import { clusterIs, type EksGround, nodesAre, startEks, unique, updateEnds } from './eks.ts';

let ground: EksGround;
beforeAll(async () => {
  ground = await startEks({ addresses: 9 });
});
afterAll(() => ground.end());

const eks = () => ground.account.aws.eks;
const on = (date: string | null) => ground.account.control.putClock({ date });
const described = async (name: string) => (await eks().send(new DescribeClusterCommand({ name }))).cluster;
const move = (name: string, version: string, force = false) =>
  outcome(() => eks().send(new UpdateClusterVersionCommand({ name, version, force })));
const remove = async (name: string) => {
  await eks().send(new DeleteClusterCommand({ name }));
  await clusterIs(ground, name, 'gone');
};

describe('the versions of a day', () => {
  it.each([
    ['the last day of standard support is over before it', '1.34', '2026-12-01', 'STANDARD_SUPPORT'],
    ['extended support is paid from that day on', '1.34', '2026-12-02', 'EXTENDED_SUPPORT'],
    ['the day before the end of extended support', '1.31', '2026-11-25', 'EXTENDED_SUPPORT'],
    ['the end of extended support', '1.31', '2026-11-26', 'UNSUPPORTED'],
  ])('%s', async (_, version, date, status) => {
    await on(date);
    const { clusterVersions } = await eks().send(new DescribeClusterVersionsCommand({ clusterVersions: [version] }));
    expect(clusterVersions?.map(one => [one.clusterVersion, one.versionStatus])).toEqual([[version, status]]);
  });

  it.each([
    ['what has ended is told only if it is asked for', {}, ['1.36', '1.35', '1.34', '1.33', '1.32']],
    ['all', { includeAll: true }, ['1.36', '1.35', '1.34', '1.33', '1.32', '1.31', '1.30']],
    ['the default', { defaultOnly: true }, ['1.36']],
    ['by their support', { versionStatus: 'EXTENDED_SUPPORT' as const }, ['1.33', '1.32']],
    ['a page of two', { maxResults: 2 }, ['1.36', '1.35']],
  ])('are listed: %s', async (_, asked, versions) => {
    await on('2026-11-26');
    const { clusterVersions } = await eks().send(new DescribeClusterVersionsCommand(asked));
    expect(clusterVersions?.map(one => one.clusterVersion)).toEqual(versions);
  });
});

describe('a cluster', () => {
  it.each([
    ['is made on the day before the end of extended support', '1.31', '2026-11-25', 'ok'],
    [
      'is refused on the day itself',
      '1.31',
      '2026-11-26',
      'InvalidParameterException: unsupported Kubernetes version 1.31',
    ],
    [
      'is refused before its version has come',
      '1.36',
      '2026-03-01',
      'InvalidParameterException: unsupported Kubernetes version 1.36',
    ],
  ])('%s', async (_, version, date, words) => {
    await on(date);
    const name = unique('dated');
    expect(await outcome(() => eks().send(new CreateClusterCommand(ground.cluster(name, { version }))))).toBe(words);
    if (words !== 'ok') return;
    await clusterIs(ground, name, 'ACTIVE');
    await remove(name);
  });

  it('is of the newest version unless it is told another', async () => {
    await on('2026-03-01');
    const name = unique('newest');
    const { cluster } = await eks().send(new CreateClusterCommand(ground.cluster(name)));
    expect(cluster?.version).toBe('1.35');
    await clusterIs(ground, name, 'ACTIVE');
    await remove(name);
  });

  it('moves one step forward, and within a week back', async () => {
    await on('2026-09-01');
    const name = unique('mover');
    await ground.makeCluster(name, { version: '1.33' });
    const refused = (to: string) =>
      `InvalidParameterException: Unsupported Kubernetes minor version update from 1.33 to ${to}`;
    // Never upgraded, two steps at once, and where it is.
    expect(await move(name, '1.32')).toBe(refused('1.32'));
    expect(await move(name, '1.35')).toBe(refused('1.35'));
    expect(await move(name, '1.33')).toBe(refused('1.33'));
    const { update } = await eks().send(new UpdateClusterVersionCommand({ name, version: '1.34' }));
    expect([update?.type, update?.params?.[0]]).toEqual(['VersionUpdate', { type: 'Version', value: '1.34' }]);
    expect([(await described(name))?.status, (await described(name))?.version]).toEqual(['UPDATING', '1.33']);
    await updateEnds(ground, name, update?.id);
    expect((await described(name))?.version).toBe('1.34');

    await on('2026-09-09');
    expect(await move(name, '1.33')).toContain('Unsupported Kubernetes minor version update from 1.34 to 1.33');
    await on('2026-09-08');
    const back = await eks().send(new UpdateClusterVersionCommand({ name, version: '1.33' }));
    expect(back.update?.type).toBe('VersionRollback');
    await updateEnds(ground, name, back.update?.id);
    expect((await described(name))?.version).toBe('1.33');
    await remove(name);
  });

  it('goes back only without newer nodes, and to extended support only with a policy for it', async () => {
    await on('2026-07-20');
    const name = unique('bound');
    await ground.makeCluster(name, { version: '1.33', upgradePolicy: { supportType: 'STANDARD' } });
    const { update } = await eks().send(new UpdateClusterVersionCommand({ name, version: '1.34' }));
    await updateEnds(ground, name, update?.id);
    await ground.makeNodes(name, 'ahead');
    expect(await move(name, '1.33')).toBe(
      'InvalidRequestException: Nodegroups ahead must be rolled back to 1.33 before the cluster',
    );
    await on('2026-07-26');
    expect(await move(name, '1.33', true)).toBe('ok');
    await clusterIs(ground, name, 'ACTIVE');
    const { update: again } = await eks().send(new UpdateClusterVersionCommand({ name, version: '1.34' }));
    await updateEnds(ground, name, again?.id);
    await on('2026-07-30');
    expect(await move(name, '1.33', true)).toContain('InvalidRequestException: Version 1.33 is in extended support');
  });

  it('does not leave its nodes more than three versions behind', async () => {
    await on('2026-07-01');
    const name = unique('skewed');
    await ground.makeCluster(name, { version: '1.31' });
    await ground.makeNodes(name, 'behind');
    for (const version of ['1.32', '1.33', '1.34']) {
      const { update } = await eks().send(new UpdateClusterVersionCommand({ name, version }));
      await updateEnds(ground, name, update?.id);
    }
    expect(await move(name, '1.35')).toBe(
      'InvalidRequestException: Nodegroups behind must be updated to match cluster version 1.34 before updating cluster version',
    );
  });

  it.each([
    ['at the end of extended support', 'EXTENDED', '1.32', '2027-03-24', '1.33'],
    ['at the end of standard support, without the extended', 'STANDARD', '1.34', '2026-12-03', '1.35'],
  ] as const)('is moved on by EKS %s, its nodes are not', async (_, supportType, version, day, after) => {
    await on('2026-07-01');
    const name = unique('aged');
    await ground.makeCluster(name, { version, upgradePolicy: { supportType } });
    await ground.makeNodes(name, 'old', { version });
    await on(day);
    const now = async () => await described(name);
    const moved = await until(now, cluster => cluster?.version === after && cluster.status === 'ACTIVE');
    expect(moved?.version).toBe(after);
    await nodesAre(ground, name, 'old', 'ACTIVE');
    // What EKS did because extended support had ended, it does not take back.
    if (supportType === 'EXTENDED') expect(await move(name, version)).toContain('unsupported Kubernetes version');
  });

  it('cannot do without the extended support that its version is in', async () => {
    await on('2026-09-01');
    const name = unique('standard');
    await ground.makeCluster(name, { version: '1.33' });
    const upgradePolicy = { supportType: 'STANDARD' } as const;
    expect(await outcome(() => eks().send(new UpdateClusterConfigCommand({ name, upgradePolicy })))).toContain(
      'InvalidParameterException: Kubernetes version 1.33 is in extended support',
    );
  });
});
