import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { BuiltPrograms } from '../../../src/local/build.ts';
import { choosePorts } from '../../../src/local/ports.ts';
import { credentialsOf, providerConfig } from '../../../src/local/provider-aws/provider-config.ts';
import { type ProviderAwsOptions, providerAwsService } from '../../../src/local/provider-aws/service.ts';
import { stateAt } from '../../../src/local/state.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const { ports } = await choosePorts(
  {},
  () => false,
  async () => true,
);
const programs = { 'provider-aws': { path: '/bin/provider-aws' } } as BuiltPrograms;
const account: ProviderAwsOptions = { url: 'http://127.0.0.1:5000', credentials: '/c' };
const service = (options: Partial<ProviderAwsOptions> = {}) =>
  providerAwsService({ state: stateAt('/s'), programs, ports }, { ...account, ...options });

describe('the process', () => {
  it('listens on loopback alone, on one port', () => {
    const addresses = service().args.filter(argument => /addr/.test(argument));
    expect(addresses).toEqual([
      '--metrics-bind-address=0',
      `--health-probe-bind-addr=127.0.0.1:${ports['provider-aws-health']}`,
    ]);
    expect(service().args).toContain('--certs-dir=');
  });

  it('finds AWS at the account, and nothing of the user', () => {
    const { environment } = service();
    expect(environment.AWS_ENDPOINT_URL).toBe(account.url);
    expect(environment.AWS_CONFIG_FILE).toBe('/dev/null');
    expect(environment.AWS_SHARED_CREDENTIALS_FILE).toBe('/dev/null');
  });

  it.each<[string, Partial<ProviderAwsOptions>, string | undefined]>([
    ['waits as it does on AWS', {}, undefined],
    ['waits as it does on AWS, also when told so', { clock: 1 }, undefined],
    ['waits less when told so', { clock: 0.05 }, '0.05'],
  ])('%s', (_, options, clock) => {
    expect(service(options).environment.PROVIDER_CLOCK).toBe(clock);
  });

  it.each<[Partial<ProviderAwsOptions>, string]>([
    [{}, '--poll=10m'],
    [{ poll: '5s' }, '--poll=5s'],
  ])('looks at resources as often as told: %o', (options, flag) => {
    expect(service(options).args).toContain(flag);
  });
});

describe('the ClusterProviderConfig', () => {
  const credentials =
    '[default]\naws_access_key_id = a\n\n[crossplane]\naws_access_key_id = b\naws_session_token = t\n';

  it("is that of kind-bootstrap/, with the role's keys in the Secret that it names", async () => {
    const [secret, config] = await providerConfig(repository, credentials);
    const file = 'kind-bootstrap/credentials/secret/provider-config.yaml';
    expect(readFileSync(`${repository}/${file}`, 'utf8')).toContain(`kind: ${config?.kind}\n`);
    expect(config).toMatchObject({ kind: 'ClusterProviderConfig', metadata: { name: 'default' } });
    expect(secret).toMatchObject({
      kind: 'Secret',
      metadata: { name: 'aws-credentials', namespace: 'crossplane-system' },
      stringData: { credentials: '[default]\naws_access_key_id = b\naws_session_token = t\n' },
    });
  });

  it.each([
    ['first', '[crossplane]\na = b\n[default]\n', '[default]\na = b\n'],
    ['last', '[default]\n[crossplane]\na = b\n', '[default]\na = b\n'],
  ])("takes the role's profile where it stands %s", (_, text, taken) => {
    expect(credentialsOf(text)).toBe(taken);
  });

  it('says so when there is none', () => {
    expect(() => credentialsOf('[default]\n')).toThrow("the account's credentials have no profile [crossplane]");
  });
});
