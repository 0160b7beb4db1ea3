import { oneOf } from './access-entry.ts';
import { Cluster } from './apis/cluster.ts';
import { Interruptions } from './apis/interruptions.ts';
import { Karpenter } from './apis/karpenter.ts';
import { compositions } from './crossplane/composition.ts';
import { awaited, between, fmt, merge, unroll } from './crossplane/expressions.ts';
import { asNode, trustOfPods } from './iam.ts';
import * as eks from './imports/eks.aws.m.upbound.io.ts';
import * as helm from './imports/helm.m.crossplane.io.ts';
import * as iam from './imports/iam.aws.m.upbound.io.ts';
import { Ec2NodeClass } from './imports/karpenter.k8s.aws.ts';
import { NodePool } from './imports/karpenter.sh.ts';
import * as kubernetes from './imports/kubernetes.m.crossplane.io.ts';
import { manifestOf, through } from './in-cluster.ts';
import { karpenterPolicy } from './karpenter-policy.ts';
import { asWritten } from './management.ts';
import { named } from './names.ts';
import { podIdentity } from './pod-identity.ts';

const place = { namespace: 'kube-system', serviceAccount: 'karpenter' } as const;

/**
 * Karpenter, its rights, and one pool of nodes. Its nodes are instances that no managed resource knows of, and only Karpenter
 * ends them: pool, class, chart, and what the chart works with, go one after the other.
 */
export const karpenter = compositions(Karpenter, ({ xr, variant, compose, publish, uses, elsewhere, handDown }) => {
  handDown(xr.spec.providerConfigRef);
  if (variant === 'off') return;
  const { name, namespace } = xr.metadata;
  const { region, clusterName, version } = xr.spec;
  const identity = fmt`${namespace}_${name}`;
  const tags = merge(xr.spec.tags, { Name: clusterName });
  const isUp = { after: [awaited(xr.spec.clusterIssuer)] };
  const providerConfigRef = through(xr.spec.providerConfigName);

  const interruptions = compose('interruptions', Interruptions, {
    metadata: { name },
    spec: { region, tags: xr.spec.tags },
  });
  publish(interruptions.observed.queueArn, xr.status.queueArn);

  const nodeRole = compose('karpenter-node-role', iam.Role, {
    metadata: named(fmt`${identity}_karpnode`),
    spec: { forProvider: { ...asNode, tags } },
  });
  publish(nodeRole.observed.arn, xr.status.nodeRoleArn);
  const nodeAccess = compose(
    'karpenter-node-access',
    eks.AccessEntry,
    {
      metadata: oneOf(name, nodeRole.observed.arn),
      spec: {
        managementPolicies: asWritten,
        forProvider: { region, clusterName, principalArn: nodeRole.observed.arn, type: 'EC2_LINUX', tags },
      },
    },
    isUp,
  );

  const role = compose('karpenter-role', iam.Role, {
    metadata: named(fmt`${identity}_karp`),
    spec: {
      forProvider: { assumeRolePolicy: trustOfPods(clusterName, place.namespace, place.serviceAccount), tags },
    },
  });
  publish(role.observed.arn, xr.status.roleArn);
  publish(between(role.observed.arn, 'arn:aws:iam::', ':'), xr.status.account);
  const policy = compose('karpenter-policy', iam.RolePolicy, {
    spec: {
      forProvider: {
        role: role.observed.id,
        policy: karpenterPolicy({
          region,
          clusterName,
          version,
          account: awaited(xr.status.account),
          nodeRoleArn: nodeRole.observed.arn,
          queueArn: interruptions.observed.queueArn,
        }),
      },
    },
  });
  const association = compose(
    'karpenter-identity',
    eks.PodIdentityAssociation,
    { spec: { forProvider: { region, clusterName, ...place, roleArn: role.observed.arn, tags } } },
    isUp,
  );

  const definitions = compose(
    'karpenter-crds',
    helm.Release,
    {
      metadata: named('karpenter-crd'),
      spec: {
        providerConfigRef,
        forProvider: {
          namespace: place.namespace,
          chart: { name: 'karpenter-crd', repository: xr.spec.repository, version },
        },
      },
    },
    { after: [awaited(xr.spec.clusterAccess)] },
  );
  const credentials = podIdentity(region);
  const chart = compose(
    'karpenter',
    helm.Release,
    {
      metadata: named('karpenter'),
      spec: {
        providerConfigRef,
        forProvider: {
          namespace: place.namespace,
          chart: { name: 'karpenter', repository: xr.spec.repository, version },
          // They are a chart of their own, which also upgrades them.
          skipCRDs: true,
          values: {
            serviceAccount: { name: place.serviceAccount },
            settings: { clusterName, interruptionQueue: interruptions.observed.queueName },
            controller: {
              image: { repository: xr.spec.image },
              env: credentials.env,
              extraVolumeMounts: credentials.volumeMounts,
              resources: { requests: { cpu: '500m', memory: '512Mi' }, limits: { memory: '1Gi' } },
            },
            extraVolumes: credentials.volumes,
            // The VPC's names and not coredns's, which may need Karpenter's nodes to run on.
            dnsPolicy: 'Default',
          },
        },
      },
    },
    { after: [fmt`${definitions.observed.revision}`, association.observed.id, policy.observed.id] },
  );

  const nodeClass = compose(
    'node-class',
    kubernetes.Object,
    {
      spec: {
        providerConfigRef,
        forProvider: {
          manifest: manifestOf(
            Ec2NodeClass,
            { name: 'default' },
            {
              spec: {
                amiSelectorTerms: [{ alias: 'al2023@latest' }],
                role: fmt`${identity}_karpnode`,
                subnetSelectorTerms:
                  variant === 'in-network'
                    ? [{ tags: { 'karpenter.sh/discovery': awaited(xr.spec.subnets.discovery) } }]
                    : unroll(awaited(xr.spec.subnets.ids), 2).map(id => ({ id })),
                securityGroupSelectorTerms: [{ id: awaited(xr.spec.securityGroupId) }],
                blockDeviceMappings: [
                  {
                    deviceName: '/dev/xvda',
                    rootVolume: true,
                    ebs: {
                      volumeType: 'gp3',
                      volumeSize: fmt`${xr.spec.diskGiB}Gi`,
                      encrypted: true,
                      deleteOnTermination: true,
                    },
                  },
                ],
                // One hop: a node's credentials do not reach its pods.
                metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
                tags: merge(xr.spec.tags, { Name: fmt`${clusterName}-karpenter` }),
              },
            },
          ),
        },
      },
    },
    { after: [fmt`${chart.observed.revision}`, nodeAccess.observed.id] },
  );
  const nodePool = compose(
    'node-pool',
    kubernetes.Object,
    {
      spec: {
        providerConfigRef,
        forProvider: {
          manifest: manifestOf(
            NodePool,
            { name: 'default' },
            {
              spec: {
                template: {
                  spec: {
                    nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'default' },
                    requirements: [
                      { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
                      { key: 'kubernetes.io/arch', operator: 'In', values: xr.spec.architectures },
                      { key: 'karpenter.sh/capacity-type', operator: 'In', values: xr.spec.capacity },
                      { key: 'karpenter.k8s.aws/instance-category', operator: 'In', values: xr.spec.families },
                      {
                        key: 'karpenter.k8s.aws/instance-generation',
                        operator: 'Gt',
                        values: [fmt`${xr.spec.newerThanGeneration}`],
                      },
                    ],
                    expireAfter: '720h',
                    // A pod that never ends does not keep its node, and so the claim, for ever.
                    terminationGracePeriod: '24h',
                  },
                },
                disruption: {
                  consolidationPolicy: 'WhenEmptyOrUnderutilized',
                  consolidateAfter: '0s',
                  budgets: [{ nodes: '10%' }],
                },
                limits: { cpu: fmt`${xr.spec.limits.cpu}`, memory: fmt`${xr.spec.limits.memoryGiB}Gi` },
              },
            },
          ),
        },
      },
    },
    { after: [nodeClass.uid] },
  );

  uses(nodePool, nodeClass, 'nodes are of the class until the pool is gone');
  uses(nodeClass, chart, 'Karpenter ends the nodes of the class, and then lets it go');
  uses(nodeClass, nodeAccess, 'nodes are in the cluster by it until they are gone');
  uses(nodeClass, nodeRole, 'nodes work as this role until they are gone');
  uses(chart, definitions, 'Karpenter works with these kinds');
  uses(chart, association, 'Karpenter has its credentials by it');
  uses(chart, policy, 'Karpenter may end nodes by it');
  uses(chart, role, 'Karpenter works as this role');
  const nodes = elsewhere(Cluster, name, 'nodes', eks.NodeGroup);
  uses(chart, nodes, 'Karpenter runs on these nodes', [awaited(xr.spec.nodeGroup)]);
});
