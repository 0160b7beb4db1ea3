import { describe, expect, it } from 'vitest';
import { type KnownKind, wantedOf } from '../../src/status/find.ts';

const known = (kind: string, ...shortNames: readonly string[]): KnownKind => ({
  kind,
  name: `${kind.toLowerCase()}s`,
  singularName: kind.toLowerCase(),
  shortNames: [...shortNames],
});
const kinds = [known('PlatformClaim', 'pc'), known('XNetwork')] as const;

describe('what a person asks for', () => {
  it.each([
    ['a', 'PlatformClaim', '', 'a'],
    ['team/a', 'PlatformClaim', 'team', 'a'],
    ['pc/a', 'PlatformClaim', '', 'a'],
    ['xnetwork/a', 'XNetwork', '', 'a'],
    ['xnetworks/a', 'XNetwork', '', 'a'],
    ['XNetwork/a', 'XNetwork', '', 'a'],
    ['team/xnetwork/a', 'XNetwork', 'team', 'a'],
  ])('%s is a %s in "%s" called %s', (text, kind, namespace, name) => {
    expect(wantedOf(text, 'example.org/v1', [...kinds])).toEqual({
      apiVersion: 'example.org/v1',
      kind,
      namespace,
      name,
    });
  });

  it.each(['', '/', 'team/', '/a', 'team/unknown/a', 'a/b/c/d'])('"%s" is nothing', text => {
    expect(wantedOf(text, 'example.org/v1', [...kinds])).toBeUndefined();
  });
});
