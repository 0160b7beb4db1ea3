import { child, items, type JsonObject, text } from '../../kubernetes/json.ts';
import type { Account, Resource } from './account.ts';
import { partition } from './arns.ts';
import { clusterOf, makeAlong, minor, ofCluster, quietCluster, takesEntries, versionOf } from './eks.ts';
import { hasPodIdentity } from './eks-addons.ts';
import { refuse } from './errors.ts';
import { latestVersion } from './launch-templates.ts';
import type { Rules } from './rules.ts';

const cniPolicy = `arn:${partition}:iam::aws:policy/AmazonEKS_CNI_Policy`;
/** Seconds after which EKS gives a node group up whose nodes do not become ready. */
const patience = 1500;

/** What EKS does with managed node groups. */
export const nodeGroup: Rules = {
  create: (account, { region, args }) => {
    const cluster = quietCluster(account, region, args);
    refuseVersion(cluster, text(args, 'version'));
    refuseTemplate(account, region, args);
  },

  update: (account, before, args) => {
    const cluster = quietCluster(account, before.region, before.asked);
    const version = text(args, 'version');
    refuseVersion(cluster, version);
    if (version !== undefined && minor(version) < minor(versionOf(before))) {
      refuse(
        'InvalidParameterException',
        `Unsupported Kubernetes minor version update from ${versionOf(before)} to ${version}`,
      );
    }
    refuseTemplate(account, before.region, args);
  },

  computed: (account, nodes) => {
    const cluster = clusterOf(account, nodes.region, nodes.asked);
    return cluster ? { version: versionOf(cluster) } : {};
  },

  /** Where access is by entries, EKS lets the nodes in by one for their role. */
  begun: (account, nodes) => {
    const cluster = clusterOf(account, nodes.region, nodes.asked);
    const principalArn = text(nodes.asked, 'nodeRoleArn');
    if (!cluster || !principalArn || !takesEntries(cluster)) return;
    const clusterName = cluster.name;
    makeAlong(account, nodes, {
      kind: 'eks/AccessEntry',
      id: `${clusterName}:${principalArn}`,
      asked: { clusterName, principalArn, type: 'EC2_LINUX' },
    });
  },

  gone: (account, nodes) => {
    const { region, asked, arn } = nodes;
    const [clusterName = '', role = ''] = [text(asked, 'clusterName'), text(asked, 'nodeRoleArn')];
    const entry = account.find('eks/AccessEntry', region, `${clusterName}:${role}`);
    const others = ofCluster(account, 'eks/NodeGroup', { region, name: clusterName });
    if (entry?.token === arn && !others.some(one => text(one.asked, 'nodeRoleArn') === role)) account.remove(entry);
  },

  /** Nodes become ready with a network: vpc-cni that may do its work, and kube-proxy, by which it finds the API server. */
  awaits: (account, nodes) => {
    const cluster = clusterOf(account, nodes.region, nodes.asked);
    if (!cluster || child(nodes.asked, 'scalingConfig').desiredSize === 0) return undefined;
    const addons = ofCluster(account, 'eks/Addon', cluster).filter(({ state }) => state !== 'creating');
    const find = (name: string) => addons.find(({ asked }) => text(asked, 'addonName') === name);
    // Without a word about it, EKS puts both into a new cluster itself.
    const bare = cluster.asked.bootstrapSelfManagedAddons === false;
    const needed = bare ? ['vpc-cni', 'kube-proxy'] : [];
    const agent = find('eks-pod-identity-agent');
    const cni = find('vpc-cni');
    const missing = needed.find(name => !find(name));
    const byRole = mayRunCni(account, nodes);
    const byAgent = hasPodIdentity(account, cluster, cni, 'kube-system', 'aws-node');
    if (missing || !(byRole || (cni && text(cni.asked, 'serviceAccountRoleArn')) || (byAgent && agent))) {
      const why = missing
        ? `add-on ${missing} is missing`
        : byAgent
          ? 'add-on eks-pod-identity-agent is missing'
          : 'vpc-cni has no permissions';
      const message = `Unhealthy nodes in the kubernetes cluster (container runtime network not ready: ${why})`;
      return { missing: { code: 'NodeCreationFailure', message, status: 400 }, patience };
    }
    const since = [...needed.map(find), byRole ? undefined : agent].map(one => one?.since ?? 0);
    return { since: Math.max(0, ...since), lasts: 20 };
  },
};

/** Whether a node group's role lets the CNI plugin work; of a role that the account does not have we cannot know. */
function mayRunCni(account: Account, nodes: Resource): boolean {
  const arn = text(nodes.asked, 'nodeRoleArn');
  const role = account.all().find(one => one.kind === 'iam/Role' && one.arn === arn);
  if (!role || items(role.asked.managedPolicyArns).includes(cniPolicy)) return true;
  return account
    .all()
    .some(
      ({ kind, asked }) =>
        kind === 'iam/RolePolicyAttachment' && asked.role === role.name && asked.policyArn === cniPolicy,
    );
}

function refuseVersion(cluster: Resource, version: string | undefined): void {
  if (version === undefined || minor(version) <= minor(versionOf(cluster))) return;
  refuse(
    'InvalidParameterException',
    `Nodegroup Kubernetes version ${version} should be equal to or lower than cluster Kubernetes version ${versionOf(cluster)}`,
  );
}

function refuseTemplate(account: Account, region: string, args: JsonObject): void {
  const asked = child(args, 'launchTemplate');
  if (Object.keys(asked).length === 0) return;
  const [id, name, version] = [text(asked, 'id'), text(asked, 'name'), text(asked, 'version')];
  const template = account
    .all()
    .find(
      one =>
        one.kind === 'ec2/LaunchTemplate' &&
        one.region === region &&
        (id === undefined ? one.asked.name === name : one.id === id),
    );
  if (!template) {
    refuse('InvalidRequestException', `Launch template ${id ?? name} is not found.`);
  }
  if (version !== undefined && Number(version) > latestVersion(template)) {
    refuse('InvalidRequestException', `Launch template version ${version} is not found for ${template.id}.`);
  }
  if (args.diskSize !== undefined) {
    refuse('InvalidParameterException', 'Disk size must be specified within the launch template.');
  }
  if (args.remoteAccess !== undefined) {
    refuse('InvalidParameterException', 'Remote access configuration cannot be specified with a launch template.');
  }
}
