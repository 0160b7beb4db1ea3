import { child, items, type JsonObject, text } from '../../kubernetes/json.ts';
import type { Account, Failure, Resource } from './account.ts';
import { clusterOf, ofCluster, quietCluster, versionOf } from './eks.ts';
import { refuse } from './errors.ts';
import type { Request } from './external-names.ts';
import { latency } from './latencies.ts';
import type { Rules } from './rules.ts';

/** Add-ons that only run where EKS puts them by a DaemonSet: they are ACTIVE without a node. */
const withoutNodes = new Set(['eks-node-monitoring-agent', 'eks-pod-identity-agent', 'kube-proxy', 'vpc-cni']);
/** Those that EKS puts into a cluster by itself, and the add-on of the same name then finds. */
const selfManaged = new Set(['coredns', 'kube-proxy', 'vpc-cni']);
/** AWS's own add-ons, and the namespace of their service accounts. */
const namespaces: Readonly<Record<string, string>> = {
  adot: 'opentelemetry-operator-system',
  'amazon-cloudwatch-observability': 'amazon-cloudwatch',
  'aws-ebs-csi-driver': 'kube-system',
  'aws-efs-csi-driver': 'kube-system',
  'aws-fsx-csi-driver': 'kube-system',
  'aws-guardduty-agent': 'amazon-guardduty',
  'aws-mountpoint-s3-csi-driver': 'kube-system',
  'aws-privateca-connector-for-kubernetes': 'aws-privateca-issuer',
  'cert-manager': 'cert-manager',
  coredns: 'kube-system',
  'eks-node-monitoring-agent': 'kube-system',
  'eks-pod-identity-agent': 'kube-system',
  'external-dns': 'external-dns',
  'kube-proxy': 'kube-system',
  'kube-state-metrics': 'kube-state-metrics',
  'metrics-server': 'kube-system',
  'prometheus-node-exporter': 'prometheus-node-exporter',
  'snapshot-controller': 'kube-system',
  'vpc-cni': 'kube-system',
};
/** Releases that belong to one Kubernetes version, and are what EKS picks for it; of others we do not know. */
const releases: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '1.31': {
    'aws-ebs-csi-driver': 'v1.37.0',
    coredns: 'v1.11.3',
    'eks-pod-identity-agent': 'v1.3.4',
    'vpc-cni': 'v1.18.5',
  },
};
/** Seconds that Terraform's provider waits for an add-on to be ACTIVE. */
const patience = 1200;

/** What EKS does with add-ons. */
export const addon: Rules = {
  create: (account, { region, args }) => {
    const cluster = quietCluster(account, region, args);
    const name = text(args, 'addonName') ?? '';
    if (!(name in namespaces)) refuse('InvalidParameterException', `Addon ${name} specified is not supported`);
    refuseVersion(cluster, name, text(args, 'addonVersion'));
    const taken = ofCluster(account, 'eks/PodIdentityAssociation', cluster).find(
      ({ asked }) =>
        asked.namespace === namespaces[name] && accountsOf(args).includes(text(asked, 'serviceAccount') ?? ''),
    );
    if (taken) refuse('ResourceInUseException', `Association already exists: ${taken.id}`, 409);
  },

  update: (account, before, args) => {
    const cluster = quietCluster(account, before.region, before.asked);
    const version = text(args, 'addonVersion');
    // One that stays may be of the cluster's former version.
    if (version !== text(before.asked, 'addonVersion')) {
      refuseVersion(cluster, text(before.asked, 'addonName') ?? '', version);
    }
  },

  fails: conflict,

  computed: (account, { region, asked }) => {
    const cluster = clusterOf(account, region, asked);
    const release = cluster && releases[versionOf(cluster)]?.[text(asked, 'addonName') ?? ''];
    return release ? { addonVersion: `${release}-eksbuild.1` } : {};
  },

  /** Pods of a Deployment need a node; those whose role comes by Pod Identity need the agent that hands it out. */
  awaits: (account, one) => {
    const cluster = clusterOf(account, one.region, one.asked);
    if (!cluster || withoutNodes.has(text(one.asked, 'addonName') ?? '')) return undefined;
    const nodes = nodesOf(account, cluster);
    const agent = ofCluster(account, 'eks/Addon', cluster).find(
      ({ asked, state }) => asked.addonName === 'eks-pod-identity-agent' && state !== 'creating',
    );
    const needsAgent = items(one.asked.podIdentityAssociation).length > 0;
    if (nodes.length === 0 || (needsAgent && !agent)) {
      const message =
        nodes.length === 0
          ? "The add-on is unhealthy because it doesn't have the desired number of replicas."
          : 'The add-on is unhealthy because its pods get no credentials: add-on eks-pod-identity-agent is missing.';
      const failure = `${message} (last state: 'DEGRADED', timeout: 20m0s)`;
      return { missing: { code: 'InsufficientNumberOfReplicas', message: failure, status: 400 }, patience };
    }
    const first = Math.min(...nodes.map(({ since }) => since));
    return { since: Math.max(first, needsAgent ? (agent?.since ?? 0) : 0), lasts: latency('eks/Addon', 'create') };
  },

  after: (account, one) => {
    const cluster = clusterOf(account, one.region, one.asked);
    const alone = withoutNodes.has(text(one.asked, 'addonName') ?? '');
    return cluster && !alone ? ofCluster(account, 'eks/NodeGroup', cluster) : [];
  },
};

/** Whether a service account gets a role by Pod Identity: by an add-on, or by an association of its own. */
export function hasPodIdentity(
  account: Account,
  cluster: Resource,
  of: Resource | undefined,
  namespace: string,
  serviceAccount: string,
): boolean {
  if (of && accountsOf(of.asked).includes(serviceAccount)) return true;
  return ofCluster(account, 'eks/PodIdentityAssociation', cluster).some(
    ({ asked }) => asked.namespace === namespace && asked.serviceAccount === serviceAccount,
  );
}

/** The add-on that has made the association of a service account, if one has. */
export function addonFor(
  account: Account,
  cluster: Resource,
  namespace: string | undefined,
  serviceAccount: string | undefined,
): Resource | undefined {
  return ofCluster(account, 'eks/Addon', cluster).find(
    ({ asked }) =>
      namespaces[text(asked, 'addonName') ?? ''] === namespace && accountsOf(asked).includes(serviceAccount ?? ''),
  );
}

function accountsOf(args: JsonObject): readonly string[] {
  return items(args.podIdentityAssociation).flatMap(one => text(child(one), 'serviceAccount') ?? []);
}

/** The node groups that have nodes. */
function nodesOf(account: Account, cluster: Resource): readonly Resource[] {
  return ofCluster(account, 'eks/NodeGroup', cluster).filter(
    ({ state, asked }) => state !== 'creating' && child(asked, 'scalingConfig').desiredSize !== 0,
  );
}

function refuseVersion(cluster: Resource, name: string, version: string | undefined): void {
  if (version === undefined) return;
  const release = /^(v\d+\.\d+\.\d+)-eksbuild\.\d+$/.exec(version)?.[1];
  const belongs = Object.entries(releases).find(([, all]) => all[name] === release)?.[0];
  // AWS lists some of these for neighbouring versions too; the stricter reading is that of the platform's facts.
  if (release === undefined || (belongs !== undefined && belongs !== versionOf(cluster))) {
    refuse('InvalidParameterException', 'Addon version specified is not supported');
  }
}

/** An add-on that finds what EKS put there itself takes it over only if it is told to. */
function conflict(account: Account, { region, args }: Request): Failure | undefined {
  const cluster = clusterOf(account, region, args);
  const name = text(args, 'addonName') ?? '';
  if (!cluster || cluster.asked.bootstrapSelfManagedAddons === false || !selfManaged.has(name)) return undefined;
  if (text(args, 'resolveConflictsOnCreate') === 'OVERWRITE') return undefined;
  const message = 'Conflicts found when trying to apply. Will not continue due to resolve conflicts mode.';
  return { code: 'ConfigurationConflict', message, status: 400 };
}
