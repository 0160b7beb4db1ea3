import { describe, expect, it } from 'vitest';
import { sources } from '../../../src/crds/sources.ts';
import { buildKey } from '../../../src/local/build.ts';
import type { GoEnvironment } from '../../../src/local/go.ts';
import { applyEdits } from '../../../src/local/module-copies.ts';
import { isWanted } from '../../../src/local/provider-aws/definitions.ts';
import { awsServices, providerAws } from '../../../src/local/provider-aws/program.ts';

describe('the services', () => {
  it('are those of all kinds of AWS in crds/, each once', () => {
    const groups = sources.map(({ group }) => group).filter(group => group.endsWith('.aws.m.upbound.io'));
    expect(awsServices.map(service => `${service}.aws.m.upbound.io`)).toEqual([...new Set(groups)].sort());
    expect(awsServices).toContain('ec2');
  });
});

describe('the key', () => {
  const goMod = 'require github.com/upbound/provider-aws/v2 v2.5.0\n';
  const go: GoEnvironment = { GOVERSION: 'go1.26.8', GOOS: 'linux', GOARCH: 'amd64', GOCACHE: '/a', GOMODCACHE: '/b' };

  it('changes with what decides what is left of the modules', () => {
    const { copies } = providerAws;
    if (copies === undefined) throw new Error('provider-aws is compiled whole');
    const key = buildKey(providerAws, goMod, '', go);
    expect(buildKey(providerAws, goMod, '', go)).toBe(key);
    expect(buildKey({ ...providerAws, copies: { ...copies, key: () => 'other' } }, goMod, '', go)).not.toBe(key);
  });
});

describe('the CustomResourceDefinitions', () => {
  const pattern = providerAws.files[0]?.match ?? /$/;

  it.each([
    ['of a namespaced kind of a service', 'ec2.aws.m.upbound.io_vpcs.yaml', true],
    ['of the ProviderConfigs', 'aws.m.upbound.io_clusterproviderconfigs.yaml', true],
    ['of a service that nothing is made of', 'sns.aws.m.upbound.io_topics.yaml', false],
    ['of a kind without a namespace', 'ec2.aws.upbound.io_vpcs.yaml', false],
    ['of the ProviderConfigs of those', 'aws.upbound.io_providerconfigs.yaml', false],
  ])('%s are kept with the program, or not: %s', (_, name, kept) => {
    expect(pattern.test(name)).toBe(kept);
  });

  const text = (group: string, kind: string) =>
    `kind: CustomResourceDefinition\nspec:\n  group: ${group}\n  names:\n    kind: ${kind}\n`;

  it.each([
    ['a kind in crds/', 'ec2.aws.m.upbound.io', 'VPC', true],
    ['another of the same service', 'ec2.aws.m.upbound.io', 'VPNGateway', false],
    ['a kind of that name of another service', 'rds.aws.m.upbound.io', 'VPC', false],
    ['the use of a ProviderConfig, for which the controllers wait', 'aws.m.upbound.io', 'ProviderConfigUsage', true],
  ])('%s is installed, or not', (_, group, kind, wanted) => {
    expect(isWanted(text(group, kind))).toBe(wanted);
  });
});

describe('the clock', () => {
  /** The lines around each edit, as the pinned versions have them. */
  const files: Readonly<Record<string, string>> = {
    'helper/retry/state.go': `import (
	"time"
)
		case <-time.After(conf.Delay):
			case <-time.After(wait):
	timeout := time.After(conf.Timeout)
			timeout := time.After(refreshGracePeriod)
`,
    'internal/backoff/backoff.go': 'import (\n\t"time"\n)\n\treturn time.After(d)\n\tcase <-r.config.timer.After(d):\n',
    'internal/conns/backoff_delayer.go': 'import (\n\t"math"\n)\n\treturn delay, nil\n',
    'pkg/ratelimiter/default.go':
      'import (\n\t"time"\n)\n\treturn workqueue.New[reconcile.Request](1*time.Second, 60*time.Second)\n',
    'pkg/controller/handler/eventhandler.go': 'import (\n\t"time"\n)\n\te.queue.AddAfter(item, when)\n',
  };

  it.each(Object.entries(files))('scales the waits of %s, not its timeouts', (file, source) => {
    const edits = providerAws.edits.filter(edit => edit.file === file);
    const edited = applyEdits(source, edits);
    expect(edited).toContain('"github.com/upbound/provider-aws/v2/clock"');
    expect(edited).toContain('clock.Scaled(');
    expect(edited).not.toMatch(/Scaled\((?:conf\.Timeout|refreshGracePeriod)/);
  });
});

describe('the check behind /readyz', () => {
  it('is added where the program makes its manager', () => {
    const source = `import (
	"sigs.k8s.io/controller-runtime/pkg/cache"
)
	kingpin.FatalIfError(err, "Cannot create controller manager")
	if len(*certsDir) > 0 {
`;
    const edits = providerAws.edits.filter(({ file }) => file === 'cmd/provider/monolith/zz_main.go');
    expect(applyEdits(source, edits)).toBe(`import (
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
)
	kingpin.FatalIfError(err, "Cannot create controller manager")
	kingpin.FatalIfError(mgr.AddReadyzCheck("started", healthz.Ping), "Cannot add readyz checker")
	if len(*certsDir) > 0 {
`);
  });
});
