import { describe, expect, it } from 'vitest';
import { brokenNames } from '../src/aws-names.ts';
import { pkg } from './fixtures/claim.ts';

const claim = (name: string, namespace: string | undefined, spec: object = {}) => ({
  apiVersion: 'platform.tekanya.services/v1alpha1',
  kind: 'PlatformClaim',
  metadata: { name, namespace },
  spec,
});

const githubActions = {
  github: {
    repository: 'tekanya/shop',
    from: 'ref:refs/heads/main',
    provider: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com',
  },
};

describe('names in AWS', () => {
  it.each<{ reason: string; manifest: unknown; says: readonly string[] }>([
    { reason: 'fit', manifest: claim('shop', 'team-a'), says: [] },
    { reason: 'just fit', manifest: claim('a'.repeat(24), 'n'.repeat(24)), says: [] },
    {
      reason: 'are too long by a character',
      manifest: claim('a'.repeat(24), 'n'.repeat(25)),
      says: [
        'metadata.name: makes "db-nnn',
        'has 64 characters of 63 at most: in this namespace 23 characters are left for a name',
      ],
    },
    {
      reason: 'are too long with a role that only this choice makes',
      manifest: claim('a'.repeat(24), 'n'.repeat(24), { githubActions, database: { readers: 2 } }),
      says: [],
    },
    {
      reason: 'leave no room in a namespace',
      manifest: claim('shop', 'n'.repeat(60)),
      says: ['in a namespace of 60 characters none is left for a name: take a namespace that is shorter by'],
    },
    {
      reason: 'are of a form that RDS refuses',
      manifest: claim('shop', 'tenant--a'),
      says: ['metadata.namespace: with the name it makes "db-tenant--a-shop', 'which takes no two hyphens in a row'],
    },
    { reason: 'are not known without a namespace', manifest: claim('a'.repeat(24), undefined), says: [] },
    { reason: 'are not of a kind of ours', manifest: { ...claim('a', 'b'), kind: 'Pod' }, says: [] },
  ])('$reason', ({ manifest, says }) => {
    const found = brokenNames(pkg, manifest).map(({ path, message }) => `${path.join('.')}: ${message}`);
    expect(found).toHaveLength(says.length === 0 ? 0 : 1);
    for (const part of says) expect(found[0]).toContain(part);
  });
});
