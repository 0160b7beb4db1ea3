import type { Inventory, Resource } from './inventory.ts';

/** The account as a tree of text: regions, kinds, resources, and under each what uses it. */
export function accountTree(inventory: Inventory): string {
  const { account, resources, usersOf } = inventory;
  const lines = [`account ${account}: ${count(resources.length)}`];
  for (const [region, inRegion] of grouped(resources, resource => resource.region)) {
    lines.push(region);
    for (const [kind, ofKind] of grouped(inRegion, resource => resource.kind)) {
      lines.push(`  ${kind}`);
      for (const resource of [...ofKind].sort((a, b) => (title(a) < title(b) ? -1 : 1))) {
        lines.push(`    ${title(resource)}`);
        const users = usersOf(resource).map(user => `${user.kind} ${title(user)}`);
        lines.push(...users.sort().map(user => `      <- ${user}`));
      }
    }
  }
  return `${lines.join('\n')}\n`;
}

/** The account as JSON text: each resource with its kind, region, id, name, ARN, state, what AWS tells of it, and who uses it. */
export function accountJson({ account, resources, usersOf }: Inventory): string {
  const all = resources.map(resource => {
    const { kind, region, id, name, arn, state, told } = resource;
    const dependents = usersOf(resource).map(user => ({ kind: user.kind, id: user.id }));
    return { kind, region, id, name, arn, state, told, dependents };
  });
  return `${JSON.stringify({ account, resources: all }, null, 2)}\n`;
}

/** Throws, with what is left, unless the account holds nothing but what AWS keeps by itself. */
export function assertEmpty({ resources }: Inventory): void {
  const left = resources.filter(({ kept }) => !kept);
  if (left.length === 0) return;
  const lines = left.map(resource => `  ${resource.region} ${resource.kind} ${title(resource)}`);
  throw new Error(`the account is not empty, ${count(left.length)} left:\n${lines.sort().join('\n')}`);
}

const settled = new Set(['available', 'ACTIVE', 'Enabled', 'running', 'in-use']);

function title({ id, name, state }: Resource): string {
  const label = name === undefined || name === '' || name === id ? '' : ` ${name}`;
  return `${id}${label}${state === undefined || settled.has(state) ? '' : ` (${state})`}`;
}

function grouped<T>(all: readonly T[], by: (item: T) => string): readonly (readonly [string, readonly T[]])[] {
  const groups = new Map<string, T[]>();
  for (const item of all) groups.set(by(item), [...(groups.get(by(item)) ?? []), item]);
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

function count(number: number): string {
  return `${number} resource${number === 1 ? '' : 's'}`;
}
