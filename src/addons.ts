import { Addons } from './apis/addons.ts';
import { Cluster } from './apis/cluster.ts';
import { compositions } from './crossplane/composition.ts';
import type { Document } from './crossplane/expressions.ts';
import { awaited, fmt, json, merge } from './crossplane/expressions.ts';
import type { Ref } from './crossplane/ref.ts';
import { awsPolicy, trustOfPods } from './iam.ts';
import * as eks from './imports/eks.aws.m.upbound.io.ts';
import * as iam from './imports/iam.aws.m.upbound.io.ts';
import * as kubernetes from './imports/kubernetes.m.crossplane.io.ts';
import { asWritten } from './management.ts';
import { named } from './names.ts';
import { volumesOf } from './tags.ts';

/** A service account that an add-on works as, with the policy it needs. */
interface Identity {
  readonly role: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly policy: string;
}

/**
 * The add-ons of a cluster. Their roles are made at once, they themselves when the cluster is up, without waiting for nodes:
 * nodes are ready only with vpc-cni and its role.
 */
export const addons = compositions(Addons, ({ xr, variant, compose, publish, uses, elsewhere, handDown }) => {
  handDown(xr.spec.providerConfigRef);
  const { name: composite } = xr.metadata;
  const { region, clusterName, clusterIssuer, versions } = xr.spec;
  const tags = merge(xr.spec.tags, { Name: clusterName });

  /** Makes the role of a service account. */
  const roleOf = ({ role: name, namespace, serviceAccount, policy }: Identity) =>
    compose(`${name}-role`, iam.Role, {
      metadata: named(fmt`${xr.metadata.namespace}_${xr.metadata.name}_${name}`),
      spec: {
        forProvider: {
          assumeRolePolicy: trustOfPods(clusterName, namespace, serviceAccount),
          managedPolicyArns: [awsPolicy(policy)],
          tags,
        },
      },
    });

  const addon = (
    addonName: string,
    addonVersion: Ref<string | undefined>,
    shown: Ref<string | undefined>,
    identity?: Identity,
    settings?: Document,
  ) => {
    const role = identity && roleOf(identity);
    const made = compose(
      addonName,
      eks.Addon,
      {
        spec: {
          managementPolicies: asWritten,
          forProvider: {
            region,
            clusterName,
            addonName,
            addonVersion,
            resolveConflictsOnCreate: 'OVERWRITE',
            resolveConflictsOnUpdate: 'OVERWRITE',
            ...(settings && { configurationValues: json(settings) }),
            ...(role && {
              podIdentityAssociation: [{ roleArn: role.observed.arn, serviceAccount: identity.serviceAccount }],
            }),
            tags,
          },
        },
      },
      { after: [awaited(clusterIssuer)] },
    );
    publish(made.observed.addonVersion, shown);
    if (role) uses(made, role, 'the add-on works as this role until it is gone');
    return made;
  };

  const inUse = xr.status.versions;
  const cni = addon('vpc-cni', versions.vpcCni, inUse.vpcCni, {
    role: 'cni',
    namespace: 'kube-system',
    serviceAccount: 'aws-node',
    policy: 'AmazonEKS_CNI_Policy',
  });
  const agent = addon('eks-pod-identity-agent', versions.podIdentityAgent, inUse.podIdentityAgent);
  const proxy = addon('kube-proxy', versions.kubeProxy, inUse.kubeProxy);
  addon('coredns', versions.coredns, inUse.coredns);
  const ebs = {
    role: 'ebs',
    namespace: 'kube-system',
    serviceAccount: 'ebs-csi-controller-sa',
    policy: 'service-role/AmazonEBSCSIDriverPolicy',
  };
  const volumeTags = { controller: { extraVolumeTags: { [volumesOf]: clusterName } } };
  const driver = addon('aws-ebs-csi-driver', versions.ebsCsiDriver, inUse.ebsCsiDriver, ebs, volumeTags);

  const nodes = elsewhere(Cluster, composite, 'nodes', eks.NodeGroup);
  uses(nodes, cni, 'pods on the nodes have their network by it', [awaited(xr.spec.nodeGroup)]);
  uses(nodes, proxy, 'pods on the nodes reach services by it', [awaited(xr.spec.nodeGroup)]);
  uses(nodes, agent, 'pods on the nodes have their credentials by it', [awaited(xr.spec.nodeGroup)]);
  const workloads = elsewhere(Cluster, composite, 'workloads', kubernetes.Object);
  uses(workloads, driver, 'it removes the volumes of what is in there', [awaited(xr.spec.workloads)]);

  if (variant === 'observed') {
    addon('amazon-cloudwatch-observability', versions.observability, inUse.observability, {
      role: 'logs',
      namespace: 'amazon-cloudwatch',
      serviceAccount: 'cloudwatch-agent',
      policy: 'CloudWatchAgentServerPolicy',
    });
  }
});
