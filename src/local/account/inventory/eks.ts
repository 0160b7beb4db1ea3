import {
  type Cluster,
  DescribeAccessEntryCommand,
  DescribeAddonCommand,
  DescribeClusterCommand,
  DescribeNodegroupCommand,
  DescribePodIdentityAssociationCommand,
  paginateListAccessEntries,
  paginateListAddons,
  paginateListAssociatedAccessPolicies,
  paginateListClusters,
  paginateListNodegroups,
  paginateListPodIdentityAssociations,
} from '@aws-sdk/client-eks';
import type { AwsClients } from '../clients.ts';
import { each, type Item, named, paged, present, type Reader } from './item.ts';

type Client = AwsClients['eks'];

/** Add-ons that EKS runs without a node: by a DaemonSet, which is complete where there is none. */
const withoutNodes = new Set(['eks-node-monitoring-agent', 'eks-pod-identity-agent', 'kube-proxy', 'vpc-cni']);

/** Clusters and all that is in them. */
export const eks: Reader = async ({ eks: client }) => {
  const names = await paged(paginateListClusters({ client }, {}), page => page.clusters);
  return each(names, async name => {
    const { cluster } = await client.send(new DescribeClusterCommand({ name }));
    if (!cluster) return [];
    const nodes = await nodeGroups(client, name);
    const within = await Promise.all([
      addons(client, name, nodes),
      accessEntries(client, name),
      podIdentities(client, name),
    ]);
    return [itemOf(cluster), ...nodes, ...within.flat()];
  });
};

const cluster = (name: string) => named('eks/Cluster', name);

function itemOf(told: Cluster): Item {
  const { name = '', arn, status, createdAt, roleArn, resourcesVpcConfig } = told;
  return {
    kind: 'eks/Cluster',
    id: name,
    arn,
    state: status,
    created: createdAt,
    uses: present(roleArn, ...(resourcesVpcConfig?.subnetIds ?? []), ...(resourcesVpcConfig?.securityGroupIds ?? [])),
    madeBy: 'eks.CreateCluster',
    told,
  };
}

async function nodeGroups(client: Client, clusterName: string): Promise<readonly Item[]> {
  const names = await paged(paginateListNodegroups({ client }, { clusterName }), page => page.nodegroups);
  return each(names, async nodegroupName => {
    const { nodegroup: told } = await client.send(new DescribeNodegroupCommand({ clusterName, nodegroupName }));
    return (
      told && {
        kind: 'eks/NodeGroup',
        id: `${clusterName}:${nodegroupName}`,
        arn: told.nodegroupArn,
        state: told.status,
        created: told.createdAt,
        uses: [cluster(clusterName), ...present(told.nodeRole, told.launchTemplate?.id, ...(told.subnets ?? []))],
        madeBy: 'eks.CreateNodegroup',
        told,
      }
    );
  });
}

/** Add-ons; those with pods of a Deployment become active on nodes only. */
async function addons(client: Client, clusterName: string, nodes: readonly Item[]): Promise<readonly Item[]> {
  const names = await paged(paginateListAddons({ client }, { clusterName }), page => page.addons);
  return each(names, async addonName => {
    const { addon: told } = await client.send(new DescribeAddonCommand({ clusterName, addonName }));
    return (
      told && {
        kind: 'eks/Addon',
        id: `${clusterName}:${addonName}`,
        arn: told.addonArn,
        state: told.status,
        created: told.createdAt,
        uses: [
          cluster(clusterName),
          ...(withoutNodes.has(addonName) ? [] : nodes.map(({ id }) => id)),
          ...present(told.serviceAccountRoleArn, ...(told.podIdentityAssociations ?? [])),
        ],
        madeBy: 'eks.CreateAddon',
        told,
      }
    );
  });
}

/** Access entries, and the policies that are associated with each. */
async function accessEntries(client: Client, clusterName: string): Promise<readonly Item[]> {
  const principals = await paged(paginateListAccessEntries({ client }, { clusterName }), page => page.accessEntries);
  return each(principals, async principalArn => {
    const { accessEntry: told } = await client.send(new DescribeAccessEntryCommand({ clusterName, principalArn }));
    const policies = await paged(
      paginateListAssociatedAccessPolicies({ client }, { clusterName, principalArn }),
      page => page.associatedAccessPolicies,
    );
    const id = `${clusterName}:${principalArn}`;
    const entry = { kind: 'eks/AccessEntry', id, uses: [cluster(clusterName), principalArn], told: told ?? {} };
    return [
      { ...entry, arn: told?.accessEntryArn },
      ...policies.map(policy => ({
        kind: 'eks/AccessPolicyAssociation',
        id: `${clusterName}#${principalArn}#${policy.policyArn}`,
        uses: [id],
        told: policy,
      })),
    ];
  });
}

async function podIdentities(client: Client, clusterName: string): Promise<readonly Item[]> {
  const all = await paged(paginateListPodIdentityAssociations({ client }, { clusterName }), page => page.associations);
  return each(all, async ({ associationId }) => {
    const { association: told } = await client.send(
      new DescribePodIdentityAssociationCommand({ clusterName, associationId }),
    );
    return (
      told && {
        kind: 'eks/PodIdentityAssociation',
        id: associationId ?? '',
        arn: told.associationArn,
        name: `${told.namespace}/${told.serviceAccount}`,
        uses: [cluster(clusterName), ...present(told.roleArn)],
        told,
      }
    );
  });
}
