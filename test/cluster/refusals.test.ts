import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';
import { checkFiles } from '../../src/check.ts';
import { faultsOf } from '../../src/local/aws/faults.ts';
import { assemblePackage } from '../../src/package.ts';
import { apply, claim, ensureNamespace, eventually, kubectl } from './cluster.ts';

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

test('what fails in AWS is told in the words of the provider', async () => {
  const faults = faultsOf(inject('account'));
  faults.set([
    {
      kind: 'ec2/VPC',
      operation: 'create',
      code: 'VpcLimitExceeded',
      count: 1000,
      message: 'The maximum number of VPCs has been reached.',
    },
  ]);
  await apply('limits', claim('builderspace'));
  await eventually(async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import=tsx', 'src/cli.ts', 'status', 'limits/builderspace'],
      {
        env: { ...process.env, KUBECONFIG: inject('kubeconfig') },
      },
    );
    return stdout.replace(/\s+/g, ' ');
  }).toMatch(/VpcLimitExceeded.*The maximum number of VPCs has been reached/);
  faults.set([]);
  await kubectl('wait', '-n', 'limits', 'platformclaim/builderspace', '--for=condition=Ready', '--timeout=60s');
  await kubectl('delete', '-n', 'limits', 'platformclaim/builderspace');
});
