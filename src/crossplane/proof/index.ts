import type { Finding } from '../finding.ts';
import type { Package } from '../package.ts';
import type { Facts } from './facts.ts';
import { proveMessages } from './messages.ts';
import { proveShapes } from './shapes.ts';
import { proveStructure } from './structure.ts';
import { proveTexts } from './texts.ts';
import { proveWiring } from './wiring.ts';

export type { Facts } from './facts.ts';

/** Everything wrong in a package's XRDs and Compositions that types do not see; each mistake is told once a place. */
export function prove(pkg: Package, facts: Facts): readonly Finding[] {
  return pkg.parts.flatMap(part => {
    const wiring = proveWiring(pkg, part);
    const shapes = wiring.length > 0 ? [] : proveShapes(pkg, part, facts);
    const texts = wiring.length > 0 ? [] : proveTexts(pkg, part, facts);
    return [...proveMessages(part), ...wiring, ...proveStructure(pkg, part, facts), ...texts, ...shapes];
  });
}
