import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { loadCatalog } from '../src/crds/catalog.ts';
import { validate } from '../src/crossplane/validate.ts';

const file = new URL('../kind-bootstrap/account/github-oidc-provider.yaml', import.meta.url);
const provider = load(readFileSync(file, 'utf8')) as {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: { readonly forProvider: { readonly url?: string; readonly clientIdList: readonly string[] } };
};
const schema = loadCatalog().get(provider.apiVersion, provider.kind)?.schema;

test('the account-wide provider of GitHub is what its CRD takes', () => {
  if (!schema) throw new Error('the kind is not pinned');
  expect(validate(schema, provider)).toEqual([]);
  const { url: _, ...rest } = provider.spec.forProvider;
  expect(validate(schema, { ...provider, spec: { forProvider: rest } })).toHaveLength(1);
});

test('it has the issuer and the audience that roles of AccessClaims trust', () => {
  const composition = readFileSync(new URL('../compositions/accessclaim.yaml', import.meta.url), 'utf8');
  const { url, clientIdList } = provider.spec.forProvider;
  const issuer = url?.replace('https://', '') ?? '';
  expect(issuer).not.toBe('');
  expect(composition).toContain(`${issuer}:aud`);
  for (const audience of clientIdList) expect(composition).toContain(audience);
});
