import { referenceTarget } from '../crds/catalog.ts';
import type { Facts } from '../crossplane/proof/index.ts';
import { judgeClosedSets } from './closed-sets.ts';
import { judgeIam } from './iam.ts';
import { judgeNames } from './names.ts';

/** What the proof is told of AWS. */
export const facts: Facts = { judges: [judgeClosedSets, judgeIam, judgeNames], referenceTarget };
