import { child, items, type Json, type JsonObject, text } from '../../kubernetes/json.ts';
import { isDeleted, meta } from '../../kubernetes/metadata.ts';
import type { Clients } from './clients.ts';
import type { Ground } from './ground.ts';
import { providerIdOf } from './nodes.ts';
import { conditionOf, fullName, labelsOf, type Objects } from './objects.ts';
import { suits } from './pods.ts';

/** A controller that is installed in a cluster and can act on AWS. */
export interface Standing {
  readonly deployment: JsonObject;
  readonly clients: Clients;
}

/** The Deployment of a controller, by its name: charts choose its namespace. */
function deploymentOf(objects: Objects, name: string): JsonObject | undefined {
  return objects.all('Deployment').find(one => meta(one, 'name') === name && !isDeleted(one));
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

const agent = 'eks-pod-identity-agent';
/** What else a pod needs of EKS's add-ons; one that asks the VPC for names (`dnsPolicy: Default`) does without coredns. */
const addons = ['vpc-cni', 'kube-proxy', 'coredns'];

/**
 * A controller with its credentials, if it can act on AWS: it is installed, there is a node to run on with a network, name
 * resolution and a way to AWS's endpoints, and it gets credentials by Pod Identity. Else undefined, and it is told why not.
 */
export async function standingOf(ground: Ground, name: string): Promise<Standing | undefined> {
  const { objects, attempts, callers } = ground;
  const deployment = deploymentOf(objects, name);
  if (!deployment) {
    attempts.tell(name, 'work', `there is no Deployment ${name}`);
    return undefined;
  }
  const why = await hindrance(ground, deployment);
  if (!attempts.tell(name, 'work', why, deployment)) return undefined;
  const account = text(child(deployment, 'spec', 'template', 'spec'), 'serviceAccountName') ?? 'default';
  const clients = await attempts.make(name, 'have its credentials', deployment, () =>
    callers.pods(meta(deployment, 'namespace'), account),
  );
  return clients && { deployment, clients };
}

async function hindrance(ground: Ground, deployment: JsonObject): Promise<string | undefined> {
  const { cluster, objects, surroundings } = ground;
  const template = child(deployment, 'spec', 'template');
  const nodes = objects
    .all('Node')
    .filter(
      one => conditionOf(one, 'Ready') === 'True' && suits(template, labelsOf(one), items(child(one, 'spec').taints)),
    );
  if (nodes.length === 0) return `cluster ${cluster.name} has no node to run it on`;
  const needed = addons.filter(addon => addon !== 'coredns' || child(template, 'spec').dnsPolicy !== 'Default');
  for (const addon of needed)
    if (await surroundings.lost(addon)) return `cluster ${cluster.name} has no add-on ${addon} any more`;
  if (!(await surroundings.addons()).includes(agent)) return `cluster ${cluster.name} has no add-on ${agent}`;
  const ids = new Set(nodes.map(one => text(child(one, 'spec'), 'providerID')));
  for (const { VpcId = '', SubnetId = '' } of (await surroundings.instances()).filter(one =>
    ids.has(providerIdOf(one)),
  ))
    if (await surroundings.hasWayOut(VpcId, SubnetId)) return undefined;
  return `no subnet of its nodes has a route to the internet (${fullName(deployment)})`;
}
