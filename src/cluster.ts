import { Addons, addonOf } from './apis/addons.ts';
import { Cluster } from './apis/cluster.ts';
import { ExternalDns } from './apis/external-dns.ts';
import { Karpenter } from './apis/karpenter.ts';
import { Network } from './apis/network.ts';
import { Storage } from './apis/storage.ts';
import { karpenterFor } from './aws/karpenter-versions.ts';
import { kubernetesVersions, versions } from './aws/versions.ts';
import { compositions } from './crossplane/composition.ts';
import { awaited, between, fmt, ifSet, laterOf, merge, orElse, pick, whenKnown } from './crossplane/expressions.ts';
import type { Ref } from './crossplane/ref.ts';
import { asNode, awsPolicy, trustOf } from './iam.ts';
import * as logs from './imports/cloudwatchlogs.aws.m.upbound.io.ts';
import * as ec2 from './imports/ec2.aws.m.upbound.io.ts';
import * as eks from './imports/eks.aws.m.upbound.io.ts';
import * as helm from './imports/helm.m.crossplane.io.ts';
import * as iam from './imports/iam.aws.m.upbound.io.ts';
import * as kubernetes from './imports/kubernetes.m.crossplane.io.ts';
import { through } from './in-cluster.ts';
import { named } from './names.ts';

/** The versions of the add-ons that belong to each version of Kubernetes, by the fields of XAddons. */
const addonsFor = Object.fromEntries(
  kubernetesVersions.map(version => {
    const { addons } = versions.kubernetes[version];
    return [version, Object.fromEntries(Object.entries(addonOf).map(([field, name]) => [field, addons[name]]))];
  }),
);

const storageFor = Object.fromEntries(
  kubernetesVersions.map(version => {
    const { addons } = versions.kubernetes[version];
    return [version, { snapshotController: addons['snapshot-controller'] }];
  }),
);

/** For each number of nodes that are wanted at least, how many there are when no other number is given. */
const atLeastThree: Readonly<Record<`${number}`, number>> = Object.fromEntries(
  Array.from({ length: 100 }, (_, i) => [i + 1, Math.max(i + 1, 3)]),
);

/** An EKS cluster, its initial nodes, Crossplane's way into it, and what it has in it from the start. */
export const cluster = compositions(Cluster, composer => {
  const { xr, variant, compose, publish, selectFrom, uses, readElsewhere, handDown } = composer;
  handDown(xr.spec.providerConfigRef);
  const { name, namespace } = xr.metadata;
  const { region } = xr.spec;
  // What AWS has upgraded by itself is not taken back. Karpenter goes before the control plane, nodes and add-ons after it.
  const version = laterOf(xr.spec.version, xr.status.version, kubernetesVersions);
  const identity = fmt`${namespace}_${name}`;
  const tags = merge(xr.spec.tags, { Name: identity });
  const subnets =
    variant === 'in-network'
      ? { subnetIdSelector: selectFrom(Network, awaited(xr.spec.networkRef.name), { set: 'subnet' }) }
      : { subnetIds: awaited(xr.spec.subnetIds) };

  const role = compose('role', iam.Role, {
    metadata: named(fmt`${identity}_cluster`),
    spec: {
      forProvider: {
        assumeRolePolicy: trustOf('eks.amazonaws.com'),
        managedPolicyArns: [awsPolicy('AmazonEKSClusterPolicy')],
        tags,
      },
    },
  });
  publish(between(role.observed.arn, 'arn:aws:iam::', ':'), xr.status.account);

  const logGroup = compose('log-group', logs.Group, {
    metadata: named(fmt`/aws/eks/${identity}/cluster`),
    spec: { forProvider: { region, retentionInDays: xr.spec.logRetentionDays, tags } },
  });

  const cluster = compose(
    'cluster',
    eks.Cluster,
    {
      metadata: named(identity),
      spec: {
        forProvider: {
          region,
          version,
          roleArn: role.observed.arn,
          // Said though it is the default: AWS never tells it, and a provider that is restarted in between takes it for false.
          bootstrapSelfManagedAddons: true,
          // Who makes the cluster, and that is who the provider works as, is its administrator as long as it lives.
          accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: true },
          vpcConfig: {
            endpointPublicAccess: true,
            endpointPrivateAccess: true,
            publicAccessCidrs: xr.spec.publicAccessCidrs,
            ...subnets,
          },
          enabledClusterLogTypes: ['api', 'audit', 'authenticator'],
          encryptionConfig: {
            resources: ifSet<string[] | undefined>(xr.spec.secretsKeyArn, ['secrets'], undefined),
            provider: { keyArn: xr.spec.secretsKeyArn },
          },
          upgradePolicy: { supportType: xr.spec.support },
          deletionProtection: xr.spec.deletionProtection,
          tags,
        },
      },
    },
    // EKS makes a log group that is not there, and keeps its logs for ever.
    { after: [logGroup.observed.arn] },
  );
  uses(cluster, role, 'EKS works as this role until the cluster is gone');
  uses(cluster, logGroup, 'EKS makes the log group again as long as the cluster writes logs');
  publish(cluster.observed.arn, xr.status.arn);
  publish(cluster.observed.version, xr.status.version);
  publish(cluster.observed.endpoint, xr.status.endpoint);
  publish(cluster.observed.certificateAuthority[0].data, xr.status.certificateAuthority);
  const { issuer } = cluster.observed.identity[0].oidc[0];
  publish(issuer, xr.status.oidcIssuer);
  publish(cluster.observed.vpcConfig.clusterSecurityGroupId, xr.status.securityGroupId);

  // AWS tells the issuer when the cluster is up, and neither its id nor a reference to it tells that in time: the id is there
  // early, and who waits by reference asks once a minute after a wait as long as this. The endpoint is there early too, as an
  // empty text, when the provider is restarted in between.
  const isUp = { after: [issuer] };

  const kubeconfig = fmt`${name}-kubeconfig`;
  const auth = compose(
    'kubeconfig',
    eks.ClusterAuth,
    { spec: { forProvider: { region, clusterName: identity }, writeConnectionSecretToRef: { name: kubeconfig } } },
    isUp,
  );
  const credentials = { source: 'Secret', secretRef: { namespace, name: kubeconfig, key: 'kubeconfig' } } as const;
  compose('helm', helm.ProviderConfig, { metadata: { name }, spec: { credentials } }, { ready: 'always' });
  compose('kubernetes', kubernetes.ProviderConfig, { metadata: { name }, spec: { credentials } }, { ready: 'always' });

  const nodeRole = compose('node-role', iam.Role, {
    metadata: named(fmt`${identity}_node`),
    spec: { forProvider: { ...asNode, tags } },
  });
  publish(nodeRole.observed.arn, xr.status.nodeRoleArn);

  const template = compose('node-template', ec2.LaunchTemplate, {
    spec: {
      forProvider: {
        region,
        instanceType: xr.spec.nodes.instanceType,
        blockDeviceMappings: [
          {
            deviceName: '/dev/xvda',
            ebs: {
              volumeType: 'gp3',
              volumeSize: xr.spec.nodes.diskGiB,
              encrypted: 'true',
              deleteOnTermination: 'true',
            },
          },
        ],
        // One hop: a node's credentials do not reach its pods.
        metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
        tagSpecifications: [
          { resourceType: 'instance', tags },
          { resourceType: 'volume', tags },
        ],
        tags,
      },
    },
  });

  const { count, min, max } = xr.spec.nodes;
  const nodes = compose(
    'nodes',
    eks.NodeGroup,
    {
      metadata: named(identity),
      spec: {
        forProvider: {
          region,
          clusterName: identity,
          // Nodes are never of a later version than the control plane, so they follow it.
          version: cluster.observed.version,
          nodeRoleArn: nodeRole.observed.arn,
          ...subnets,
          amiType: 'AL2023_x86_64_STANDARD',
          capacityType: 'ON_DEMAND',
          launchTemplate: { id: template.observed.id, version: fmt`${template.observed.latestVersion}` },
          scalingConfig: {
            minSize: orElse(min, orElse(count, 2)),
            maxSize: orElse(max, orElse(count, 6)),
            // provider-aws 2.5.0 keeps it so under initProvider too (provider-upjet-aws#1907), where nobody expects it.
            desiredSize: orElse(
              count,
              orElse(pick(min as Ref<unknown> as Ref<`${number}` | undefined>, atLeastThree), 3),
            ),
          },
          updateConfig: { maxUnavailable: 1 },
          labels: { 'platform.tekanya.services/nodes': 'initial' },
          tags,
        },
      },
    },
    isUp,
  );
  uses(nodes, nodeRole, 'the nodes work as this role until they are gone');
  // The nodes stay for what runs on them, and so all does by which that is taken down.
  uses(nodes, auth, 'what runs on the nodes is taken down by it');
  publish(nodes.observed.version, xr.status.nodesVersion);

  const running = whenKnown(cluster.observed.version);
  // A rule of the API reads it.
  readElsewhere(xr.spec.addons.pins.kubernetes);
  const part = {
    region,
    tags: xr.spec.tags,
    clusterName: identity,
    clusterIssuer: whenKnown(issuer),
  };
  const inCluster = { ...part, clusterAccess: whenKnown(auth.uid), providerConfigName: name };
  const onNodes = { nodeGroup: whenKnown(nodes.uid) };

  const workloads = compose(
    'workloads',
    kubernetes.Object,
    {
      spec: {
        providerConfigRef: through(name),
        forProvider: {
          manifest: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: xr.spec.workloadNamespace } },
        },
      },
    },
    { after: [auth.uid] },
  );
  uses(workloads, nodes, 'what is in there ends on these nodes');
  const ofWorkloads = { workloads: whenKnown(workloads.uid) };

  const addons = compose('addons', Addons, {
    metadata: { name },
    spec: {
      ...part,
      ...onNodes,
      ...ofWorkloads,
      versions: merge(pick(running, addonsFor, {}), xr.spec.addons.pins.versions),
      observability: xr.spec.addons.observability,
      crossplane: {
        compositionRef: {
          name: pick(xr.spec.addons.observability, {
            true: Addons.composition('observed'),
            false: Addons.composition('plain'),
          }),
        },
      },
    },
  });
  publish(addons.observed.versions, xr.status.addons);
  compose('storage', Storage, {
    metadata: { name },
    spec: merge(pick(running, storageFor, {}), {
      ...inCluster,
      snapshots: xr.spec.snapshots,
      crossplane: {
        compositionRef: {
          name: pick(xr.spec.snapshots.controller, {
            true: Storage.composition('snapshots'),
            false: Storage.composition('plain'),
          }),
        },
      },
    }),
  });

  const inSubnets =
    variant === 'in-network'
      ? { discovery: fmt`${namespace}/${awaited(xr.spec.networkRef.name)}` }
      : { ids: awaited(xr.spec.subnetIds) };
  compose('karpenter', Karpenter, {
    metadata: { name },
    spec: merge(xr.spec.karpenter, {
      ...inCluster,
      ...onNodes,
      version: orElse(xr.spec.karpenter.version, pick(version, karpenterFor)),
      subnets: inSubnets,
      securityGroupId: whenKnown(cluster.observed.vpcConfig.clusterSecurityGroupId),
      crossplane: {
        compositionRef: {
          name: pick(xr.spec.karpenter.enabled, {
            true: Karpenter.composition(variant === 'in-network' ? 'in-network' : 'in-subnets'),
            false: Karpenter.composition('off'),
          }),
        },
      },
    }),
  });
  compose('external-dns', ExternalDns, {
    metadata: { name },
    spec: merge(xr.spec.externalDns, {
      ...inCluster,
      ...onNodes,
      ...ofWorkloads,
      crossplane: {
        compositionRef: {
          name: pick(xr.spec.externalDns.enabled, {
            true: ExternalDns.composition('on'),
            false: ExternalDns.composition('off'),
          }),
        },
      },
    }),
  });
});
