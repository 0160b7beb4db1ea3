import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { sources } from '../../crds/sources.ts';
import type { Program, SourceEdit } from '../programs.ts';
import { clockEdits, clockFile, clockSource } from './clock.ts';
import { main, provider, terraform, trimmed } from './trim.ts';

const group = /^(?<service>\w+)\.aws\.m\.upbound\.io$/;

/** The services of AWS of which there are kinds in `crds/`, by their API groups: `ec2` for `ec2.aws.m.upbound.io`. */
export const awsServices: readonly string[] = sources
  .flatMap(source => group.exec(source.group)?.groups?.service ?? [])
  .sort();

/** What decides, beside the modules, which of their sources are compiled. */
function trimKey(): string {
  const texts = ['trim.ts', 'go-source.ts'].map(name => readFileSync(new URL(name, import.meta.url), 'utf8'));
  return createHash('sha256')
    .update(JSON.stringify([awsServices, clockSource, ...texts]))
    .digest('hex');
}

/** Without webhooks it has no check behind /readyz, which then is not there. */
const readyCheck: readonly SourceEdit[] = [
  {
    file: `${main}/zz_main.go`,
    find: '\t"sigs.k8s.io/controller-runtime/pkg/cache"\n',
    replace: '\t"sigs.k8s.io/controller-runtime/pkg/cache"\n\t"sigs.k8s.io/controller-runtime/pkg/healthz"\n',
  },
  {
    file: `${main}/zz_main.go`,
    find: 'kingpin.FatalIfError(err, "Cannot create controller manager")\n',
    replace: [
      'kingpin.FatalIfError(err, "Cannot create controller manager")',
      '\tkingpin.FatalIfError(mgr.AddReadyzCheck("started", healthz.Ping), "Cannot add readyz checker")\n',
    ].join('\n'),
  },
];

/** provider-aws, with the services that are used here. */
export const providerAws: Program = {
  name: 'provider-aws',
  folder: 'provider-aws',
  module: provider,
  package: `${provider}/${main}`,
  ldflags: version => [`-X ${provider}/internal/version.Version=${version}`],
  edits: [...readyCheck, ...clockEdits],
  copies: {
    modules: [provider, terraform],
    key: trimKey,
    make: async folders => {
      const copies = await trimmed(awsServices, folders);
      return new Map(
        [...copies].map(([module, copy]) => [
          module,
          module === provider ? { ...copy, written: new Map([...copy.written, [clockFile, clockSource]]) } : copy,
        ]),
      );
    },
  },
  files: [
    {
      from: 'package/crds',
      match: new RegExp(`^(?:(?:${awsServices.join('|')})\\.)?aws\\.m\\.upbound\\.io_.*\\.yaml$`),
      to: 'crds',
    },
  ],
  coldSeconds: 280,
  coldGigabytes: 2.5,
};
