import { ListNodegroupsCommand } from '@aws-sdk/client-eks';
import { ListInstanceProfilesCommand } from '@aws-sdk/client-iam';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  apply,
  aws,
  changesSince,
  claim,
  eventually,
  inAccount,
  kubectl,
  lastCall,
  untilGone,
  untilReady,
} from './cluster.ts';
import { foundation } from './platform/foundation.ts';
import { type Ground, groundOf, instancesOf, loadBalancersOf } from './platform/ground.ts';
import { endingsOf, misplaced } from './platform/order.ts';
import { services } from './platform/services.ts';
import { pod, service } from './platform/work.ts';

const apiVersion = 'platform.tekanya.services/v1alpha1';
const github = {
  repository: 'tekanya/builderspace',
  from: 'environment:production',
  provider: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com',
};

/** As it was drawn, with Karpenter and ExternalDNS, and what only a team knows. */
const whole = (name: string, deletionPolicy = 'Delete') =>
  claim(name, { githubActions: { github }, cluster: { karpenter: {}, externalDns: {} }, database: { deletionPolicy } });

/** What a deletion takes, where nobody has cleared anything away before. */
const seconds = 400;

describe('the platform of the drawing, twice side by side under one name', () => {
  const zone = { apiVersion, kind: 'ZoneClaim', metadata: { name: 'tekanya' }, spec: { domain: 'tekanya.services' } };
  const namespaces = ['drawing', 'beside'] as const;
  const grounds: Ground[] = [];
  const first = () => grounds[0] as Ground;

  beforeAll(async () => {
    await apply('dns', zone);
    for (const namespace of namespaces) await apply(namespace, whole('drawn', 'Protect'));
    await untilReady('dns', 'zoneclaim/tekanya');
    for (const namespace of namespaces) await untilReady(namespace, 'platformclaim/drawn', 400);
    for (const namespace of namespaces) grounds.push(await groundOf(namespace, 'drawn'));
  }, 600_000);

  test.each([...foundation, ...services])('$part: $fact', async ({ look, is }) => {
    // What Karpenter finds, it has to find first.
    await eventually(() => look(first()), 20).toEqual(is);
  });

  const records = async () => (await inAccount('dns', 'route53/Record')).map(({ id }) => id.replace(/\. /, ' ')).sort();

  test('a pending pod gets a node and a Service its records, in each of the two', async () => {
    for (const { inside } of grounds) {
      for (const architecture of ['amd64', 'arm64']) await inside.apply(pod(architecture));
    }
    for (const { inside, namespace } of grounds) await inside.apply(service(`${namespace}.tekanya.services`));
    for (const ground of grounds) {
      await eventually(async () => {
        const { items } = JSON.parse(await ground.inside.workload('get', 'nodes', '-o', 'json'));
        return (items as readonly Node[])
          .map(({ metadata: { labels } }) => labels)
          .filter(labels => labels['karpenter.sh/nodepool'])
          .map(labels => `${labels['kubernetes.io/arch']} ${labels['karpenter.sh/capacity-type']}`)
          .sort();
      }).toEqual(['amd64 spot', 'arm64 spot']);
      const phases = ['get', 'pods', '-n', 'workloads', '-o', 'jsonpath={.items[*].status.phase}'];
      await eventually(() => ground.inside.workload(...phases)).toBe('Running Running');
      expect(await instancesOf(ground, 'karpenter.sh/nodepool')).toHaveLength(2);
      await eventually(() => loadBalancersOf(ground)).toHaveLength(1);
    }
    const hosts = namespaces.map(namespace => `${namespace}.tekanya.services`);
    await eventually(records).toEqual(expect.arrayContaining(hosts.flatMap(host => [`${host} A`, `${host} TXT`])));
  });

  test('one is deleted, nobody has cleared anything away before: all goes in order, and the other stays', async () => {
    const [ground, other] = grounds as [Ground, Ground];
    const protectedBy = kubectl('delete', '-n', ground.namespace, 'platformclaim/drawn', '--timeout=20s');
    await expect(protectedBy).rejects.toThrow('it holds data, and spec.database.deletionPolicy is Protect');
    for (const { namespace } of grounds) await apply(namespace, whole('drawn'));
    const endings = await endingsOf(ground);
    const start = await lastCall();
    await kubectl('delete', '-n', ground.namespace, 'platformclaim/drawn', '--timeout=20s');
    await untilGone(ground.namespace, seconds);
    const calls = await changesSince(start);
    const told = calls.map(({ n, action, resource }) => `${n} ${action} ${resource}`);
    expect(misplaced(calls, endings), told.join('\n')).toEqual([]);
    const { namespace, inside } = other;
    await untilReady(namespace, 'platformclaim/drawn');
    expect(await inside.workload('get', 'pods', '-n', 'workloads', '-o', 'name')).toBe(
      'pod/work-amd64\npod/work-arm64\n',
    );
    expect(await records()).toEqual(['A', 'TXT'].map(type => `${namespace}.tekanya.services ${type}`));
  }, 600_000);

  test('the other is deleted, and the account is as empty as before', async () => {
    await kubectl('delete', '-n', 'beside', 'platformclaim/drawn', '--timeout=20s');
    await untilGone('beside', seconds);
    await kubectl('delete', '-n', 'dns', 'zoneclaim/tekanya');
    await untilGone('dns');
  }, 600_000);
});

interface Node {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
}

describe('a claim that is deleted while it comes up leaves nothing', () => {
  const unlessNoCluster = (error: Error) => {
    if (error.name !== 'ResourceNotFoundException') throw error;
    return undefined;
  };
  const moments: readonly { moment: string; seen: (namespace: string) => Promise<boolean> }[] = [
    {
      moment: 'the cluster is being made',
      // A second earlier the log group has nobody yet who keeps it, and EKS makes it again.
      seen: async namespace => {
        const usages = await kubectl('get', 'usages.protection.crossplane.io', '-n', namespace, '-o', 'name');
        return usages.includes('/halfway-cluster-uses-log-group');
      },
    },
    {
      moment: 'the nodes are being made, and the charts installed',
      seen: async namespace => {
        const asked = new ListNodegroupsCommand({ clusterName: `${namespace}_halfway` });
        const found = await aws().eks.send(asked).catch(unlessNoCluster);
        return (found?.nodegroups ?? []).length > 0;
      },
    },
    {
      moment: 'Karpenter has made the profile of its nodes',
      seen: async namespace => {
        const { InstanceProfiles = [] } = await aws().iam.send(new ListInstanceProfilesCommand({}));
        return InstanceProfiles.some(({ InstanceProfileName }) => InstanceProfileName?.startsWith(`${namespace}_`));
      },
    },
  ];

  test('at each of three moments', async () => {
    const halfway = moments.map(async ({ seen }, i) => {
      const namespace = `halfway-${i}`;
      await apply(namespace, whole('halfway'));
      await eventually(() => seen(namespace), 200).toBe(true);
      await kubectl('delete', '-n', namespace, 'platformclaim/halfway', '--timeout=20s');
    });
    await Promise.all(halfway);
    for (const i of moments.keys()) await untilGone(`halfway-${i}`, seconds);
  }, 700_000);
});
