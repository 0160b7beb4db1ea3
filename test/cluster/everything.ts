/** Manifests that bring up every API in every variant once, and the choices that the drawing does not make. */

const apiVersion = 'platform.tekanya.services/v1alpha1';
const manifest = (kind: string, name: string, spec: object) => ({ apiVersion, kind, metadata: { name }, spec });

/** What the manifests name that was there before: of the account, or of what was applied before. */
export interface Given {
  readonly roleArn: string;
  readonly keyArn: string;
  readonly githubProvider: string;
  readonly snapshot: string;
  /** Of the XNetwork `net`. */
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupId: string;
}

const off = { enabled: false };
const composition = (name: string) => ({ compositionRef: { name } });

/** What needs nothing: a network in three zones, in which others stand, and a zone. */
export const first = [
  manifest('XNetwork', 'net', {
    crossplane: composition('xnetwork-three-zones'),
    cidr: '10.30.0.0/16',
    subnets: ['a', 'b', 'c'].map((zone, i) => ({ zone: `af-south-1${zone}`, cidr: `10.30.${16 * i}.0/20` })),
  }),
  manifest('ZoneClaim', 'zone', { domain: 'every.example' }),
];

/** What stands in the account and in the network. */
export const second = ({ roleArn, keyArn, githubProvider, snapshot, ...given }: Given) => [
  // A claim with all that can be chosen.
  manifest('PlatformClaim', 'full', {
    tags: { owner: 'every' },
    githubActions: {
      github: { repository: 'tekanya/every', from: 'environment:production', provider: githubProvider },
    },
    cluster: {
      publicAccessCidrs: ['203.0.113.0/24'],
      secretsKeyArn: keyArn,
      support: 'STANDARD',
      nodes: { instanceType: 'm7i.large', count: 2, min: 1, max: 4, diskGiB: 60 },
      addons: { observability: true },
      karpenter: { capacity: ['on-demand'], architectures: ['arm64'], families: ['m', 'r'] },
      externalDns: { domains: ['every.example'], policy: 'upsert-only' },
    },
    database: {
      deletionPolicy: 'Delete',
      readers: 1,
      capacity: { min: 0, max: 4, pauseAfterSeconds: 600 },
      keyArn,
      performanceInsights: true,
    },
  }),
  // A platform without any part that can be left out, whose administrators are of a role that exists.
  manifest('XPlatform', 'plain', {
    network: { cidr: '10.31.0.0/16', subnets: subnetsOf('10.31') },
    cluster: { karpenter: off, externalDns: off, snapshots: { controller: false } },
    database: { deletionPolicy: 'Delete', readers: 0 },
  }),
  // A cluster in subnets that somebody has, and one in an XNetwork.
  manifest('XCluster', 'in-subnets', {
    crossplane: composition('xcluster-in-subnets'),
    subnetIds: given.subnetIds.slice(0, 2),
    externalDns: off,
  }),
  manifest('XCluster', 'in-network', { networkRef: { name: 'net' }, karpenter: off, externalDns: off }),
  // Databases alone: for members of a security group, and with the data of a snapshot.
  manifest('XDatabase', 'alone', {
    vpcId: given.vpcId,
    subnetIds: given.subnetIds.slice(0, 2),
    clientSecurityGroupId: given.securityGroupId,
    readers: 2,
    deletionPolicy: 'Delete',
  }),
  manifest('XDatabase', 'restored', {
    vpcId: given.vpcId,
    subnetIds: given.subnetIds.slice(1, 3),
    vpcCidr: '10.30.0.0/16',
    restoreFrom: { snapshot },
    deletionPolicy: 'Snapshot',
  }),
  manifest('AccessClaim', 'role', { cluster: 'full', policy: 'view', namespaces: ['shop'], principal: { roleArn } }),
  manifest('AccessClaim', 'runs', {
    cluster: 'in-network',
    policy: 'edit',
    principal: { github: { repository: 'tekanya/shop', from: 'ref:refs/heads/main', provider: githubProvider } },
  }),
];

/** What uses the database of the claim, by the last 8 characters of its name in RDS. */
export const third = (id: string) => [
  application('with-database', { name: 'full', id, user: 'shop' }),
  application('with-database-by-iam', { name: 'full', id, user: 'shop', readsSecret: false }),
  application('without-database'),
];

function application(variant: string, database?: object) {
  const spec = { cluster: 'full', namespace: 'workloads', serviceAccount: variant, ...(database && { database }) };
  return manifest('ApplicationClaim', variant, { ...spec, crossplane: composition(`applicationclaim-${variant}`) });
}

function subnetsOf(network: string) {
  return ['a', 'b'].map((zone, i) => ({ zone: `af-south-1${zone}`, cidr: `${network}.${16 * i}.0/20` }));
}
