import { describe, expect, it } from 'vitest';
import { renderChanges, renderSummary, renderTree } from '../../src/status/render.ts';
import { duration, wrap } from '../../src/status/text.ts';
import type { Node } from '../../src/status/tree.ts';

const plain = { width: 80, colours: false };
const limit =
  'create failed: VpcLimitExceeded: The maximum number of VPCs has been reached. RequestID: 1, status code: 400';

function node(title: string, state: Node['state'], more: Partial<Node> = {}): Node {
  const [kind = '', name = ''] = title.includes('/') ? title.split('/') : ['', title];
  return { apiVersion: 'x/v1', kind, name, namespace: 'team', state, age: 12, children: [], ...more };
}

const subnets = ['a', 'b', 'c'].map(name => node(`Subnet/${name}`, 'ready'));
const failing = node('VPC/vpc', 'failing', { message: limit });
const coming = (name: string) => node(name, 'waiting', { age: 0, message: 'waits for status.vpcId' });
const network = node('XNetwork/net', 'waiting', {
  message: 'waits for vpc/vpc, route',
  children: [failing, ...subnets, coming('route')],
});
const claim = node('PlatformClaim/builderspace', 'waiting', { message: 'waits for xnetwork/net', children: [network] });

describe('the tree', () => {
  it('has guides, states, ages, and messages beside or under their node', () => {
    expect(renderTree(claim, plain)).toEqual([
      'platformclaim/builderspace in team  waiting    12 s       waits for xnetwork/net',
      '└─ xnetwork/net                     waiting    12 s',
      '   │   waits for vpc/vpc, route',
      '   ├─ vpc/vpc                       failing    12 s',
      '   │      create failed: VpcLimitExceeded: The maximum number of VPCs has been',
      '   │      reached. RequestID: 1, status code: 400',
      '   ├─ subnet/a                      ready      12 s',
      '   ├─ subnet/b                      ready      12 s',
      '   ├─ subnet/c                      ready      12 s',
      '   └─ route                         waiting               waits for status.vpcId',
    ]);
  });

  it('keeps every word of a message, however narrow', () => {
    for (const width of [200, 80, 50, 30, 10]) {
      const text = renderTree(claim, { width, colours: false }).join(' ');
      const words = text
        .replace(/[│├└─]/g, ' ')
        .split(/\s+/)
        .join('');
      expect(words).toContain(limit.replace(/\s+/g, ''));
    }
  });

  it.each([100, 80, 60])('is not wider than %d columns', width => {
    for (const line of renderTree(claim, { width, colours: false })) expect(line.length).toBeLessThanOrEqual(width);
  });

  it('tells what may not be read from what is not there', () => {
    expect(renderTree(node('VPC/a', 'unknown', { age: 0 }), plain)).toEqual(['vpc/a in team  not there']);
    const hidden = node('VPC/a', 'unknown', { age: 0, message: 'may not be read by you' });
    expect(renderTree(hidden, plain)).toEqual(['vpc/a in team  unknown               may not be read by you']);
  });

  it('keeps the lines of a message apart', () => {
    const two = node('XNetwork/net', 'waiting', { message: 'its circuit is open\nwaits for a' });
    expect(renderTree(two, plain).slice(1)).toEqual(['    its circuit is open', '    waits for a']);
  });

  it.each([
    ['what is ready', 9, '└─ 3 more ready'],
    ['what is not there yet too', 7, '└─ 3 more ready, 1 waiting'],
  ])('folds %s where the terminal is low', (_, rows, end) => {
    const lines = renderTree(claim, { ...plain, rows });
    expect(lines.length).toBeLessThanOrEqual(rows);
    expect(lines.at(-1)?.trim()).toBe(end);
    expect(lines.join('\n')).toContain('VpcLimitExceeded');
  });

  it('cuts the end where folding is not enough, and says so', () => {
    const lines = renderTree(claim, { ...plain, rows: 4 });
    expect(lines.length).toBe(4);
    expect(lines.at(-1)).toBe('... 4 more lines');
  });

  it('folds no single one', () => {
    const one = node('XNetwork/net', 'waiting', { children: [node('VPC/a', 'ready'), node('VPC/b', 'failing')] });
    expect(renderTree(one, { ...plain, rows: 1 }).at(-1)).toBe('... 2 more lines');
  });

  it('has colours only if they are wanted, and the same words', () => {
    const coloured = renderTree(claim, { width: 80, colours: true });
    const codes = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');
    expect(coloured.join('')).toMatch(codes);
    expect(coloured.map(line => line.replace(codes, '').trimEnd())).toEqual(renderTree(claim, plain));
  });
});

describe('the summary', () => {
  it.each([
    ['what is ready and failing', claim, undefined, 'platformclaim/builderspace: 3 of 7 ready, 1 failing, 12 s'],
    ['the time that is given', claim, 3723, 'platformclaim/builderspace: 3 of 7 ready, 1 failing, 1 h 2 min'],
    ['what goes', node('VPC/a', 'deleting'), undefined, 'vpc/a: 0 of 1 ready, 1 deleting, 12 s'],
    ['that all is ready', node('VPC/a', 'ready'), undefined, 'vpc/a: 1 of 1 ready, 12 s'],
  ])('tells %s', (_, root, seconds, expected) => {
    expect(renderSummary(root, plain, seconds)).toBe(expected);
  });
});

describe('a line for each change', () => {
  const root = (...children: readonly Node[]) => node('XNetwork/net', 'waiting', { children });
  const uuid = '11111111-2222-3333-4444-555555555555';
  it.each<[string, Node | undefined, Node, readonly string[]]>([
    ['something new', root(), root(node('Subnet/a', 'creating')), ['+12s subnet/a creating']],
    ['all at first', undefined, root(node('VPC/a', 'ready')), ['+12s xnetwork/net waiting', '+12s vpc/a ready']],
    ['but what is not there', undefined, node('VPC/a', 'unknown'), []],
    ['nothing else', root(node('VPC/a', 'ready')), root(node('VPC/a', 'ready', { age: 13 })), []],
    ['another state', root(node('VPC/a', 'creating')), root(node('VPC/a', 'ready')), ['+12s vpc/a ready']],
    [
      'a message, whole and in one line',
      root(node('VPC/a', 'creating')),
      root(node('VPC/a', 'failing', { message: 'one\n  two' })),
      ['+12s vpc/a failing: one; two'],
    ],
    [
      'another message',
      root(node('VPC/a', 'failing', { message: 'one' })),
      root(node('VPC/a', 'failing', { message: 'two' })),
      ['+12s vpc/a failing: two'],
    ],
    [
      'not the same message about another request',
      root(node('VPC/a', 'failing', { message: `RequestID: ${uuid}` })),
      root(node('VPC/a', 'failing', { message: `RequestID: ${uuid.replaceAll('1', '9')}` })),
      [],
    ],
    [
      'not whom it waits for now',
      root(node('XNetwork/a', 'waiting', { message: 'waits for a, b' })),
      root(node('XNetwork/a', 'waiting', { message: 'waits for b' })),
      [],
    ],
    [
      'that its circuit opens',
      root(node('XNetwork/a', 'waiting', { message: 'waits for b' })),
      root(node('XNetwork/a', 'waiting', { message: 'its circuit is open\nwaits for b' })),
      ['+12s xnetwork/a waiting: its circuit is open; waits for b'],
    ],
    ['what has gone', root(node('VPC/a', 'deleting')), root(), ['+12s vpc/a gone']],
    ['what should be there', root(node('VPC/a', 'ready')), root(node('VPC/a', 'unknown')), ['+12s vpc/a not there']],
    ['not what is about to be made', root(coming('VPC/a')), root(node('VPC/a', 'unknown', { age: 0 })), []],
  ])('tells %s', (_, before, after, expected) => {
    expect(renderChanges(before, after, 12.3)).toEqual(expected);
  });
});

describe('text', () => {
  it.each([
    [0, '0 s'],
    [12, '12 s'],
    [60, '1 min'],
    [303, '5 min 3 s'],
    [3600, '1 h'],
    [86_400 * 3 + 4 * 3600 + 59, '3 d 4 h'],
  ])('%d seconds are %s', (seconds, expected) => expect(duration(seconds)).toBe(expected));

  it.each([
    ['between words', 'aa bb cc', 5, ['aa bb', 'cc']],
    ['within a word that is longer than a line', 'a bbbbbb c', 4, ['a', 'bbbb', 'bb c']],
    ['at its own line ends', 'a\nb', 10, ['a', 'b']],
    ['nothing at all', '', 10, ['']],
  ])('breaks %s', (_, text, width, expected) => expect(wrap(text, width)).toEqual(expected));
});
