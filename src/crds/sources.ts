/** Kinds of one API group, taken from one folder of one Go module. */
export interface Source {
  readonly module: string;
  /** Where the module keeps its CRDs, one file a kind. */
  readonly folder: string;
  /** How the names of those files begin, where they are not `<group>_<plural>.yaml`. */
  readonly prefix?: string;
  readonly group: string;
  readonly kinds: readonly string[];
  /** The version to keep, by kind, where it is not the one that is stored. */
  readonly versions?: Readonly<Record<string, string>>;
  /** Paths in the schema, by kind, below which nothing is described: large parts that nothing here looks into. */
  readonly open?: Readonly<Record<string, readonly string[]>>;
}

const aws = (service: string, ...kinds: readonly string[]): Source => ({
  module: 'github.com/upbound/provider-aws/v2',
  folder: 'package/crds',
  group: service ? `${service}.aws.m.upbound.io` : 'aws.m.upbound.io',
  kinds,
});

const crossplane = (group: string, ...kinds: readonly string[]): Source => ({
  module: 'github.com/crossplane/crossplane/v2',
  folder: 'cluster/crds',
  group,
  kinds,
});

const karpenter = (group: string, ...kinds: readonly string[]): Source => ({
  module: 'github.com/aws/karpenter-provider-aws',
  folder: 'pkg/apis/crds',
  group,
  kinds,
});

const flux = (controller: string, group: string, ...kinds: readonly string[]): Source => ({
  module: `github.com/fluxcd/${controller}-controller`,
  folder: 'config/crd/bases',
  group: `${group}.toolkit.fluxcd.io`,
  kinds,
});

/** Every kind that this package composes, installs, plays or shows how to use, and where its CRD comes from. */
export const sources: readonly Source[] = [
  aws('', 'ClusterProviderConfig', 'ProviderConfig'),
  aws('budgets', 'Budget'),
  aws('cloudwatchevents', 'Rule', 'Target'),
  aws('cloudwatchlogs', 'Group'),
  aws('dlm', 'LifecyclePolicy'),
  aws(
    'ec2',
    'EBSDefaultKMSKey',
    'EBSEncryptionByDefault',
    'EIP',
    'EgressOnlyInternetGateway',
    'InternetGateway',
    'LaunchTemplate',
    'MainRouteTableAssociation',
    'NATGateway',
    'Route',
    'RouteTable',
    'RouteTableAssociation',
    'SecurityGroup',
    'SecurityGroupEgressRule',
    'SecurityGroupIngressRule',
    'SecurityGroupRule',
    'Subnet',
    'Tag',
    'VPC',
    'VPCEndpoint',
    'VPCEndpointRouteTableAssociation',
    'VPCEndpointSecurityGroupAssociation',
    'VPCEndpointSubnetAssociation',
  ),
  aws('ecr', 'LifecyclePolicy', 'PullThroughCacheRule', 'Repository', 'RepositoryPolicy'),
  aws(
    'eks',
    'AccessEntry',
    'AccessPolicyAssociation',
    'Addon',
    'Cluster',
    'ClusterAuth',
    'IdentityProviderConfig',
    'NodeGroup',
    'PodIdentityAssociation',
  ),
  aws(
    'iam',
    'InstanceProfile',
    'OpenIDConnectProvider',
    'Policy',
    'Role',
    'RolePolicy',
    'RolePolicyAttachment',
    'ServiceLinkedRole',
  ),
  aws('kms', 'Alias', 'Key'),
  aws('rds', 'Cluster', 'ClusterInstance', 'ClusterParameterGroup', 'ParameterGroup', 'SubnetGroup'),
  aws('route53', 'Record', 'Zone'),
  aws('secretsmanager', 'Secret'),
  aws('sqs', 'Queue', 'QueuePolicy'),
  {
    module: 'github.com/crossplane-contrib/provider-helm',
    folder: 'package/crds',
    group: 'helm.m.crossplane.io',
    kinds: ['ClusterProviderConfig', 'ProviderConfig', 'Release'],
  },
  {
    module: 'github.com/crossplane-contrib/provider-kubernetes',
    folder: 'package/crds',
    group: 'kubernetes.m.crossplane.io',
    kinds: ['ClusterProviderConfig', 'Object', 'ProviderConfig'],
  },
  {
    ...crossplane(
      'apiextensions.crossplane.io',
      'CompositeResourceDefinition',
      'Composition',
      'EnvironmentConfig',
      'ManagedResourceActivationPolicy',
    ),
    // v1 is still the stored one; the XRDs here are v2.
    versions: { CompositeResourceDefinition: 'v2' },
  },
  {
    ...crossplane('pkg.crossplane.io', 'Configuration', 'DeploymentRuntimeConfig', 'Function', 'Provider'),
    // A whole pod, 8,600 lines of it.
    open: { DeploymentRuntimeConfig: ['spec.deploymentTemplate.spec.template.spec'] },
  },
  { ...crossplane('meta.pkg.crossplane.io', 'Configuration'), folder: 'cluster/meta' },
  crossplane('protection.crossplane.io', 'ClusterUsage', 'Usage'),
  karpenter('karpenter.k8s.aws', 'EC2NodeClass'),
  karpenter('karpenter.sh', 'NodePool'),
  {
    module: 'github.com/kubernetes-csi/external-snapshotter/client/v8',
    folder: 'config/crd',
    group: 'snapshot.storage.k8s.io',
    kinds: ['VolumeSnapshotClass'],
  },
  {
    module: 'github.com/argoproj/argo-cd/v3',
    folder: 'manifests/crds',
    prefix: 'app',
    group: 'argoproj.io',
    kinds: ['Application'],
    // What Argo CD writes itself, and most of its size.
    open: { Application: ['status', 'operation'] },
  },
  flux('source', 'source', 'GitRepository'),
  flux('kustomize', 'kustomize', 'Kustomization'),
  flux('helm', 'helm', 'HelmRelease'),
];
