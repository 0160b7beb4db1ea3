import { describe, expect, test } from 'vitest';
import { claimed, made } from './fixtures/claim.ts';

/** The ProviderConfigs that lead what is made to AWS, each once. */
const accounts = ({ manifests }: ReturnType<typeof claimed>) => {
  const ofAws = manifests.filter(({ apiVersion }) => /\.aws\.m\.upbound\.io\//.test(apiVersion));
  expect(ofAws.length).toBeGreaterThan(0);
  return [...new Set(ofAws.map(({ spec }) => JSON.stringify((spec as Record<string, unknown>).providerConfigRef)))];
};

const production = { kind: 'ProviderConfig', name: 'production' };

describe('all that is made in AWS is made in one account', () => {
  test('that of the management cluster, where a claim names none', () => {
    expect(accounts(claimed({}))).toEqual(['{"kind":"ClusterProviderConfig","name":"default"}']);
  });

  test.each([
    ['PlatformClaim', { githubActions: { roleArn: 'arn:aws:iam::123456789012:role/deploy' } }],
    ['ZoneClaim', { domain: 'shop.example.org' }],
    ['ApplicationClaim', { cluster: 'shop', namespace: 'shop', serviceAccount: 'api' }],
    [
      'AccessClaim',
      { cluster: 'shop', principal: { roleArn: 'arn:aws:iam::123456789012:role/deploy' }, policy: 'view' },
    ],
  ])("that of its namespace's ProviderConfig, which a %s names", (kind, spec) => {
    expect(accounts(made(kind, { ...spec, providerConfigRef: production }))).toEqual([JSON.stringify(production)]);
  });

  test('and what is made in a cluster goes by the ProviderConfig of the cluster', () => {
    const { manifests } = claimed({ providerConfigRef: production });
    const inCluster = manifests.filter(({ apiVersion }) => /^(helm|kubernetes)\.m\.crossplane\.io\//.test(apiVersion));
    const refs = inCluster.flatMap(({ kind, spec }) => (kind === 'ProviderConfig' ? [] : [spec]));
    expect(refs.length).toBeGreaterThan(0);
    for (const spec of refs) {
      expect(spec).toMatchObject({ providerConfigRef: { kind: 'ProviderConfig', name: 'builderspace' } });
    }
  });
});
