import { equal, type JsonObject } from '../../kubernetes/json.ts';
import type { Resource } from './account.ts';
import type { Rules } from './rules.ts';

/** What of a template is not part of its versions. */
const unversioned = new Set(['name', 'region', 'tags', 'defaultVersion', 'updateDefaultVersion']);

/** The number of a launch template's newest version. */
export function latestVersion({ computed }: Pick<Resource, 'computed'>): number {
  return typeof computed.latestVersion === 'number' ? computed.latestVersion : 1;
}

/** A changed launch template has a new version; it becomes the default one if `updateDefaultVersion` says so. */
export const launchTemplate: Rules = {
  changed: (before, asked) => {
    const names = [...new Set([...Object.keys(before.asked), ...Object.keys(asked)])];
    const isNew = names.some(name => !unversioned.has(name) && !equal(before.asked[name], asked[name]));
    const latest = latestVersion(before) + (isNew ? 1 : 0);
    return { ...before.computed, latestVersion: latest, ...defaultVersion(asked, latest) };
  },
};

function defaultVersion(asked: JsonObject, latest: number): JsonObject {
  return asked.updateDefaultVersion === true ? { defaultVersion: latest } : {};
}
