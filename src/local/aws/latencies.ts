import { equal, type JsonObject } from '../../kubernetes/json.ts';

/** How long AWS takes, in seconds, and whether the provider waits for it in the background (upjet's UseAsync). */
interface Times {
  readonly create: number;
  readonly delete: number;
}

/** Measured on AWS and as Terraform's users report; what is not here takes 2 s. */
const times: Readonly<Record<string, Times>> = {
  'ec2/EIP': { create: 1, delete: 1 },
  // From the call to a node that kubelet has made known; from the call to `terminated`, with its interface given back.
  'ec2/Instance': { create: 40, delete: 45 },
  'ec2/NATGateway': { create: 90, delete: 60 },
  'ec2/VPCEndpoint': { create: 30, delete: 20 },
  'ecr/Repository': { create: 1, delete: 1 },
  'eks/AccessEntry': { create: 1, delete: 1 },
  'eks/Addon': { create: 30, delete: 15 },
  'eks/Cluster': { create: 540, delete: 180 },
  'eks/IdentityProviderConfig': { create: 300, delete: 120 },
  'eks/NodeGroup': { create: 150, delete: 240 },
  'eks/ClusterAuth': { create: 0, delete: 0 },
  // A load balancer's interfaces stay for about a minute after it is gone.
  'elasticloadbalancing/LoadBalancer': { create: 20, delete: 60 },
  'iam/InstanceProfile': { create: 3, delete: 3 },
  'iam/Policy': { create: 3, delete: 3 },
  'iam/Role': { create: 3, delete: 3 },
  'rds/Cluster': { create: 120, delete: 90 },
  'rds/ClusterInstance': { create: 420, delete: 240 },
  'route53/Record': { create: 35, delete: 35 },
  'route53/Zone': { create: 35, delete: 35 },
  'sqs/Queue': { create: 26, delete: 60 },
};

/** The kinds whose creation and deletion the provider starts and does not wait for (UseAsync in its config/namespaced). */
const asynchronous = new Set([
  'ec2/EIP',
  'ec2/Route',
  'ec2/SecurityGroup',
  'ec2/Subnet',
  'ec2/VPC',
  'ecr/Repository',
  'eks/Addon',
  'eks/Cluster',
  'eks/IdentityProviderConfig',
  'eks/NodeGroup',
  'kms/Alias',
  'rds/Cluster',
  'rds/ClusterInstance',
  'route53/Zone',
]);

/** How long AWS takes to change an argument of a resource, in seconds; what is not here is changed at once. */
const changes: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'eks/Addon': { addonVersion: 60, configurationValues: 30, podIdentityAssociation: 30, serviceAccountRoleArn: 30 },
  'eks/Cluster': {
    accessConfig: 60,
    enabledClusterLogTypes: 120,
    encryptionConfig: 600,
    upgradePolicy: 30,
    version: 600,
    vpcConfig: 180,
  },
  // New nodes for old ones, one after the other.
  'eks/NodeGroup': { labels: 15, launchTemplate: 600, releaseVersion: 600, scalingConfig: 30, taint: 15, version: 600 },
  // The provider waits 30 s before it looks first.
  'rds/Cluster': {
    backupRetentionPeriod: 30,
    copyTagsToSnapshot: 30,
    dbClusterParameterGroupName: 30,
    deletionProtection: 30,
    enabledCloudwatchLogsExports: 60,
    engineVersion: 600,
    iamDatabaseAuthenticationEnabled: 60,
    manageMasterUserPassword: 60,
    masterUserSecretKmsKeyId: 60,
    port: 120,
    preferredBackupWindow: 30,
    preferredMaintenanceWindow: 30,
    serverlessv2ScalingConfiguration: 30,
    vpcSecurityGroupIds: 30,
  },
  'rds/ClusterInstance': {
    autoMinorVersionUpgrade: 30,
    copyTagsToSnapshot: 30,
    instanceClass: 420,
    monitoringInterval: 60,
    monitoringRoleArn: 60,
    performanceInsightsEnabled: 60,
    performanceInsightsRetentionPeriod: 30,
    promotionTier: 30,
    publiclyAccessible: 60,
  },
};

/** Seconds that AWS takes for a change; the provider makes its parts one after the other, but RDS's in one call. */
export function updateLatency(kind: string, before: JsonObject, after: JsonObject): number {
  const each = Object.entries(changes[kind] ?? {}).filter(([name]) => !equal(before[name], after[name]));
  const all = each.map(([, seconds]) => seconds);
  return kind.startsWith('rds/') ? Math.max(0, ...all) : all.reduce((sum, seconds) => sum + seconds, 0);
}

/** Seconds that AWS takes to make or end a resource of a kind (`eks/Cluster`). */
export function latency(kind: string, operation: 'create' | 'delete'): number {
  return times[kind]?.[operation] ?? 2;
}

/** Whether the provider reports on the kind's creation while it goes on. */
export function isAsynchronous(kind: string): boolean {
  return asynchronous.has(kind);
}

/** The provider's own times in seconds: its poll (flag --poll), and the backoff of its queue. */
export const pollInterval = 600;
export const backoff = { first: 1, longest: 60 } as const;

/** Time as the stand-in sees it: real milliseconds, and AWS's seconds brought to them by one factor. */
export interface Clock {
  now(): number;
  /** Real milliseconds for a number of AWS's seconds. */
  scaled(seconds: number): number;
}

/** The machine's clock; a factor of 0.01 makes an EKS cluster take 5.4 s. */
export function systemClock(factor: number): Clock {
  return { now: () => Date.now(), scaled: seconds => seconds * 1000 * factor };
}

/** Milliseconds until a key is tried again: 1 s doubling to 60 s, in AWS's time. */
export function backoffOf(failures: number, clock: Clock): number {
  return clock.scaled(Math.min(backoff.longest, backoff.first * 2 ** Math.min(failures - 1, 10)));
}
