import { child, isObject, type Json, type JsonObject, mergePatch } from '../../kubernetes/json.ts';
import { externalNameOf, meta } from '../../kubernetes/metadata.ts';
import type { Resource } from './account.ts';
import { observed } from './computed.ts';
import * as is from './conditions.ts';
import { AwsError, type Operation, providerError } from './errors.ts';
import { type Kind, known } from './kinds.ts';
import { isAsynchronous, pollInterval } from './latencies.ts';
import type { Next, World } from './world.ts';

/** A managed resource being reconciled, and the ways to say what became of it: conditions, events, log, next look. */
export class Reporter {
  protected readonly kind: Kind;
  protected readonly world: World;
  /** Whether the provider reports on the kind's operations while they go on. */
  protected readonly asynchronous: boolean;
  /** As it is after the last write. */
  protected object: JsonObject;

  constructor(kind: Kind, object: JsonObject, world: World) {
    this.kind = kind;
    this.object = object;
    this.world = world;
    this.asynchronous = isAsynchronous(kind.key);
  }

  /** Says what AWS refused, and that it will be tried again. */
  protected async refused(
    operation: Operation,
    reason: string,
    error: unknown,
    conditions: readonly is.Condition[],
    found?: Resource,
  ): Promise<Next> {
    if (!(error instanceof AwsError)) throw error;
    const asynchronous = this.asynchronous;
    const id = externalNameOf(this.object);
    const message = providerError(this.kind.key, operation, error.failure, { id, asynchronous });
    const title = ({ create: 'Create', update: 'Update', delete: 'Delete', observe: undefined } as const)[operation];
    const inner = message.replace(`${operation} failed: `, '');
    const last = asynchronous && title ? [is.asyncFailed(title, inner), is.asyncFinished] : [];
    this.world.log(`refused ${operation} ${this.kind.key} ${this.id()}: ${error.message}`);
    return this.fail(reason, message, [...conditions, ...last], found);
  }

  protected async fail(
    reason: string,
    message: string,
    conditions: readonly is.Condition[],
    found?: Resource,
  ): Promise<Next> {
    this.event('Warning', reason, message.replace(/^(?:create|update|delete|observe) failed: /, ''));
    await this.status([...conditions, is.failed(message)], found);
    return 'backoff';
  }

  protected poll(): Next {
    const { clock } = this.world;
    return { at: clock.now() + clock.scaled(pollInterval) * (0.95 + Math.random() / 10) };
  }

  /** Writes conditions, and what is seen in AWS where something is; says whether that changed anything. */
  protected status(conditions: readonly is.Condition[], found?: Resource): Promise<boolean> {
    return this.writeStatus(conditions, found && observed(found));
  }

  protected async writeStatus(
    conditions: readonly is.Condition[],
    atProvider: JsonObject | undefined,
  ): Promise<boolean> {
    const before = child(this.object, 'status');
    const seen = atProvider && known(atProvider, this.kind.atProvider);
    const after: JsonObject = {
      ...before,
      conditions: is.withConditions(this.object, conditions, this.world.clock.now()) as Json,
      ...(isObject(seen) ? { atProvider: seen } : {}),
    };
    const patch = mergePatch(before, after);
    if (!patch) return false;
    this.object = await this.world.api.patchStatus(this.kind, this.object, { status: patch });
    return true;
  }

  protected async patch(patch: JsonObject, manager?: string): Promise<void> {
    this.object = await this.world.api.patch(this.kind, this.object, patch, manager);
  }

  protected event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.world.api.event(this.object, type, reason, message);
  }

  protected log(operation: string, resource: Resource): void {
    this.world.log(`${operation} ${this.kind.key} ${resource.id} for ${this.id()}`);
  }

  protected id(): string {
    return `${meta(this.object, 'namespace')}/${meta(this.object, 'name')}`;
  }
}
