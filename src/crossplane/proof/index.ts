import type { Finding } from '../finding.ts';
import type { Package } from '../package.ts';
import type { Facts } from './facts.ts';
import { proveShapes } from './shapes.ts';
import { proveStructure } from './structure.ts';
import { proveWiring } from './wiring.ts';

export type { Facts } from './facts.ts';

/** Everything wrong in a package's XRDs and Compositions that types do not see; each kind of mistake is told once a place. */
export function prove(pkg: Package, facts: Facts): readonly Finding[] {
  const findings = pkg.parts.flatMap(part => {
    const wiring = proveWiring(pkg, part);
    const structure = proveStructure(pkg, part, facts);
    return [...wiring, ...structure, ...(wiring.length > 0 ? [] : proveShapes(pkg, part, facts))];
  });
  const withoutSample = ({ place, message }: Finding) => `${place}\n${message.replace(/ \(with .*\)$/, '')}`;
  return [...new Map(findings.toReversed().map(finding => [withoutSample(finding), finding])).values()].toReversed();
}
