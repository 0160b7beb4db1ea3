import { child, equal, type JsonObject, mergePatch, overlay, text } from '../../kubernetes/json.ts';
import {
  annotate,
  annotation,
  externalNameOf,
  finalizer,
  finalizersOf,
  isDeleted,
  meta,
  ownTags,
  stamp,
} from '../../kubernetes/metadata.ts';
import type { Resource } from './account.ts';
import { differs } from './aws.ts';
import { clusterAuth } from './cluster-auth.ts';
import * as is from './conditions.ts';
import { connectionOf } from './connection.ts';
import { AwsError } from './errors.ts';
import { externalName, nameRule, type Request } from './external-names.ts';
import { refusedChange } from './immutable.ts';
import { argumentsOf, type Kind } from './kinds.ts';
import { isPaused, type Policies, policiesOf } from './policies.ts';
import { resolveReferences, UnresolvedReference } from './references.ts';
import { Reporter } from './reporting.ts';
import type { Next, World } from './world.ts';

/** Who crossplane-runtime says it is when it writes resolved references. */
const resolver = 'managed.crossplane.io/api-simple-reference-resolver';

/**
 * Brings one managed resource and AWS a step nearer to each other, in the order of crossplane-runtime's managed
 * reconciler (pkg/reconciler/managed/reconciler.go v2.1.0), with the events, conditions and messages of it and of
 * upjet. Says when to look again. Refusals of AWS end in the object's conditions; anything else that is thrown is a
 * fault of the API server or of the stand-in.
 */
export async function reconcile(kind: Kind, object: JsonObject, world: World): Promise<Next> {
  return new Reconciliation(kind, object, world).run();
}

class Reconciliation extends Reporter {
  async run(): Promise<Next> {
    const policies = policiesOf(this.object);
    if (isPaused(this.object) || policies.paused) {
      if (await this.status([is.paused])) this.event('Normal', 'ReconciliationPaused', is.paused.message ?? '');
      return 'done';
    }
    if (policies.invalid) {
      this.event('Warning', 'CannotUseInvalidManagementPolicy', policies.invalid);
      await this.status([is.failed(policies.invalid)]);
      return 'done';
    }
    const deleted = isDeleted(this.object);
    if (deleted && !policies.delete) return this.#release();
    const unresolved = await this.#prepare(policies);
    if (unresolved !== undefined) return this.fail('CannotResolveResourceReferences', unresolved, []);
    if (this.kind.key === 'eks/ClusterAuth') return this.#clusterAuth();

    let found: Resource | undefined;
    try {
      found = this.world.aws.find(this.#request());
    } catch (error) {
      return this.refused('observe', 'CannotObserveExternalResource', error, []);
    }
    if (found?.state === 'creating' && found.failure) return this.#creationFailed(found, found.failure);
    if (deleted) return this.#delete(found, policies);
    if (!found && policies.onlyObserve) {
      const message = 'observe failed: external resource does not exist';
      return this.fail('CannotObserveExternalResource', message, []);
    }
    if (!found) return policies.create ? this.#create() : this.#fine(undefined);
    if (found.state !== 'available') return this.#busy(found);
    await this.#finishCreation(found);
    return this.#keep(found, policies);
  }

  #request(): Request {
    const args = argumentsOf(child(this.object, 'spec', 'forProvider'), this.kind.forProvider);
    return {
      kind: this.kind.key,
      region: text(args, 'region') ?? 'global',
      args,
      name: externalNameOf(this.object),
      token: meta(this.object, 'uid'),
    };
  }

  /**
   * What comes before AWS is asked: the initializers, and the references. Written at once where crossplane-runtime
   * writes twice. Gives the message if a reference cannot be resolved.
   */
  async #prepare(policies: Policies): Promise<string | undefined> {
    const before = this.object;
    const initialized = this.#initialized(policies);
    if (isDeleted(before) || this.kind.references.length === 0) {
      await this.#patchTo(before, initialized);
      return undefined;
    }
    try {
      const spec = resolveReferences(initialized, this.kind.references, this.world.lookup);
      const resolves = !equal(spec, child(initialized, 'spec'));
      await this.#patchTo(before, { ...initialized, spec }, resolves ? resolver : undefined);
      return undefined;
    } catch (error) {
      if (!(error instanceof UnresolvedReference)) throw error;
      await this.#patchTo(before, initialized);
      return error.message;
    }
  }

  /** With the external name of kinds that have a name of their own, and the provider's tags. */
  #initialized(policies: Policies): JsonObject {
    let object = this.object;
    if (nameRule(this.kind.key).named && externalNameOf(object) === undefined) {
      object = overlay(object, annotate({ [annotation.externalName]: meta(object, 'name') }));
    }
    if (this.kind.forProvider.properties?.tags && !policies.onlyObserve && !isDeleted(object)) {
      object = overlay(object, { spec: { forProvider: { tags: ownTags(object, this.kind.crd) } } });
    }
    return object;
  }

  async #patchTo(before: JsonObject, after: JsonObject, manager?: string): Promise<void> {
    const patch = mergePatch(before, after);
    if (patch) await this.patch(patch, manager);
  }

  async #create(): Promise<Next> {
    const { clock, aws } = this.world;
    const version = meta(this.object, 'resourceVersion');
    const pending = annotate({ [annotation.pending]: stamp(clock.now()) });
    const finalizers = [...new Set([...finalizersOf(this.object), finalizer])];
    await this.patch({ metadata: { ...child(pending, 'metadata'), finalizers, resourceVersion: version } });
    const initial = argumentsOf(child(this.object, 'spec', 'initProvider'), this.kind.forProvider);
    let made: Resource;
    try {
      made = aws.create(this.#request(), initial);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      await this.patch(annotate({ [annotation.failed]: stamp(clock.now()) }));
      return this.refused('create', 'CannotCreateExternalResource', error, [is.creating]);
    }
    this.log('create', made);
    await this.world.saved();
    if (this.asynchronous) {
      this.event('Normal', 'CreatedExternalResource', 'Successfully requested creation of external resource');
      await this.status([is.creating, is.synced, is.asyncOngoing]);
    }
    return { at: made.until };
  }

  /** AWS is done: the external name is known now, and the creation has succeeded. */
  async #finishCreation(found: Resource): Promise<void> {
    const patch: Record<string, string> = {};
    const annotations = child(this.object, 'metadata', 'annotations');
    const name = externalName(this.#request(), found.id);
    if (annotations[annotation.externalName] !== name) patch[annotation.externalName] = name;
    const begun = isPending(annotations);
    if (begun) patch[annotation.succeeded] = stamp(this.world.clock.now());
    const missing = !finalizersOf(this.object).includes(finalizer);
    if (Object.keys(patch).length > 0 || missing) {
      await this.patch({
        metadata: {
          ...(Object.keys(patch).length > 0 ? { annotations: patch } : {}),
          ...(missing ? { finalizers: [...finalizersOf(this.object), finalizer] } : {}),
        },
      });
    }
    if (begun && !this.asynchronous)
      this.event('Normal', 'CreatedExternalResource', 'Successfully requested creation of external resource');
  }

  async #creationFailed(found: Resource, failure: NonNullable<Resource['failure']>): Promise<Next> {
    this.world.aws.forget(found);
    await this.patch(annotate({ [annotation.failed]: stamp(this.world.clock.now()) }));
    return this.refused('create', 'CannotCreateExternalResource', new AwsError(failure), [is.creating]);
  }

  /**
   * An operation goes on in AWS. A provider that waits for it says nothing meanwhile, and shows nothing of the resource:
   * upjet looks at AWS again when its own call has come back (Observe of external_async_tfpluginsdk.go). One that was
   * started since knows of no call; it finds the half-made resource by its name and takes it for ready, with what AWS
   * has of it, until the next poll.
   */
  async #busy(found: Resource): Promise<Next> {
    const { startedAt, aws } = this.world;
    if (this.asynchronous && found.state === 'creating') {
      if (found.since < startedAt && !('assign' in nameRule(this.kind.key))) return this.#fine(found);
      await this.status([is.creating, is.synced, is.asyncOngoing]);
    }
    if (found.state === 'updating') await this.status([is.synced, is.asyncOngoing]);
    return { at: aws.due(found) };
  }

  async #keep(found: Resource, policies: Policies): Promise<Next> {
    const { args } = this.#request();
    let current = found;
    if (!policies.onlyObserve && policies.update && differs(found, args)) {
      const refusal = refusedChange(this.kind.key, found.asked, args);
      if (refusal) {
        const message = this.asynchronous ? `async update failed: ${refusal}` : refusal;
        const last = this.asynchronous ? [is.asyncFailed('Update', message)] : [];
        return this.fail('CannotUpdateExternalResource', `update failed: ${message}`, last, found);
      }
      try {
        current = this.world.aws.update(found, args);
      } catch (error) {
        return this.refused('update', 'CannotUpdateExternalResource', error, [], found);
      }
      this.log('update', current);
      await this.world.saved();
      this.event('Normal', 'UpdatedExternalResource', 'Successfully requested update of external resource');
    }
    if (current.state === 'updating') return this.#busy(current);
    const name = text(child(this.object, 'spec', 'writeConnectionSecretToRef'), 'name');
    const details = name === undefined ? {} : connectionOf(current);
    if (name !== undefined && Object.keys(details).length > 0) {
      await this.world.api.secret(this.kind, this.object, name, details);
    }
    return this.#fine(current);
  }

  async #fine(found: Resource | undefined): Promise<Next> {
    const ready = found ? [is.available] : [];
    const background = this.asynchronous && found ? [is.asyncSucceeded, is.asyncFinished] : [];
    await this.status([...ready, is.synced, ...background], found);
    return this.poll();
  }

  async #delete(found: Resource | undefined, policies: Policies): Promise<Next> {
    if (!found || !policies.delete) {
      if (finalizersOf(this.object).some(one => one !== finalizer)) return 'backoff';
      return this.#release();
    }
    if (found.state === 'deleting') return { at: found.until };
    if (found.state !== 'available') {
      if (!this.asynchronous) return { at: found.until };
      const started = new Date(found.since).toISOString();
      const operation = found.state === 'creating' ? 'create' : 'update';
      const message = `${operation} operation that started at ${started} is still running`;
      return this.fail('CannotDeleteExternalResource', `delete failed: ${message}`, [is.deleting]);
    }
    if (finalizersOf(this.object).length > 1) return 'backoff';
    let going: Resource;
    try {
      going = this.world.aws.delete(found, this.#request().args);
    } catch (error) {
      return this.refused('delete', 'CannotDeleteExternalResource', error, [is.deleting]);
    }
    this.log('delete', going);
    await this.world.saved();
    this.event('Normal', 'DeletedExternalResource', 'Successfully requested deletion of external resource');
    await this.status([is.deleting, is.synced, ...(this.asynchronous ? [is.asyncOngoing] : [])]);
    return { at: going.until };
  }

  async #clusterAuth(): Promise<Next> {
    if (isDeleted(this.object)) return this.#release();
    if (!finalizersOf(this.object).includes(finalizer)) {
      await this.patch({ metadata: { finalizers: [...finalizersOf(this.object), finalizer] } });
    }
    try {
      const auth = clusterAuth(this.object, this.world);
      const name = text(child(this.object, 'spec', 'writeConnectionSecretToRef'), 'name');
      if (auth.details && name !== undefined) {
        await this.world.api.secret(this.kind, this.object, name, auth.details);
        this.world.log(`refresh ${this.kind.key} ${this.id()}`);
      }
      await this.writeStatus([is.available, is.synced], { lastRefreshTime: auth.lastRefreshTime });
      return { at: auth.nextAt };
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('create failed')) throw error;
      return this.fail('CannotCreateExternalResource', error.message, [is.creating]);
    }
  }

  async #release(): Promise<Next> {
    const finalizers = finalizersOf(this.object);
    if (!finalizers.includes(finalizer)) return 'done';
    // Gone from AWS on disk too before Kubernetes forgets that it was there.
    await this.world.saved();
    await this.patch({ metadata: { finalizers: finalizers.filter(one => one !== finalizer) } });
    this.world.log(`released ${this.kind.key} ${this.id()}`);
    return 'done';
  }
}

/** Whether a creation was begun after the last one that succeeded. */
function isPending(annotations: JsonObject): boolean {
  const at = (name: string) => Date.parse(text(annotations, name) ?? '') || 0;
  return at(annotation.pending) > at(annotation.succeeded);
}
