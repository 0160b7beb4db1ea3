import {
  DescribeInstancesCommand,
  type DescribeInstancesCommandInput,
  DescribeInstanceTypesCommand,
  DescribeRouteTablesCommand,
  type Instance,
  type InstanceTypeInfo,
  type RouteTable,
  type Tag,
} from '@aws-sdk/client-ec2';
import {
  DescribeAccessEntryCommand,
  DescribeNodegroupCommand,
  ListAddonsCommand,
  type Nodegroup,
} from '@aws-sdk/client-eks';
import { GetInstanceProfileCommand } from '@aws-sdk/client-iam';
import { isRefusal } from './attempts.ts';
import type { Clients } from './clients.ts';

/** What is asked of the account, once for each state of it. */
export class Facts {
  readonly #known = new Map<string, Promise<unknown>>();

  /** The account may be otherwise now. */
  forget(): void {
    this.#known.clear();
  }

  /** What `ask` gives; asked again after the account has changed, or after an error. */
  once<T>(what: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#known.get(what) as Promise<T> | undefined;
    if (known) return known;
    const asked = ask();
    this.#known.set(what, asked);
    asked.catch(() => this.#known.get(what) === asked && this.#known.delete(what));
    return asked;
  }
}

/** What the administrator sees of a cluster in the account: what its nodes are, and what they have to work with. */
export class Surroundings {
  readonly #cluster: string;
  readonly #admin: Clients;
  readonly #facts: Facts;
  readonly #seen = new Set<string>();
  readonly #types = new Map<string, Promise<InstanceTypeInfo | undefined>>();

  constructor(cluster: string, admin: Clients, facts: Facts) {
    this.#cluster = cluster;
    this.#admin = admin;
    this.#facts = facts;
  }

  /** The instances that are to be nodes of the cluster and run. */
  instances(): Promise<readonly Instance[]> {
    const owned = `kubernetes.io/cluster/${this.#cluster}`;
    const filters = [
      { Name: 'tag-key', Values: [owned, nodeGroupTags.cluster] },
      { Name: 'instance-state-name', Values: ['running'] },
    ];
    return this.#facts.once('instances', async () =>
      (await instancesOf(this.#admin, { Filters: filters })).filter(
        one => tagOf(one, owned) === 'owned' || tagOf(one, nodeGroupTags.cluster) === this.#cluster,
      ),
    );
  }

  /** The names of the add-ons. */
  addons(): Promise<readonly string[]> {
    const asked = new ListAddonsCommand({ clusterName: this.#cluster });
    return this.#facts.once('addons', async () => (await this.#admin.eks.send(asked)).addons ?? []);
  }

  /** Whether an add-on was there and is not any more, with what it installed; some of it EKS installs without an add-on, too. */
  async lost(addon: string): Promise<boolean> {
    const present = await this.addons();
    for (const one of present) this.#seen.add(one);
    return this.#seen.has(addon) && !present.includes(addon);
  }

  nodeGroup(name: string): Promise<Nodegroup | undefined> {
    const asked = new DescribeNodegroupCommand({ clusterName: this.#cluster, nodegroupName: name });
    return this.#facts.once(`node group ${name}`, async () =>
      unlessGone(this.#admin.eks.send(asked).then(({ nodegroup }) => nodegroup)),
    );
  }

  /** Why EKS does not let an instance in as a node; undefined if it does. */
  async barred(instance: Instance): Promise<string | undefined> {
    const profile = instance.IamInstanceProfile?.Arn?.split('/').at(-1);
    if (profile === undefined) return `its instance ${instance.InstanceId} has no instance profile`;
    const role = await this.#facts.once(`role of ${profile}`, async () => {
      const asked = new GetInstanceProfileCommand({ InstanceProfileName: profile });
      const found = await unlessGone(this.#admin.iam.send(asked));
      return found?.InstanceProfile?.Roles?.[0]?.Arn;
    });
    if (role === undefined) return `the instance profile ${profile} has no role`;
    const entry = await this.#facts.once(`access entry of ${role}`, async () => {
      const asked = new DescribeAccessEntryCommand({ clusterName: this.#cluster, principalArn: role });
      return (await unlessGone(this.#admin.eks.send(asked)))?.accessEntry;
    });
    if (entry?.type === 'EC2_LINUX') return undefined;
    return `cluster ${this.#cluster} has no access entry of type EC2_LINUX for ${role}`;
  }

  /** Whether what runs in a subnet reaches the internet, through an internet gateway or a NAT gateway. */
  hasWayOut(vpcId: string, subnetId: string): Promise<boolean> {
    return this.#facts.once(`way out of ${subnetId}`, async () => {
      return (await this.#defaultRoute(vpcId, subnetId)) !== undefined;
    });
  }

  async #defaultRoute(vpcId: string, subnetId: string): Promise<string | undefined> {
    const tables = await this.#facts.once(`route tables of ${vpcId}`, async () => {
      const asked = new DescribeRouteTablesCommand({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }] });
      return (await this.#admin.ec2.send(asked)).RouteTables ?? [];
    });
    return defaultRouteOf(tables, subnetId);
  }

  /** What an instance type is; known for good. */
  instanceType(name: string): Promise<InstanceTypeInfo | undefined> {
    const known = this.#types.get(name);
    if (known) return known;
    const asked = new DescribeInstanceTypesCommand({
      InstanceTypes: [name as InstanceTypeInfo['InstanceType'] & string],
    });
    const answer = this.#admin.ec2.send(asked).then(({ InstanceTypes }) => InstanceTypes?.[0]);
    this.#types.set(name, answer);
    answer.catch(() => this.#types.delete(name));
    return answer;
  }
}

/** The tags by which EKS marks the instances of its node groups. */
export const nodeGroupTags = { cluster: 'eks:cluster-name', group: 'eks:nodegroup-name' } as const;

/** What the default route of a subnet leads to, by its own route table or else its VPC's main one; undefined if nowhere. */
export function defaultRouteOf(tables: readonly RouteTable[], subnetId: string): string | undefined {
  const own = tables.find(({ Associations = [] }) => Associations.some(one => one.SubnetId === subnetId));
  const main = tables.find(({ Associations = [] }) => Associations.some(one => one.Main === true));
  const route = (own ?? main)?.Routes?.find(one => one.DestinationCidrBlock === '0.0.0.0/0');
  return route?.State === 'blackhole' ? undefined : (route?.GatewayId ?? route?.NatGatewayId);
}

/** Instances, out of their reservations. */
export async function instancesOf(
  { ec2 }: Pick<Clients, 'ec2'>,
  asked: DescribeInstancesCommandInput,
): Promise<readonly Instance[]> {
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand(asked));
  return Reservations.flatMap(({ Instances = [] }) => Instances);
}

/** The value of a tag. */
export function tagOf({ Tags = [] }: { readonly Tags?: readonly Tag[] | undefined }, key: string): string | undefined {
  return Tags.find(one => one.Key === key)?.Value;
}

/** What is asked for; undefined where AWS has no such thing. */
export async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isRefusal(error) && /NotFound|NoSuchEntity/.test(error.name)) return undefined;
    throw error;
  }
}
