import { getPath, type Path, parsePath } from '../crossplane/path.ts';
import { type Composition, resourcesOf, sourcesOf, writesResource } from '../crossplane/pipeline.ts';
import { child, type JsonObject, text } from '../kubernetes/json.ts';
import { meta } from '../kubernetes/metadata.ts';
import { type Engine, nameOf, type Reconcile, type Reconciled } from './engine.ts';
import { Ground } from './ground.ts';
import { hex } from './ids.ts';
import { compositionFor, type Installed, type InstalledApi } from './installed.ts';

/** What is told of each reconcile. */
export interface Seen {
  /** 0 for a claim, 1 for what it composes, and so on. */
  readonly level: number;
  readonly round: number;
  readonly input: Reconcile;
  readonly output: Reconciled;
}

export interface RoundsOptions {
  readonly engine: Engine;
  readonly installed: Installed;
  /**
   * Goes ahead to where nothing changes any more; `engine` then looks at every composite resource once, and goes on from there
   * while it makes anything else of it. Without it `engine` does all rounds.
   */
  readonly foresight?: Engine;
  /** After how many rounds to stop, whatever still changes. */
  readonly most?: number;
  readonly onReconcile?: (seen: Seen) => void;
}

/** What comes of claims. */
export interface Rendering {
  /** Everything composed, as Crossplane applies it, each composite resource followed by what comes of it. */
  readonly resources: readonly JsonObject[];
  readonly rounds: number;
  /** Whether nothing would change in a further round. */
  readonly settled: boolean;
}

/** Values that chase each other are given up after this many rounds. */
const mostRounds = 200;

/** A composite resource on its way. */
interface Composite {
  readonly object: JsonObject;
  readonly api: InstalledApi;
  readonly level: number;
  /** What the last reconcile was given. */
  seen?: string;
  /** What it composes, by name in the Composition, as last applied. */
  made: ReadonlyMap<string, JsonObject>;
  readonly parts: Map<string, Composite>;
}

/**
 * Renders claims and all levels below them: in the first round every composite resource from the top down, with nothing observed;
 * in each further round those of which something that their Composition reads has changed, once providers have done their part,
 * and what is below comes before what is above. Rejects with what Crossplane says when it fails on one.
 */
export async function renderRounds(claims: readonly JsonObject[], options: RoundsOptions): Promise<Rendering> {
  const { engine, foresight, installed, most = mostRounds, onReconcile = () => {} } = options;
  const ground = new Ground(installed);
  const compositeOf = (object: JsonObject, level: number): Composite => {
    const api = installed.apiOf(object);
    if (!api) throw new Error(`${object.kind} (${object.apiVersion}) is not a kind of this package`);
    return { object: ground.apply(object), api, level, made: new Map(), parts: new Map() };
  };
  const roots = claims.map(claim => compositeOf(named(claim), 0));

  const inputOf = ({ object, api, made }: Composite): Reconcile => {
    const composite = ground.get(object) ?? object;
    const observed = [...made.values()].flatMap(resource => {
      const found = ground.get(resource);
      return found ? [found] : [];
    });
    return { composite, definition: api.definition, composition: compositionFor(api, composite), observed };
  };
  const reconcile = async (composite: Composite, round: number, by: Engine): Promise<void> => {
    const input = inputOf(composite);
    composite.seen = fingerprint(input);
    const output = await by.reconcile(input);
    const { object, level, parts } = composite;
    if (by === engine) onReconcile({ level, round, input, output });
    for (const gone of output.deleted) remove(gone, parts);
    for (const [name, resource] of output.composed) {
      if (installed.apiOf(resource) && !parts.has(name)) parts.set(name, compositeOf(resource, level + 1));
      else ground.apply(resource);
    }
    composite.made = output.composed;
    ground.setStatus(object, output.status);
  };
  /** As the garbage collector does: with all that came of it. */
  const remove = (gone: JsonObject, parts: Map<string, Composite>): void => {
    ground.remove(gone);
    for (const [name, part] of parts) {
      if (part.object.kind !== gone.kind || meta(part.object, 'name') !== meta(gone, 'name')) continue;
      parts.delete(name);
      for (const inner of part.made.values()) remove(inner, part.parts);
    }
  };

  let rounds = 1;
  /** Says whether nothing changes any more. */
  const goOn = async (by: Engine): Promise<boolean> => {
    while (rounds < most) {
      ground.settle();
      let moved = false;
      for (const level of [...levels(roots)].reverse()) {
        const changed = level.filter(one => fingerprint(inputOf(one)) !== one.seen);
        await Promise.all(changed.map(composite => reconcile(composite, rounds + 1, by)));
        moved ||= changed.length > 0;
      }
      if (!moved) return true;
      rounds += 1;
    }
    return false;
  };
  const first = foresight ?? engine;
  for (let level = roots; level.length > 0; level = level.flatMap(({ parts }) => [...parts.values()])) {
    await Promise.all(level.map(composite => reconcile(composite, rounds, first)));
  }
  let settled = await goOn(first);
  if (foresight) {
    rounds += 1;
    await Promise.all(
      levels(roots)
        .flat()
        .map(composite => reconcile(composite, rounds, engine)),
    );
    settled = await goOn(engine);
  }
  return { resources: roots.flatMap(resourcesBelow), rounds, settled };
}

/** A field that a Composition reads: of one of its resources, by name, or of the composite resource. */
interface Read {
  readonly resource?: string;
  readonly path: Path;
}

const readsOf = new WeakMap<Composition, readonly Read[]>();

function reads(composition: Composition): readonly Read[] {
  const known = readsOf.get(composition);
  if (known) return known;
  const found = resourcesOf(composition).flatMap(({ name, patches = [] }) =>
    patches.flatMap(patch =>
      sourcesOf(patch).map(path => ({ ...(writesResource(patch) ? {} : { resource: name }), path: parsePath(path) })),
    ),
  );
  readsOf.set(composition, found);
  return found;
}

/** All that a Composition of patches can make something of: the values of the fields that it reads. */
function fingerprint({ composite, composition, observed }: Reconcile): string {
  const existing = new Map(observed.map(object => [nameOf(object), object]));
  const values = reads(composition).map(
    ({ resource, path }) => getPath(resource === undefined ? composite : existing.get(resource), path) ?? null,
  );
  return JSON.stringify([composition.metadata.name, values]);
}

/** Composite resources and all below them, from the top down. */
function levels(roots: readonly Composite[]): readonly (readonly Composite[])[] {
  const below = roots.flatMap(({ parts }) => [...parts.values()]);
  return below.length > 0 ? [roots, ...levels(below)] : [roots];
}

function resourcesBelow({ made, parts }: Composite): readonly JsonObject[] {
  return [...made].flatMap(([name, resource]) => {
    const part = parts.get(name);
    return [resource, ...(part ? resourcesBelow(part) : [])];
  });
}

/** A claim with a name and a namespace, as the API server would have it. */
function named(claim: JsonObject): JsonObject {
  const { generateName, namespace = 'default', ...metadata } = child(claim, 'metadata');
  const name = text(metadata, 'name') ?? `${generateName}${hex(5, String(generateName))}`;
  return { ...claim, metadata: { ...metadata, name, namespace } };
}
