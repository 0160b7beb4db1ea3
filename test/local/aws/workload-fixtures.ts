import { child, isObject, items, type Json, type JsonObject, overlay, text } from '../../../src/kubernetes/json.ts';
import { meta } from '../../../src/kubernetes/metadata.ts';
import { Account, type Resource } from '../../../src/local/aws/account.ts';
import { Aws } from '../../../src/local/aws/aws.ts';
import type { Fault } from '../../../src/local/aws/faults.ts';
import { type Workload, type WorkloadKind, workloadKinds } from '../../../src/local/aws/workload.ts';
import { WorkloadControllers } from '../../../src/local/aws/workload-controllers.ts';
import { kinds, resource, StandingClock } from './fixtures.ts';

const hexId = (prefix: string, digit: number) => `${prefix}-${String(digit).repeat(17)}`;
export const ids = {
  vpc: hexId('vpc', 1),
  subnets: [hexId('subnet', 1), hexId('subnet', 2)],
  gateway: hexId('igw', 1),
  table: hexId('rtb', 1),
  group: hexId('sg', 1),
  zone: `Z0${'A'.repeat(19)}`,
} as const;
const discovery = { 'karpenter.sh/discovery': 'c' };
const document = (...actions: readonly string[]) =>
  JSON.stringify({ Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] });

/** What Karpenter calls, by what it does: so much is needed, and no more. */
export const karpenterActions = [
  ...['eks:DescribeCluster', 'ec2:Describe*', 'ssm:GetParameter'],
  ...['ec2:CreateFleet', 'ec2:RunInstances', 'ec2:CreateLaunchTemplate', 'ec2:CreateTags', 'iam:PassRole'],
  ...['ec2:TerminateInstances', 'ec2:DeleteLaunchTemplate'],
  ...['iam:GetInstanceProfile', 'iam:CreateInstanceProfile', 'iam:AddRoleToInstanceProfile'],
  ...['iam:RemoveRoleFromInstanceProfile', 'iam:DeleteInstanceProfile'],
];

const role = (name: string) => resource('iam/Role', name, {}, { arn: `arn:aws:iam::123456789012:role/${name}` });
const inCluster = (kind: string, name: string, asked: JsonObject) =>
  resource(kind, `c:${name}`, { clusterName: 'c', ...asked }, { name });
const addon = (addonName: string) => inCluster('eks/Addon', addonName, { addonName });
const identity = (name: string, namespace: string) =>
  inCluster('eks/PodIdentityAssociation', name, {
    namespace,
    serviceAccount: name,
    roleArn: `arn:aws:iam::123456789012:role/${name}`,
  });

/** The AWS side of a platform, by names that a case can leave out or replace. */
export function platform(): Record<string, Resource> {
  const nodeRole = 'arn:aws:iam::123456789012:role/nodes';
  return {
    vpc: resource('ec2/VPC', ids.vpc),
    ...Object.fromEntries(
      ids.subnets.map((id, i) => [
        `subnet ${i}`,
        resource('ec2/Subnet', id, {
          vpcId: ids.vpc,
          cidrBlock: `10.0.${4 * i}.0/22`,
          availabilityZone: `af-south-1${'ab'[i]}`,
          mapPublicIpOnLaunch: true,
          tags: discovery,
        }),
      ]),
    ),
    ...Object.fromEntries(
      ids.subnets.map((subnetId, i) => [
        `association ${i}`,
        resource('ec2/RouteTableAssociation', hexId('rtbassoc', i), { subnetId, routeTableId: ids.table }),
      ]),
    ),
    gateway: resource('ec2/InternetGateway', ids.gateway, { vpcId: ids.vpc }),
    table: resource('ec2/RouteTable', ids.table, { vpcId: ids.vpc }),
    route: resource('ec2/Route', 'r-1', {
      routeTableId: ids.table,
      destinationCidrBlock: '0.0.0.0/0',
      gatewayId: ids.gateway,
    }),
    group: resource('ec2/SecurityGroup', ids.group, { vpcId: ids.vpc, name: 'nodes', tags: discovery }),
    'cluster role': role('cluster'),
    'cluster policy': resource('iam/RolePolicyAttachment', 'cluster-1', {
      role: 'cluster',
      policyArn: 'arn:aws:iam::aws:policy/AmazonEKSClusterPolicy',
    }),
    cluster: resource('eks/Cluster', 'c', {
      roleArn: 'arn:aws:iam::123456789012:role/cluster',
      vpcConfig: { subnetIds: ids.subnets },
      accessConfig: { authenticationMode: 'API' },
    }),
    nodes: inCluster('eks/NodeGroup', 'ng', {
      nodeRoleArn: nodeRole,
      subnetIds: ids.subnets,
      scalingConfig: { desiredSize: 3 },
    }),
    'node role': role('nodes'),
    entry: inCluster('eks/AccessEntry', nodeRole, { principalArn: nodeRole, type: 'EC2_LINUX' }),
    'vpc-cni': addon('vpc-cni'),
    coredns: addon('coredns'),
    agent: addon('eks-pod-identity-agent'),
    'karpenter role': role('karpenter'),
    'karpenter policy': resource('iam/RolePolicy', 'karpenter:p', {
      role: 'karpenter',
      policy: document(...karpenterActions),
    }),
    'karpenter identity': identity('karpenter', 'kube-system'),
    'external-dns role': role('external-dns'),
    'external-dns policy': resource('iam/RolePolicy', 'external-dns:p', {
      role: 'external-dns',
      policy: JSON.stringify({
        Statement: [
          { Effect: 'Allow', Action: ['route53:List*'], Resource: '*' },
          {
            Effect: 'Allow',
            Action: 'route53:ChangeResourceRecordSets',
            Resource: [`arn:aws:route53:::hostedzone/${ids.zone}`],
          },
        ],
      }),
    }),
    'external-dns identity': identity('external-dns', 'external-dns'),
    zone: resource(
      'route53/Zone',
      ids.zone,
      { name: 'tekanya.services' },
      { arn: `arn:aws:route53:::hostedzone/${ids.zone}` },
    ),
  };
}

/** The same policy without some actions. */
export function allowing(actions: readonly string[]): Resource {
  return resource('iam/RolePolicy', 'karpenter:p', { role: 'karpenter', policy: document(...actions) });
}

const container = (more: JsonObject): JsonObject => ({ name: 'main', image: 'image', ...more });
export const deployments: readonly JsonObject[] = [
  deployment('karpenter', 'kube-system', {
    env: [
      { name: 'CLUSTER_NAME', value: 'c' },
      { name: 'INTERRUPTION_QUEUE', value: 'c' },
    ],
  }),
  deployment('external-dns', 'external-dns', {
    args: [
      '--source=service',
      '--source=ingress',
      '--domain-filter=tekanya.services',
      '--policy=sync',
      '--registry=txt',
      '--txt-owner-id=team-a.c',
    ],
  }),
];

function deployment(name: string, namespace: string, more: JsonObject): JsonObject {
  const spec = { template: { spec: { serviceAccountName: name, containers: [container(more)] } } };
  return { metadata: { name, namespace }, spec };
}

export const nodeClass: JsonObject = {
  metadata: { name: 'default' },
  spec: {
    role: 'nodes',
    amiSelectorTerms: [{ alias: 'al2023@latest' }],
    subnetSelectorTerms: [{ tags: discovery }],
    securityGroupSelectorTerms: [{ tags: discovery }],
    tags: { team: 'a' },
  },
};

export const nodePool: JsonObject = {
  metadata: { name: 'default' },
  spec: {
    disruption: { consolidateAfter: '1m', consolidationPolicy: 'WhenEmptyOrUnderutilized' },
    limits: { cpu: '16', memory: '64Gi' },
    template: {
      metadata: { labels: { pool: 'default' } },
      spec: {
        nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'default' },
        requirements: [
          { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot', 'on-demand'] },
          { key: 'kubernetes.io/arch', operator: 'In', values: ['arm64', 'amd64'] },
          { key: 'karpenter.k8s.aws/instance-category', operator: 'In', values: ['t', 'c', 'm'] },
          { key: 'karpenter.k8s.aws/instance-generation', operator: 'Gt', values: ['2'] },
        ],
      },
    },
  },
};

export function pod(name: string, spec: JsonObject = {}, cpu = '500m', metadata: JsonObject = {}): JsonObject {
  const containers = [container({ resources: { requests: { cpu, memory: '256Mi' } } })];
  return {
    metadata: { name, namespace: 'default', ...metadata },
    spec: { containers, ...spec },
    status: { phase: 'Pending' },
  };
}

export function service(name: string, annotations: JsonObject = {}): JsonObject {
  return { metadata: { name, namespace: 'default', annotations }, spec: { type: 'LoadBalancer' } };
}

/** A workload cluster in memory, the account behind it, and the controllers between them. */
export class WorkloadGround implements Workload {
  readonly clock = new StandingClock();
  readonly log: string[] = [];
  readonly faults: Fault[] = [];
  readonly account: Account;
  readonly aws: Aws;
  readonly #objects = new Map<string, JsonObject>();
  #controllers: WorkloadControllers;
  #version = 0;

  constructor(resources: readonly Resource[] = Object.values(platform())) {
    this.account = new Account(resources);
    const meet = (kind: string, operation: Fault['operation']): Fault | undefined => {
      const at = this.faults.findIndex(fault => fault.kind === kind && fault.operation === operation);
      return at < 0 ? undefined : this.faults.splice(at, 1)[0];
    };
    this.aws = new Aws(this.account, kinds, { meet }, this.clock);
    this.#controllers = this.#started();
  }

  #started(): WorkloadControllers {
    const log = (line: string): void => void this.log.push(line);
    return new WorkloadControllers({ aws: this.aws, clock: this.clock, workload: this, log, saved: async () => {} });
  }

  /** The controllers begin anew, with what is in the cluster and in the account. */
  restart(): void {
    this.#controllers = this.#started();
  }

  /** Lets so many of AWS's seconds pass, and everything happen that happens in them. */
  async settle(seconds = 600): Promise<void> {
    const end = this.clock.now() + seconds * 1000;
    for (let i = 0; i < 200; i++) {
      const before = this.#version + this.log.length;
      const next = await this.#controllers.look();
      if (this.#version + this.log.length !== before) continue;
      if (next === undefined || next > end) {
        this.clock.pass((end - this.clock.now()) / 1000);
        return;
      }
      this.clock.pass(Math.max(1, (next - this.clock.now()) / 1000));
    }
    throw new Error(`it never settles; last:\n${this.log.slice(-5).join('\n')}`);
  }

  /** What was said, the generated parts of names replaced. */
  said(...words: readonly string[]): readonly string[] {
    return this.log
      .filter(line => words.length === 0 || words.some(word => line.includes(word)))
      .map(line =>
        line
          .replace(/\b(i|sg)-[0-9a-f]{17}/g, '$1-x')
          .replace(/default-[0-9a-f]{5}/g, 'default-x')
          .replace(/\bc_\d+/g, 'c_x')
          .replace(/\ba[0-9a-z]*uid[0-9a-z]*/g, 'lb')
          .replace(/ip-[\d-]+/g, 'ip-x'),
      );
  }

  of(kind: string): readonly Resource[] {
    return this.account.all().filter(one => one.kind === kind);
  }

  apply(kind: WorkloadKind, ...objects: readonly JsonObject[]): void {
    for (const object of objects) this.#put(kind, overlay(this.find(kind, meta(object, 'name')) ?? {}, object));
  }

  find(kind: WorkloadKind, name: string): JsonObject | undefined {
    return this.all(kind).find(one => meta(one, 'name') === name);
  }

  async remove(kind: WorkloadKind, name: string): Promise<void> {
    const found = this.find(kind, name);
    if (found) await this.delete(kind, found);
  }

  serves = (): boolean => true;

  all(kind: WorkloadKind): readonly JsonObject[] {
    return [...this.#objects].filter(([key]) => key.startsWith(`${kind} `)).map(([, object]) => object);
  }

  create = async (kind: WorkloadKind, object: JsonObject): Promise<JsonObject> => {
    // As the API server's admission does.
    const taints = [
      ...items(child(object, 'spec').taints),
      { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' },
    ];
    return this.#put(kind, kind === 'Node' ? overlay(object, { spec: { taints } }) : object);
  };
  patch = async (kind: WorkloadKind, object: JsonObject, patch: JsonObject): Promise<JsonObject> =>
    this.#put(kind, merge(this.#current(kind, object), patch));
  patchStatus = async (kind: WorkloadKind, object: JsonObject, status: JsonObject): Promise<JsonObject> =>
    this.#put(kind, merge(this.#current(kind, object), { status }));
  delete = async (kind: WorkloadKind, object: JsonObject): Promise<void> => {
    const deletionTimestamp = new Date(this.clock.now()).toISOString();
    this.#put(kind, overlay(this.#current(kind, object), { metadata: { deletionTimestamp } }));
  };
  bind = async (pod: JsonObject, nodeName: string): Promise<void> => {
    this.#put('Pod', overlay(this.#current('Pod', pod), { spec: { nodeName } }));
  };

  #current(kind: WorkloadKind, object: JsonObject): JsonObject {
    const found = this.#objects.get(keyOf(kind, object));
    if (!found) throw new Error(`${keyOf(kind, object)} is gone`);
    return found;
  }

  /** Stores an object; one that is deleted and that no finalizer holds goes, and what it owns with it. */
  #put(kind: WorkloadKind, object: JsonObject): JsonObject {
    this.#version += 1;
    const key = keyOf(kind, object);
    const identity = { uid: `uid${kind}${meta(object, 'name')}`.toLowerCase() };
    const { apiVersion } = workloadKinds[kind];
    const metadata = { ...identity, ...child(object, 'metadata'), resourceVersion: String(this.#version) };
    const { deletionTimestamp, finalizers }: JsonObject = metadata;
    const stored = { ...object, apiVersion, kind, metadata };
    if (deletionTimestamp === undefined || items(finalizers).length > 0) {
      this.#objects.set(key, stored);
      return stored;
    }
    this.#objects.delete(key);
    for (const [owned, one] of this.#objects) {
      const owners = items(child(one, 'metadata').ownerReferences).map(owner => text(owner, 'uid'));
      if (owners.includes(meta(stored, 'uid'))) void this.delete(owned.split(' ')[0] as WorkloadKind, one);
    }
    return stored;
  }
}

function keyOf(kind: WorkloadKind, object: JsonObject): string {
  return `${kind} ${meta(object, 'namespace')}/${meta(object, 'name')}`;
}

/** RFC 7386. */
function merge(target: JsonObject, patch: JsonObject): JsonObject {
  const result: Record<string, Json | undefined> = { ...target };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = isObject(value) ? merge(child(result[name]), value) : value;
  }
  return result;
}
