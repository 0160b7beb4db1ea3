import { child, text } from '../../kubernetes/json.ts';
import type { Account, Resource } from './account.ts';
import { accountId } from './arns.ts';
import { dependents } from './dependencies.ts';
import { awsKinds, type Kinds } from './kinds.ts';

/** The account as a tree of text: regions, kinds, resources, and under each what depends on it. */
export function accountTree(account: Account, kinds: Kinds = awsKinds()): string {
  const all = account.all();
  const lines = [`account ${accountId}: ${count(all.length, 'resource')}`];
  for (const [region, inRegion] of grouped(all, resource => resource.region)) {
    lines.push(region);
    for (const [kind, ofKind] of grouped(inRegion, resource => resource.kind)) {
      lines.push(`  ${kind}`);
      for (const resource of [...ofKind].sort((a, b) => (title(a) < title(b) ? -1 : 1))) {
        lines.push(`    ${title(resource)}`);
        const users = dependents(account, resource, kinds).map(user => `${user.kind} ${title(user)}`);
        lines.push(...users.sort().map(user => `      <- ${user}`));
      }
    }
  }
  return `${lines.join('\n')}\n`;
}

/** The account as JSON text: a list of resources, each with its kind, region, id, ARN, state, arguments and dependents. */
export function accountJson(account: Account, kinds: Kinds = awsKinds()): string {
  const resources = account.all().map(resource => ({
    kind: resource.kind,
    region: resource.region,
    id: resource.id,
    name: resource.name,
    arn: resource.arn,
    state: resource.state,
    asked: resource.asked,
    computed: resource.computed,
    dependents: dependents(account, resource, kinds).map(({ kind, id }) => ({ kind, id })),
  }));
  return `${JSON.stringify({ account: accountId, resources }, null, 2)}\n`;
}

/** Throws, with what is left, unless the account is empty. */
export function assertEmpty(account: Account): void {
  if (account.size === 0) return;
  const left = account.all().map(resource => `  ${resource.region} ${resource.kind} ${title(resource)}`);
  throw new Error(`the account is not empty, ${count(account.size, 'resource')} left:\n${left.sort().join('\n')}`);
}

function title(resource: Resource): string {
  const label = text(child(resource.asked, 'tags'), 'Name') ?? text(resource.asked, 'name');
  const names = [resource.name, label].filter(name => name !== undefined && name !== resource.id);
  const state = resource.state === 'available' ? '' : ` (${resource.state})`;
  return `${resource.id}${names.length > 0 ? ` ${[...new Set(names)].join(' ')}` : ''}${state}`;
}

function grouped<T>(all: readonly T[], by: (item: T) => string): readonly (readonly [string, readonly T[]])[] {
  const groups = new Map<string, T[]>();
  for (const item of all) groups.set(by(item), [...(groups.get(by(item)) ?? []), item]);
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
