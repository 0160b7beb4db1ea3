import { child, items, type JsonObject, text } from '../../kubernetes/json.ts';
import { isDeleted, meta } from '../../kubernetes/metadata.ts';
import type { Account, Resource } from './account.ts';
import { vpcOf } from './computed.ts';
import { AwsError } from './errors.ts';
import { clusterBehind } from './in-cluster.ts';
import { isThere, lacking, roleOf } from './permissions.ts';
import { isPublic } from './routes.ts';
import { fullName, type Hindrances, type Stage, strings, tokenOf, withFinalizer } from './workload.ts';
import type { Operations } from './workload-operations.ts';

const finalizer = 'service.kubernetes.io/load-balancer-cleanup';
const annotation = 'service.beta.kubernetes.io/aws-load-balancer';
const kind = 'elasticloadbalancing/LoadBalancer';
const actions = {
  create: ['elasticloadbalancing:CreateLoadBalancer', 'ec2:CreateSecurityGroup', 'ec2:DescribeSubnets'],
  delete: ['elasticloadbalancing:DeleteLoadBalancer', 'ec2:DeleteSecurityGroup'],
};

/**
 * Plays the controller in EKS's control plane that makes a load balancer for each Service of type LoadBalancer (the AWS
 * cloud provider): a classic one with a security group of its own, or a network load balancer if the Service says
 * `aws-load-balancer-type: nlb`. What says `external` is for a controller that is not played.
 */
export class LoadBalancers {
  readonly #stage: Stage;
  readonly #operations: Operations;
  readonly #hindrances: Hindrances;

  constructor(stage: Stage, operations: Operations, hindrances: Hindrances) {
    this.#stage = stage;
    this.#operations = operations;
    this.#hindrances = hindrances;
  }

  async look(): Promise<void> {
    const { workload, aws } = this.#stage;
    const services = workload.all('Service').filter(one => wants(one) || holds(one));
    if (services.length === 0) return;
    const cluster = clusterBehind(aws.account, workload);
    for (const service of services) {
      const keeps = wants(service) && !isDeleted(service);
      const why = hindrance(aws.account, cluster, keeps ? actions.create : actions.delete);
      const free = this.#hindrances.tell('eks', `look after the load balancer of ${nameOf(service)}`, why);
      if (!free || !cluster) continue;
      if (keeps) await this.#keep(service, cluster);
      else await this.#end(service);
    }
  }

  async #keep(service: JsonObject, cluster: Resource): Promise<void> {
    const { workload } = this.#stage;
    const of = nameOf(service);
    const on = withFinalizer(service, finalizer, true);
    const current = on ? await workload.patch('Service', service, on) : service;
    const existing = this.#operations.made(kind, tokenOf(current));
    if (!existing) {
      await this.#make(current, cluster, of);
      return;
    }
    if (!isThere(existing)) return;
    const hostname = text(existing.computed, 'dnsName') ?? '';
    if (hostnamesOf(current).includes(hostname)) return;
    await workload.patchStatus('Service', current, { loadBalancer: { ingress: [{ hostname }] } });
  }

  async #make(service: JsonObject, cluster: Resource, of: string): Promise<void> {
    const { account } = this.#stage.aws;
    const internal = settingOf(service, 'internal') === 'true';
    const subnets = subnetsFor(account, cluster, internal);
    const what = `find subnets for the load balancer of ${of}`;
    const why = subnets.length > 0 ? undefined : 'could not find any suitable subnets for creating the ELB';
    if (!this.#hindrances.tell('eks', what, why)) return;
    const network = settingOf(service, 'type') === 'nlb';
    const name = `a${meta(service, 'uid').replaceAll('-', '')}`.slice(0, 32);
    const vpcId = text(subnets[0]?.asked, 'vpcId') ?? '';
    const tags = {
      [`kubernetes.io/cluster/${cluster.name}`]: 'owned',
      'kubernetes.io/service-name': fullName(service),
    };
    const { region } = cluster;
    const groups: string[] = [];
    if (!network) {
      const token = tokenOf(service, 'group');
      const args = { name: `k8s-elb-${name}`, vpcId, description: `Security group for Kubernetes ELB ${name}`, tags };
      const request = { kind: 'ec2/SecurityGroup', region, args, name: undefined, token };
      const group = this.#operations.made('ec2/SecurityGroup', token) ?? (await this.#operations.create(request, of));
      if (!group || group instanceof AwsError) return;
      groups.push(group.id);
    }
    const args = {
      name,
      type: network ? 'network' : 'classic',
      scheme: internal ? 'internal' : 'internet-facing',
      subnetIds: subnets.map(({ id }) => id),
      ...(network ? {} : { securityGroupIds: groups }),
      tags,
    };
    await this.#operations.create({ kind, region, args, name, token: tokenOf(service) }, of);
  }

  /** The load balancer goes, then its group, which it holds until its interfaces are gone; then the Service may go. */
  async #end(service: JsonObject): Promise<void> {
    const of = nameOf(service);
    const left =
      this.#operations.made(kind, tokenOf(service)) ??
      this.#operations.made('ec2/SecurityGroup', tokenOf(service, 'group'));
    if (left) {
      await this.#operations.delete(left, of);
      return;
    }
    const patch = withFinalizer(service, finalizer, false);
    if (patch) await this.#stage.workload.patch('Service', service, patch);
    this.#stage.log(`workload released ${of}`);
  }
}

function nameOf(service: JsonObject): string {
  return `service/${fullName(service)}`;
}

function settingOf(service: JsonObject, name: string): string | undefined {
  return text(child(service, 'metadata', 'annotations'), `${annotation}-${name}`);
}

function wants(service: JsonObject): boolean {
  const spec = child(service, 'spec');
  const theirs = ['external', 'nlb-ip'].includes(settingOf(service, 'type') ?? '');
  return spec.type === 'LoadBalancer' && spec.loadBalancerClass === undefined && !theirs;
}

function holds(service: JsonObject): boolean {
  return items(child(service, 'metadata').finalizers).includes(finalizer);
}

/** The host names by which a Service or an Ingress is reached from outside. */
export function hostnamesOf(object: JsonObject): readonly string[] {
  return items(child(object, 'status', 'loadBalancer').ingress).flatMap(one => text(one, 'hostname') ?? []);
}

function hindrance(account: Account, cluster: Resource | undefined, needed: readonly string[]): string | undefined {
  if (!cluster) return 'its EKS cluster is not in the account';
  if (!isThere(cluster)) return `cluster ${cluster.name} is ${cluster.state}`;
  const arn = text(cluster.asked, 'roleArn');
  const role = roleOf(account, arn);
  if (!role) return `the cluster's role ${arn} is not in the account`;
  const denied = lacking(account, role, needed);
  return denied && `the cluster's role ${role.name} may not ${denied}`;
}

/**
 * The subnets of a load balancer, one in each zone: the VPC's that are tagged for it, else the cluster's own; public
 * ones, unless it is internal.
 */
function subnetsFor(account: Account, cluster: Resource, internal: boolean): readonly Resource[] {
  const vpcId = vpcOf(cluster, id => account.find('ec2/Subnet', cluster.region, id));
  const own = items(child(cluster.asked, 'vpcConfig').subnetIds);
  const tag = internal ? 'kubernetes.io/role/internal-elb' : 'kubernetes.io/role/elb';
  const fitting = account
    .all()
    .filter(
      one =>
        one.kind === 'ec2/Subnet' &&
        one.region === cluster.region &&
        one.asked.vpcId === vpcId &&
        isThere(one) &&
        (internal || isPublic(account, one)),
    );
  const tagged = fitting.filter(one => strings(child(one.asked, 'tags'))[tag] !== undefined);
  const byZone = new Map<string, Resource>();
  for (const one of tagged.length > 0 ? tagged : fitting.filter(({ id }) => own.includes(id))) {
    byZone.set(text(one.asked, 'availabilityZone') ?? one.id, one);
  }
  return [...byZone.values()];
}
