import type { AnyApi, Kind, Xr } from './api.ts';
import { fieldsOf } from './api.ts';
import { labelsOf } from './labels.ts';
import { formatPath } from './path.ts';
import type { Expression, Field, Observed, Ref } from './ref.ts';
import { describe, expressionOf, refTo } from './ref.ts';

/** Fits a type whose fields are all optional. */
type Nothing = Record<never, never>;
type IsAny<T> = 0 extends 1 & T ? true : false;
/** A generated enum also takes its literals. */
type Literal<T> = T extends string ? `${T}` : T;

/** JSON of any shape, in which any value may be a reference. */
export type Json = string | number | boolean | null | Ref<unknown> | readonly Json[] | { readonly [key: string]: Json };

/** Generated props in which any field may be a reference; only an optional field takes an optional reference. */
export type Patchable<T> =
  IsAny<T> extends true
    ? Json
    : T extends readonly (infer E)[]
      ? readonly (Patchable<E> | Ref<Literal<E>>)[] | readonly [Ref<Literal<E> | undefined>]
      : T extends object
        ? {
            readonly [K in keyof T]:
              | Patchable<T[K]>
              | Ref<Nothing extends Pick<T, K> ? Literal<T[K]> | undefined : Literal<T[K]>>;
          }
        : T | Literal<T>;

/** The metadata that an author may give. The kit names a resource `<composite>-<resource>` and labels it by itself. */
export interface Metadata {
  readonly name?: string | Ref<string>;
  readonly labels?: Readonly<Record<string, string | Ref<string>>>;
  readonly annotations?: Readonly<Record<string, string | Ref<string>>>;
}

type Props<P> = Patchable<Omit<P, 'metadata' | 'observed'>> & { readonly metadata?: Metadata };

export interface ComposeOptions {
  /** Sets that the resource belongs to, for select() of several. */
  readonly sets?: readonly string[];
  /** Values that must be known before the resource is made, though it uses none of them. They stand in annotations. */
  readonly after?: readonly Ref<unknown>[];
  /** `always` for a kind that has no condition Ready, such as a ProviderConfig. */
  readonly ready?: 'always';
}

/** A composed resource, to select it and to read what is observed of it. */
export interface Resource<P = unknown> {
  readonly name: string;
  readonly GVK: Kind<P>['GVK'];
  /** `status.atProvider` of a managed resource; `status` of any other. */
  readonly observed: P extends { readonly observed?: infer O } ? Observed<O> : never;
  /** Its uid, for whoever waits for it to exist and for nothing that AWS or anybody says of it. */
  readonly uid: Ref<string>;
}

/** A resource that another composite resource in the namespace composes. */
export interface ResourceElsewhere {
  readonly name: string;
  readonly GVK: Kind<unknown>['GVK'];
  readonly selector: SelectorAcross;
}

/** A selector that finds resources of the same Composition by the labels of the kit. */
export interface Selector {
  readonly matchControllerRef: true;
  readonly matchLabels: { readonly [label: string]: string };
}

/** A selector that finds resources of another composite resource in the namespace by the labels of the kit. */
export interface SelectorAcross {
  readonly matchLabels: { readonly [label: string]: string | Ref<string> };
}

/** What the author tells of a Composition; the functions are for use while the author's function runs. */
export interface Composer<A, V extends string> {
  readonly xr: Xr<A>;
  /** Which of the API's structures is being composed. */
  readonly variant: V;
  /** Makes a resource. Where a reference stands in `props` Crossplane patches its value in. */
  compose<P>(name: string, kind: Kind<P>, props: Props<NoInfer<P>>, options?: ComposeOptions): Resource<P>;
  /** Shows a value in the composite resource's status. */
  publish<T>(from: Ref<T>, to: Ref<NoInfer<T> | undefined>): void;
  /** Finds a resource of this Composition, or a set of them. */
  select(which: Resource | string): Selector;
  /** Finds a resource, or a set of them, of another composite resource in the namespace by that one's name. */
  selectFrom(
    api: AnyApi,
    composite: string | Ref<string>,
    which: { readonly resource: string } | { readonly set: string },
  ): SelectorAcross;
  /** A resource, of a kind, of another composite resource in the namespace by that one's name. */
  elsewhere(
    api: AnyApi,
    composite: string | Ref<string>,
    resource: string,
    kind: Pick<Kind<never>, 'GVK'>,
  ): ResourceElsewhere;
  /**
   * Keeps `used` until `user` is gone, and says why to whoever deletes it earlier. One of both may be elsewhere; `after`
   * is then a value that is known when it exists. Nobody tells a Usage that what it names has come: it would ask again after
   * 1 s, doubling to a minute, and hold its composite resource unready for as long.
   */
  uses(
    user: Resource | ResourceElsewhere,
    used: Resource | ResourceElsewhere,
    reason: string,
    after?: readonly Ref<unknown>[],
  ): void;
  /** Gives a field of the spec to every resource that has a field of this path, and whose author gives it nothing else. */
  handDown(field: Ref<unknown>): void;
  /** Says that a field of the spec is left to another program to read. */
  readElsewhere(field: Ref<unknown>): void;
}

/** A resource as its author wrote it. */
export interface ComposedResource {
  readonly name: string;
  readonly GVK: Kind<unknown>['GVK'];
  readonly props: Readonly<Record<string, unknown>>;
  readonly options: ComposeOptions;
}

/** A value shown in the composite resource's status. */
export interface Publication {
  readonly from: Expression;
  readonly to: Field;
}

/** One Composition as its author wrote it. */
export interface Blueprint {
  readonly api: AnyApi;
  readonly variant: string | undefined;
  readonly resources: readonly ComposedResource[];
  readonly publications: readonly Publication[];
  /** Fields of the spec that go to all resources that have them too. */
  readonly handedDown: readonly Field[];
  /** Fields of the spec, as field paths. */
  readonly readElsewhere: readonly string[];
}

const usage: Kind<{ readonly spec: object }> = {
  GVK: { apiVersion: 'protection.crossplane.io/v1beta1', kind: 'Usage' },
  manifest: props => props,
};

/** Composes an API, once for each of its variants. */
export function compositions<A extends AnyApi, V extends string = Extract<keyof NonNullable<A['variants']>, string>>(
  api: A,
  author: (composer: Composer<A, V>) => void,
): readonly Blueprint[] {
  const variants = api.variants ? (Object.keys(api.variants) as V[]) : [undefined];
  return variants.map(variant => blueprint(api, variant, author));
}

function blueprint<A extends AnyApi, V extends string>(
  api: A,
  variant: V | undefined,
  author: (composer: Composer<A, V>) => void,
): Blueprint {
  const resources: ComposedResource[] = [];
  const publications: Publication[] = [];
  const handedDown: Field[] = [];
  const readElsewhere: string[] = [];
  const labels = labelsOf(api);

  const composer: Composer<A, V> = {
    xr: fieldsOf(api),
    variant: variant as V,
    compose(name, kind, props, options = {}) {
      resources.push({ name, GVK: kind.GVK, props: props as Readonly<Record<string, unknown>>, options });
      return {
        name,
        GVK: kind.GVK,
        observed: refTo({ is: 'field', resource: name, path: [] }) as never,
        uid: refTo({ is: 'field', resource: name, path: ['metadata', 'uid'], whole: true }),
      };
    },
    publish(from, to) {
      const [source, target] = [expressionOf(from), expressionOf(to)];
      if (!source)
        throw new TypeError(`publish: wants an observed value (resource.observed.…), got ${JSON.stringify(from)}`);
      if (target?.is !== 'field' || target.resource !== undefined || target.path[0] !== 'status') {
        throw new TypeError(
          `publish: ${describe(source)} goes to a field of xr.status, not to ${target ? describe(target) : to}`,
        );
      }
      if (target.path.some(segment => typeof segment === 'number')) {
        throw new TypeError(
          `publish: ${describe(target)} is an item of a list, which has a hole while an earlier item is missing: give each item a field of its own`,
        );
      }
      publications.push({ from: source, to: target });
    },
    select(which) {
      return {
        matchControllerRef: true,
        matchLabels: typeof which === 'string' ? { [labels.set(which)]: 'true' } : { [labels.resource]: which.name },
      };
    },
    selectFrom(other, composite, which) {
      const theirs = labelsOf(other);
      const label = 'set' in which ? { [theirs.set(which.set)]: 'true' } : { [theirs.resource]: which.resource };
      return { matchLabels: { ...label, [theirs.composite]: composite } };
    },
    elsewhere(other, composite, resource, { GVK }) {
      return { name: resource, GVK, selector: composer.selectFrom(other, composite, { resource }) };
    },
    uses(user, used, reason, after = []) {
      const end = (one: Resource | ResourceElsewhere) => ({
        ...one.GVK,
        resourceSelector: 'selector' in one ? one.selector : composer.select(one),
      });
      const here = [user, used].flatMap(one => ('selector' in one ? [] : [one.uid]));
      composer.compose(
        `${user.name}-uses-${used.name}`,
        usage,
        { spec: { of: end(used), by: end(user), reason, replayDeletion: true } },
        { after: [...here, ...after] },
      );
    },
    handDown(field) {
      const expression = expressionOf(field);
      if (expression?.is !== 'field') throw new TypeError('handDown: wants a field (xr.spec.…)');
      handedDown.push(expression);
    },
    readElsewhere(field) {
      const expression = expressionOf(field);
      if (expression?.is !== 'field') throw new TypeError('readElsewhere: wants a field (xr.spec.…)');
      readElsewhere.push(formatPath(expression.path));
    },
  };
  author(composer);
  const double = resources.find(({ name }, i) => resources.findIndex(other => other.name === name) < i);
  if (double)
    throw new Error(
      `${api.kind}: two resources are named "${double.name}"; a name is a resource's identity, so give each its own`,
    );
  return { api, variant, resources, publications, handedDown, readElsewhere };
}
