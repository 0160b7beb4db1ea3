import type { z } from 'zod';
import type { Ref, Refs } from './ref.ts';
import { refTo } from './ref.ts';

/** Anything that can be composed: a class from `cdk8s import`, or an API of our own. */
export interface Kind<P> {
  readonly GVK: { readonly apiVersion: string; readonly kind: string };
  manifest(props: P): unknown;
}

/** A column of `kubectl get`. */
export interface Column {
  readonly name: string;
  readonly of: Ref<unknown>;
  /** Shown only with `-o wide`. */
  readonly wide?: boolean;
}

/** One of an API's structures, each a Composition of its own. */
export interface Variant {
  /** A CEL rule on `spec` that tells when this is the Composition to use. */
  readonly when: string;
  /** What a person did who wants it: "three subnets". */
  readonly meaning: string;
}

/** What the author of an API says. */
export interface ApiDefinition<
  K extends string,
  Spec extends z.ZodObject,
  Status extends z.ZodObject,
  V extends string,
> {
  readonly kind: K;
  readonly plural: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly description: string;
  /** The most characters of an object's name, where AWS's names are made of it; Kubernetes takes 63. */
  readonly longestName?: number;
  readonly spec: Spec;
  /** What the API tells: each field is absent until it is known. */
  readonly status: Status;
  columns(xr: Refs<CompositeResource<Spec, Status>>): readonly Column[];
  /** Its structures, the first of which is the default. An API with one structure names none. */
  readonly variants?: Readonly<Record<V, Variant>>;
}

/** A composite resource as its Composition finds it: all defaults are filled in. */
export interface CompositeResource<Spec extends z.ZodType, Status extends z.ZodType> {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly spec: z.output<Spec>;
  readonly status: z.output<Status>;
}

/** What a parent writes to compose an API: its spec, defaults left out, and which of its Compositions. */
interface ApiProps<K extends string, Spec extends z.ZodType, Status extends z.ZodType, V extends string> {
  readonly spec: z.input<Spec> & {
    readonly crossplane?: { readonly compositionRef: { readonly name: CompositionName<K, V> } };
  };
  readonly observed?: z.output<Status>;
}

export type CompositionName<K extends string, V extends string> = string extends V
  ? Lowercase<K>
  : `${Lowercase<K>}-${V}`;

/** An API: the one source of its XRD, its types, its checks and its reference. */
export interface Api<
  K extends string = string,
  Spec extends z.ZodObject = z.ZodObject,
  Status extends z.ZodObject = z.ZodObject,
  V extends string = string,
> extends ApiDefinition<K, Spec, Status, V>,
    Kind<ApiProps<K, Spec, Status, V>> {
  readonly group: string;
  readonly version: string;
  /** The name of the Composition of a variant. */
  composition<W extends V>(variant: W): CompositionName<K, W>;
}

/** An API of any schema. */
export interface AnyApi extends Omit<Api, 'columns' | 'manifest' | 'composition'> {
  columns(xr: never): readonly Column[];
  composition(variant: string): string;
}

/** The fields of a composite resource of an API. */
export type Xr<A> =
  A extends Api<string, infer Spec, infer Status, string> ? Refs<CompositeResource<Spec, Status>> : never;

/** Makes APIs of one group and version. */
export function apiGroup(group: string, version: string) {
  return function api<
    const K extends string,
    Spec extends z.ZodObject,
    Status extends z.ZodObject,
    const V extends string = string,
  >(definition: ApiDefinition<K, Spec, Status, V>): Api<K, Spec, Status, V> {
    const GVK = { apiVersion: `${group}/${version}`, kind: definition.kind };
    return {
      ...definition,
      group,
      version,
      GVK,
      manifest: props => ({ ...GVK, ...props }),
      composition: variant => `${definition.kind.toLowerCase()}-${variant}` as CompositionName<K, typeof variant>,
    };
  };
}

/** The fields of an API's composite resource. */
export function fieldsOf<A>(_api: A): Xr<A> {
  return refTo<Ref<unknown>>({ is: 'field', path: [] }) as Xr<A>;
}
