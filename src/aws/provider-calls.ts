/** Actions of one service of AWS, by their names in IAM. */
const of =
  (service: string) =>
  (...names: readonly string[]): readonly string[] =>
    names.map(name => `${service}:${name}`);

const [dlm, ec2, ecr, eks, events, iam, logs, rds, route53, secrets, sqs] = [
  of('dlm'),
  of('ec2'),
  of('ecr'),
  of('eks'),
  of('events'),
  of('iam'),
  of('logs'),
  of('rds'),
  of('route53'),
  of('secretsmanager'),
  of('sqs'),
] as const;

/** What tags a resource after it was made, or reads its tags (tags_gen.go of each service). */
const tags = {
  dlm: dlm('ListTagsForResource', 'TagResource', 'UntagResource'),
  ec2: ec2('CreateTags', 'DeleteTags'),
  ecr: ecr('ListTagsForResource', 'TagResource', 'UntagResource'),
  eks: eks('ListTagsForResource', 'TagResource', 'UntagResource'),
  events: events('ListTagsForResource', 'TagResource', 'UntagResource'),
  logs: logs('ListTagsForResource', 'TagResource', 'UntagResource'),
  rds: rds('AddTagsToResource', 'ListTagsForResource', 'RemoveTagsFromResource'),
  route53: route53('ChangeTagsForResource', 'ListTagsForResource'),
  secrets: secrets('TagResource', 'UntagResource'),
  sqs: sqs('ListQueueTags', 'TagQueue', 'UntagQueue'),
} as const;

const lingering = ec2('DeleteNetworkInterface', 'DescribeNetworkInterfaces', 'DetachNetworkInterface');
const inlinePolicies = iam('DeleteRolePolicy', 'GetRolePolicy', 'PutRolePolicy');

/**
 * The actions of AWS that provider-aws 2.5.0 calls for each kind from its creation to its deletion (internal/service/ of its
 * Terraform fork). Left out is what only settings that nothing here makes would call.
 */
export const callsOfKinds: Readonly<Record<string, readonly string[]>> = {
  'cloudwatchevents/Rule': [...events('DeleteRule', 'DescribeRule', 'PutRule'), ...tags.events],
  'cloudwatchevents/Target': events('ListTargetsByRule', 'PutTargets', 'RemoveTargets'),
  'cloudwatchlogs/Group': [
    ...logs('CreateLogGroup', 'DeleteLogGroup', 'DeleteRetentionPolicy', 'DescribeLogGroups', 'PutRetentionPolicy'),
    ...tags.logs,
  ],
  'dlm/LifecyclePolicy': [
    ...dlm('CreateLifecyclePolicy', 'DeleteLifecyclePolicy', 'GetLifecyclePolicy', 'UpdateLifecyclePolicy'),
    ...tags.dlm,
  ],
  'ec2/EBSEncryptionByDefault': ec2(
    'DisableEbsEncryptionByDefault',
    'EnableEbsEncryptionByDefault',
    'GetEbsEncryptionByDefault',
  ),
  'ec2/InternetGateway': [
    ...ec2('AttachInternetGateway', 'CreateInternetGateway', 'DeleteInternetGateway', 'DescribeInternetGateways'),
    ...ec2('DetachInternetGateway'),
    ...tags.ec2,
  ],
  'ec2/LaunchTemplate': [
    ...ec2('CreateLaunchTemplate', 'CreateLaunchTemplateVersion', 'DeleteLaunchTemplate', 'DescribeInstanceTypes'),
    ...ec2('DescribeLaunchTemplateVersions', 'DescribeLaunchTemplates', 'ModifyLaunchTemplate'),
    ...tags.ec2,
  ],
  'ec2/Route': ec2('CreateRoute', 'DeleteRoute', 'DescribeRouteTables', 'ReplaceRoute'),
  'ec2/RouteTable': [
    ...ec2('CreateRouteTable', 'DeleteRouteTable', 'DescribeRouteTables', 'DisassociateRouteTable'),
    ...tags.ec2,
  ],
  'ec2/RouteTableAssociation': ec2(
    'AssociateRouteTable',
    'DescribeRouteTables',
    'DisassociateRouteTable',
    'ReplaceRouteTableAssociation',
  ),
  'ec2/SecurityGroup': [
    ...ec2('CreateSecurityGroup', 'DeleteSecurityGroup', 'DescribeSecurityGroupRules', 'DescribeSecurityGroups'),
    ...ec2('RevokeSecurityGroupEgress', 'RevokeSecurityGroupIngress'),
    ...lingering,
    ...tags.ec2,
  ],
  'ec2/SecurityGroupRule': [
    ...ec2('AuthorizeSecurityGroupEgress', 'AuthorizeSecurityGroupIngress', 'DescribeSecurityGroupRules'),
    ...ec2('DescribeSecurityGroups', 'RevokeSecurityGroupEgress', 'RevokeSecurityGroupIngress'),
    ...ec2('UpdateSecurityGroupRuleDescriptionsEgress', 'UpdateSecurityGroupRuleDescriptionsIngress'),
  ],
  'ec2/Subnet': [
    ...ec2('CreateSubnet', 'DeleteSubnet', 'DescribeSubnets', 'ModifySubnetAttribute'),
    ...lingering,
    ...tags.ec2,
  ],
  'ec2/VPC': [
    ...ec2('CreateVpc', 'DeleteVpc', 'DescribeNetworkAcls', 'DescribeRouteTables', 'DescribeSecurityGroups'),
    ...ec2('DescribeVpcAttribute', 'DescribeVpcs', 'ModifyVpcAttribute'),
    ...tags.ec2,
  ],
  'ecr/LifecyclePolicy': ecr('DeleteLifecyclePolicy', 'GetLifecyclePolicy', 'PutLifecyclePolicy'),
  'ecr/Repository': [
    ...ecr('CreateRepository', 'DeleteRepository', 'DescribeRepositories', 'PutImageScanningConfiguration'),
    ...ecr('PutImageTagMutability'),
    ...tags.ecr,
  ],
  'ecr/RepositoryPolicy': ecr('DeleteRepositoryPolicy', 'GetRepositoryPolicy', 'SetRepositoryPolicy'),
  'eks/AccessEntry': [
    ...eks('CreateAccessEntry', 'DeleteAccessEntry', 'DescribeAccessEntry', 'UpdateAccessEntry'),
    ...tags.eks,
  ],
  'eks/AccessPolicyAssociation': eks(
    'AssociateAccessPolicy',
    'DisassociateAccessPolicy',
    'ListAssociatedAccessPolicies',
  ),
  // The pods of an add-on take their roles by associations that the caller must be allowed to make.
  'eks/Addon': [
    ...eks('CreateAddon', 'DeleteAddon', 'DescribeAddon', 'DescribeUpdate', 'UpdateAddon'),
    ...eks('CreatePodIdentityAssociation', 'DeletePodIdentityAssociation', 'DescribePodIdentityAssociation'),
    ...eks('UpdatePodIdentityAssociation'),
    ...tags.eks,
  ],
  'eks/Cluster': [
    ...eks('AssociateEncryptionConfig', 'CreateCluster', 'DeleteCluster', 'DescribeCluster', 'DescribeUpdate'),
    ...eks('UpdateClusterConfig', 'UpdateClusterVersion'),
    ...tags.eks,
  ],
  'eks/ClusterAuth': eks('DescribeCluster'),
  'eks/NodeGroup': [
    ...eks('CreateNodegroup', 'DeleteNodegroup', 'DescribeNodegroup', 'DescribeUpdate', 'UpdateNodegroupConfig'),
    ...eks('UpdateNodegroupVersion'),
    ...tags.eks,
  ],
  'eks/PodIdentityAssociation': [
    ...eks('CreatePodIdentityAssociation', 'DeletePodIdentityAssociation', 'DescribePodIdentityAssociation'),
    ...eks('UpdatePodIdentityAssociation'),
    ...tags.eks,
  ],
  'iam/OpenIDConnectProvider': [
    ...iam('AddClientIDToOpenIDConnectProvider', 'CreateOpenIDConnectProvider', 'DeleteOpenIDConnectProvider'),
    ...iam('GetOpenIDConnectProvider', 'ListOpenIDConnectProviderTags', 'RemoveClientIDFromOpenIDConnectProvider'),
    ...iam('TagOpenIDConnectProvider', 'UntagOpenIDConnectProvider', 'UpdateOpenIDConnectProviderThumbprint'),
  ],
  'iam/Role': [
    ...iam('CreateRole', 'DeleteRole', 'GetRole', 'ListAttachedRolePolicies', 'ListInstanceProfilesForRole'),
    ...iam('ListRolePolicies', 'ListRoleTags', 'RemoveRoleFromInstanceProfile', 'TagRole', 'UntagRole'),
    ...iam('UpdateAssumeRolePolicy', 'UpdateRole', 'UpdateRoleDescription'),
    // Inline policies go with the role.
    ...inlinePolicies,
  ],
  'iam/RolePolicy': inlinePolicies,
  // What it takes names the service: src/bootstrap/provider-policy.ts.
  'iam/ServiceLinkedRole': [],
  'rds/Cluster': [
    ...rds('CreateDBCluster', 'DeleteDBCluster', 'DescribeDBClusters', 'DescribeGlobalClusters', 'ModifyDBCluster'),
    ...rds('RestoreDBClusterFromSnapshot', 'RestoreDBClusterToPointInTime'),
    ...tags.rds,
  ],
  'rds/ClusterInstance': [
    ...rds('CreateDBInstance', 'DeleteDBInstance', 'DescribeDBClusters', 'DescribeDBInstances', 'ModifyDBInstance'),
    ...rds('RebootDBInstance'),
    ...tags.rds,
  ],
  'rds/ClusterParameterGroup': [
    ...rds('CreateDBClusterParameterGroup', 'DeleteDBClusterParameterGroup', 'DescribeDBClusterParameterGroups'),
    ...rds('DescribeDBClusterParameters', 'ModifyDBClusterParameterGroup', 'ResetDBClusterParameterGroup'),
    ...tags.rds,
  ],
  'rds/SubnetGroup': [
    ...rds('CreateDBSubnetGroup', 'DeleteDBSubnetGroup', 'DescribeDBSubnetGroups', 'ModifyDBSubnetGroup'),
    ...tags.rds,
  ],
  'route53/Zone': [
    ...route53('ChangeResourceRecordSets', 'CreateHostedZone', 'DeleteHostedZone', 'GetChange', 'GetDNSSEC'),
    ...route53('GetHostedZone', 'ListResourceRecordSets', 'UpdateHostedZoneComment'),
    ...tags.route53,
  ],
  'secretsmanager/Secret': [
    ...secrets('CreateSecret', 'DeleteSecret', 'DescribeSecret', 'GetResourcePolicy', 'UpdateSecret'),
    ...tags.secrets,
  ],
  'sqs/Queue': [...sqs('CreateQueue', 'DeleteQueue', 'GetQueueAttributes', 'SetQueueAttributes'), ...tags.sqs],
  'sqs/QueuePolicy': sqs('GetQueueAttributes', 'SetQueueAttributes'),
};

/**
 * The ARNs of the types of resources that actions touch, where `{}` stands for each name that the kind is given in AWS. Types
 * of `undefined` are touched by whatever kind calls the action.
 */
export const arnsOfTypes: Readonly<Record<string, readonly [kind: string | undefined, ...arns: readonly string[]]>> = {
  'dlm:policy': ['dlm/LifecyclePolicy', 'arn:aws:dlm:*:*:policy/*'],
  'ec2:instance': ['eks/NodeGroup', 'arn:aws:ec2:*:*:instance/*'],
  'ec2:internet-gateway': ['ec2/InternetGateway', 'arn:aws:ec2:*:*:internet-gateway/*'],
  'ec2:launch-template': ['ec2/LaunchTemplate', 'arn:aws:ec2:*:*:launch-template/*'],
  'ec2:network-interface': [undefined, 'arn:aws:ec2:*:*:network-interface/*'],
  'ec2:route-table': ['ec2/RouteTable', 'arn:aws:ec2:*:*:route-table/*'],
  'ec2:security-group': ['ec2/SecurityGroup', 'arn:aws:ec2:*:*:security-group/*'],
  'ec2:security-group-rule': ['ec2/SecurityGroupRule', 'arn:aws:ec2:*:*:security-group-rule/*'],
  'ec2:subnet': ['ec2/Subnet', 'arn:aws:ec2:*:*:subnet/*'],
  'ec2:volume': ['eks/NodeGroup', 'arn:aws:ec2:*:*:volume/*'],
  'ec2:vpc': [undefined, 'arn:aws:ec2:*:*:vpc/*'],
  'ecr:repository': ['ecr/Repository', 'arn:aws:ecr:*:*:repository/{}'],
  'eks:access-entry': ['eks/Cluster', 'arn:aws:eks:*:*:access-entry/{}/*'],
  'eks:addon': ['eks/Cluster', 'arn:aws:eks:*:*:addon/{}/*'],
  'eks:cluster': ['eks/Cluster', 'arn:aws:eks:*:*:cluster/{}'],
  'eks:nodegroup': ['eks/NodeGroup', 'arn:aws:eks:*:*:nodegroup/{}/{}/*'],
  'eks:podidentityassociation': ['eks/Cluster', 'arn:aws:eks:*:*:podidentityassociation/{}/*'],
  'events:rule-on-default-event-bus': ['cloudwatchevents/Rule', 'arn:aws:events:*:*:rule/{}'],
  // Karpenter's, with the role of its nodes in them.
  'iam:instance-profile': [
    'eks/Cluster',
    'arn:aws:iam::*:instance-profile/{}_*',
    'arn:aws:iam::*:instance-profile/karpenter/*',
  ],
  'iam:oidc-provider': [undefined, 'arn:aws:iam::*:oidc-provider/token.actions.githubusercontent.com'],
  'iam:role': ['iam/Role', 'arn:aws:iam::*:role/{}'],
  'logs:log-group': ['cloudwatchlogs/Group', 'arn:aws:logs:*:*:log-group:{}', 'arn:aws:logs:*:*:log-group:{}:*'],
  'rds:cluster': ['rds/Cluster', 'arn:aws:rds:*:*:cluster:{}'],
  'rds:cluster-pg': ['rds/ClusterParameterGroup', 'arn:aws:rds:*:*:cluster-pg:{}'],
  // A snapshot at the end is ours by name; what a database is restored from may have any.
  'rds:cluster-snapshot': ['rds/Cluster', 'arn:aws:rds:*:*:cluster-snapshot:*'],
  'rds:cluster-auto-backup': ['rds/Cluster', 'arn:aws:rds:*:*:cluster-auto-backup:*'],
  'rds:db': ['rds/ClusterInstance', 'arn:aws:rds:*:*:db:{}'],
  'rds:global-cluster': [undefined, 'arn:aws:rds::*:global-cluster:*'],
  // Those that RDS has for whoever names none.
  'rds:og': [undefined, 'arn:aws:rds:*:*:og:default:*'],
  'rds:pg': [undefined, 'arn:aws:rds:*:*:pg:default.*'],
  'rds:subgrp': ['rds/SubnetGroup', 'arn:aws:rds:*:*:subgrp:{}'],
  'route53:change': [undefined, 'arn:aws:route53:::change/*'],
  'route53:hostedzone': [undefined, 'arn:aws:route53:::hostedzone/*'],
  'secretsmanager:Secret': ['secretsmanager/Secret', 'arn:aws:secretsmanager:*:*:secret:{}-??????'],
  'sqs:queue': ['sqs/Queue', 'arn:aws:sqs:*:*:{}'],
};
