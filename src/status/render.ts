import { styleText } from 'node:util';
import { withoutIds } from './aws-errors.ts';
import { titleOf } from './objects.ts';
import type { State } from './state.ts';
import { duration, wrap } from './text.ts';
import { type Node, nodesOf } from './tree.ts';

export interface Look {
  /** Columns. */
  readonly width: number;
  readonly colours: boolean;
  /** The most lines: where there would be more, what is ready is folded, then what is not there yet, then the end is cut. */
  readonly rows?: number;
}

type Style = Parameters<typeof styleText>[0];

const styles: Readonly<Record<State, Style>> = {
  ready: 'green',
  creating: 'cyan',
  waiting: 'yellow',
  failing: ['red', 'bold'],
  deleting: 'magenta',
  unknown: 'gray',
};

const words: Readonly<Record<State, string>> = {
  ready: 'ready',
  creating: 'creating',
  waiting: 'waiting',
  failing: 'failing',
  deleting: 'deleting',
  unknown: 'not there',
};

/** What the state of a node is called: one that may not be read is not the same as one that is not there. */
export function stateWord({ state, message }: Pick<Node, 'state' | 'message'>): string {
  return state === 'unknown' && message ? 'unknown' : words[state];
}

/** A line of the tree: the guides before it and before what follows of it, the node, or those that are folded into it. */
interface Row {
  readonly guide: string;
  readonly under: string;
  readonly node?: Node;
  readonly folded?: readonly Node[];
}

/** The tree as lines of text: kind and name, state, age; a message beside them where it fits, else wrapped below. */
export function renderTree(root: Node, look: Look): readonly string[] {
  const { rows = Number.POSITIVE_INFINITY } = look;
  let lines: readonly string[] = [];
  for (const folds of [never, isDone, isQuiet]) {
    lines = renderRows(rowsOf(root, folds), look);
    if (lines.length <= rows) return lines;
  }
  const kept = lines.slice(0, Math.max(rows - 1, 1));
  return [...kept, paint('gray', `... ${lines.length - kept.length} more lines`, look)];
}

/** One line on the whole: `platformclaim/builderspace: 7 of 9 ready, 1 failing, 12 s`; the seconds are its age if not given. */
export function renderSummary(root: Node, look: Look, seconds = root.age): string {
  const nodes = nodesOf(root);
  const count = (state: State) => nodes.filter(node => node.state === state).length;
  const parts = [
    paint(root.state === 'ready' ? 'green' : 'bold', `${count('ready')} of ${nodes.length} ready`, look),
    ...(['failing', 'deleting'] as const)
      .filter(state => count(state) > 0)
      .map(state => paint(styles[state], `${count(state)} ${words[state]}`, look)),
    duration(seconds),
  ];
  return `${paint('bold', titleOf(root), look)}: ${parts.join(', ')}`;
}

/** What to say on each change where there is no terminal: `+12s subnet/builderspace-subnet-first ready`, a line each. */
export function renderChanges(before: Node | undefined, after: Node, seconds: number): readonly string[] {
  const old = new Map(before ? nodesOf(before).map(node => [identity(node), node]) : []);
  const now = nodesOf(after);
  const there = new Set(now.map(identity));
  const time = `+${Math.round(seconds)}s`;
  const changed = now
    .filter(node => {
      const was = old.get(identity(node));
      if (node.state === 'unknown') return was !== undefined && was.state !== 'unknown' && was.state !== 'waiting';
      return was?.state !== node.state || gist(was) !== gist(node);
    })
    .map(node => {
      const message = node.message?.replace(/\s*\n\s*/g, '; ');
      return `${time} ${titleOf(node)} ${stateWord(node)}${message ? `: ${message}` : ''}`;
    });
  const gone = [...old].filter(([key, { state }]) => !there.has(key) && state !== 'unknown');
  return [...changed, ...gone.map(([, node]) => `${time} ${titleOf(node)} gone`)];
}

function identity({ kind, namespace, name }: Node): string {
  return `${kind} ${namespace} ${name}`;
}

/** Whom a composite resource waits for, in our words and in Crossplane's. */
const passing = /^(waits for |Unready resources: )/;

/** A message without what changes all the time: whom it waits for, and the ids of requests. */
function gist({ state, message = '' }: Node): string {
  const lines = message.split('\n').filter(line => state === 'failing' || !passing.test(line));
  return withoutIds(lines.join('\n'));
}

/** The rows of a node and what is below it, those children folded into one row that `folds` says. */
function rowsOf(node: Node, folds: (node: Node) => boolean, guide = '', under = ''): readonly Row[] {
  const quiet = node.children.filter(folds);
  const folded = quiet.length > 1 ? quiet.flatMap(nodesOf) : [];
  const shown = folded.length > 0 ? node.children.filter(child => !folds(child)) : node.children;
  const open = shown.length > 0 || folded.length > 0;
  return [
    { guide, under: `${under}${open ? '│ ' : '  '}`, node },
    ...shown.flatMap((child, i) => {
      const last = i === shown.length - 1 && folded.length === 0;
      return rowsOf(child, folds, `${under}${last ? '└─ ' : '├─ '}`, `${under}${last ? '   ' : '│  '}`);
    }),
    ...(folded.length > 0 ? [{ guide: `${under}└─ `, under: `${under}   `, folded }] : []),
  ];
}

function never(): boolean {
  return false;
}

function isDone(node: Node): boolean {
  return nodesOf(node).every(({ state, message }) => state === 'ready' && !message);
}

/** Nothing has been done for it yet, so there is nothing to see. */
function isQuiet(node: Node): boolean {
  const coming = node.age === 0 && (node.state === 'waiting' || node.state === 'unknown');
  return isDone(node) || (coming && node.children.length === 0);
}

/** `6 more ready, 2 waiting` */
function foldedLine(nodes: readonly Node[], look: Look): string {
  const counts = (Object.keys(words) as State[])
    .map(state => ({ state, count: nodes.filter(node => node.state === state).length }))
    .filter(({ count }) => count > 0);
  return counts
    .map(({ state, count }, i) => paint(styles[state], `${count}${i === 0 ? ' more' : ''} ${words[state]}`, look))
    .join(', ');
}

function renderRows(rows: readonly Row[], look: Look): readonly string[] {
  const { width } = look;
  const columns = rows.flatMap(({ guide, node }) => (node ? [guide.length + rowTitle(guide, node).length] : []));
  const title = Math.min(Math.max(...columns), Math.max(width - 24, 20));
  return rows.flatMap(({ guide, under, node, folded = [] }) => {
    const guided = paint('gray', guide, look);
    if (!node) return [`${guided}${foldedLine(folded, look)}`];
    const name = rowTitle(guide, node);
    const gap = ' '.repeat(Math.max(title - guide.length - name.length, 0) + 2);
    const age = node.age > 0 ? duration(node.age) : '';
    const head = `${guided}${name}${gap}${paint(styles[node.state], stateWord(node).padEnd(9), look)}`;
    const line = `${head}  ${paint('gray', age.padEnd(9), look)}`;
    if (!node.message) return [age ? line.trimEnd() : head.trimEnd()];
    const start = Math.max(title, guide.length + name.length) + 24;
    const style = node.state === 'failing' ? 'red' : 'gray';
    if (!node.message.includes('\n') && start + node.message.length <= width) {
      return [`${line}  ${paint(style, node.message, look)}`];
    }
    const indent = `${under}  `;
    const message = wrap(node.message, Math.max(width - indent.length, 20));
    return [
      (age ? line : head).trimEnd(),
      ...message.map(text => `${paint('gray', indent, look)}${paint(style, text, look)}`.trimEnd()),
    ];
  });
}

/** The root tells its namespace, in which all below it are. */
function rowTitle(guide: string, node: Node): string {
  return guide === '' && node.namespace ? `${titleOf(node)} in ${node.namespace}` : titleOf(node);
}

function paint(style: Style, text: string, { colours }: Look): string {
  return colours && text !== '' ? styleText(style, text, { validateStream: false }) : text;
}
