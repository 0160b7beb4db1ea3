import { Agent, type RequestOptions, request } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Manifest } from './manifest.ts';
import { objectName } from './manifest.ts';

/** The API server refused. */
export class ApiError extends Error {
  /** HTTP status. */
  readonly status: number;
  /** Kubernetes's one-word reason (`NotFound`, `Invalid`, ...), when it gave one. */
  readonly reason: string;
  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

interface ApiResource {
  name: string;
  kind: string;
  namespaced: boolean;
}

const contentTypes = {
  json: 'application/json',
  apply: 'application/apply-patch+yaml',
  merge: 'application/merge-patch+json',
} as const;

/** Name under which this package applies objects; server-side apply keeps who owns which field by it. */
export const fieldManager = 'tekanya-local';

/**
 * Speaks JSON with an API server. The typed client of @kubernetes/client-node (which does the authentication here) sends an
 * object of a kind it knows through its model: a CustomResourceDefinition loses every `default`, `enum` and
 * `x-kubernetes-*` of its schema on the way. Here objects go over the wire as they are.
 */
export class Api {
  readonly #config: KubeConfig;
  #agent: Agent | undefined;
  readonly #resources = new Map<string, Promise<ApiResource[]>>();

  constructor(config: KubeConfig) {
    this.#config = config;
  }

  /** Sends a request and returns the JSON it answers with; an answer of 400 and more is an ApiError. */
  async send<T>(method: string, path: string, body?: unknown, type: keyof typeof contentTypes = 'json'): Promise<T> {
    const cluster = this.#config.getCurrentCluster();
    if (cluster === null) throw new Error('the kubeconfig has no current context');
    const options: RequestOptions = { method };
    await this.#config.applyToHTTPSOptions(options);
    const { ca, cert, key, rejectUnauthorized, servername } = options;
    this.#agent ??= new Agent({ keepAlive: true, maxSockets: 16, ca, cert, key, rejectUnauthorized, servername });
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      ...options.headers,
      accept: 'application/json',
      // Node sends the length of a deletion's body only if it is told.
      ...(text === undefined ? {} : { 'content-type': contentTypes[type], 'content-length': Buffer.byteLength(text) }),
    };
    return new Promise<T>((resolve, reject) => {
      const asked = request(new URL(cluster.server + path), { ...options, headers, agent: this.#agent }, answer => {
        const chunks: Buffer[] = [];
        answer.on('data', chunk => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const answered = Buffer.concat(chunks).toString('utf8');
          const status = answer.statusCode ?? 0;
          if (status >= 400) reject(apiError(status, answered));
          else resolve(JSON.parse(answered) as T);
        });
      });
      asked.setTimeout(60_000, () => asked.destroy(new Error(`${method} ${path}: no answer in 60 s`)));
      asked.on('error', reject);
      asked.end(text);
    });
  }

  /** Path of an object, asking the server how its kind is called in paths. */
  async pathOf({ apiVersion, kind, metadata }: Manifest): Promise<string> {
    const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const found = await this.#resourceOf(group, kind);
    if (found === undefined)
      throw new Error(
        `the API server has no kind ${kind} in ${apiVersion}; is its CustomResourceDefinition installed?`,
      );
    const namespace = found.namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : '';
    return `${group}${namespace}/${found.name}/${encodeURIComponent(metadata.name)}`;
  }

  async #resourceOf(group: string, kind: string): Promise<ApiResource | undefined> {
    const of = async () =>
      (await this.#resourcesOf(group)).find(resource => resource.kind === kind && !resource.name.includes('/'));
    const known = await of();
    if (known !== undefined) return known;
    // A kind may have come since the group was asked.
    this.#resources.delete(group);
    return of();
  }

  #resourcesOf(group: string): Promise<ApiResource[]> {
    let asked = this.#resources.get(group);
    if (asked === undefined) {
      asked = this.send<{ resources: ApiResource[] }>('GET', group).then(
        list => list.resources,
        error => {
          this.#resources.delete(group);
          if (error instanceof ApiError && error.status === 404) return [];
          throw error;
        },
      );
      this.#resources.set(group, asked);
    }
    return asked;
  }

  /** Reads an object; undefined when it isn't there. */
  async read(object: Manifest): Promise<Manifest | undefined> {
    try {
      return await this.send<Manifest>('GET', await this.pathOf(object));
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Applies one object by server-side apply, taking over fields that others own. */
  async apply(object: Manifest): Promise<Manifest> {
    try {
      const path = `${await this.pathOf(object)}?fieldManager=${fieldManager}&force=true`;
      return await this.send<Manifest>('PATCH', path, object, 'apply');
    } catch (error) {
      const message = `${objectName(object)} could not be applied: ${(error as Error).message}`;
      throw error instanceof ApiError
        ? new ApiError(error.status, error.reason, message)
        : new Error(message, { cause: error });
    }
  }

  /** Applies objects, some at a time and in no order. */
  async applyAll(objects: readonly Manifest[], atOnce = 6): Promise<void> {
    const queue = [...objects];
    const lane = async () => {
      for (let object = queue.shift(); object !== undefined; object = queue.shift()) await this.apply(object);
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, objects.length) }, lane));
  }
}

function apiError(status: number, text: string): ApiError {
  try {
    const { reason, message } = JSON.parse(text) as { reason?: string; message?: string };
    return new ApiError(status, reason ?? '', message ?? text);
  } catch {
    return new ApiError(status, '', text.trim() || `HTTP ${status}`);
  }
}
