import { readdirSync, readFileSync } from 'node:fs';
import { writeYaml } from '../crossplane/yaml.ts';
import { root } from '../generated.ts';
import { Configuration } from '../imports/meta.pkg.crossplane.io.ts';
import type { Needs } from './needs.ts';
import { crossplaneVersion, functionsOf, type InstalledPackage, providersOf } from './packages.ts';

/** The name of the Configuration. */
export const configurationName = 'tekanya-platform';

/** What is beside `crossplane.yaml` in the package, by the folder that it is taken from. Examples are claims, as people write them. */
const parts: readonly { readonly from: string; readonly to: string; readonly only?: string }[] = [
  { from: 'xrds', to: 'xrds' },
  { from: 'compositions', to: 'compositions' },
  { from: 'kind-bootstrap/packages', to: 'activation', only: 'activation-policy.yaml' },
  { from: 'claims', to: 'examples' },
];

/** The files of the package, by path from its root. */
export function configurationFiles(needs: Needs): ReadonlyMap<string, string> {
  const copies = parts.flatMap(({ from, to, only }) =>
    readdirSync(new URL(`${from}/`, root))
      .filter(name => name.endsWith('.yaml') && (only === undefined || name === only))
      .sort()
      .map((name): [string, string] => [`${to}/${name}`, text(`${from}/${name}`)]),
  );
  return new Map([['crossplane.yaml', writeYaml(configuration(needs))], ...copies]);
}

function configuration(needs: Needs): unknown {
  const { description, license } = JSON.parse(text('package.json')) as {
    readonly description: string;
    readonly license: string;
  };
  const icon = Buffer.from(text('kind-bootstrap/configuration/icon.svg')).toString('base64');
  return Configuration.manifest({
    metadata: {
      name: configurationName,
      annotations: {
        'friendly-name.meta.crossplane.io': 'Tekanya platform',
        'meta.crossplane.io/maintainer': 'Tekanya platform team',
        'meta.crossplane.io/license': license,
        'meta.crossplane.io/description': description,
        'meta.crossplane.io/readme': text('kind-bootstrap/configuration/README.md'),
        'meta.crossplane.io/iconURI': `data:image/svg+xml;base64,${icon}`,
      },
    },
    spec: {
      crossplane: { version: upwards(crossplaneVersion()) },
      dependsOn: [
        ...functionsOf(needs).map(one => dependency('Function', one)),
        ...providersOf(needs).map(one => dependency('Provider', one)),
      ],
    },
  });
}

function dependency(kind: 'Function' | 'Provider', { repository, version }: InstalledPackage) {
  return { apiVersion: 'pkg.crossplane.io/v1', kind, package: repository, version: upwards(version) };
}

/** Any version from the one that is tried up to the next that may break: `>=v1.2.3 <v2.0.0`, and of version 0 `>=v0.5.1 <v0.6.0`. */
export function upwards(version: string): string {
  const [, major, minor] = /^v(\d+)\.(\d+)\.\d+$/.exec(version) ?? [];
  if (major === undefined) throw new Error(`${version} is no release: pin one like v1.2.3`);
  const next = major === '0' ? `v0.${Number(minor) + 1}.0` : `v${Number(major) + 1}.0.0`;
  return `>=${version} <${next}`;
}

function text(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}
