import type { Path, Problem } from '../crossplane/path.ts';
import type { Manifest } from '../crossplane/pipeline.ts';
import { isObject } from '../crossplane/schema.ts';
import { regions } from './regions.ts';

/**
 * Values that AWS takes from a closed set and the CRDs leave as plain text, by group and kind and then by field below
 * `spec.forProvider`, all items of a list taken together. From the AWS API references of each service.
 */
const closedSets: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'ec2/VPC': { instanceTenancy: ['default', 'dedicated'] },
  'ec2/LaunchTemplate': {
    'metadataOptions.httpTokens': ['optional', 'required'],
    'metadataOptions.httpEndpoint': ['enabled', 'disabled'],
    'blockDeviceMappings[].ebs.volumeType': ['gp2', 'gp3', 'io1', 'io2', 'st1', 'sc1', 'standard'],
    'tagSpecifications[].resourceType': ['instance', 'volume', 'network-interface', 'spot-instances-request'],
  },
  'ec2/SecurityGroupRule': { type: ['ingress', 'egress'], protocol: ['tcp', 'udp', 'icmp', 'icmpv6', '-1'] },
  'ec2/VPCEndpoint': { vpcEndpointType: ['Gateway', 'Interface', 'GatewayLoadBalancer'] },
  'dlm/LifecyclePolicy': {
    state: ['ENABLED', 'DISABLED'],
    'policyDetails.resourceTypes[]': ['VOLUME', 'INSTANCE'],
    'policyDetails.schedule[].createRule.intervalUnit': ['HOURS'],
    'policyDetails.schedule[].retainRule.intervalUnit': ['DAYS', 'WEEKS', 'MONTHS', 'YEARS'],
  },
  'eks/Cluster': {
    'accessConfig.authenticationMode': ['API', 'API_AND_CONFIG_MAP', 'CONFIG_MAP'],
    'enabledClusterLogTypes[]': ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'],
    'kubernetesNetworkConfig.ipFamily': ['ipv4', 'ipv6'],
    'upgradePolicy.supportType': ['STANDARD', 'EXTENDED'],
    'encryptionConfig.resources[]': ['secrets'],
  },
  'eks/NodeGroup': {
    capacityType: ['ON_DEMAND', 'SPOT', 'CAPACITY_BLOCK'],
    amiType: [
      'AL2023_x86_64_STANDARD',
      'AL2023_ARM_64_STANDARD',
      'AL2_x86_64',
      'AL2_ARM_64',
      'BOTTLEROCKET_x86_64',
      'BOTTLEROCKET_ARM_64',
      'CUSTOM',
    ],
    'taint[].effect': ['NO_SCHEDULE', 'NO_EXECUTE', 'PREFER_NO_SCHEDULE'],
  },
  'eks/Addon': {
    addonName: [
      'amazon-cloudwatch-observability',
      'aws-ebs-csi-driver',
      'coredns',
      'eks-pod-identity-agent',
      'kube-proxy',
      'snapshot-controller',
      'vpc-cni',
    ],
    resolveConflictsOnCreate: ['NONE', 'OVERWRITE'],
    resolveConflictsOnUpdate: ['NONE', 'OVERWRITE', 'PRESERVE'],
  },
  'eks/AccessEntry': { type: ['STANDARD', 'EC2_LINUX', 'EC2_WINDOWS', 'FARGATE_LINUX', 'EC2'] },
  'eks/AccessPolicyAssociation': {
    policyArn: [
      'AmazonEKSClusterAdminPolicy',
      'AmazonEKSAdminPolicy',
      'AmazonEKSEditPolicy',
      'AmazonEKSViewPolicy',
    ].map(name => `arn:aws:eks::aws:cluster-access-policy/${name}`),
    'accessScope.type': ['cluster', 'namespace'],
  },
  'rds/Cluster': {
    engine: ['aurora-postgresql', 'aurora-mysql'],
    engineMode: ['provisioned'],
    'enabledCloudwatchLogsExports[]': ['postgresql', 'upgrade', 'audit', 'error', 'general', 'slowquery', 'instance'],
  },
  'rds/ClusterInstance': { engine: ['aurora-postgresql', 'aurora-mysql'], instanceClass: ['db.serverless'] },
  'rds/ClusterParameterGroup': { 'parameter[].applyMethod': ['immediate', 'pending-reboot'] },
  'rds/ParameterGroup': { 'parameter[].applyMethod': ['immediate', 'pending-reboot'] },
  'route53/Record': { type: ['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SPF', 'SRV', 'TXT'] },
};

/** What of a managed resource's settings AWS would refuse because it knows no such value. */
export function judgeClosedSets(manifest: Manifest): readonly Problem[] {
  const [group] = manifest.apiVersion.split('.aws.m.upbound.io/');
  if (group === manifest.apiVersion) return [];
  const sets = { region: regions, ...closedSets[`${group}/${manifest.kind}`] };
  const spec = isObject(manifest.spec) ? manifest.spec : {};
  return Object.entries(sets).flatMap(([field, allowed]) =>
    valuesAt(spec.forProvider, field.split(/\.|(?=\[\])/), ['spec', 'forProvider'])
      .filter(({ value }) => !(allowed as readonly unknown[]).includes(value))
      .map(({ path, value }) => ({
        path,
        message: `AWS knows no ${field} ${JSON.stringify(value)}; it knows ${allowed.join(', ')}`,
      })),
  );
}

/** The values at a field, of which there are several where lists are on the way. */
function valuesAt(
  value: unknown,
  [step, ...rest]: readonly string[],
  path: Path,
): readonly { value: unknown; path: Path }[] {
  if (value === undefined) return [];
  if (step === undefined) return [{ value, path }];
  if (step === '[]') return Array.isArray(value) ? value.flatMap((item, i) => valuesAt(item, rest, [...path, i])) : [];
  return isObject(value) ? valuesAt(value[step], rest, [...path, step]) : [];
}
