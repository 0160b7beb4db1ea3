import { child, items, type Json, type JsonObject, overlay, text } from '../../kubernetes/json.ts';
import type { Resource } from './account.ts';
import { accountId, partition } from './arns.ts';
import { kubernetesVersions } from './eks.ts';
import { capitals, hex, uuid } from './ids.ts';

/** What AWS says of a resource beside what it was asked to be; found by kind, from the resource alone. */
type Computed = (resource: Resource, when: string) => JsonObject;

/** An id of something that AWS makes along with a resource. */
const along = (prefix: string, { id }: Resource, what: string) => `${prefix}-0${hex(16, id, what)}`;
const owner: Computed = () => ({ ownerId: accountId });
const rule: Computed = ({ id }) => ({ securityGroupRuleId: id });
const uniqueId =
  (prefix: string): Computed =>
  (resource, when) => ({
    uniqueId: `${prefix}${capitals(17, resource.id)}`,
    createDate: when,
  });
const publicIp = ({ id }: Resource) =>
  `13.${[0, 2, 4].map(at => Number.parseInt(hex(6, id).slice(at, at + 2), 16)).join('.')}`;
const number = (value: Json | undefined, otherwise: number) => (typeof value === 'number' ? value : otherwise);

const table: Readonly<Record<string, Computed>> = {
  'cloudwatchevents/Rule': ({ asked }) => ({
    eventBusName: text(asked, 'eventBusName') ?? 'default',
    state: 'ENABLED',
  }),
  'cloudwatchevents/Target': ({ id, asked }) => ({
    eventBusName: text(asked, 'eventBusName') ?? 'default',
    targetId: id.split('/').at(-1),
  }),
  'cloudwatchlogs/Group': () => ({ logGroupClass: 'STANDARD', retentionInDays: 0, skipDestroy: false }),
  'dlm/LifecyclePolicy': () => ({ state: 'ENABLED' }),
  'ec2/EIP': resource => ({
    allocationId: resource.id,
    domain: 'vpc',
    publicIp: publicIp(resource),
    publicDns: `ec2-${publicIp(resource).replaceAll('.', '-')}.${resource.region}.compute.amazonaws.com`,
  }),
  'ec2/InternetGateway': owner,
  'ec2/LaunchTemplate': () => ({ latestVersion: 1, defaultVersion: 1 }),
  'ec2/NATGateway': resource => ({
    networkInterfaceId: along('eni', resource, 'interface'),
    privateIp: `10.0.${Number.parseInt(hex(2, resource.id), 16)}.4`,
    publicIp: publicIp(resource),
    associationId: along('eipassoc', resource, 'association'),
    connectivityType: 'public',
  }),
  'ec2/Route': () => ({ origin: 'CreateRoute', state: 'active' }),
  'ec2/RouteTable': owner,
  'ec2/SecurityGroup': resource => ({
    ...owner(resource, ''),
    description: 'Managed by Terraform',
    egress: [],
    ingress: [],
  }),
  'ec2/SecurityGroupEgressRule': rule,
  'ec2/SecurityGroupIngressRule': rule,
  'ec2/SecurityGroupRule': ({ id }) => ({ securityGroupRuleId: id.replace('sgrule', 'sgr') }),
  'ec2/Subnet': ({ region, asked, id }) => ({
    ownerId: accountId,
    availabilityZone: `${region}a`,
    availabilityZoneId: zoneId(text(asked, 'availabilityZone') ?? `${region}a`),
    assignIpv6AddressOnCreation: false,
    mapPublicIpOnLaunch: false,
    privateDnsHostnameTypeOnLaunch: 'ip-name',
    ipv6CidrBlockAssociationId: asked.ipv6CidrBlock ? `subnet-cidr-assoc-0${hex(16, id)}` : undefined,
  }),
  'ec2/VPC': resource => ({
    ownerId: accountId,
    defaultNetworkAclId: along('acl', resource, 'acl'),
    defaultRouteTableId: along('rtb', resource, 'main'),
    defaultSecurityGroupId: along('sg', resource, 'default'),
    dhcpOptionsId: `dopt-0${hex(16, resource.region)}`,
    mainRouteTableId: along('rtb', resource, 'main'),
    enableDnsSupport: true,
    enableDnsHostnames: false,
    enableNetworkAddressUsageMetrics: false,
    instanceTenancy: 'default',
  }),
  'ec2/VPCEndpoint': () => ({
    ownerId: accountId,
    state: 'available',
    vpcEndpointType: 'Gateway',
    requesterManaged: false,
  }),
  'ecr/Repository': ({ name, region }) => ({
    registryId: accountId,
    repositoryUrl: `${accountId}.dkr.ecr.${region}.amazonaws.com/${name}`,
    imageTagMutability: 'MUTABLE',
  }),
  'eks/AccessEntry': ({ asked, region, id }, when) => ({
    accessEntryArn: `arn:${partition}:eks:${region}:${accountId}:access-entry/${text(asked, 'clusterName')}/${uuid(id)}`,
    type: 'STANDARD',
    userName: text(asked, 'principalArn'),
    createdAt: when,
    modifiedAt: when,
  }),
  'eks/AccessPolicyAssociation': (_, when) => ({ associatedAt: when, modifiedAt: when }),
  'eks/Addon': (_, when) => ({ addonVersion: 'v1.0.0-eksbuild.1', createdAt: when, modifiedAt: when }),
  'eks/Cluster': (resource, when) => ({
    status: 'ACTIVE',
    createdAt: when,
    platformVersion: 'eks.1',
    version: kubernetesVersions.at(-1),
    accessConfig: { authenticationMode: 'CONFIG_MAP', bootstrapClusterCreatorAdminPermissions: true },
    bootstrapSelfManagedAddons: true,
    deletionProtection: false,
    endpoint: `https://${hex(32, resource.id, 'endpoint').toUpperCase()}.gr7.${resource.region}.eks.amazonaws.com`,
    certificateAuthority: [{ data: Buffer.from(`certificate authority of ${resource.name}`).toString('base64') }],
    identity: [
      {
        oidc: [
          {
            issuer: `https://oidc.eks.${resource.region}.amazonaws.com/id/${hex(32, resource.id, 'oidc').toUpperCase()}`,
          },
        ],
      },
    ],
    vpcConfig: {
      clusterSecurityGroupId: clusterSecurityGroup(resource),
      endpointPrivateAccess: false,
      endpointPublicAccess: true,
      publicAccessCidrs: ['0.0.0.0/0'],
    },
    kubernetesNetworkConfig: { ipFamily: 'ipv4', serviceIpv4Cidr: '172.20.0.0/16' },
    upgradePolicy: { supportType: 'EXTENDED' },
  }),
  'eks/IdentityProviderConfig': () => ({ status: 'ACTIVE' }),
  'eks/NodeGroup': ({ asked, name, id }) => ({
    status: 'ACTIVE',
    amiType: 'AL2023_x86_64_STANDARD',
    capacityType: 'ON_DEMAND',
    diskSize: asked.launchTemplate ? 0 : 20,
    instanceTypes: ['t3.medium'],
    resources: [{ autoscalingGroups: [{ name: `eks-${name}-${uuid(id)}` }], remoteAccessSecurityGroupId: '' }],
    scalingConfig: { desiredSize: number(child(asked, 'scalingConfig').minSize, 1) },
  }),
  'eks/PodIdentityAssociation': ({ asked, region, id }) => ({
    associationId: id,
    associationArn: `arn:${partition}:eks:${region}:${accountId}:podidentityassociation/${text(asked, 'clusterName')}/${id}`,
    disableSessionTags: false,
  }),
  'elasticloadbalancing/LoadBalancer': ({ name, asked, region }) => {
    const host = `${name}-${Number.parseInt(hex(7, name), 16)}`;
    return {
      dnsName:
        asked.type === 'network'
          ? `${host}.elb.${region}.amazonaws.com`
          : `${asked.scheme === 'internal' ? 'internal-' : ''}${host}.${region}.elb.amazonaws.com`,
      zoneId: `Z${capitals(13, region, 'elb', text(asked, 'type') ?? '')}`,
    };
  },
  'iam/InstanceProfile': uniqueId('AIPA'),
  'iam/Policy': ({ id }) => ({ policyId: `ANPA${capitals(17, id)}`, attachmentCount: 0, path: '/' }),
  'iam/Role': (resource, when) => ({
    ...uniqueId('AROA')(resource, when),
    path: '/',
    maxSessionDuration: 3600,
    forceDetachPolicies: false,
  }),
  'iam/ServiceLinkedRole': (resource, when) => ({
    ...uniqueId('AROA')(resource, when),
    name: resource.id.split('/').at(-1),
    path: `/aws-service-role/${text(resource.asked, 'awsServiceName')}/`,
  }),
  'kms/Alias': ({ asked, region }) => {
    const key = text(asked, 'targetKeyId') ?? '';
    return { targetKeyArn: key.startsWith('arn:') ? key : `arn:${partition}:kms:${region}:${accountId}:key/${key}` };
  },
  'kms/Key': ({ id }) => ({
    keyId: id,
    isEnabled: true,
    keyUsage: 'ENCRYPT_DECRYPT',
    customerMasterKeySpec: 'SYMMETRIC_DEFAULT',
    multiRegion: false,
  }),
  'rds/Cluster': (cluster, when) => {
    const { asked, name, region, id, token } = cluster;
    const host = (kind: string) => `${name}.${kind}-c${hex(11, region)}.${region}.rds.amazonaws.com`;
    const aurora = (text(asked, 'engine') ?? '').startsWith('aurora');
    const managed = asked.manageMasterUserPassword === true;
    const key = `arn:${partition}:kms:${region}:${accountId}:key/${uuid(region, 'aws/secretsmanager')}`;
    return {
      createTime: when,
      endpoint: host('cluster'),
      readerEndpoint: aurora ? host('cluster-ro') : undefined,
      port: (text(asked, 'engine') ?? '').includes('mysql') ? 3306 : 5432,
      clusterResourceId: `cluster-${capitals(26, id, token)}`,
      hostedZoneId: `Z${capitals(13, region)}`,
      engineVersionActual: text(asked, 'engineVersion'),
      engineMode: 'provisioned',
      networkType: 'IPV4',
      backupRetentionPeriod: 1,
      masterUserSecret: managed
        ? [
            {
              secretArn: masterSecret(cluster),
              secretStatus: 'active',
              kmsKeyId: text(asked, 'masterUserSecretKmsKeyId') ?? key,
            },
          ]
        : undefined,
    };
  },
  'rds/ClusterInstance': ({ name, region, asked, id }) => ({
    endpoint: `${name}.c${hex(11, region)}.${region}.rds.amazonaws.com`,
    port: 5432,
    dbiResourceId: `db-${capitals(26, id)}`,
    engineVersionActual: text(asked, 'engineVersion'),
    availabilityZone: `${region}a`,
    networkType: 'IPV4',
    writer: true,
    storageEncrypted: true,
  }),
  'rds/SubnetGroup': () => ({ supportedNetworkTypes: ['IPV4'] }),
  'route53/Record': ({ asked }) => ({ fqdn: text(asked, 'name') }),
  'route53/Zone': ({ id }) => ({
    zoneId: id,
    nameServers: ['awsdns-01.com', 'awsdns-02.net', 'awsdns-03.org', 'awsdns-04.co.uk'].map(
      (suffix, i) => `ns-${Number.parseInt(hex(3, id, String(i)), 16) % 2048}.${suffix}`,
    ),
    primaryNameServer: `ns-${Number.parseInt(hex(3, id, '0'), 16) % 2048}.awsdns-01.com`,
    comment: 'Managed by Terraform',
  }),
  'sqs/Queue': ({ id }) => ({
    url: id,
    delaySeconds: 0,
    maxMessageSize: 262144,
    messageRetentionSeconds: 345600,
    visibilityTimeoutSeconds: 30,
  }),
};

/** `use1-az1` for `us-east-1a`; the numbers are ours, as AWS shuffles them account by account. */
function zoneId(zone: string): string {
  const [, area = '', direction = '', number = '', letter = 'a'] = /^(\w+)-(\w)\w*-(\d)(\w)$/.exec(zone) ?? [];
  return `${area}${direction}${number}-az${letter.charCodeAt(0) - 96}`;
}

/** The id of the security group that EKS makes with a cluster. */
export function clusterSecurityGroup(cluster: Resource): string {
  return along('sg', cluster, 'cluster');
}

/** The secret that RDS keeps a database's password in; another one for another database of the same name. */
export function masterSecret({ region, id, token }: Resource): string {
  const own = `rds!cluster-${uuid(id, token)}-${capitals(6, id, token)}`;
  return `arn:${partition}:secretsmanager:${region}:${accountId}:secret:${own}`;
}

/** What AWS says of a resource while it makes it: of most nothing that a provider would show. */
export function computedAtFirst(kind: string): JsonObject {
  return kind === 'eks/Cluster' || kind === 'eks/NodeGroup' ? { status: 'CREATING' } : {};
}

/** What AWS adds to a resource that has come to be at a time (milliseconds since 1970); its id and ARN are not part of it. */
export function computedOf(resource: Resource, at: number): JsonObject {
  return table[resource.kind]?.(resource, new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')) ?? {};
}

/** A resource as its kind's `status.atProvider` shows it: what AWS adds, what was asked for, id, ARN and all tags. */
export function observed(resource: Resource): JsonObject {
  const tags = child(resource.asked, 'tags');
  return {
    ...overlay(resource.computed, resource.asked),
    id: resource.id,
    arn: resource.arn,
    ...(Object.keys(tags).length > 0 ? { tagsAll: tags } : {}),
  };
}

/** The VPC of a cluster is that of its subnets; looked up where it can be. */
export function vpcOf(resource: Resource, find: (subnet: string) => Resource | undefined): string | undefined {
  const subnets = [...items(child(resource.asked, 'vpcConfig').subnetIds), ...items(resource.asked.subnetIds)];
  for (const id of subnets) {
    const vpc = typeof id === 'string' ? text(find(id)?.asked, 'vpcId') : undefined;
    if (vpc) return vpc;
  }
  return undefined;
}
