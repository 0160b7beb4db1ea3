import { child, items, type JsonObject, overlay, text } from '../../kubernetes/json.ts';
import { type Account, mentions, type Resource } from './account.ts';
import { accountId, iam, partition } from './arns.ts';
import { clusterSecurityGroup, vpcOf } from './computed.ts';
import { full, kubernetesVersions, makeAlong, minor, ofCluster, takesEntries, versionOf } from './eks.ts';
import { refuse } from './errors.ts';
import type { Rules } from './rules.ts';

/** Kubelets may be this many minor versions older than the control plane. */
const skew = 3;
const modes = ['CONFIG_MAP', 'API_AND_CONFIG_MAP', 'API'];
const provider = iam('role/crossplane-provider-aws');
const admin = `arn:${partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`;

/** What EKS does with clusters. */
export const eksCluster: Rules = {
  create: (account, { region, args }) => {
    refuseVersion(text(args, 'version'));
    refuseSubnets(account, region, args);
  },

  update: (account, before, args) => {
    const asked = overlay(before.initial, args);
    const [from, to] = [versionOf(before), text(asked, 'version')];
    if (to !== undefined && to !== from) {
      refuseVersion(to);
      if (minor(to) !== minor(from) + 1) {
        refuse('InvalidParameterException', `Unsupported Kubernetes minor version update from ${from} to ${to}`);
      }
      const behind = ofCluster(account, 'eks/NodeGroup', before).filter(
        nodes => minor(versionOf(nodes)) < minor(to) - skew,
      );
      if (behind.length > 0) {
        const names = behind.map(({ name }) => name).join(', ');
        refuse(
          'InvalidRequestException',
          `Nodegroups ${names} must be updated to match cluster version ${from} before updating cluster version`,
        );
      }
    }
    const mode = modeOf(full(before));
    const next = child(asked, 'accessConfig').authenticationMode === undefined ? mode : modeOf(asked);
    // A ConfigMap can be given up for access entries, never the other way round.
    if (next < mode) {
      refuse(
        'InvalidParameterException',
        `Unsupported authentication mode update from ${modes[mode]} to ${modes[next]}`,
      );
    }
    refuseSubnets(account, before.region, args);
  },

  delete: (_, { name, asked }) => {
    // The code is documented, the words are not.
    if (asked.deletionProtection === true) {
      refuse('InvalidRequestException', `Cluster ${name} has deletion protection enabled; disable it before deletion`);
    }
  },

  /**
   * The log group comes at some time of the creation, if control-plane logs are on and it is not there; at its begin is
   * the strictest. The creator's entry is there as soon as the cluster.
   */
  begun: (account, cluster) => {
    logGroup(account, cluster);
    const { authenticationMode: _, bootstrapClusterCreatorAdminPermissions: creator } = child(
      cluster.asked,
      'accessConfig',
    );
    if (!takesEntries(cluster) || creator === false) return;
    const principal = { clusterName: cluster.name, principalArn: provider };
    makeAlong(account, cluster, {
      kind: 'eks/AccessEntry',
      id: `${cluster.name}:${provider}`,
      asked: { ...principal, type: 'STANDARD' },
    });
    makeAlong(account, cluster, {
      kind: 'eks/AccessPolicyAssociation',
      id: `${cluster.name}#${provider}#${admin}`,
      asked: { ...principal, policyArn: admin, accessScope: { type: 'cluster' } },
    });
  },

  computed: (account, cluster) => {
    const vpcId = vpcOf(cluster, id => account.find('ec2/Subnet', cluster.region, id));
    return vpcId === undefined ? {} : { vpcConfig: { vpcId } };
  },

  /** The cluster security group is a group like others: it holds its VPC, and rules can be put into it. */
  ready: (account, cluster) => {
    const vpcId = text(child(cluster.computed, 'vpcConfig'), 'vpcId');
    const id = clusterSecurityGroup(cluster);
    makeAlong(account, cluster, {
      kind: 'ec2/SecurityGroup',
      id,
      asked: {
        ...(vpcId === undefined ? {} : { vpcId }),
        name: `eks-cluster-sg-${cluster.name}-${id.slice(-8)}`,
        tags: { [`kubernetes.io/cluster/${cluster.name}`]: 'owned' },
      },
      computed: { ownerId: accountId },
    });
  },

  updated: logGroup,

  /**
   * EKS takes its security group along, with the rules in it, unless somebody else's rule still names it: then it stays
   * and holds the VPC. The log group is not EKS's to delete; one that went before the cluster has come back with the
   * last logs.
   */
  gone: (account, cluster) => {
    const id = clusterSecurityGroup(cluster);
    const group = account.find('ec2/SecurityGroup', cluster.region, id);
    const naming = account.all().filter(one => one.region === cluster.region && mentions(one).has(id));
    const within = naming.filter(one => text(one.asked, 'securityGroupId') === id);
    if (group && naming.every(one => within.includes(one))) for (const one of [group, ...within]) account.remove(one);
    logGroup(account, cluster);
  },
};

function modeOf(args: JsonObject): number {
  return Math.max(0, modes.indexOf(text(child(args, 'accessConfig'), 'authenticationMode') ?? 'CONFIG_MAP'));
}

function refuseVersion(version: string | undefined): void {
  if (version === undefined || kubernetesVersions.includes(version)) return;
  refuse('InvalidParameterException', 'unsupported Kubernetes version');
}

/** Subnets whose zones are known must lie in two at least. */
function refuseSubnets(account: Account, region: string, args: JsonObject): void {
  const ids = items(child(args, 'vpcConfig').subnetIds);
  const found = ids.flatMap(id => (typeof id === 'string' ? (account.find('ec2/Subnet', region, id) ?? []) : []));
  const zones = new Set(found.map(subnet => text(full(subnet), 'availabilityZone')));
  if (ids.length > 0 && found.length === ids.length && zones.size < 2) {
    refuse('InvalidParameterException', 'Subnets specified must be in at least two different AZs');
  }
}

/** EKS makes the group of its control plane's logs when it has any to write. */
function logGroup(account: Account, cluster: Resource): void {
  if (items(cluster.asked.enabledClusterLogTypes).length === 0) return;
  makeAlong(account, cluster, { kind: 'cloudwatchlogs/Group', id: `/aws/eks/${cluster.name}/cluster`, asked: {} });
}
