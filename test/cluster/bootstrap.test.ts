import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { folder, manifestsIn } from '../bootstrap/manifests.ts';
import { ensureNamespace, kubectl } from './cluster.ts';

const crds = fileURLToPath(new URL('../../crds/', import.meta.url));
const tools = ['argoproj.io', 'helm.toolkit.fluxcd.io', 'kustomize.toolkit.fluxcd.io', 'source.toolkit.fluxcd.io'];

/** Files of kind, Helm and kustomize, which no API server reads. */
const notForServers = new Set(['kind.yaml', 'crossplane/Chart.yaml', 'gitops/flux/kustomization.yaml']);
const manifests = manifestsIn(folder).filter(({ file }) => !notForServers.has(file));
const files = [...new Set(manifests.map(({ file }) => file))];

/** The default ProviderConfig is there, as the local cluster's own has it. */
const dryRun = (file: string) => kubectl('apply', '--server-side', '--force-conflicts', '--dry-run=server', '-f', file);

beforeAll(async () => {
  // The namespaces that Argo CD, Flux and the teams have; a server's dry run makes none.
  const namespaces = new Set(manifests.map(({ manifest }) => manifest.metadata.namespace ?? 'default'));
  for (const namespace of namespaces) await ensureNamespace(namespace);
  for (const tool of tools) await kubectl('apply', '--server-side', '-f', `${crds}${tool}.yaml`);
  for (const tool of tools) await kubectl('wait', '--for=condition=Established', '-f', `${crds}${tool}.yaml`);
});

test.each(files)('the API server accepts kind-bootstrap/%s', async file => {
  const accepted = await dryRun(`${folder}${file}`);
  const wanted = manifests.filter(one => one.file === file);
  expect(accepted.trim().split('\n')).toHaveLength(wanted.length);
  for (const { manifest } of wanted)
    expect(accepted).toContain(`/${manifest.metadata.name} serverside-applied (server dry run)`);
});

test.each([
  { reason: 'a field that a Provider has not', file: 'provider-misspelt.yaml', says: /spec\.pakage/ },
  {
    reason: 'a way to credentials that a ProviderConfig does not know',
    file: 'provider-config-source.yaml',
    says: /Unsupported value: "Keys"/,
  },
])('it refuses $reason', async ({ file, says }) => {
  const path = fileURLToPath(new URL(`../bootstrap/bad/${file}`, import.meta.url));
  await expect(dryRun(path)).rejects.toThrow(says);
});
