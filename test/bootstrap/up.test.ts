import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { folder } from './manifests.ts';

const script = join(folder, 'up.sh');
const basics = ['bash', 'dirname', 'grep', 'sed', 'mktemp', 'cp', 'rm', 'cat', 'env'];
let bin: string;

/** Puts programs on a PATH of the test's own that write down how they are called. */
function give(...names: readonly string[]) {
  for (const name of names) {
    const path = join(bin, name);
    writeFileSync(path, `#!${join(bin, 'bash')}\necho "${name} $*" >> "${join(bin, 'calls')}"\n`);
    chmodSync(path, 0o755);
  }
}

function run(environment: Readonly<Record<string, string>>) {
  const { status, stderr } = spawnSync(script, [], { env: { PATH: bin, ...environment }, encoding: 'utf8' });
  const log = join(bin, 'calls');
  const calls = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  return { status, stderr, calls };
}

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'up-'));
  for (const name of basics) symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(bin, name));
});
afterEach(() => rmSync(bin, { recursive: true }));

describe('what is missing is told before anything is made', () => {
  test.each([
    { reason: 'a program', programs: [], environment: {}, says: 'there is no kubectl on PATH: install it' },
    {
      reason: 'kind, without a cluster',
      programs: ['kubectl', 'helm'],
      environment: {},
      says: 'there is no kind on PATH',
    },
    {
      reason: 'credentials',
      programs: ['kubectl', 'helm'],
      environment: { CONTEXT: 'eks' },
      says: 'CREDENTIALS=secret wants AWS_CREDENTIALS=file',
    },
    {
      reason: 'a role that is none',
      programs: ['kubectl', 'helm'],
      environment: { CONTEXT: 'eks', CREDENTIALS: 'irsa', ROLE_ARN: 'crossplane' },
      says: 'CREDENTIALS=irsa wants ROLE_ARN=arn:aws:iam::ACCOUNT:role/NAME',
    },
    {
      reason: 'an unknown way',
      programs: ['kubectl', 'helm'],
      environment: { CONTEXT: 'eks', CREDENTIALS: 'keys' },
      says: 'CREDENTIALS=keys is not one of secret, irsa, pod-identity, none',
    },
  ])('$reason', ({ programs, environment, says }) => {
    give(...programs);
    const { status, stderr, calls } = run(environment);
    expect(status).toBe(1);
    expect(stderr).toContain(says);
    expect(calls).toEqual([]);
  });
});

test('on a cluster that is there: Crossplane, then the role, then the providers, then this package', () => {
  give('kubectl', 'helm');
  const role = 'arn:aws:iam::111122223333:role/crossplane';
  const { status, calls } = run({ CONTEXT: 'eks', CREDENTIALS: 'irsa', ROLE_ARN: role });
  expect(status).toBe(0);
  const at = (...words: readonly string[]) => calls.findIndex(call => words.every(word => call.includes(word)));
  const order = [
    at('helm upgrade --install crossplane', '--kube-context eks'),
    at('apply', '/runtime'),
    at('annotate serviceaccount provider-aws', `eks.amazonaws.com/role-arn=${role}`),
    at('apply', '/packages'),
    at('wait --for=condition=Healthy', 'providers.yaml'),
    at('apply', '/credentials/irsa/provider-config.yaml'),
    at('apply', '/xrds'),
    at('wait --for=condition=Established', '/xrds'),
    at('apply', '/compositions'),
  ];
  expect(order).not.toContain(-1);
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(calls.filter(call => call.startsWith('kubectl') && !call.startsWith('kubectl --context eks '))).toEqual([]);
});

test('without one, a cluster of kind is made, with a Secret of the file that is given', () => {
  give('kubectl', 'helm', 'kind', 'docker');
  const { status, calls } = run({ AWS_CREDENTIALS: script });
  expect(status).toBe(0);
  expect(calls.some(call => call.startsWith('kind create cluster --config') && call.includes('kind.yaml'))).toBe(true);
  expect(
    calls.some(call =>
      call.includes(`create secret generic aws-credentials -n crossplane-system --from-file=credentials=${script}`),
    ),
  ).toBe(true);
  expect(
    calls.filter(call => call.startsWith('kubectl') && !call.startsWith('kubectl --context kind-tekanya ')),
  ).toEqual([]);
});
