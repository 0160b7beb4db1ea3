import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { defaultAuroraVersion } from '../src/aws/aurora-versions.ts';
import { defaultKubernetesVersion } from '../src/aws/eks-versions.ts';
import { karpenterFor } from '../src/aws/karpenter-versions.ts';
import { kubernetesVersions, versions } from '../src/aws/versions.ts';
import type { Manifest } from '../src/crossplane/pipeline.ts';
import { manifestsOf, render } from '../src/crossplane/render.ts';
import { pkg } from './fixtures/claim.ts';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

test('the README has the table of versions, and those of an empty claim', () => {
  const rows = kubernetesVersions.map(version => {
    const { released, standardEnds, extendedEnds } = versions.kubernetes[version];
    return [version, released, standardEnds, extendedEnds, karpenterFor[version]];
  });
  const [, told = ''] = read('README.md').split('`src/aws/versions.json`:\n\n');
  const lines = told.split('\n\n')[0]?.split('\n').slice(2) ?? [];
  expect(
    lines.map(line =>
      line
        .split('|')
        .slice(1, -1)
        .map(cell => cell.trim()),
    ),
  ).toEqual(rows);
  for (const text of [
    `on Kubernetes ${defaultKubernetesVersion}`,
    `Karpenter ${karpenterFor[defaultKubernetesVersion]}`,
    `PostgreSQL ${defaultAuroraVersion}`,
  ]) {
    expect(read('README.md')).toContain(text);
  }
});

test('the README tells of every object that the claim of the drawing makes, by group and kind', () => {
  const made = manifestsOf(render(pkg, load(read('claims/builderspace.yaml')) as Manifest));
  const groups = new Map<string, Map<string, number>>();
  for (const { apiVersion, kind } of made) {
    const group = apiVersion.split('.')[0] ?? '';
    const kinds = groups.get(group) ?? new Map<string, number>();
    groups.set(group, kinds.set(kind, (kinds.get(kind) ?? 0) + 1));
  }
  const lines = [...groups].sort().map(([group, kinds]) => {
    const counted = [...kinds].sort().map(([kind, count]) => (count > 1 ? `${kind} ${count}` : kind));
    return `    ${group.padEnd(19)}${counted.join(', ')}`;
  });
  const [, told = ''] = read('README.md').split('by API group:\n\n');
  expect(told.split('\n\n')[0]?.split('\n')).toEqual(lines);
  expect(read('README.md')).toContain(`makes ${made.length} objects`);
});
