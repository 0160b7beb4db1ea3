import { digest, fmt } from './crossplane/expressions.ts';
import type { Ref } from './crossplane/ref.ts';

/**
 * The metadata of the access entry of a principal in a cluster. EKS has one entry of each, so here it has one name: a second
 * resource would take over the entry of the first, and its deletion would delete that. Crossplane lets a second composite
 * resource have no object that the first one controls.
 */
export function oneOf(cluster: string | Ref<string>, principalArn: Ref<string>) {
  return { name: fmt`${cluster}-${digest(principalArn)}` };
}
