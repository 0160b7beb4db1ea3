import { equal, type Json, type JsonObject } from '../../kubernetes/json.ts';

/** Arguments that AWS does not let one change in place, by kind. Any kind's region is one. */
const fixed: Readonly<Record<string, readonly string[]>> = {
  'ec2/LaunchTemplate': ['name'],
  'ec2/NATGateway': ['subnetId', 'allocationId'],
  'ec2/Route': ['routeTableId', 'destinationCidrBlock'],
  'ec2/RouteTable': ['vpcId'],
  'ec2/RouteTableAssociation': ['subnetId', 'gatewayId'],
  'ec2/SecurityGroup': ['name', 'description', 'vpcId'],
  'ec2/Subnet': ['vpcId', 'cidrBlock', 'availabilityZone'],
  'ec2/VPC': ['cidrBlock', 'instanceTenancy'],
  'eks/AccessEntry': ['type'],
  'eks/AccessPolicyAssociation': ['accessScope'],
  'eks/Cluster': ['roleArn', 'bootstrapSelfManagedAddons', 'kubernetesNetworkConfig'],
  'eks/NodeGroup': ['clusterName', 'subnetIds', 'instanceTypes', 'nodeRoleArn', 'capacityType', 'amiType'],
  'eks/PodIdentityAssociation': ['clusterName', 'namespace', 'serviceAccount'],
  'iam/Role': ['path'],
  'rds/Cluster': [
    'databaseName',
    'masterUsername',
    'engine',
    'engineMode',
    'storageEncrypted',
    'kmsKeyId',
    'dbSubnetGroupName',
    'snapshotIdentifier',
    'restoreToPointInTime',
  ],
  'rds/ClusterInstance': ['clusterIdentifier', 'engine', 'availabilityZone'],
  'route53/Zone': ['name'],
  'sqs/Queue': ['name', 'fifoQueue'],
};

const shown = (value: Json | undefined) => JSON.stringify(value === undefined ? '' : value);

/** Why a change cannot be made in place, in upjet's words; undefined if it can. */
export function refusedChange(kind: string, before: JsonObject, after: JsonObject): string | undefined {
  // What was not asked for at first was AWS's choice; naming it then is no change that could be seen here.
  const changed = ['region', ...(fixed[kind] ?? [])].filter(
    name => before[name] !== undefined && after[name] !== undefined && !equal(before[name], after[name]),
  );
  if (changed.length === 0) return undefined;
  const each = changed.map(name => {
    const argument = name.replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
    return `cannot change the value of the argument "${argument}" from ${shown(before[name])} to ${shown(after[name])}`;
  });
  return `refuse to update the external resource because the following update requires replacing it: ${each.join(', ')}`;
}
