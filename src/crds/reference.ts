import type { Schema } from '../crossplane/schema.ts';

/** The kind that a reference points to; its group as the provider's prose names it, `ec2` for `ec2.aws.m.upbound.io`. */
export interface Target {
  readonly group: string;
  readonly kind: string;
}

const prose =
  /^(?:References?|Selector) (?:to|for) (?:an? )?(?:list of )?(?<kind>\w+)(?: in (?<group>\w+))? to populate /;
const short = /^-> (?<group>\w+)\/(?<kind>\w+)$/;

/** Whether a schema node is a reference, a list of references or a selector that a managed resource resolves. */
export function isReference(node: Schema): boolean {
  const properties = (node.items ?? node).properties;
  return properties?.policy?.properties?.resolution !== undefined;
}

/** The target in a provider's own description of a reference, of a kind in `ownGroup` where it names no group. */
export function targetInProse(description: string, ownGroup: string): Target | undefined {
  const found = prose.exec(description.replaceAll(/\s+/g, ' '))?.groups;
  if (!found?.kind) return undefined;
  return { group: found.group ?? ownGroup, kind: found.kind };
}

/** The one description that the trimmed CRDs keep: `-> ec2/VPC`. */
export function describeTarget(target: Target): string {
  return `-> ${target.group}/${target.kind}`;
}

/** The kind that a reference or selector of a trimmed CRD points to; undefined for any other node. */
export function referenceTarget(node: Schema): Target | undefined {
  const found = short.exec(node.description ?? '')?.groups;
  return found?.group && found.kind ? { group: found.group, kind: found.kind } : undefined;
}
