import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildKey, defaultCache, versionFits } from '../../src/local/build.ts';
import type { GoEnvironment } from '../../src/local/go.ts';
import { type Program, pinnedVersion, programNames, programs } from '../../src/local/programs.ts';

const go: GoEnvironment = { GOVERSION: 'go1.26.8', GOOS: 'linux', GOARCH: 'amd64', GOCACHE: '/a', GOMODCACHE: '/b' };
const goMod = 'module m\n\nrequire (\n\texample.org/p v1.2.3 // indirect\n)\n';
const program: Program = {
  name: 'etcd',
  folder: 'etcd',
  module: 'example.org/p',
  package: 'example.org/p/cmd',
  ldflags: version => [`-X main.version=${version}`],
  edits: [],
  files: [],
  coldSeconds: 1,
  coldGigabytes: 1,
};

describe('buildKey', () => {
  const key = buildKey(program, goMod, 'sum', go);

  it('is the same wherever the caches are', () => {
    expect(buildKey(program, goMod, 'sum', { ...go, GOCACHE: '/c', GOMODCACHE: '/d' })).toBe(key);
  });

  it.each<[string, () => string]>([
    ['go.mod', () => buildKey(program, goMod.replace('v1.2.3', 'v1.2.4'), 'sum', go)],
    ['go.sum', () => buildKey(program, goMod, 'other', go)],
    ['the linker flags', () => buildKey({ ...program, ldflags: () => [] }, goMod, 'sum', go)],
    ['the package', () => buildKey({ ...program, package: 'example.org/p' }, goMod, 'sum', go)],
    ['the edits', () => buildKey({ ...program, edits: [{ file: 'a', find: 'b', replace: 'c' }] }, goMod, 'sum', go)],
    ['the files kept', () => buildKey({ ...program, files: [{ from: 'a', match: /b/, to: 'c' }] }, goMod, 'sum', go)],
    ["Go's version", () => buildKey(program, goMod, 'sum', { ...go, GOVERSION: 'go1.26.9' })],
    ['the machine', () => buildKey(program, goMod, 'sum', { ...go, GOARCH: 'arm64' })],
  ])('changes with %s', (_, other) => {
    expect(other()).not.toBe(key);
  });
});

describe('pinnedVersion', () => {
  it('reads a requirement, alone or in a block', () => {
    expect(pinnedVersion(goMod, 'example.org/p')).toBe('v1.2.3');
    expect(pinnedVersion('require example.org/p v2.0.0\n', 'example.org/p')).toBe('v2.0.0');
  });

  it('prefers what the module is replaced by', () => {
    const replaced = `${goMod}\nreplace example.org/p => example.com/p v1.9.0\n`;
    expect(pinnedVersion(replaced, 'example.org/p')).toBe('v1.9.0');
  });

  it('does not take another module for it', () => {
    expect(() => pinnedVersion(goMod, 'example.org/q')).toThrow('go.mod does not require example.org/q');
    expect(() => pinnedVersion(goMod, 'example.org')).toThrow();
  });
});

describe('the table', () => {
  it('has every program once', () => {
    expect(programs.map(({ name }) => name)).toEqual([...programNames]);
  });

  it.each(programs.map(entry => [entry.name, entry] as const))('%s is pinned by a committed go.mod', (_, entry) => {
    const folder = join(import.meta.dirname, '../../kind-bootstrap/local', entry.folder);
    const version = pinnedVersion(readFileSync(join(folder, 'go.mod'), 'utf8'), entry.module);
    expect(version).toMatch(/^v\d+\.\d+\.\d+$/);
    expect(readFileSync(join(folder, 'go.sum'), 'utf8').length).toBeGreaterThan(0);
    for (const flag of entry.ldflags(version)) expect(flag).toMatch(/^-X \S+=\S+$/);
  });
});

describe('versionFits', () => {
  it.each([
    ['1.35.9', 'v1.35.4', true],
    ['v1.35.0-beta.1', 'v1.35.4', true],
    ['1.34.4', 'v1.35.4', false],
    ['1.3.5', 'v1.35.4', false],
    ['unknown', 'v1.35.4', false],
  ])('%s for %s: %s', (found, pinned, fits) => {
    expect(versionFits(found, pinned)).toBe(fits);
  });
});

it('keeps programs where the user says, else where caches belong', () => {
  expect(defaultCache({ TEKANYA_CACHE: '/t', XDG_CACHE_HOME: '/x' })).toBe('/t/bin');
  expect(defaultCache({ XDG_CACHE_HOME: '/x' })).toBe('/x/tekanya-platform/bin');
  expect(defaultCache({})).toMatch(/\/\.cache\/tekanya-platform\/bin$/);
});
