import { type KubeEvent, type KubeObject, timeOf } from './objects.ts';

/** `"vpc" to desired state because ...`, of function-patch-and-transform's warnings. */
const notAdded = /not adding new composed resource "([^"]+)" to desired state because (.+)$/s;
const noField = /(\S+): no such field$/;

/**
 * What the resources wait for that a composite resource cannot make yet, by their names in the Composition, as the last
 * event of each says. Kubernetes keeps few events of an object, so this can be less than all, or old.
 */
export function waitsOf(xr: KubeObject, events: readonly KubeEvent[]): ReadonlyMap<string, string> {
  const waits = new Map<string, string>();
  for (const { message = '' } of events.filter(event => isOf(event, xr)).sort((a, b) => lastSeen(a) - lastSeen(b))) {
    const [, resource, because] = notAdded.exec(message.trim()) ?? [];
    if (!resource || !because) continue;
    const field = noField.exec(because)?.[1];
    waits.set(resource, field ? `waits for ${field}` : `waits: ${because}`);
  }
  return waits;
}

/** `cannot apply composed resource "entry": ...`, of Crossplane where the API server takes an object for invalid. */
const notApplied = /^cannot apply composed resource "([^"]+)": (.+)$/s;
const controlledTwice =
  /Only one reference can have Controller set to true\. Found "true" in references for (\S+) and (\S+)/;

/** Why the API server takes the resources of a composite resource for invalid, by their names in the Composition. */
export function refusalsOf(xr: KubeObject, events: readonly KubeEvent[]): ReadonlyMap<string, string> {
  const own = `${xr.kind}/${xr.metadata?.name}`;
  return new Map(
    events
      .filter(event => isOf(event, xr))
      .sort((a, b) => lastSeen(a) - lastSeen(b))
      .flatMap(({ message = '' }) => {
        const [, resource, because] = notApplied.exec(message.trim()) ?? [];
        if (!resource || !because) return [];
        const other = controlledTwice
          .exec(because)
          ?.slice(1)
          .find(one => one !== own);
        const taken = `${other} has it already, and one alone can have it: change that one, or delete one of the two`;
        return [[resource, other ? taken : because] as const];
      }),
  );
}

function isOf({ reason, involvedObject }: KubeEvent, { kind, metadata }: KubeObject): boolean {
  if (reason !== 'ComposeResources' || !involvedObject) return false;
  if (involvedObject.uid && metadata?.uid) return involvedObject.uid === metadata.uid;
  const { namespace = '' } = involvedObject;
  return (
    involvedObject.kind === kind && involvedObject.name === metadata?.name && namespace === (metadata?.namespace ?? '')
  );
}

function lastSeen({ lastTimestamp, eventTime, metadata }: KubeEvent): number {
  return timeOf(lastTimestamp) ?? timeOf(eventTime) ?? timeOf(metadata?.creationTimestamp) ?? 0;
}
