import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { loadCatalog } from '../src/crds/catalog.ts';
import { validate } from '../src/crossplane/validate.ts';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: { readonly forProvider: Readonly<Record<string, unknown>>; readonly managementPolicies?: unknown };
}

const read = (name: string) =>
  load(readFileSync(new URL(`../kind-bootstrap/account/${name}.yaml`, import.meta.url), 'utf8')) as Manifest;

function problems(manifest: Manifest) {
  const schema = loadCatalog().get(manifest.apiVersion, manifest.kind)?.schema;
  if (!schema) throw new Error(`${manifest.kind} is not pinned`);
  return validate(schema, manifest);
}

/** What an account has once, with the argument that its CRD's rules want. */
describe.each([
  { name: 'github-oidc-provider', wanted: 'url' },
  { name: 'spot-service-linked-role', wanted: 'awsServiceName' },
])('$name', ({ name, wanted }) => {
  const manifest = read(name);

  it('is what its CRD takes', () => {
    expect(problems(manifest)).toEqual([]);
  });

  it(`is refused without ${wanted}`, () => {
    const { [wanted]: _, ...forProvider } = manifest.spec.forProvider;
    expect(problems({ ...manifest, spec: { forProvider } })).toHaveLength(1);
  });
});

describe("GitHub's provider", () => {
  it('has the issuer and the audience that roles of AccessClaims trust', () => {
    const composition = readFileSync(new URL('../compositions/xaccess.yaml', import.meta.url), 'utf8');
    const { url, clientIdList } = read('github-oidc-provider').spec.forProvider;
    const issuer = String(url).replace('https://', '');
    expect(composition).toContain(`${issuer}:aud`);
    for (const audience of clientIdList as readonly string[]) expect(composition).toContain(audience);
  });
});

describe("EC2's role for spot instances", () => {
  it('stays when its managed resource is deleted, as other clusters work with it', () => {
    expect(read('spot-service-linked-role').spec.managementPolicies).not.toContain('Delete');
    expect(read('spot-service-linked-role').spec.managementPolicies).not.toContain('*');
  });
});
