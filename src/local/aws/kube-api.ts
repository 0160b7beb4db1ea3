import { randomBytes } from 'node:crypto';
import { child, type JsonObject, text } from '../../kubernetes/json.ts';
import { meta } from '../../kubernetes/metadata.ts';
import type { Kind } from './kinds.ts';
import { ApiError, type Rest } from './rest.ts';
import { Gone, type ManagedApi } from './world.ts';

/** Who the stand-in says it is. */
export const manager = 'provider-aws';

/** Where a kind's objects are. */
export function collection({ apiVersion, plural }: Kind, namespace?: string): string {
  return `/apis/${apiVersion}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${plural}`;
}

/**
 * How long an event's count may be behind, in ms. client-go's recorder leaves events out after 25 of an object; here,
 * where a provider's minute may pass in half a second, they are counted and written now and then.
 */
const countedWithin = 5000;

/** Writes to the API server; `seen` hears of each object as it is after a write. */
export function managedApi(
  rest: Rest,
  seen: (kind: Kind, object: JsonObject) => void,
  onError: (error: unknown) => void,
): ManagedApi {
  const pathOf = (kind: Kind, object: JsonObject) =>
    `${collection(kind, meta(object, 'namespace'))}/${meta(object, 'name')}`;
  const write = async (kind: Kind, path: string, patch: JsonObject, by: string): Promise<JsonObject> => {
    const object = await rest.patch(`${path}?fieldManager=${encodeURIComponent(by)}`, patch);
    seen(kind, object);
    return object;
  };
  // No events can be made in a namespace that is going.
  const unlessForbidden = (error: unknown): void => {
    if (!(error instanceof ApiError && error.code === 403)) onError(error);
  };
  const events = new Map<string, { count: number; timer: NodeJS.Timeout | undefined }>();

  return {
    patch: (kind, object, patch, by = manager) => write(kind, pathOf(kind, object), patch, by),
    patchStatus: (kind, object, patch) => write(kind, `${pathOf(kind, object)}/status`, patch, manager),
    event: (object, type, reason, message) => {
      const uid = meta(object, 'uid');
      const namespace = meta(object, 'namespace');
      const key = `${uid} ${reason} ${message}`;
      const now = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z');
      const path = `/api/v1/namespaces/${namespace}/events`;
      const known = events.get(key);
      if (known) {
        known.count += 1;
        return;
      }
      const name = `${meta(object, 'name')}.${randomBytes(8).toString('hex')}`;
      rest
        .post(path, {
          apiVersion: 'v1',
          kind: 'Event',
          metadata: { name, namespace },
          involvedObject: {
            apiVersion: text(object, 'apiVersion') ?? '',
            kind: text(object, 'kind') ?? '',
            name: meta(object, 'name'),
            namespace,
            uid,
            resourceVersion: meta(object, 'resourceVersion'),
          },
          type,
          reason,
          message: message.slice(0, 1024),
          count: 1,
          firstTimestamp: now(),
          lastTimestamp: now(),
          source: { component: `managed/${(text(object, 'kind') ?? '').toLowerCase()}` },
          reportingComponent: manager,
        })
        .catch(unlessForbidden);
      const counted = { count: 1, timer: undefined as NodeJS.Timeout | undefined };
      events.set(key, counted);
      let told = 1;
      counted.timer = setInterval(() => {
        // What is not said any more is forgotten, and would be said anew.
        if (counted.count === told) {
          clearInterval(counted.timer);
          events.delete(key);
          return;
        }
        told = counted.count;
        rest.patch(`${path}/${name}`, { count: told, lastTimestamp: now() }).catch(unlessForbidden);
      }, countedWithin).unref();
    },
    secret: async (kind, owner, name, details) => {
      const namespace = meta(owner, 'namespace');
      const path = `/api/v1/namespaces/${namespace}/secrets`;
      const data = Object.fromEntries(
        Object.entries(details).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
      );
      const existing = await rest.get(`${path}/${name}`).catch((error: unknown) => {
        if (error instanceof Gone) return undefined;
        throw error;
      });
      if (existing) {
        const held = child(existing, 'data');
        if (Object.entries(data).some(([key, value]) => held[key] !== value)) {
          await rest.patch(`${path}/${name}?fieldManager=${manager}`, { data });
        }
        return;
      }
      const ownerReferences = [
        {
          apiVersion: kind.apiVersion,
          kind: kind.kind,
          name: meta(owner, 'name'),
          uid: meta(owner, 'uid'),
          controller: true,
          blockOwnerDeletion: true,
        },
      ];
      await rest.post(`${path}?fieldManager=${manager}`, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace, ownerReferences },
        type: 'connection.crossplane.io/v1alpha1',
        data,
      });
    },
  };
}
