import { loadCatalog } from './crds/catalog.ts';
import { editorSchema } from './crossplane/editor-schema.ts';
import type { Package } from './crossplane/package.ts';
import { writeYaml } from './crossplane/yaml.ts';
import { apis } from './package.ts';
import { engineerRole, teamRole } from './roles.ts';

/** The folders that hold nothing but generated files. */
export const generatedFolders = ['xrds', 'compositions', 'claims/schemas', 'kind-bootstrap/rbac'] as const;

/**
 * The generated files, by path from the root of the tree: what each API is, how it is composed, and its JSON schema; and
 * what people may do with all of them.
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
  files.set('kind-bootstrap/rbac/team.yaml', header('src/roles.ts') + writeYaml(teamRole(pkg, catalog)));
  files.set(
    'kind-bootstrap/rbac/platform-engineer.yaml',
    header('src/roles.ts') + writeYaml(engineerRole(pkg, catalog)),
  );
  return files;
}

function header(source: string): string {
  return `# Generated from ${source} by "make synth". Do not edit.\n`;
}
