import { judgeCharts } from '../charts/judge.ts';
import { referenceTarget } from '../crds/catalog.ts';
import { judgeObjects } from '../crds/judge.ts';
import type { Facts } from '../crossplane/proof/index.ts';
import { judgeClosedSets } from './closed-sets.ts';
import { grammars } from './grammars.ts';
import { judgeIam } from './iam.ts';
import { judgeNames } from './names.ts';
import { goesWith, isEmptyAtFirst, judgeProvider } from './provider-aws.ts';

/** What the proof is told of AWS, of the charts, and of the kinds in other clusters. */
export const facts: Facts = {
  judges: [judgeClosedSets, judgeIam, judgeNames, judgeProvider, judgeCharts, judgeObjects],
  grammars,
  goesWith,
  isEmptyAtFirst,
  referenceTarget,
};
