import https from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { isObject, type Json, type JsonObject, text } from '../../kubernetes/json.ts';
import { Conflict, Gone } from './world.ts';

/** Requests to the API server over connections that stay open: client-node opens one for each request. */
export interface Rest {
  get(path: string): Promise<JsonObject>;
  post(path: string, body: JsonObject): Promise<JsonObject>;
  /** A merge patch. */
  patch(path: string, body: JsonObject): Promise<JsonObject>;
  /** `body` are DeleteOptions. */
  delete(path: string, body?: JsonObject): Promise<JsonObject>;
  close(): void;
}

/** The API server's refusal of a request. */
export class ApiError extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Requests to the server of a kubeconfig's current context. Failures are ApiErrors; 409 a Conflict, 404 Gone. */
export async function restOf(config: KubeConfig): Promise<Rest> {
  const server = config.getCurrentCluster()?.server;
  if (!server) throw new Error('the kubeconfig has no current cluster');
  const options: https.RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key, rejectUnauthorized, headers, auth } = options;
  const agent = new https.Agent({ keepAlive: true, maxSockets: 32, ca, cert, key, rejectUnauthorized });
  const base = new URL(server);

  const request = (method: string, path: string, type?: string, body?: JsonObject): Promise<JsonObject> =>
    new Promise((resolve, reject) => {
      const content = body === undefined ? undefined : JSON.stringify(body);
      const all: Record<string, string> = { accept: 'application/json' };
      for (const [name, value] of Object.entries(headers ?? {})) all[name] = String(value);
      if (type && content !== undefined) {
        all['content-type'] = type;
        all['content-length'] = String(Buffer.byteLength(content));
      }
      const { hostname, port, pathname } = base;
      const where = { hostname, port, path: `${pathname.replace(/\/$/, '')}${path}`, method, headers: all, agent };
      const sent = https.request({ ...where, timeout: 60_000, ...(auth ? { auth } : {}) }, response => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          try {
            resolve(answer(response.statusCode ?? 0, Buffer.concat(chunks).toString('utf8'), `${method} ${path}`));
          } catch (error) {
            reject(error);
          }
        });
      });
      sent.on('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer in 60 s`)));
      sent.on('error', reject);
      sent.end(content);
    });

  return {
    get: path => request('GET', path),
    post: (path, body) => request('POST', path, 'application/json', body),
    patch: (path, body) => request('PATCH', path, 'application/merge-patch+json', body),
    delete: (path, body) => request('DELETE', path, 'application/json', body),
    close: () => agent.destroy(),
  };
}

function answer(status: number, body: string, what: string): JsonObject {
  let parsed: Json | undefined;
  try {
    parsed = JSON.parse(body) as Json;
  } catch {
    parsed = undefined;
  }
  if (status >= 200 && status < 300 && isObject(parsed)) return parsed;
  const message = `${what}: ${status} ${text(parsed, 'message') ?? body.slice(0, 200)}`;
  if (status === 404) throw new Gone(message);
  if (status === 409) throw new Conflict(message);
  throw new ApiError(status, message);
}
