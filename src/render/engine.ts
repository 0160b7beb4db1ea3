import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { Composition } from '../crossplane/pipeline.ts';
import type { Xrd } from '../crossplane/xrd.ts';
import { child, type JsonObject } from '../kubernetes/json.ts';
import {
  decodeResponse,
  encodeRequest,
  type FunctionAddress,
  type RenderEvent,
  type RenderRequest,
} from './protocol.ts';

/** What one reconcile is about. */
export interface Reconcile {
  readonly composite: JsonObject;
  readonly definition: Xrd;
  readonly composition: Composition;
  /** The composed resources that exist. */
  readonly observed: readonly JsonObject[];
}

/** What Crossplane makes of it. */
export interface Reconciled {
  /** The composite resource's status. */
  readonly status: JsonObject;
  /** What it applies, by the name of the resource in the Composition. */
  readonly composed: ReadonlyMap<string, JsonObject>;
  readonly deleted: readonly JsonObject[];
  readonly warnings: readonly string[];
  /** How long Crossplane took. */
  readonly seconds: number;
}

/** Crossplane's reconciler without a cluster. */
export interface Engine {
  /** Rejects with what Crossplane says when it fails. */
  reconcile(input: Reconcile): Promise<Reconciled>;
}

/** The annotation by which Crossplane tells which resource of the Composition an object is. */
export const resourceNameAnnotation = 'crossplane.io/composition-resource-name';

/** `crossplane internal render` of Crossplane's own program, once for each reconcile; as many at once as there are cores. */
export function engineOf(crossplane: string, functions: readonly FunctionAddress[]): Engine {
  let free = availableParallelism();
  const waiting: (() => void)[] = [];
  const turn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1;
    else await new Promise<void>(resolve => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
  return {
    reconcile: ({ composite, composition, definition, observed }) => {
      const input: RenderRequest['composite'] = {
        compositeResource: composite,
        composition,
        compositeResourceDefinition: definition,
        functions,
        observedResources: observed,
      };
      return turn(async () => {
        const begun = performance.now();
        const output = await run(crossplane, encodeRequest({ composite: input }));
        return reconciled(output, composite, (performance.now() - begun) / 1000);
      });
    },
  };
}

function run(crossplane: string, input: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    // It lives for a moment: collecting garbage is a waste of it.
    const child = spawn(crossplane, ['internal', 'render'], { env: { GOGC: 'off' } });
    const [out, said]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(Buffer.concat(out));
      else reject(new Error(Buffer.concat(said).toString().trim() || `crossplane ended with ${signal ?? code}`));
    });
    // When it ends before it has read everything, how it ended says why.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

function reconciled(output: Uint8Array, composite: JsonObject, seconds: number): Reconciled {
  const { composite: said } = decodeResponse(output);
  if (!said?.compositeResource) throw new Error(`Crossplane says nothing of ${composite.kind}`);
  const byName = said.composedResources.map((resource): [string, JsonObject] => [nameOf(resource), resource]);
  return {
    status: child(said.compositeResource, 'status'),
    composed: new Map(byName.sort(([a], [b]) => (a < b ? -1 : 1))),
    deleted: said.deletedResources,
    warnings: said.events.filter(isWarning).map(({ message }) => message),
    seconds,
  };
}

const isWarning = ({ type }: RenderEvent): boolean => type === 'Warning';

/** The name of a composed resource in its Composition. */
export function nameOf(resource: JsonObject): string {
  const { annotations = {} } = (resource.metadata ?? {}) as { readonly annotations?: JsonObject };
  return String(annotations[resourceNameAnnotation]);
}
