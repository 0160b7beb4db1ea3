import { ApiException, type KubeConfig, KubernetesObjectApi, type V1APIResource } from '@kubernetes/client-node';
import type { Kind, KubeObject, Ref } from './objects.ts';

/** What narrows a list or a watch. */
export interface Selector {
  readonly labels?: string;
  readonly fields?: string;
}

/** A list, and where a watch goes on from. */
export interface Listing {
  readonly items: readonly KubeObject[];
  readonly metadata: { readonly resourceVersion?: string };
}

/** Reads any kind of objects from the cluster of a KubeConfig; what kinds there are is asked once a group. */
export class Cluster extends KubernetesObjectApi {
  readonly #asked = new Map<string, Promise<V1APIResource | undefined>>();

  static of(config: KubeConfig): Cluster {
    if (!config.getCurrentCluster()) throw new Error('the kubeconfig names no cluster: its current-context is not set');
    return config.makeApiClient(Cluster);
  }

  /** Where the objects of a kind are: the path of a list or a watch. */
  pathOf({ apiVersion, kind, namespace }: Kind): Promise<string> {
    return this.specUriPath({ apiVersion, kind, metadata: { namespace } }, 'list');
  }

  /** The objects of a kind, of all namespaces if none is named; each with its kind, which lists leave out. */
  async objectsOf({ apiVersion, kind, namespace }: Kind, { labels, fields }: Selector = {}): Promise<Listing> {
    const list = await this.list(
      apiVersion,
      kind,
      namespace || undefined,
      undefined,
      undefined,
      undefined,
      fields,
      labels,
    );
    const { resourceVersion } = list.metadata ?? {};
    return {
      items: list.items.map(item => ({ ...item, apiVersion, kind }) as KubeObject),
      metadata: { ...(resourceVersion && { resourceVersion }) },
    };
  }

  /** An object; undefined where it is not there. */
  async object({ apiVersion, kind, name, namespace }: Ref): Promise<KubeObject | undefined> {
    try {
      return (await this.read({ apiVersion, kind, metadata: { name, namespace } })) as KubeObject;
    } catch (error) {
      if (error instanceof ApiException && error.code === 404) return undefined;
      throw error;
    }
  }

  /** The kinds of a group and version; none where the cluster does not know it. */
  async kindsOf(apiVersion: string): Promise<readonly V1APIResource[]> {
    try {
      await this.resource(apiVersion, '');
    } catch (error) {
      if (error instanceof ApiException && error.code === 404) return [];
      throw error;
    }
    return this.apiVersionResourceCache[apiVersion]?.resources ?? [];
  }

  /** One question at a time for each group, so that those who come together share one answer. */
  protected override resource(apiVersion: string, kind: string): Promise<V1APIResource | undefined> {
    const before = this.#asked.get(apiVersion) ?? Promise.resolve(undefined);
    const answer = before.catch(() => undefined).then(() => super.resource(apiVersion, kind));
    this.#asked.set(apiVersion, answer);
    return answer;
  }
}

/** What went wrong with a request, for people: one line, without the headers of the answer. */
export function reasonOf(error: unknown): string {
  if (error instanceof ApiException) {
    if (error.code === 401) return 'the cluster does not know you: the credentials of the kubeconfig are not valid';
    if (error.code === 403) return `may not be read by you${detail(error.body)}`;
    if (error.code === 404) return 'the cluster has no such kind';
    return `the cluster answers ${error.code}${detail(error.body)}`;
  }
  const { message: whole, cause } = error instanceof Error ? error : { message: String(error), cause: undefined };
  const message = whole.replace(/^Failed to fetch resource metadata for \S+: /, '');
  if (message.startsWith('Unrecognized API version and kind')) return 'the cluster has no such kind';
  if (message === 'fetch failed' && cause instanceof Error) return `the cluster does not answer: ${codeOf(cause)}`;
  return message;
}

/** Whether an error says that one may not read this. */
export function isForbidden(error: unknown): boolean {
  return error instanceof ApiException && error.code === 403;
}

function codeOf(error: Error): string {
  return error.message || ('code' in error ? String(error.code) : error.name);
}

function detail(body: unknown): string {
  const status = typeof body === 'string' ? parsed(body) : body;
  const message = typeof status === 'object' && status !== null && 'message' in status ? status.message : undefined;
  return typeof message === 'string' ? `: ${message}` : '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
