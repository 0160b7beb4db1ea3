import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { importsOf } from '../../../src/local/provider-aws/go-source.ts';
import { provider, terraform, trimmed } from '../../../src/local/provider-aws/trim.ts';
import { smallModules } from './modules.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

function modules(changed: Readonly<Record<string, string>> = {}): ReadonlyMap<string, string> {
  const folders = smallModules(changed);
  roots.push(dirname(folders.get(provider) ?? ''));
  return folders;
}

async function trim(services: readonly string[], module: string) {
  const copy = (await trimmed(services, modules())).get(module);
  const written = copy?.written ?? new Map<string, string>();
  return {
    kept: copy?.kept ?? [],
    written,
    paths: (file: string) => importsOf(written.get(file) ?? '').map(one => one.path),
  };
}

describe('the provider', () => {
  it('keeps the namespaced kinds of the services, and ProviderConfigs', async () => {
    const { paths, written } = await trim(['ec2'], provider);
    expect(paths('apis/namespaced/zz_register.go')).toEqual([
      `${provider}/apis/namespaced/ec2/v1beta1`,
      `${provider}/apis/namespaced/v1beta1`,
    ]);
    expect(paths('apis/cluster/zz_register.go')).toEqual([`${provider}/apis/cluster/v1beta1`]);
    expect(written.get('internal/controller/namespaced/zz_monolith_setup.go')).not.toContain('topic');
    expect(paths('internal/controller/cluster/zz_monolith_setup.go')).toEqual([
      `${provider}/internal/controller/cluster/providerconfig`,
    ]);
  });

  it('keeps the packages that the program then is made of, with what they embed, and no tests', async () => {
    const { kept } = await trim(['ec2'], provider);
    expect([...kept].sort()).toEqual([
      'apis/cluster/v1beta1/types.go',
      'apis/cluster/zz_register.go',
      'apis/namespaced/ec2/v1beta1/types.go',
      'apis/namespaced/v1beta1/types.go',
      'apis/namespaced/zz_register.go',
      'cmd/provider/monolith/main.go',
      'config/config.go',
      'config/schema.json',
      'go.mod',
      'internal/controller/cluster/providerconfig/config.go',
      'internal/controller/cluster/zz_monolith_setup.go',
      'internal/controller/namespaced/ec2/vpc/zz_controller.go',
      'internal/controller/namespaced/providerconfig/config.go',
      'internal/controller/namespaced/zz_monolith_setup.go',
    ]);
  });

  it('configures the resources that its controllers name', async () => {
    const { written } = await trim(['ec2', 'events'], provider);
    expect(written.get('config/served.go')?.match(/"aws_\w+": true/g)).toEqual([
      '"aws_cloudwatch_event_rule": true',
      '"aws_vpc": true',
    ]);
  });
});

describe('the Terraform provider', () => {
  const registrations = 'internal/provider/sdkv2/service_packages_gen.go';
  const clients = 'internal/conns/awsclient_gen.go';
  const service = (name: string) => `${terraform}/internal/service/${name}`;

  it.each([
    ['the service of the same name', ['ec2'], ['ec2', 'sts']],
    ['the service that has the resource, whatever it is called', ['events'], ['events', 'sts']],
    ['all that are used', ['ec2', 'events'], ['ec2', 'events', 'sts']],
  ])('registers %s, and the one that EKS tokens are made with', async (_, services, registered) => {
    const { paths } = await trim(services, terraform);
    expect(paths(registrations)).toEqual(['context', ...registered.map(service)]);
  });

  it('keeps the clients that are called, also by a service that another one imports', async () => {
    const { paths, written } = await trim(['ec2'], terraform);
    const sdk = (name: string) => `github.com/aws/aws-sdk-go-v2/service/${name}`;
    expect(paths(clients)).toEqual(['context', sdk('ec2'), sdk('organizations'), sdk('sts')]);
    expect(written.get(clients)?.match(/\w+Client\(ctx/g)).toEqual([
      'EC2Client(ctx',
      'OrganizationsClient(ctx',
      'STSClient(ctx',
    ]);
  });

  it('keeps no other service, but what is embedded of them', async () => {
    const { kept } = await trim(['ec2'], terraform);
    expect([...kept].sort()).toEqual([
      'go.mod',
      'internal/conns/awsclient_gen.go',
      'internal/provider/sdkv2/service_packages_gen.go',
      'internal/service/cloudwatch/smarterr.hcl',
      'internal/service/ec2/service_package_gen.go',
      'internal/service/organizations/service_package_gen.go',
      'internal/service/smarterr.hcl',
      'internal/service/sts/service_package_gen.go',
      'xpprovider/x.go',
    ]);
  });
});

describe('what cannot be trimmed', () => {
  it('is a service that the provider lacks', async () => {
    await expect(trimmed(['ec2', 'ec3'], modules())).rejects.toThrow(
      'provider-aws has no service ec3: correct src/crds/sources.ts',
    );
  });

  it('is a resource that no service has', async () => {
    const changed = modules({
      'internal/controller/namespaced/ec2/vpc/zz_controller.go': 'var a = o.Provider.Resources["aws_moon"]\n',
    });
    await expect(trimmed(['ec2'], changed)).rejects.toThrow(/^no service of \S+ has aws_moon, /);
  });
});
