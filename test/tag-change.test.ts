import { describe, expect, it, test } from 'vitest';
import { getPath } from '../src/crossplane/path.ts';
import { claimed, pkg } from './fixtures/claim.ts';

/** A change of tags replaces nodes, as AWS and Karpenter have it; whoever makes one is told, and it goes slowly. */
describe('a change of tags', () => {
  const drawn = claimed({ tags: { team: 'a' } });

  it('is one of the launch template and of the node class, which replaces nodes', () => {
    const [template] = drawn.settings('LaunchTemplate');
    expect(getPath(template, ['tagSpecifications', 0, 'tags', 'team'])).toBe('a');
    const classes = drawn.settings('Object').filter(one => getPath(one, ['manifest', 'kind']) === 'EC2NodeClass');
    expect(classes.map(one => getPath(one, ['manifest', 'spec', 'tags', 'team']))).toEqual(['a']);
  });

  test.each(['PlatformClaim', 'XPlatform', 'XCluster', 'XKarpenter'])('of a %s is said to replace nodes', kind => {
    expect(descriptionOf(kind)).toContain('a change of tags replaces the nodes');
  });

  test.each(['XNetwork', 'XDatabase', 'ZoneClaim'])('of a %s, which has no nodes, is not', kind => {
    expect(descriptionOf(kind)).not.toContain('replaces');
  });

  it('goes as the description says: one by one, and a tenth of them at a time', () => {
    expect(drawn.settings('NodeGroup').map(one => getPath(one, ['updateConfig', 'maxUnavailable']))).toEqual([1]);
    const pools = drawn.settings('Object').filter(one => getPath(one, ['manifest', 'kind']) === 'NodePool');
    expect(pools.map(one => getPath(one, ['manifest', 'spec', 'disruption', 'budgets']))).toEqual([[{ nodes: '10%' }]]);
  });
});

function descriptionOf(kind: string): string {
  const part = pkg.parts.find(({ api }) => api.kind === kind);
  return String(getPath(part?.schema, ['properties', 'spec', 'properties', 'tags', 'description']));
}
