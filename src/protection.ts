import type { DeletionPolicy } from './apis/database.ts';
import type { AnyApi } from './crossplane/api.ts';
import { pick } from './crossplane/expressions.ts';
import type { Ref } from './crossplane/ref.ts';

/**
 * A Usage that refuses to delete a composite resource, with the reason and the way on, while `policy` is Protect. A resource
 * cannot be left out by a value, but a Usage can be moved: with any other policy it holds the `part` of the same name, which is
 * not to be deleted apart and goes with the whole, as the Usage does. It has no replayDeletion: a deletion that was refused
 * must not come to pass later by itself.
 */
export function protection(to: {
  readonly whole: Pick<AnyApi, 'GVK' | 'kind'>;
  readonly part: Pick<AnyApi, 'kind'>;
  readonly name: Ref<string>;
  readonly policy: Ref<DeletionPolicy>;
  /** Where people find the policy. */
  readonly field: string;
}) {
  const { whole, part, name, policy, field } = to;
  const apart = `it is a part of the ${whole.kind} of its name: delete that one`;
  const held = `it holds data, and ${field} is Protect: set it to Snapshot (a last snapshot stays) or Delete (nothing stays), then delete`;
  return {
    spec: {
      of: {
        apiVersion: whole.GVK.apiVersion,
        kind: pick(policy, { Protect: whole.kind, Snapshot: part.kind, Delete: part.kind }),
        resourceRef: { name },
      },
      reason: pick(policy, { Protect: held, Snapshot: apart, Delete: apart }),
    },
  };
}
