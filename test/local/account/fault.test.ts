import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { AccountFault } from '../../../src/local/account/control.ts';
import { countLines, regionsUsed } from '../../../src/local/account/counts.ts';
import { type FaultWords, faultLines, faultOf } from '../../../src/local/account/fault.ts';

const plain = { service: 'eks', action: 'CreateCluster', code: 'AccessDeniedException', count: null, when: 'before' };

describe('a fault', () => {
  test.each<{ reason: string; words: FaultWords; fault: object }>([
    { reason: 'until it is lifted', words: {}, fault: plain },
    { reason: 'so many times', words: { count: '2' }, fault: { ...plain, count: 2 } },
    { reason: 'at the end', words: { when: 'late' }, fault: { ...plain, when: 'late' } },
    { reason: 'of all that a service does', words: { action: 'eks.*' }, fault: { ...plain, action: '*' } },
    { reason: 'of everything', words: { action: '*.*' }, fault: { ...plain, service: '*', action: '*' } },
    {
      reason: 'of some calls only, by a text as it is',
      words: { matching: `it's "$HOME"; \`id\`` },
      fault: { ...plain, matching: `it's "$HOME"; \`id\`` },
    },
    { reason: 'in other words', words: { message: 'no' }, fault: { ...plain, message: 'no' } },
  ])('$reason', ({ words, fault }) => {
    expect(faultOf({ action: 'eks.CreateCluster', code: 'AccessDeniedException', ...words })).toEqual(fault);
  });

  test.each<{ reason: string; words: FaultWords; message: string }>([
    { reason: 'no action', words: { code: 'X' }, message: 'ACTION is missing' },
    {
      reason: 'an action without a service',
      words: { action: 'CreateCluster', code: 'X' },
      message: 'ACTION=CreateCluster:',
    },
    { reason: 'more than an action', words: { action: 'eks.a b', code: 'X' }, message: 'ACTION=eks.a b:' },
    { reason: 'no code', words: { action: 'eks.*' }, message: 'CODE is missing' },
    { reason: 'a code that is a status', words: { action: 'eks.*', code: '403' }, message: 'CODE=403:' },
    { reason: 'never', words: { action: 'eks.*', code: 'X', count: '0' }, message: 'COUNT=0:' },
    { reason: 'at no time', words: { action: 'eks.*', code: 'X', when: 'soon' }, message: 'WHEN=soon:' },
    { reason: 'all that is wrong at once', words: { count: '-1' }, message: 'CODE is missing' },
  ])('is refused: $reason', ({ words, message }) => {
    expect(() => faultOf(words)).toThrow(message);
  });

  test.each<{ fault: AccountFault; line: string }>([
    {
      fault: { service: 'eks', action: 'CreateCluster', code: 'X', count: 1 },
      line: 'eks.CreateCluster is refused with X, once',
    },
    {
      fault: { service: '*', action: '*', code: 'X', message: 'no', count: 3, when: 'after', matching: 'a b' },
      line: '*.* with "a b" is carried out, but answered with X: no, 3 times',
    },
    {
      fault: { service: 'rds', action: '*', code: 'X', count: null, when: 'late' },
      line: 'rds.* fails at its end with X, until lifted',
    },
  ])('is told: $line', ({ fault, line }) => {
    expect(faultLines([fault])).toEqual([line]);
  });

  test('is told where there is none', () => {
    expect(faultLines([])).toEqual(['no faults: everything goes as AWS lets it']);
  });

  test('comes from make as it was written', async () => {
    const cwd = fileURLToPath(new URL('../../../', import.meta.url));
    const given = `it's "$HOME"; \`id\` $(x)`;
    const dry = await promisify(execFile)('make', ['-n', 'fault', 'ACTION=eks.*', `MATCHING=${given}`], { cwd });
    const command = dry.stdout.replace(/^.*src\/cli\.ts/, 'printf "%s|"');
    const { stdout } = await promisify(execFile)('bash', ['-c', command]);
    expect(stdout).toBe(`fault|--action=eks.*|--matching=${given}|`);
  });
});

describe('counts', () => {
  const count = (service: string, action: string, region: string, calls: number, errors = 0) => ({
    service,
    action,
    region,
    caller: 'arn:aws:iam::1:role/crossplane',
    calls,
    errors,
  });
  const counts = [
    count('ec2', 'CreateVpc', 'eu-west-1', 1),
    count('ec2', 'CreateVpc', 'af-south-1', 1, 1),
    count('ec2', 'DescribeVpcs', 'us-west-2', 9),
  ];

  test('give the regions in which something was changed', () => {
    expect(regionsUsed(counts)).toEqual(['af-south-1', 'eu-west-1']);
  });

  test('are summed by action', () => {
    expect(countLines(counts)).toEqual([
      '      9  ec2.DescribeVpcs',
      '      2  ec2.CreateVpc, 1 refused',
      '     11  in all, 1 refused',
    ]);
  });
});
