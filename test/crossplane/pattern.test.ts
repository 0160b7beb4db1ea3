import { describe, expect, it } from 'vitest';
import { admitted } from '../../src/crossplane/pattern.ts';

const asked = ['"', '\\', '\n', '\v', '*', '.', ':', '/', ' ', '-', ']'];

describe('what a text can hold that a pattern matches', () => {
  it.each<{ pattern: string; holds: string; reason: string }>([
    { pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', holds: '-', reason: 'a class in a group, repeated' },
    { pattern: '^(role|user)/[\\w+=,.@/-]+$', holds: './-', reason: 'alternatives, an escape in a class' },
    { pattern: '^a.b$', holds: '"\\\v*.:/ -]', reason: 'a dot takes all but the end of a line' },
    { pattern: '^[^/]+$', holds: '"\\\n\v*.: -]', reason: 'a negated class takes all else' },
    { pattern: '^a\\*?$', holds: '*', reason: 'an escape that is optional' },
    { pattern: '^(a|b"){0,2}$', holds: '"', reason: 'a part that may be absent' },
    { pattern: '^\\S+$', holds: '"\\\v*.:/-]', reason: 'the space of RE2, of which a vertical tab is none' },
    { pattern: '^[\\s]+$', holds: '\n ', reason: 'the same in a class' },
    { pattern: '^[\\p{L}\\p{Z}]+$', holds: ' ', reason: 'classes of Unicode' },
    { pattern: '^[[:alnum:]]+$', holds: '', reason: 'classes of POSIX' },
    { pattern: '^a$|^b:$', holds: ':', reason: 'alternatives that are anchored each' },
    { pattern: '(?i)^(?:x)(?P<name>y)$', holds: '', reason: 'flags and names' },
    { pattern: '^[\\]]\\x{22}$', holds: '"]', reason: 'a bracket in a class, a character by its number' },
  ])('$pattern: $reason', ({ pattern, holds }) => {
    expect(admitted(pattern, asked)).toEqual({ characters: asked.filter(character => holds.includes(character)) });
  });

  it.each<{ pattern: string; says: string }>([
    { pattern: '[a-z]+', says: 'not anchored at both ends' },
    { pattern: '^[a-z]+', says: 'not anchored at both ends' },
    { pattern: '^a|b$', says: 'not anchored at both ends' },
    { pattern: '(^a)?b$', says: 'not anchored at both ends' },
    { pattern: '(?s)^.$', says: 'is of a kind that is not read here' },
    { pattern: '^[]a]$', says: 'is not read here' },
    { pattern: '^[^\\S]$', says: 'is not read here' },
    { pattern: '^[[:^alpha:]]$', says: 'is not read here' },
    { pattern: '^(?!a)$', says: 'not in RE2' },
    { pattern: '^(a$', says: 'Invalid regular expression' },
  ])('of $pattern nothing is known: $says', ({ pattern, says }) => {
    expect(admitted(pattern, asked)).toEqual({ unknown: expect.stringContaining(says) as unknown });
  });
});
