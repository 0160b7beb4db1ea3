import type { AwsClients } from '../clients.ts';

/** One resource of the account, as AWS's API tells it. */
export interface Item {
  /** As the provider calls it: `ec2/VPC`. */
  readonly kind: string;
  /** What AWS calls it; of that kind there is one in a region. */
  readonly id: string;
  readonly arn?: string | undefined;
  /** Another name that it has. */
  readonly name?: string | undefined;
  /** In AWS's words, where it has any. */
  readonly state?: string | undefined;
  readonly created?: Date | undefined;
  /** What it was made with or stands in, as {@link keysOf} that. */
  readonly uses: readonly string[];
  /** The action that made it, where AWS may take its time for it: `eks.CreateCluster`. */
  readonly madeBy?: string;
  /** AWS makes it by itself and keeps it, as the role of a service. */
  readonly kept?: boolean;
  /** All that the API says of it. */
  readonly told: object;
}

/** Reads what there is of some kinds. */
export type Reader = (clients: AwsClients) => Promise<readonly Item[]>;

/** What others name an item by: its id, its ARN, or a name that is plain {@link named} by its kind. */
export function keysOf({ kind, id, arn }: Item): readonly string[] {
  return [id, named(kind, id), ...(arn === undefined ? [] : [arn])];
}

/** How an item says that it uses another one, if all that it has is a name: names of different kinds may be the same. */
export function named(kind: string, name: string | undefined): string {
  return `${kind} ${name}`;
}

/** Those of the texts that are there. */
export function present(...texts: readonly (string | undefined)[]): readonly string[] {
  return texts.filter(text => text !== undefined && text !== '') as readonly string[];
}

/** The items of all pages. */
export async function paged<P, T>(
  pages: AsyncIterable<P>,
  of: (page: P) => readonly T[] | undefined,
): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...(of(page) ?? []));
  return all;
}

/** What `read` gives for each, all at once. */
export async function each<T>(
  all: readonly T[],
  read: (one: T) => Promise<readonly Item[] | Item | undefined>,
): Promise<readonly Item[]> {
  const found = await Promise.all(all.map(read));
  return found.flatMap(one => one ?? []);
}

interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** What the tag Name says. */
export function nameOf(tags: readonly Tag[] | undefined): string | undefined {
  return tags?.find(({ Key }) => Key === 'Name')?.Value;
}
