import { child, items, type Json, type JsonObject, text } from '../../kubernetes/json.ts';
import { isDeleted, meta } from '../../kubernetes/metadata.ts';
import type { Account, Resource } from './account.ts';
import { full, ofCluster } from './eks.ts';
import { isThere, lacking, roleOf } from './permissions.ts';
import { hasWayOut } from './routes.ts';
import { fullName, type Workload } from './workload.ts';

/** A controller of the workload cluster that acts on AWS: as which role, or why it cannot act. */
export type Standing = { readonly role: Resource } | { readonly why: string };

/** The Deployment of a controller, by its name: charts choose its namespace. */
export function deploymentOf(workload: Workload, name: string): JsonObject | undefined {
  return workload.all('Deployment').find(one => meta(one, 'name') === name && !isDeleted(one));
}

/** The value of an environment variable of a Deployment's containers. */
export function environmentOf(deployment: JsonObject, name: string): string | undefined {
  const found = containersOf(deployment)
    .flatMap(container => items(child(container).env))
    .find(one => text(one, 'name') === name);
  return text(found, 'value');
}

/** The values of a flag (`--source`) of a Deployment's containers, given as `--source=service`. */
export function flagOf(deployment: JsonObject, flag: string): readonly string[] {
  return containersOf(deployment)
    .flatMap(container => items(child(container).args))
    .flatMap(argument => {
      const [name, ...value] = String(argument).split('=');
      return name === flag ? [value.join('=')] : [];
    });
}

function containersOf(deployment: JsonObject): readonly Json[] {
  return items(child(deployment, 'spec', 'template', 'spec').containers);
}

/** The EKS cluster that the workload cluster stands for: the one that Karpenter is told of, else the only active one. */
export function clusterBehind(account: Account, workload: Workload): Resource | undefined {
  const karpenter = deploymentOf(workload, 'karpenter');
  const name = karpenter && environmentOf(karpenter, 'CLUSTER_NAME');
  const clusters = account.all().filter(one => one.kind === 'eks/Cluster');
  if (name !== undefined) return clusters.find(one => one.name === name);
  const active = clusters.filter(isThere);
  return active.length === 1 ? active[0] : undefined;
}

/** What a pod needs of EKS's add-ons; one that asks the VPC for names (`dnsPolicy: Default`) does without coredns. */
const addons = ['vpc-cni', 'coredns', 'eks-pod-identity-agent'];

/**
 * Whether a controller can act on AWS: it is installed, there are nodes to run on with a network, name resolution and a
 * way to AWS's endpoints, and it gets credentials by Pod Identity for a role that may do all of `actions`.
 */
export function standingOf(
  account: Account,
  workload: Workload,
  cluster: Resource | undefined,
  name: string,
  actions: readonly string[],
): Standing {
  const deployment = deploymentOf(workload, name);
  if (!deployment) return { why: `there is no Deployment ${name}` };
  if (!cluster) return { why: 'its EKS cluster is not in the account' };
  if (!isThere(cluster)) return { why: `cluster ${cluster.name} is ${cluster.state}` };
  const nodes = ofCluster(account, 'eks/NodeGroup', cluster).filter(
    one => isThere(one) && child(full(one), 'scalingConfig').desiredSize !== 0,
  );
  if (nodes.length === 0) return { why: `cluster ${cluster.name} has no node group to run it on` };
  const template = child(deployment, 'spec', 'template', 'spec');
  const present = ofCluster(account, 'eks/Addon', cluster).filter(isThere);
  const missing = addons
    .filter(addon => addon !== 'coredns' || template.dnsPolicy !== 'Default')
    .find(addon => !present.some(({ asked }) => asked.addonName === addon));
  if (missing) return { why: `cluster ${cluster.name} has no add-on ${missing}` };
  const serviceAccount = text(template, 'serviceAccountName') ?? 'default';
  const namespace = meta(deployment, 'namespace');
  const association = ofCluster(account, 'eks/PodIdentityAssociation', cluster).find(
    one => isThere(one) && one.asked.namespace === namespace && one.asked.serviceAccount === serviceAccount,
  );
  if (!association) {
    return { why: `cluster ${cluster.name} has no Pod Identity association for ${namespace}/${serviceAccount}` };
  }
  const arn = text(association.asked, 'roleArn');
  const role = roleOf(account, arn);
  if (!role) return { why: `its role ${arn} is not in the account` };
  if (!nodes.some(one => reachesAws(account, one))) {
    return { why: `no subnet of its nodes has a route to the internet (${fullName(deployment)})` };
  }
  const denied = lacking(account, role, actions);
  return denied ? { why: `its role ${role.name} may not ${denied}` } : { role };
}

function reachesAws(account: Account, nodes: Resource): boolean {
  return items(nodes.asked.subnetIds).some(id => {
    const subnet = account.find('ec2/Subnet', nodes.region, String(id));
    return subnet !== undefined && hasWayOut(account, subnet);
  });
}
