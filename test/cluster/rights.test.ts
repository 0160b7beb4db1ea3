import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { type Access, kubeconfigText } from '../../src/local/manifest.ts';
import { apply, claim, ensureNamespace, eventually, kubectl, statusOf, untilGone, untilReady } from './cluster.ts';

const example = new URL('../../kind-bootstrap/teams/builderspace.yaml', import.meta.url);

/** What kubectl says to a member of the example's team: what it did, or why not. */
async function asMember(...args: readonly string[]): Promise<string> {
  return kubectl(...args, '--as=jane', '--as-group=team-builderspace', '--as-group=system:authenticated').catch(
    (error: Error) => error.message,
  );
}

describe('a member of a team', () => {
  const settings = JSON.stringify(claim('mine'));
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rights-'));
    await writeFile(join(folder, 'claim.json'), settings);
    await ensureNamespace('another');
    await kubectl('apply', '-f', example.pathname);
    await asMember('apply', '-n', 'builderspace', '-f', join(folder, 'claim.json'));
    await untilReady('builderspace', 'platformclaim/mine', 240);
  });

  test.each([
    ['changes her claim', ['label', '-n', 'builderspace', 'platformclaim/mine', 'tier=gold'], /labeled/],
    ['sees what comes of it', ['get', '-n', 'builderspace', 'xcluster,vpc.ec2.aws.m.upbound.io', '-o', 'name'], /vpc/],
    ['sees events', ['get', '-n', 'builderspace', 'events', '-o', 'name'], /event\//],
    [
      'makes no claim in another namespace',
      ['apply', '-n', 'another', '-f', '<claim>'],
      /cannot get resource "platformclaims"/,
    ],
    [
      'sees no claim of another team',
      ['get', '-n', 'another', 'platformclaims'],
      /cannot list resource "platformclaims"/,
    ],
    [
      'edits no composite resource',
      ['label', '-n', 'builderspace', 'xclusters', '--all', 'tier=gold'],
      /cannot patch resource "xclusters"/,
    ],
    [
      'deletes no managed resource',
      ['delete', '-n', 'builderspace', 'vpcs.ec2.aws.m.upbound.io', '--all'],
      /cannot delete resource "vpcs"/,
    ],
    ['reads no kubeconfig and no password', ['get', '-n', 'builderspace', 'secrets'], /cannot list resource "secrets"/],
    [
      'gives nobody rights',
      ['create', 'rolebinding', 'x', '-n', 'builderspace', '--clusterrole=admin', '--user=joe'],
      /cannot create resource "rolebindings"/,
    ],
    ['installs nothing', ['get', 'providers.pkg.crossplane.io'], /cannot list resource "providers"/],
  ])('%s', async (_, args, expected) => {
    const given = args.map(arg => (arg === '<claim>' ? join(folder, 'claim.json') : arg));
    expect(await asMember(...given)).toMatch(expected);
  });

  test('is shown the whole tree by make status', async () => {
    // A token of a service account stands for her login: the client of make status cannot take on a group.
    await kubectl('create', 'serviceaccount', 'jane', '-n', 'builderspace');
    await kubectl(
      'create',
      'rolebinding',
      'jane',
      '-n',
      'builderspace',
      '--clusterrole=tekanya-team',
      '--serviceaccount=builderspace:jane',
    );
    const token = (await kubectl('create', 'token', 'jane', '-n', 'builderspace')).trim();
    const admin = load(await readFile(inject('kubeconfig'), 'utf8')) as {
      readonly clusters: readonly [{ readonly cluster: Readonly<Record<string, string>> }];
    };
    const [{ cluster }] = admin.clusters;
    const access: Access = {
      server: cluster.server ?? '',
      authority: Buffer.from(cluster['certificate-authority-data'] ?? '', 'base64').toString(),
      token,
      name: 'jane',
    };
    await writeFile(join(folder, 'kubeconfig'), kubeconfigText(access));
    const hers = await statusOf('builderspace/mine', join(folder, 'kubeconfig'));
    expect(hers).not.toMatch(/unknown|not there|may not be read/);
    const count = /platformclaim\/mine: (\d+ of \d+ ready)/;
    expect(count.exec(hers)?.[1]).toBe(count.exec(await statusOf('builderspace/mine'))?.[1]);
  });

  test('deletes her claim, and nothing of it is left', async () => {
    expect(await asMember('delete', '-n', 'builderspace', 'platformclaim/mine')).toMatch(/deleted/);
    await untilGone('builderspace');
  });
});

describe.runIf(process.env.FULL)('a permission that is taken away', () => {
  const revision = 'providerrevision/provider-aws-local';
  const network = {
    apiVersion: 'platform.tekanya.services/v1alpha1',
    kind: 'XNetwork',
    metadata: { name: 'net' },
    spec: {},
  };

  test('is named by make status, with who lacks it', async () => {
    const { status: before } = JSON.parse(await kubectl('get', revision, '-o', 'json'));
    const objectRefs = before.objectRefs.filter(({ name }: { name: string }) => name !== 'vpcs.ec2.aws.m.upbound.io');
    const write = (refs: unknown) =>
      kubectl(
        'patch',
        revision,
        '--subresource=status',
        '--type=merge',
        '-p',
        JSON.stringify({ status: { objectRefs: refs } }),
      );
    const crossplane = '--as=system:serviceaccount:crossplane-system:crossplane';
    const can = () =>
      kubectl('auth', 'can-i', 'patch', 'vpcs.ec2.aws.m.upbound.io', crossplane).then(
        () => true,
        () => false,
      );
    expect(objectRefs).toHaveLength(before.objectRefs.length - 1);

    await write(objectRefs);
    try {
      await eventually(can).toBe(false);
      await apply('unrightful', network);
      await eventually(() => statusOf('unrightful/xnetwork/net')).toMatch(
        /xnetwork\/net\S* failing.*a permission is missing: crossplane-system\/crossplane may not \w+ vpcs\.ec2\.aws\.m\.upbound\.io/,
      );
    } finally {
      await write(before.objectRefs);
    }

    // Given back, it is enough: nothing else has to be done.
    await eventually(can).toBe(true);
    await untilReady('unrightful', 'xnetwork/net', 120);
    await kubectl('delete', '-n', 'unrightful', 'xnetwork/net');
  }, 300_000);
});
