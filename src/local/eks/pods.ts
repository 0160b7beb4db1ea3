import { child, items, type Json, type JsonObject, text } from '../../kubernetes/json.ts';
import { isDeleted } from '../../kubernetes/metadata.ts';
import { type Objects, quantity, strings } from './objects.ts';

/** CPUs and bytes of memory. */
export interface Amount {
  readonly cpu: number;
  readonly memory: number;
}

/** Whether a pod waits for a node; gated ones and ones that are done do not. */
export function isPending(pod: JsonObject): boolean {
  const spec = child(pod, 'spec');
  const phase = text(child(pod, 'status'), 'phase') ?? 'Pending';
  const gated = items(spec.schedulingGates).length > 0;
  return phase === 'Pending' && spec.nodeName === undefined && !isDeleted(pod) && !gated;
}

export function isOfDaemonSet(pod: JsonObject): boolean {
  return items(child(pod, 'metadata').ownerReferences).some(one => text(one, 'kind') === 'DaemonSet');
}

/** The pods that run on a node, or are bound to it. */
export function podsOn(objects: Objects, node: string): readonly JsonObject[] {
  return objects.all('Pod').filter(pod => {
    const phase = text(child(pod, 'status'), 'phase');
    return child(pod, 'spec').nodeName === node && phase !== 'Succeeded' && phase !== 'Failed';
  });
}

/** Whether labels meet a requirement as NodePools, NodeClaims and node affinities have them. */
export function meets(labels: Readonly<Record<string, string>>, requirement: Json): boolean {
  const { key, operator, values } = child(requirement);
  const label = labels[String(key)];
  const listed = items(values).map(String);
  switch (operator) {
    case 'In':
      return label !== undefined && listed.includes(label);
    case 'NotIn':
      return label === undefined || !listed.includes(label);
    case 'Exists':
      return label !== undefined;
    case 'DoesNotExist':
      return label === undefined;
    case 'Gt':
      return Number(label) > Number(listed[0]);
    case 'Lt':
      return Number(label) < Number(listed[0]);
    default:
      return false;
  }
}

/** Whether a scheduler would put a pod on a node with these labels and taints, for all that is not about amounts. */
export function suits(
  pod: JsonObject,
  labels: Readonly<Record<string, string>>,
  taints: readonly Json[] = [],
): boolean {
  const spec = child(pod, 'spec');
  const required = child(spec, 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution');
  const terms = items(required.nodeSelectorTerms);
  return (
    Object.entries(strings(child(spec, 'nodeSelector'))).every(([name, value]) => labels[name] === value) &&
    (terms.length === 0 ||
      terms.some(term => items(child(term).matchExpressions).every(requirement => meets(labels, requirement)))) &&
    taints.every(taint => child(taint).effect === 'PreferNoSchedule' || tolerates(spec, child(taint)))
  );
}

function tolerates(spec: JsonObject, taint: JsonObject): boolean {
  return items(spec.tolerations).some(toleration => {
    const { key, operator, value, effect } = child(toleration);
    const same = operator === 'Exists' || (text(taint, 'value') ?? '') === (value ?? '');
    return (key === undefined || key === taint.key) && same && (effect === undefined || effect === taint.effect);
  });
}

/** What the containers of a pod ask for. */
export function requestsOf(pod: JsonObject): Amount {
  const each = items(child(pod, 'spec').containers).map(one => child(one, 'resources', 'requests'));
  return sum(each.map(({ cpu, memory }) => ({ cpu: quantity(cpu), memory: quantity(memory) })));
}

export function sum(amounts: readonly Amount[]): Amount {
  return {
    cpu: amounts.reduce((all, { cpu }) => all + cpu, 0),
    memory: amounts.reduce((all, { memory }) => all + memory, 0),
  };
}

export function fits(asked: Amount, room: Amount): boolean {
  return asked.cpu <= room.cpu && asked.memory <= room.memory;
}

/** How many pods a node takes, whatever its size. */
export const podsOfNode = 58;

/** An amount as Kubernetes writes it. */
export function written({ cpu, memory }: Amount): JsonObject {
  return { cpu: `${Math.round(cpu * 1000)}m`, memory: `${Math.floor(memory / 2 ** 20)}Mi`, pods: String(podsOfNode) };
}

/** What is left of a node for pods; kubelet and the system keep some of it. */
export function allocatableOf({ cpu, memory }: Amount): Amount {
  return { cpu: cpu - 0.08, memory: memory * 0.9 };
}
