import { accountManifests, bootstrapFiles, bootstrapFolders } from './bootstrap/manifests.ts';
import { needsOf } from './bootstrap/needs.ts';
import { policyFiles, policyFolder, providerPolicies } from './bootstrap/provider-policy.ts';
import { loadCatalog } from './crds/catalog.ts';
import { editorSchema } from './crossplane/editor-schema.ts';
import type { Package } from './crossplane/package.ts';
import { writeYaml } from './crossplane/yaml.ts';
import { apis } from './package.ts';
import { engineerRole, teamRole } from './roles.ts';

/** The folders that hold nothing but generated files. */
export const generatedFolders = [
  'xrds',
  'compositions',
  'claims/schemas',
  'kind-bootstrap/rbac',
  ...bootstrapFolders,
  policyFolder,
] as const;

/**
 * The generated files, by path from the root of the tree: what each API is, how it is composed, and its JSON schema; what the
 * management cluster needs for it, and what people may do with all of them.
 */
export function generatedFiles(pkg: Package): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const sources = Object.entries(apis);
  for (const part of pkg.parts) {
    const name = part.api.kind.toLowerCase();
    const source = sources.find(([, [blueprint]]) => blueprint?.api.kind === part.api.kind)?.[0] ?? name;
    files.set(`xrds/${name}.yaml`, header(`src/apis/${source}.ts`) + writeYaml(part.xrd));
    files.set(`compositions/${name}.yaml`, header(`src/${source}.ts`) + part.compositions.map(writeYaml).join('---\n'));
    files.set(`claims/schemas/${name}.json`, `${JSON.stringify(editorSchema(part), undefined, 2)}\n`);
  }
  const catalog = loadCatalog();
  for (const [path, text] of bootstrapFiles(needsOf(pkg, accountManifests()), catalog)) {
    files.set(path, header('src/bootstrap/ and the Compositions') + text);
  }
  for (const [path, text] of policyFiles(providerPolicies(pkg, accountManifests()))) files.set(path, text);
  const roles = { team: teamRole(pkg, catalog), 'platform-engineer': engineerRole(pkg, catalog) };
  for (const [name, role] of Object.entries(roles)) {
    files.set(`kind-bootstrap/rbac/${name}.yaml`, header('src/roles.ts') + writeYaml(role));
  }
  return files;
}

function header(source: string): string {
  return `# Generated from ${source} by "make synth". Do not edit.\n`;
}
