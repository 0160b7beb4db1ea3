import { child, isObject, items, type Json, type JsonObject, overlay, text } from '../../../src/kubernetes/json.ts';
import { meta } from '../../../src/kubernetes/metadata.ts';
import { Attempts } from '../../../src/local/eks/attempts.ts';
import { Contents } from '../../../src/local/eks/contents.ts';
import { Controllers } from '../../../src/local/eks/controllers.ts';
import { Facts, Surroundings } from '../../../src/local/eks/facts.ts';
import type { Ground } from '../../../src/local/eks/ground.ts';
import { type Kind, kinds, type Objects } from '../../../src/local/eks/objects.ts';
import type { Manifest } from '../../../src/local/manifest.ts';
import { FakeAccount } from './account.ts';

const roleArn = 'arn:aws:iam::123456789012:role/cluster';

/** A cluster in memory with the account behind it, and what acts between them. */
export class TestGround {
  readonly account = new FakeAccount();
  readonly objects = new FakeObjects();
  readonly log: string[] = [];
  readonly warnings: string[] = [];
  /** What was applied that no controller looks at. */
  readonly applied: Manifest[] = [];
  /** Why Pod Identity gives no credentials. */
  denied: Error | undefined;
  readonly #facts = new Facts();
  readonly #controllers: Controllers;
  #now = Date.parse('2026-01-01T00:00:00Z');

  constructor() {
    const clock = { now: () => this.#now, scaled: (seconds: number) => seconds * 1000 };
    const log = (line: string): void => void this.log.push(line);
    const { clients } = this.account;
    const ground: Ground = {
      cluster: {
        name: 'c',
        account: '123456789012',
        region: 'af-south-1',
        status: 'ACTIVE',
        endpoint: 'https://127.0.0.1:1',
        createdAt: '2026-01-01',
        roleArn,
      },
      objects: this.objects,
      admin: clients,
      callers: {
        pods: async () => {
          if (this.denied) throw this.denied;
          return clients;
        },
        role: async () => clients,
      },
      facts: this.#facts,
      surroundings: new Surroundings('c', clients, this.#facts),
      attempts: new Attempts(clock, log, (object, who, message) => {
        this.warnings.push(`${who} on ${text(object, 'kind')}/${meta(object, 'name')}: ${message}`);
      }),
      clock,
      log,
    };
    const api = { applyAll: async (manifests: readonly Manifest[]) => void this.applied.push(...manifests) };
    this.#controllers = new Controllers(ground, new Contents(ground, api, process.cwd()));
    this.objects.apply('Deployment', ...deployments);
  }

  /** Lets so many seconds pass, and everything happen that happens in them. */
  async settle(seconds = 50): Promise<void> {
    const end = this.#now + seconds * 1000;
    for (let i = 0; i < 200; i++) {
      const before = this.objects.version + this.log.length + this.account.calls.length;
      this.#facts.forget();
      const next = await this.#controllers.look();
      if (this.objects.version + this.log.length + this.account.calls.length !== before) continue;
      if (next === undefined || next > end) {
        this.#now = end;
        return;
      }
      this.#now = Math.max(this.#now + 1, next);
    }
    throw new Error(`it never settles; last:\n${this.log.slice(-5).join('\n')}`);
  }

  /** What was said with a word in it, the generated parts of names replaced. */
  said(word = ''): readonly string[] {
    const plain = this.log.map(line => line.replace(/default-[0-9a-f]{5}/g, 'default-x').replace(/\bc_\d+/g, 'c_x'));
    return plain.filter(line => line.includes(word));
  }
}

/** Objects in memory, with what an API server does to them. */
class FakeObjects implements Objects {
  readonly #objects = new Map<string, JsonObject>();
  version = 0;

  apply(kind: Kind, ...objects: readonly JsonObject[]): void {
    for (const object of objects) this.#put(kind, overlay(this.#objects.get(keyOf(kind, object)) ?? {}, object));
  }

  async remove(kind: Kind, name: string): Promise<void> {
    const found = this.find(kind, name);
    if (found) await this.delete(kind, found);
  }

  find(kind: Kind, name: string): JsonObject | undefined {
    return this.all(kind).find(one => meta(one, 'name') === name);
  }

  serves(): boolean {
    return true;
  }

  all(kind: Kind): readonly JsonObject[] {
    return [...this.#objects].filter(([key]) => key.startsWith(`${kind} `)).map(([, object]) => object);
  }

  async create(kind: Kind, object: JsonObject): Promise<JsonObject> {
    // As the API server's admission does.
    const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
    const taints = [...items(child(object, 'spec').taints), taint];
    return this.#put(kind, kind === 'Node' ? overlay(object, { spec: { taints } }) : object);
  }

  async patch(kind: Kind, object: JsonObject, patch: JsonObject): Promise<JsonObject> {
    return this.#put(kind, merge(this.#current(kind, object), patch));
  }

  async patchStatus(kind: Kind, object: JsonObject, status: JsonObject): Promise<JsonObject> {
    return this.#put(kind, merge(this.#current(kind, object), { status }));
  }

  async delete(kind: Kind, object: JsonObject): Promise<void> {
    this.#put(kind, overlay(this.#current(kind, object), { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }));
  }

  async bind(pod: JsonObject, nodeName: string): Promise<void> {
    this.#put('Pod', overlay(this.#current('Pod', pod), { spec: { nodeName } }));
  }

  async warn(): Promise<void> {}

  #current(kind: Kind, object: JsonObject): JsonObject {
    const found = this.#objects.get(keyOf(kind, object));
    if (!found) throw new Error(`${keyOf(kind, object)} is gone`);
    return found;
  }

  /** Stores an object; one that is deleted and that no finalizer holds goes, and what it owns with it. */
  #put(kind: Kind, object: JsonObject): JsonObject {
    this.version += 1;
    const key = keyOf(kind, object);
    const identity = { uid: `uid${kind}${meta(object, 'name')}`.toLowerCase() };
    const metadata = { ...identity, ...child(object, 'metadata'), resourceVersion: String(this.version) };
    const { deletionTimestamp, finalizers }: JsonObject = metadata;
    const stored = { ...object, apiVersion: kinds[kind].apiVersion, kind, metadata };
    if (deletionTimestamp === undefined || items(finalizers).length > 0) {
      this.#objects.set(key, stored);
      return stored;
    }
    this.#objects.delete(key);
    for (const [owned, one] of this.#objects) {
      const owners = items(child(one, 'metadata').ownerReferences).map(owner => text(owner, 'uid'));
      if (owners.includes(meta(stored, 'uid'))) void this.delete(owned.split(' ')[0] as Kind, one);
    }
    return stored;
  }
}

function keyOf(kind: Kind, object: JsonObject): string {
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

function deployment(name: string, namespace: string, args: readonly string[]): JsonObject {
  const containers = [{ name: 'main', image: 'image', args }];
  const spec = { template: { spec: { serviceAccountName: name, dnsPolicy: 'Default', containers } } };
  return { metadata: { name, namespace }, spec };
}

const deployments: readonly JsonObject[] = [
  deployment('karpenter', 'kube-system', []),
  deployment('external-dns', 'external-dns', [
    '--source=service',
    '--source=ingress',
    '--domain-filter=tekanya.services',
    '--policy=sync',
    '--registry=txt',
    '--txt-owner-id=team-a.c',
    '--txt-prefix=_externaldns%{record_type}.',
  ]),
];

export const nodeClass: JsonObject = {
  metadata: { name: 'default' },
  spec: {
    role: 'nodes',
    amiSelectorTerms: [{ alias: 'al2023@latest' }],
    subnetSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'c' } }],
    securityGroupSelectorTerms: [{ id: 'sg-1' }],
    tags: { team: 'a' },
  },
};

export const nodePool: JsonObject = {
  metadata: { name: 'default' },
  spec: {
    disruption: { consolidateAfter: '1m' },
    limits: { cpu: '4', memory: '64Gi' },
    template: {
      metadata: { labels: { pool: 'default' } },
      spec: {
        nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'default' },
        requirements: [
          { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot', 'on-demand'] },
          { key: 'karpenter.k8s.aws/instance-category', operator: 'In', values: ['t', 'c', 'm'] },
          { key: 'karpenter.k8s.aws/instance-generation', operator: 'Gt', values: ['2'] },
        ],
      },
    },
  },
};

/** A pod that waits for a node of the pool `default`, unless its selector says other. */
export function pod(name: string, nodeSelector: JsonObject = {}, cpu = '500m'): JsonObject {
  return {
    metadata: { name, namespace: 'default' },
    spec: {
      nodeSelector: { pool: 'default', ...nodeSelector },
      containers: [{ name: 'main', image: 'image', resources: { requests: { cpu, memory: '256Mi' } } }],
    },
    status: { phase: 'Pending' },
  };
}

export function service(name: string, annotations: JsonObject = {}): JsonObject {
  return {
    metadata: { name, namespace: 'default', annotations },
    spec: { type: 'LoadBalancer', ports: [{ port: 80, nodePort: 30080 }] },
  };
}
