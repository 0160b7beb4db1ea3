import { child, items, type JsonObject } from '../../kubernetes/json.ts';

/** What the provider may do about a resource, from `spec.managementPolicies`. */
export interface Policies {
  readonly paused: boolean;
  readonly onlyObserve: boolean;
  readonly create: boolean;
  readonly update: boolean;
  readonly delete: boolean;
  /** Why the combination is refused, in crossplane-runtime's words. */
  readonly invalid?: string;
}

/** The combinations that crossplane-runtime v2.1.0 supports (pkg/reconciler/managed/policies.go), by their initials. */
const supported = new Set([
  '*',
  'CDLOU',
  'O',
  '',
  'CDOU',
  'CLOU',
  'COU',
  'CDLO',
  'CLO',
  'CDO',
  'CO',
  'DO',
  'OU',
  'LO',
  'LOU',
]);

/** Reads `spec.managementPolicies`; absent means everything. */
export function policiesOf(object: JsonObject): Policies {
  const given = child(object, 'spec').managementPolicies;
  const actions = given === undefined ? ['*'] : items(given).map(String);
  const has = (action: string) => actions.includes('*') || actions.includes(action);
  const initials = [...new Set(actions)]
    .map(action => action.charAt(0))
    .sort()
    .join('');
  const invalid = supported.has(initials)
    ? undefined
    : `\`spec.managementPolicies\` is set to a value([${actions.join(' ')}]) which is not supported. Check docs for supported policies`;
  return {
    paused: actions.length === 0,
    onlyObserve: actions.length === 1 && actions[0] === 'Observe',
    create: has('Create'),
    update: has('Update'),
    delete: has('Delete'),
    ...(invalid ? { invalid } : {}),
  };
}

/** Whether the pause annotation is set. */
export function isPaused(object: JsonObject): boolean {
  return child(object, 'metadata', 'annotations')['crossplane.io/paused'] === 'true';
}
