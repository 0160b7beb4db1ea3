import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  type Subnet,
} from '@aws-sdk/client-ec2';
import { DescribeClusterCommand, type VpcConfigResponse } from '@aws-sdk/client-eks';
import {
  CreateLoadBalancerCommand,
  DeleteLoadBalancerCommand,
  DescribeLoadBalancersCommand,
  type LoadBalancerDescription,
} from '@aws-sdk/client-elastic-load-balancing';
import { child, items, type JsonObject, text } from '../../kubernetes/json.ts';
import { isDeleted, meta } from '../../kubernetes/metadata.ts';
import type { Clients } from './clients.ts';
import { defaultRouteOf, tagOf, unlessGone } from './facts.ts';
import type { Ground } from './ground.ts';
import { fullName, withFinalizer } from './objects.ts';

const finalizer = 'service.kubernetes.io/load-balancer-cleanup';
const annotation = 'service.beta.kubernetes.io/aws-load-balancer';

/**
 * Plays the controller in EKS's control plane that makes a classic load balancer with a security group of its own for each
 * Service of type LoadBalancer (the AWS cloud provider), in the cluster's role. Services that ask for another kind (`nlb`,
 * `external`) are for controllers that are not played.
 */
export class LoadBalancers {
  readonly #ground: Ground;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  async look(): Promise<void> {
    const { objects, attempts, callers, cluster } = this.#ground;
    const services = objects.all('Service').filter(one => wants(one) || holds(one));
    if (services.length === 0) return;
    const ask = () => callers.role(cluster.roleArn);
    const clients = await attempts.make('eks', "work in the cluster's role", undefined, ask);
    if (!clients) return;
    for (const service of services) {
      if (wants(service) && !isDeleted(service)) await this.#keep(service, clients);
      else await this.#end(service, clients);
    }
  }

  async #keep(service: JsonObject, clients: Clients): Promise<void> {
    const { objects, attempts } = this.#ground;
    const on = withFinalizer(service, finalizer, true);
    const current = on ? await objects.patch('Service', service, on) : service;
    const of = `service/${fullName(service)}`;
    const balancer = await attempts.make('eks', `have a load balancer for ${of}`, current, async () => {
      return (await this.#find(nameOf(service), clients)) ?? (await this.#make(current, clients, of));
    });
    const hostname = balancer?.DNSName;
    if (hostname === undefined || hostnamesOf(current).includes(hostname)) return;
    await objects.patchStatus('Service', current, { loadBalancer: { ingress: [{ hostname }] } });
  }

  #find(name: string, { elb }: Clients): Promise<LoadBalancerDescription | undefined> {
    return this.#ground.facts.once(`load balancer ${name}`, async () => {
      const asked = new DescribeLoadBalancersCommand({ LoadBalancerNames: [name] });
      return (await unlessGone(elb.send(asked)))?.LoadBalancerDescriptions?.[0];
    });
  }

  async #make(service: JsonObject, clients: Clients, of: string): Promise<LoadBalancerDescription | undefined> {
    const { cluster, admin, attempts, facts, log } = this.#ground;
    const found = await admin.eks.send(new DescribeClusterCommand({ name: cluster.name }));
    const network = found.cluster?.resourcesVpcConfig ?? {};
    const internal = settingOf(service, 'internal') === 'true';
    const subnets = await subnetsFor(network, clients, internal);
    const why = subnets.length > 0 ? undefined : 'could not find any suitable subnets for creating the ELB';
    if (!attempts.tell('eks', `find subnets for the load balancer of ${of}`, why, service)) return undefined;
    const name = nameOf(service);
    const tags = {
      [`kubernetes.io/cluster/${cluster.name}`]: 'owned',
      'kubernetes.io/service-name': fullName(service),
    };
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    const ports = items(child(service, 'spec').ports).map(one => child(one));
    const group = (await groupOf(name, clients)) ?? (await makeGroup(name, network.vpcId, Tags, ports, clients));
    await clients.elb.send(
      new CreateLoadBalancerCommand({
        LoadBalancerName: name,
        Listeners: ports.map(({ port, nodePort }) => ({
          Protocol: 'TCP',
          LoadBalancerPort: Number(port),
          InstanceProtocol: 'TCP',
          InstancePort: Number(nodePort ?? port),
        })),
        Subnets: subnets,
        SecurityGroups: [group],
        ...(internal ? { Scheme: 'internal' } : {}),
        Tags,
      }),
    );
    log(`create load balancer ${name} for ${of}`);
    facts.forget();
    return this.#find(name, clients);
  }

  /** The load balancer goes, then its group, which it holds until its interfaces are gone; then the Service may go. */
  async #end(service: JsonObject, clients: Clients): Promise<void> {
    const { objects, attempts, facts, log } = this.#ground;
    const of = `service/${fullName(service)}`;
    const name = nameOf(service);
    const ended = await attempts.make('eks', `end the load balancer of ${of}`, service, async () => {
      if (await this.#find(name, clients)) {
        await clients.elb.send(new DeleteLoadBalancerCommand({ LoadBalancerName: name }));
        log(`delete load balancer ${name} for ${of}`);
        facts.forget();
      }
      const group = await groupOf(name, clients);
      if (group !== undefined) await clients.ec2.send(new DeleteSecurityGroupCommand({ GroupId: group }));
      return true;
    });
    const patch = withFinalizer(service, finalizer, false);
    if (!ended || !patch) return;
    await objects.patch('Service', service, patch);
    log(`released ${of}`);
  }
}

/** The name of a Service's load balancer in AWS (DefaultLoadBalancerName in k8s.io/cloud-provider). */
function nameOf(service: JsonObject): string {
  return `a${meta(service, 'uid').replaceAll('-', '')}`.slice(0, 32);
}

function settingOf(service: JsonObject, name: string): string | undefined {
  return text(child(service, 'metadata', 'annotations'), `${annotation}-${name}`);
}

function wants(service: JsonObject): boolean {
  const spec = child(service, 'spec');
  const theirs = settingOf(service, 'type') !== undefined || spec.loadBalancerClass !== undefined;
  return spec.type === 'LoadBalancer' && !theirs;
}

function holds(service: JsonObject): boolean {
  return items(child(service, 'metadata').finalizers).includes(finalizer);
}

/** The host names by which a Service or an Ingress is reached from outside. */
export function hostnamesOf(object: JsonObject): readonly string[] {
  return items(child(object, 'status', 'loadBalancer').ingress).flatMap(one => text(one, 'hostname') ?? []);
}

async function groupOf(name: string, { ec2 }: Clients): Promise<string | undefined> {
  const Filters = [{ Name: 'group-name', Values: [`k8s-elb-${name}`] }];
  return (await ec2.send(new DescribeSecurityGroupsCommand({ Filters }))).SecurityGroups?.[0]?.GroupId;
}

async function makeGroup(
  name: string,
  VpcId: string | undefined,
  Tags: { Key: string; Value: string }[],
  ports: readonly JsonObject[],
  { ec2 }: Clients,
): Promise<string> {
  const made = await ec2.send(
    new CreateSecurityGroupCommand({
      GroupName: `k8s-elb-${name}`,
      Description: `Security group for Kubernetes ELB ${name}`,
      VpcId,
      TagSpecifications: [{ ResourceType: 'security-group', Tags }],
    }),
  );
  const GroupId = made.GroupId ?? '';
  const IpPermissions = ports.map(({ port }) => ({
    IpProtocol: 'tcp',
    FromPort: Number(port),
    ToPort: Number(port),
    IpRanges: [{ CidrIp: '0.0.0.0/0' }],
  }));
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
  return GroupId;
}

/**
 * The subnets of a load balancer, one in each zone: the VPC's that are tagged for it, else the cluster's own; ones with an
 * internet gateway, unless it is internal.
 */
async function subnetsFor(
  { vpcId = '', subnetIds = [] }: VpcConfigResponse,
  { ec2 }: Clients,
  internal: boolean,
): Promise<string[]> {
  const Filters = [{ Name: 'vpc-id', Values: [vpcId] }];
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ Filters }));
  const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand({ Filters }));
  const isPublic = ({ SubnetId = '' }: Subnet) => defaultRouteOf(RouteTables, SubnetId)?.startsWith('igw-') === true;
  const fitting = Subnets.filter(one => internal || isPublic(one));
  const tag = internal ? 'kubernetes.io/role/internal-elb' : 'kubernetes.io/role/elb';
  const tagged = fitting.filter(one => tagOf(one, tag) !== undefined);
  const chosen = tagged.length > 0 ? tagged : fitting.filter(({ SubnetId = '' }) => subnetIds.includes(SubnetId));
  return [...new Map(chosen.map(one => [one.AvailabilityZone, one.SubnetId ?? ''])).values()];
}
