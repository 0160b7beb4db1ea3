import { describe, expect, it } from 'vitest';
import { parsePath } from '../../src/crossplane/path.ts';
import { parseManifests, writeYaml } from '../../src/crossplane/yaml.ts';

describe('parseManifests', () => {
  const accepted: readonly { reason: string; text: string; values: readonly unknown[] }[] = [
    { reason: 'one document', text: 'a: 1\n', values: [{ a: 1 }] },
    {
      reason: 'several, the empty ones passed over',
      text: '---\n# note\n---\na: 1\n---\n---\nb: 2\n',
      values: [{ a: 1 }, { b: 2 }],
    },
    { reason: 'a document ended by points', text: 'a: 1\n...\nb: 2\n', values: [{ a: 1 }, { b: 2 }] },
    { reason: 'Windows line ends', text: 'a: 1\r\n---\r\nb: 2\r\n', values: [{ a: 1 }, { b: 2 }] },
    { reason: 'a byte order mark', text: '\uFEFFa: 1\n', values: [{ a: 1 }] },
    {
      reason: 'numbers of Go',
      text: 'v: [0755, 0o17, 1_000, 0x1F, 08, -5, 1e3, 1.33]\n',
      values: [{ v: [0o755, 15, 1000, 31, 8, -5, 1000, 1.33] }],
    },
    {
      reason: 'words of YAML 1.1 are bools',
      text: 'v: [yes, off, On, true]\n',
      values: [{ v: [true, false, true, true] }],
    },
    { reason: 'quoted, they are text', text: 'v: ["yes", "0755", \'1\']\n', values: [{ v: ['yes', '0755', '1'] }] },
    {
      reason: 'dates, versions and blocks of addresses are text',
      text: 'v: [2020-01-01, 1.2.3, 10.0.0.0/16]\n',
      values: [{ v: ['2020-01-01', '1.2.3', '10.0.0.0/16'] }],
    },
    { reason: 'anchors and merge keys', text: 'a: &x {b: 1}\nc:\n  <<: *x\n', values: [{ a: { b: 1 }, c: { b: 1 } }] },
    { reason: '--- within a line is text', text: 'a: |\n  x\n  ---\n', values: [{ a: 'x\n---\n' }] },
  ];
  it.each(accepted)('reads $reason', ({ text, values }) => {
    const { documents, problems } = parseManifests(text);
    expect(problems).toEqual([]);
    expect(documents.map(({ value }) => value)).toEqual(values);
  });

  it.each([
    {
      reason: 'a tab',
      text: 'a: 1\nb:\n  c: 1\n\td: 1\n',
      line: 4,
      message: 'is indented with a tab; YAML wants spaces',
    },
    {
      reason: 'a tab after ---',
      text: 'a: 1\n---\nb:\n\tc: 1\n',
      line: 4,
      message: 'is indented with a tab; YAML wants spaces',
    },
    { reason: 'an empty file', text: '', line: 1, message: 'holds no manifest' },
    { reason: 'comments only', text: '# a\n\n---\n# b\n', line: 1, message: 'holds no manifest' },
    {
      reason: 'a key twice',
      text: 'a:\n  b: 1\n  c: 2\n  b: 3\n',
      line: 4,
      message: 'b stands twice in one object, first on line 2',
    },
    {
      reason: 'a list',
      text: '\n- a\n',
      line: 2,
      message: 'holds a list, where a manifest with apiVersion and kind should be',
    },
    { reason: 'a word', text: 'hello\n', line: 1, message: 'holds only "hello"' },
    { reason: 'an open bracket', text: 'a: [1,\nb: 2\n', line: 2, message: 'cannot be read as YAML' },
    { reason: 'a colon in a value', text: 'a: b: c\n', line: 1, message: 'a value with ": " in it wants quotes' },
    { reason: 'an unknown tag', text: 'a: !foo 1\n', line: 1, message: 'unknown scalar tag' },
    { reason: 'an alias of nothing', text: 'a: *x\n', line: 1, message: 'unidentified alias "x"' },
  ])('refuses $reason', ({ text, line, message }) => {
    const { problems } = parseManifests(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ line, message: expect.stringContaining(message) });
  });

  it('reads the other documents when one is bad', () => {
    const { documents, problems } = parseManifests('a: 1\n---\nb: {\n---\nc: 1\nc: 2\n---\nd: 1\n');
    expect(documents.map(({ value }) => value)).toEqual([{ a: 1 }, { c: 2 }, { d: 1 }]);
    expect(problems.map(({ line }) => line)).toEqual([4, 6]);
  });

  it('knows the line of every field and item', () => {
    const text =
      '# note\nkind: A\nspec:\n  list:\n    - a: 1\n      b: |\n        x\n    - text\n  flow: {x: 1,\n    y: [1, 2]}\n---\nkind: B\n';
    const [first, second] = parseManifests(text).documents;
    const lines = [
      '',
      'kind',
      'spec',
      'spec.list',
      'spec.list[0].a',
      'spec.list[0].b',
      'spec.list[1]',
      'spec.flow.y[1]',
    ];
    expect(lines.map(path => first?.lineOf(parsePath(path)))).toEqual([2, 2, 3, 4, 5, 6, 8, 10]);
    expect(second?.lineOf(['kind'])).toBe(12);
    expect(first?.lineOf(parsePath('spec.list[0].missing.field')), 'what is not there: its parent').toBe(5);
  });
});

describe('writeYaml', () => {
  it('keeps the order, breaks no line, writes blocks of text as such and quotes what YAML 1.1 reads otherwise', () => {
    const shared = { x: 1 };
    const value = {
      b: 'yes',
      a: 'one\ntwo\n',
      n: '1_000',
      o: '0755',
      d: '2020-01-01',
      t: '12:30',
      l: [shared, shared],
      e: {},
      long: `${'x'.repeat(100)} ${'y'.repeat(100)}`,
    };
    const yaml = writeYaml(value);
    expect(yaml).toBe(
      `b: 'yes'\na: |\n  one\n  two\n'n': '1_000'\no: '0755'\nd: '2020-01-01'\nt: '12:30'\nl:\n  - x: 1\n  - x: 1\ne: {}\nlong: ${value.long}\n`,
    );
    expect(parseManifests(yaml).documents[0]?.value).toEqual(value);
  });
});
