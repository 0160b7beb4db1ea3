import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkFiles, linesOf, type SourceFile } from '../src/check.ts';
import { check } from '../src/commands/check.ts';
import { assemblePackage } from '../src/package.ts';

const pkg = assemblePackage();

function manifestsIn(folder: string): readonly SourceFile[] {
  const names = readdirSync(new URL(`../${folder}/`, import.meta.url)).filter(name => name.endsWith('.yaml'));
  return names.sort().map(name => file(`${folder}/${name}`));
}

function file(name: string): SourceFile & { readonly text: string } {
  return { name, text: readFileSync(new URL(`../${name}`, import.meta.url), 'utf8') };
}

const good = manifestsIn('test/claims/good');
const bad = manifestsIn('test/claims/bad');
const claims = manifestsIn('claims');

describe('accepted', () => {
  it('has the tables it needs', () => {
    expect(good.length).toBeGreaterThanOrEqual(6);
    expect(claims.length).toBeGreaterThanOrEqual(3);
  });

  it.each([...claims, ...good].map(source => ({ name: source.name, source })))('$name', ({ source }) => {
    expect(linesOf(checkFiles([source], pkg)).slice(0, -1)).toEqual([]);
  });

  it.each([
    { folder: 'claims/', files: claims },
    { folder: 'test/claims/good/', files: good },
  ])('all of $folder at once', ({ files }) => {
    expect(checkFiles(files, pkg).problems).toEqual([]);
  });
});

/** `# refused: <line>: <path, or - for none>: <part of the message>`, in the first lines of a file. */
const refusal = /^# refused: (\d+): (\S+): (.+)$/gm;

/** Of files that cannot have a first line. */
const sidecar: Readonly<Record<string, string>> = {
  'test/claims/bad/empty-file.yaml': '# refused: 1: -: holds no manifest',
};

describe('refused', () => {
  it('has the table it needs', () => {
    expect(bad.length).toBeGreaterThanOrEqual(18);
  });

  it.each(bad.map(source => ({ name: source.name })))('$name', ({ name }) => {
    const source = file(name);
    const wanted = [...(sidecar[name] ?? source.text).matchAll(refusal)].map(([, line, path = '', message]) => ({
      line: Number(line),
      path: path === '-' ? '' : path,
      message: expect.stringContaining(message ?? '') as unknown,
    }));
    const { problems } = checkFiles([source], pkg);
    expect(wanted).not.toEqual([]);
    expect(problems.map(({ line, path, message }) => ({ line, path, message }))).toEqual(wanted);
  });
});

const header = 'apiVersion: platform.tekanya.services/v1alpha1\n';
const claim = (name: string, spec = '{}', kind = 'PlatformClaim', namespace = 'team-a') =>
  `${header}kind: ${kind}\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec: ${spec}\n`;

/** What is said of files given as their names and texts. */
function lines(texts: Readonly<Record<string, string>>): readonly string[] {
  return linesOf(
    checkFiles(
      Object.entries(texts).map(([name, text]) => ({ name, text })),
      pkg,
    ),
  );
}

describe('several files', () => {
  it('tells the problems of all by file and line, and sums up', () => {
    expect(
      lines({
        'b.yaml': `${claim('one', '{x: 1}')}---\n${claim('two', '{z: 1}')}`,
        'a.yaml': 'kind: [\n',
        'c.yaml': claim('three'),
      }),
    ).toEqual([
      'a.yaml:2: cannot be read as YAML: a bracket, brace or quote is not closed, or the indentation is off (deficient indentation)',
      'b.yaml:4: spec.x: is not a known field',
      'b.yaml:9: spec.z: is not a known field',
      'checked 3 manifests in 3 files: 3 problems',
    ]);
  });

  it('tells at which line a default would stand that does not fit what is given', () => {
    expect(lines({ 'b.yaml': claim('two', '{region: eu-west-1}') })[0]).toBe(
      'b.yaml:4: spec.network.subnets: each must be in a zone of eu-west-1, such as eu-west-1a (the default ones are in af-south-1)',
    );
  });

  it('sums up one of each', () => {
    expect(lines({ 'a.yaml': claim('one') })).toEqual(['checked 1 manifest in 1 file: all good']);
    expect(lines({ 'a.yaml': '' }).at(-1)).toBe('checked 0 manifests in 1 file: 1 problem');
  });

  it('refuses the same claim in two files', () => {
    expect(lines({ 'a.yaml': claim('one'), 'b.yaml': claim('one', '{tags: {a: b}}') })).toEqual([
      'b.yaml:3: metadata.name: PlatformClaim one in namespace team-a stands already in a.yaml:3',
      'checked 2 manifests in 2 files: 1 problem',
    ]);
  });

  it('takes one name in two namespaces, and for two kinds', () => {
    const others = {
      'b.yaml': claim('one', '{}', 'XNetwork'),
      'c.yaml': claim('one', '{}', 'PlatformClaim', 'team-b'),
    };
    expect(lines({ 'a.yaml': claim('one'), ...others })).toEqual(['checked 3 manifests in 3 files: all good']);
  });
});

describe('what a manifest is', () => {
  const known = pkg.parts.map(({ api }) => api.kind).join(', ');
  it.each([
    {
      type: 'apiVersion: apps/v1\nkind: Deployment',
      want: [`kind: is "Deployment" of apps/v1, the wrong kind: only ${known} are checked here`],
    },
    { type: 'kind: Deployment', want: [`kind: is "Deployment", the wrong kind: only ${known} are checked here`] },
    { type: 'apiVersion: v1\nkind:', want: [`kind: is required: one of ${known}`] },
    { type: 'apiVersion: v1\nkind: 7', want: [`kind: is 7: one of ${known}`] },
    {
      type: 'apiVersion: platform.tekanya.service/v1alpha1\nkind: PlatfromClaim',
      want: [
        'apiVersion: is "platform.tekanya.service/v1alpha1"; PlatformClaim is of platform.tekanya.services/v1alpha1',
        'kind: is "PlatfromClaim"; did you mean PlatformClaim?',
      ],
    },
    { type: `${header}kind: Network`, want: ['kind: is "Network"; did you mean XNetwork?'] },
  ])('$type', ({ type, want }) => {
    const { problems } = checkFiles([{ name: 'a.yaml', text: `${type}\nmetadata: {name: a}\nspec: {}\n` }], pkg);
    expect(problems.map(({ path, message }) => `${path}: ${message}`)).toEqual(want);
  });
});

describe('metadata', () => {
  it.each([
    { metadata: '{name: a-b-c}', want: [] },
    { metadata: '{name: a.b-c}', want: ['metadata.name: must have no dot'] },
    { metadata: '{generateName: a-, namespace: b}', want: [] },
    {
      metadata: '{name: a, labels: {example.org/x: "", b_c: D.e}, annotations: {example.org/x: "any: text"}}',
      want: [],
    },
    { metadata: 'a', want: ['metadata: must be an object, not "a"'] },
    { metadata: '{name: 7}', want: ['metadata.name: must be a string, not 7; put it in quotes'] },
    { metadata: '{name: ""}', want: ['metadata.name: must not be empty'] },
    { metadata: '{name: a-}', want: ['metadata.name: is "a-"'] },
    { metadata: '{name: a, namespace: -b}', want: ['metadata.namespace: is "-b"'] },
    { metadata: '{name: a, annotations: {a b: c}}', want: ['metadata.annotations[a b]: is no key'] },
    { metadata: '{name: a, labels: {Exa_mple/x: c}}', want: ['metadata.labels[Exa_mple/x]: is no key'] },
  ])('$metadata', ({ metadata, want }) => {
    const text = `${header}kind: PlatformClaim\nmetadata: ${metadata}\nspec: {}\n`;
    const { problems } = checkFiles([{ name: 'a.yaml', text }], pkg);
    expect(problems.map(({ path, message }) => `${path}: ${message}`)).toEqual(
      want.map(text => expect.stringContaining(text)),
    );
  });
});

describe('make check', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-26') });
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  /** What the command prints, and its verdict last. */
  async function printed(files: readonly string[] = [], today?: Date): Promise<readonly unknown[]> {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const verdict = await check(files, today);
    return [...log.mock.calls.map(([line]: readonly unknown[]) => line), verdict];
  }

  /** The note on a line of a file. */
  const note = (place: string, message: string) => `note: ${place}: ${message}`;
  const version = 'claims/as-drawn.yaml:10: spec.cluster.version';
  const engine = 'claims/as-drawn.yaml:12: spec.database.engineVersion';

  it('checks all of claims/ where no file is named, and refuses nothing for what AWS makes no more', async () => {
    expect(await printed()).toEqual([
      note(
        version,
        'AWS makes no new cluster of Kubernetes 1.31 from 2026-11-26 on, and upgrades those that there are by itself: for a new cluster write version: "1.36", for one that is there write version: "1.32"',
      ),
      note(
        engine,
        'RDS makes no new database of Aurora PostgreSQL 16.4 (from 2026-09-30 on at the latest), and upgrades those that there are by itself: write engineVersion: "16.13"',
      ),
      `checked ${claims.length} manifests in ${claims.length} files: all good`,
      true,
    ]);
  });

  it('has nothing to say of what is drawn on a day on which AWS takes it', async () => {
    expect(await printed(['claims/as-drawn.yaml'], new Date('2025-09-01'))).toEqual([
      'checked 1 manifest in 1 file: all good',
      true,
    ]);
  });

  it('says so of a version that AWS has not on that day', async () => {
    expect((await printed(['claims/builderspace.yaml'], new Date('2025-10-01')))[0]).toBe(
      note(
        'claims/builderspace.yaml:7: spec.cluster.version',
        'EKS makes clusters of Kubernetes 1.36 from 2026-06-02 on: until then write version: "1.33"',
      ),
    );
  });

  it('checks what is named, once', async () => {
    const name = 'test/claims/bad/unknown-field.yaml';
    expect(await printed([name, `./${name}`])).toEqual([
      `${name}:8: spec.size: is not a known field`,
      'checked 1 manifest in 1 file: 1 problem',
      false,
    ]);
  });

  it('tells of files that it cannot read', async () => {
    expect(await printed(['claims/builderspace.yaml', 'claims', 'claims/nope.yaml'])).toEqual([
      'claims: is a folder; name the files in it',
      'claims/nope.yaml: there is no such file',
      'checked 1 manifest in 3 files: 2 problems',
      false,
    ]);
  });
});
