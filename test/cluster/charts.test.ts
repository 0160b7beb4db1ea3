import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ChartPin, chartPins } from '../../src/charts/pins.ts';
import { apply, ensureNamespace, eventually, inside, type KubeObject, kubeconfigOf, kubectl, list } from './cluster.ts';
import { makeCluster } from './eks-cluster.ts';

const namespace = 'charts';
/** A cluster that somebody has made in the account. */
const eksCluster = 'charts';
const { workload, apply: applyInside, get: getInside } = inside(eksCluster);
let removeCluster: () => Promise<void>;

/** What is left of such a thing: nothing is the empty text. */
const left = (...args: readonly string[]) => workload('get', '--ignore-not-found', '-o', 'name', ...args);

function pin(name: string, version?: string): ChartPin {
  const found = chartPins.find(one => one.name === name && (version ?? one.version) === one.version);
  if (!found) throw new Error(`no chart ${name} ${version} is pinned`);
  return found;
}

function release({ name, repository, version }: ChartPin, where: string, values: object): object {
  return {
    apiVersion: 'helm.m.crossplane.io/v1beta1',
    kind: 'Release',
    metadata: { name },
    spec: {
      // Helm never removes the kinds of a chart's crds/, and ExternalDNS's is for a source that is not used.
      forProvider: { chart: { name, repository, version }, namespace: where, skipCRDs: true, values },
      providerConfigRef: { kind: 'ProviderConfig', name: 'workload' },
    },
  };
}

function condition(object: KubeObject | undefined, type: string) {
  return object?.status?.conditions?.find(one => one.type === type);
}

async function untilDeployed(...names: readonly string[]): Promise<void> {
  await eventually(async () =>
    (await list(namespace, 'releases.helm.m.crossplane.io'))
      .filter(({ metadata }) => names.includes(metadata.name))
      .map(one => condition(one, 'Ready')?.status === 'True' || condition(one, 'Synced')?.message),
  ).toEqual(names.map(() => true));
}

const nodePool = (...values: readonly string[]) => ({
  apiVersion: 'karpenter.sh/v1',
  kind: 'NodePool',
  metadata: { name: 'charts' },
  spec: {
    template: {
      spec: {
        nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'charts' },
        requirements: [{ key: 'karpenter.sh/capacity-type', operator: 'In', values }],
      },
    },
    disruption: { consolidationPolicy: 'WhenEmptyOrUnderutilized', consolidateAfter: '0s' },
  },
});

beforeAll(async () => {
  removeCluster = await makeCluster(eksCluster);
  await ensureNamespace(namespace);
  await apply(namespace, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'workload' },
    stringData: { kubeconfig: readFileSync(kubeconfigOf(eksCluster), 'utf8') },
  });
  await apply(namespace, {
    apiVersion: 'helm.m.crossplane.io/v1beta1',
    kind: 'ProviderConfig',
    metadata: { name: 'workload' },
    spec: { credentials: { source: 'Secret', secretRef: { namespace, name: 'workload', key: 'kubeconfig' } } },
  });
});

afterAll(async () => {
  await kubectl('delete', 'namespace', namespace, '--wait=false');
  await removeCluster();
});

test('Karpenter: its kinds and its controller, as their charts write them', async () => {
  await apply(namespace, release(pin('karpenter-crd', '1.0.6'), 'kube-system', {}));
  const settings = { clusterName: 'charts_cluster', interruptionQueue: 'charts_queue' };
  await apply(namespace, release(pin('karpenter', '1.0.6'), 'kube-system', { settings, replicas: 1 }));
  await untilDeployed('karpenter', 'karpenter-crd');

  const { spec } = await getInside('deployment', 'karpenter', 'kube-system');
  const [container] = spec.template.spec.containers;
  expect(spec.replicas).toBe(1);
  expect(spec.template.spec.serviceAccountName).toBe('karpenter');
  expect(container.image).toBe('public.ecr.aws/karpenter/controller:1.0.6');
  expect(container.env).toEqual(
    expect.arrayContaining([
      { name: 'CLUSTER_NAME', value: 'charts_cluster' },
      { name: 'INTERRUPTION_QUEUE', value: 'charts_queue' },
    ]),
  );

  // Its conversion webhook is a Service that nothing serves here; what is stored, v1, needs no conversion.
  await applyInside(nodePool('spot', 'on-demand'));
  expect(await left('nodepools.v1.karpenter.sh')).toBe('nodepool.karpenter.sh/charts\n');
  await expect(applyInside(nodePool())).rejects.toThrow("requirements with operator 'In' must have a value defined");
  await workload('delete', 'nodepool/charts');

  await kubectl(
    'delete',
    '-n',
    namespace,
    'releases.helm.m.crossplane.io/karpenter',
    'releases.helm.m.crossplane.io/karpenter-crd',
  );
  await eventually(() => left('-n', 'kube-system', 'deployment/karpenter')).toBe('');
  await eventually(() => left('crd/nodepools.karpenter.sh', 'crd/ec2nodeclasses.karpenter.k8s.aws')).toBe('');
});

test('ExternalDNS: its arguments, as its chart writes them', async () => {
  const values = { domainFilters: ['example.org'], txtOwnerId: 'charts', policy: 'sync' };
  await apply(namespace, release(pin('external-dns'), 'external-dns', values));
  await untilDeployed('external-dns');

  expect(await left('crd/dnsendpoints.externaldns.k8s.io')).toBe('');
  const { spec } = await getInside('deployment', 'external-dns', 'external-dns');
  const [container] = spec.template.spec.containers;
  expect(container.image).toBe('registry.k8s.io/external-dns/external-dns:v0.14.2');
  expect(container.args).toEqual(
    expect.arrayContaining([
      '--domain-filter=example.org',
      '--txt-owner-id=charts',
      '--policy=sync',
      '--provider=aws',
      '--source=service',
      '--source=ingress',
    ]),
  );
  await kubectl('delete', '-n', namespace, 'releases.helm.m.crossplane.io/external-dns');
  await eventually(() => left('-n', 'external-dns', 'deployment/external-dns')).toBe('');
  await workload('delete', 'namespace/external-dns', '--wait=false');
});

test('a chart from elsewhere is refused with the reason', async () => {
  const elsewhere = { ...pin('external-dns'), name: 'elsewhere', repository: 'https://charts.example/' };
  await apply(namespace, release(elsewhere, 'elsewhere', {}));
  await eventually(
    async () => condition((await list(namespace, 'releases.helm.m.crossplane.io'))[0], 'Synced')?.message,
  ).toContain('the local cluster reaches public.ecr.aws and kubernetes-sigs.github.io and not charts.example:443');
  await kubectl('delete', '-n', namespace, 'releases.helm.m.crossplane.io/elsewhere');
});
