import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/kubernetes/json.ts';
import { Account, type Resource } from '../../../src/local/aws/account.ts';
import { lacking } from '../../../src/local/aws/permissions.ts';
import { resource } from './fixtures.ts';

const role = resource('iam/Role', 'r');
const inline = (document: string) => resource('iam/RolePolicy', 'r:p', { role: 'r', policy: document });
const saying = (...Statement: readonly Json[]) => inline(JSON.stringify({ Statement }));
const allow = (Action: Json, Resource: Json = '*') => ({ Effect: 'Allow', Action, Resource });

describe('what a role may not do', () => {
  it.each<[string, Resource | undefined, string | undefined, string | undefined]>([
    ['nothing without a policy', undefined, undefined, 'ec2:RunInstances'],
    ['an action by its name', saying(allow('ec2:RunInstances')), undefined, undefined],
    ['in any case of letters', saying(allow(['EC2:runinstances'])), undefined, undefined],
    ['by a pattern', saying(allow('ec2:Run*')), undefined, undefined],
    ['by a pattern of one letter', saying(allow('ec2:RunInstance?')), undefined, undefined],
    ['by no pattern that ends earlier', saying(allow('ec2:Run')), undefined, 'ec2:RunInstances'],
    ['by one statement that is no list', inline(JSON.stringify({ Statement: allow('*') })), undefined, undefined],
    ['on a resource that is named', saying(allow('*', ['arn:a', 'arn:b'])), 'arn:b', undefined],
    ['on no resource that is not', saying(allow('*', 'arn:a')), 'arn:b', 'ec2:RunInstances'],
    ['what is denied', saying(allow('*'), { ...allow('ec2:*'), Effect: 'Deny' }), undefined, 'ec2:RunInstances'],
    [
      'what is denied under a condition, as far as we look',
      saying(allow('*'), { ...allow('ec2:*'), Effect: 'Deny', Condition: {} }),
      undefined,
      undefined,
    ],
    ['nothing by a text that is no policy', inline('{'), undefined, 'ec2:RunInstances'],
    ['nothing by one that is going', { ...saying(allow('*')), state: 'deleting' }, undefined, 'ec2:RunInstances'],
  ])('%s', (_, policy, on, expected) => {
    const account = new Account(policy ? [role, policy] : [role]);
    expect(lacking(account, role, ['ec2:RunInstances'], on)).toBe(expected);
  });

  it('is the first of what it lacks', () => {
    const account = new Account([role, saying(allow('a:*'))]);
    expect(lacking(account, role, ['a:A', 'b:B', 'c:C'])).toBe('b:B');
  });
});
