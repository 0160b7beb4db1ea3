import { child, items, type Json, type JsonObject, text } from '../../kubernetes/json.ts';
import { quantity, strings } from './workload.ts';

/** An instance type as it can be had: in a zone, spot or on demand. */
export interface Offering {
  /** The labels that a node of it has, and that pods and requirements are matched against. */
  readonly labels: Readonly<Record<string, string>>;
  readonly instanceType: string;
  readonly zone: string;
  readonly capacityType: 'spot' | 'on-demand';
  /** US dollars an hour. */
  readonly price: number;
  readonly capacity: Amount;
  readonly allocatable: Amount;
}

/** CPUs and bytes of memory. */
export interface Amount {
  readonly cpu: number;
  readonly memory: number;
}

/**
 * Some types of the families t, c and m, and one that is none of them: name, architecture, CPUs, GiB, and US dollars an
 * hour on demand. Only the order of the prices matters here.
 */
const types: readonly (readonly [name: string, arch: 'amd64' | 'arm64', cpu: number, gib: number, price: number])[] = [
  ['t4g.medium', 'arm64', 2, 4, 0.0435],
  ['t3.medium', 'amd64', 2, 4, 0.0542],
  ['t4g.large', 'arm64', 2, 8, 0.087],
  ['t3.large', 'amd64', 2, 8, 0.1084],
  ['c6g.large', 'arm64', 2, 4, 0.0912],
  ['c6i.large', 'amd64', 2, 4, 0.114],
  ['m6g.large', 'arm64', 2, 8, 0.1016],
  ['m6i.large', 'amd64', 2, 8, 0.127],
  ['r6g.large', 'arm64', 2, 16, 0.1326],
  ['t3.xlarge', 'amd64', 4, 16, 0.2168],
  ['c6g.xlarge', 'arm64', 4, 8, 0.1824],
  ['c6i.xlarge', 'amd64', 4, 8, 0.228],
  ['m6g.xlarge', 'arm64', 4, 16, 0.2032],
  ['m6i.xlarge', 'amd64', 4, 16, 0.254],
  ['c6g.2xlarge', 'arm64', 8, 16, 0.3648],
  ['m6i.2xlarge', 'amd64', 8, 32, 0.508],
  ['m6g.4xlarge', 'arm64', 16, 64, 0.8128],
  ['m6i.4xlarge', 'amd64', 16, 64, 1.016],
];
/** What spot costs of the price on demand. */
const spotShare = 0.35;
const gib = 2 ** 30;

/** What can be had in zones of a region, the cheapest first. */
export function offerings(region: string, zones: readonly string[]): readonly Offering[] {
  return types
    .flatMap(([instanceType, arch, cpu, memory, price]) =>
      zones.flatMap(zone =>
        (['spot', 'on-demand'] as const).map((capacityType): Offering => {
          const [family = '', size = ''] = instanceType.split('.');
          const labels = {
            'kubernetes.io/arch': arch,
            'kubernetes.io/os': 'linux',
            'karpenter.sh/capacity-type': capacityType,
            'node.kubernetes.io/instance-type': instanceType,
            'topology.kubernetes.io/region': region,
            'topology.kubernetes.io/zone': zone,
            'karpenter.k8s.aws/instance-category': family.replace(/\d.*$/, ''),
            'karpenter.k8s.aws/instance-family': family,
            'karpenter.k8s.aws/instance-generation': family.replace(/\D/g, ''),
            'karpenter.k8s.aws/instance-size': size,
            'karpenter.k8s.aws/instance-cpu': String(cpu),
            'karpenter.k8s.aws/instance-memory': String(memory * 1024),
          };
          return {
            labels,
            instanceType,
            zone,
            capacityType,
            price: capacityType === 'spot' ? price * spotShare : price,
            capacity: { cpu, memory: memory * gib },
            // Kubelet and the system keep some of it.
            allocatable: { cpu: cpu - 0.08, memory: memory * gib * 0.9 },
          };
        }),
      ),
    )
    .sort((a, b) => a.price - b.price);
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

/** An amount as Kubernetes writes it. */
export function written({ cpu, memory }: Amount): JsonObject {
  return { cpu: `${Math.round(cpu * 1000)}m`, memory: `${Math.floor(memory / 2 ** 20)}Mi`, pods: '58' };
}
