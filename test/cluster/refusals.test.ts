import { readdirSync, readFileSync } from 'node:fs';
import { DeleteNodegroupCommand } from '@aws-sdk/client-eks';
import { afterEach, describe, expect, test } from 'vitest';
import { checkFiles } from '../../src/check.ts';
import type { AccountFault } from '../../src/local/account/control.ts';
import { assemblePackage } from '../../src/package.ts';
import {
  apply,
  aws,
  claim,
  control,
  ensureNamespace,
  eventually,
  kubectl,
  statusOf,
  untilGone,
  untilReady,
} from './cluster.ts';

const folder = new URL('../claims/bad/', import.meta.url);

/** What only `make check` refuses: what is no YAML to kubectl either, and what is the package's own rule. */
const onlyOurs = new Set(['same-claim-twice.yaml', 'status-given.yaml', 'wrong-kind.yaml', 'duplicate-key.yaml']);

test.each(readdirSync(folder).filter(name => !onlyOurs.has(name)))(
  'kubectl refuses %s, for the reason that make check gives',
  async name => {
    await ensureNamespace('team-a');
    await ensureNamespace('builderspace');
    const text = readFileSync(new URL(name, folder), 'utf8');
    const refused = await kubectl('apply', '--dry-run=server', '-f', new URL(name, folder).pathname).then(
      () => undefined,
      (error: Error) => error.message,
    );
    expect(refused).toBeDefined();
    // The API server says in its own words what a schema says, and stops at unknown fields; our rules' words are the same.
    const rule =
      /each must be|must not overlap|must be an IPv4|must be the first|belong to AWS|compositionRef\.name must be/;
    const { problems } = checkFiles([{ name, text }], assemblePackage());
    if (problems.some(({ message }) => message.includes('is not a known field'))) return;
    for (const { message } of problems.filter(({ message }) => rule.test(message))) expect(refused).toContain(message);
  },
);

describe('what fails in AWS is told once by make status, in its words, and mends when it ends', () => {
  const namespace = 'faults';
  const network = { apiVersion: 'platform.tekanya.services/v1alpha1', kind: 'XNetwork', spec: {} };
  const platform = claim('whole') as { readonly kind: string };

  afterEach(async () => {
    await control().putFaults([]);
    await kubectl('delete', '-n', namespace, 'platformclaims,xnetworks', '--all', '--wait=false');
    await untilGone(namespace);
  });

  test.each<{
    reason: string;
    fault: AccountFault;
    says: RegExp;
    made: object;
    what: string;
    mend?: () => Promise<void>;
  }>([
    {
      reason: 'a limit of the account',
      fault: { service: 'ec2', action: 'CreateVpc', code: 'VpcLimitExceeded' },
      says: /VpcLimitExceeded: The maximum number of VPCs has been reached/g,
      made: { ...network, metadata: { name: 'limited' } },
      what: 'xnetwork/limited',
    },
    {
      reason: 'too many calls, of everything for some time',
      fault: { service: '*', action: '*', code: 'ThrottlingException' },
      says: /vpc\S* waiting.{0,80}throttled: AWS takes no more calls for the moment/g,
      made: { ...network, metadata: { name: 'throttled' } },
      what: 'xnetwork/throttled',
    },
    {
      reason: 'a permission that the provider has not',
      fault: { service: 'ec2', action: 'CreateVpc', code: 'UnauthorizedOperation' },
      says: /a permission is missing in AWS: role crossplane of account 123456789012 may not ec2:CreateVpc/g,
      made: { ...network, metadata: { name: 'denied' } },
      what: 'xnetwork/denied',
    },
    {
      reason: 'nodes that AWS begins to make, and gives up',
      fault: {
        service: 'eks',
        action: 'CreateNodegroup',
        code: 'NodeCreationFailure',
        message: 'Instances failed to join the kubernetes cluster',
        count: 1,
        when: 'late',
      },
      says: /AWS says CREATE_FAILED/g,
      made: platform,
      what: 'platformclaim/whole',
      // As make status says: what AWS gave up it does not take up again.
      mend: async () => {
        const named = { clusterName: 'faults_whole', nodegroupName: 'faults_whole' };
        await aws().eks.send(new DeleteNodegroupCommand(named));
      },
    },
  ])('$reason', async ({ fault, says, made, what, mend }) => {
    await control().putFaults([fault]);
    await apply(namespace, made);
    await eventually(() => statusOf(`${namespace}/${what}`)).toMatch(says);
    expect((await statusOf(`${namespace}/${what}`)).match(says)).toHaveLength(1);
    await control().putFaults([]);
    await mend?.();
    await untilReady(namespace, what, 240);
    await eventually(() => statusOf(`${namespace}/${what}`)).not.toMatch(says);
  });
});
