import type { WriteStream } from 'node:tty';
import type { KubeConfig } from '@kubernetes/client-node';
import { createLogUpdate } from 'log-update';
import { type Ref, titleOf } from './objects.ts';
import { readTree } from './read.ts';
import { type Look, renderChanges, renderSummary, renderTree, stateWord } from './render.ts';
import { duration, wrap } from './text.ts';
import { type Node, nodesOf } from './tree.ts';
import { watchTree } from './watch.ts';

/** Where to show it: process.stdout, or anything that is written to. */
export type Out = NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'rows' | 'hasColors'>>;

export interface Showing {
  readonly timeoutSeconds: number;
  readonly out: Out;
  readonly signal?: AbortSignal;
  /** What is waited for; the root's being ready if left out. */
  readonly until?: (tree: Node) => boolean;
}

/** A display of a tree that changes. */
interface Display {
  update(tree: Node, trouble: string | undefined): void;
  end(tree: Node): void;
}

/** Whether an object is ready with all that comes of it, and not only from before it was changed. */
function isWhole(tree: Node): boolean {
  return nodesOf(tree).every(({ state }) => state === 'ready');
}

/** What a stream can show: its width, and colours unless the environment says NO_COLOR. */
export function lookOf(out: Out): Look {
  return { width: out.columns ?? 120, colours: Boolean(out.isTTY && out.hasColors?.()) };
}

/**
 * Shows an object come up until it is ready, the time is over or the signal comes: a live tree on a terminal, a line for
 * each change elsewhere. What stays is the whole tree with every message, and why it ended; on a log of a tree that
 * became ready only the summary, as all has been said. Gives the last tree.
 */
export async function showUntilReady(config: KubeConfig, root: Ref, showing: Showing): Promise<Node> {
  const { timeoutSeconds, out, signal, until = isWhole } = showing;
  const began = Date.now();
  const seconds = () => (Date.now() - began) / 1000;
  const display = out.isTTY ? liveDisplay(out, seconds) : plainDisplay(out, seconds, until);
  const following = { onChange: display.update, until, ...(signal && { signal }) };
  let tree: Node | undefined;
  try {
    for (;;) {
      tree = await watchTree(config, root, { ...following, timeoutSeconds: timeoutSeconds - seconds() });
      if (!until(tree)) return tree;
      // It may have been ready before all that comes of it was seen; and Crossplane takes it back for a moment at times,
      // having looked at what it had in its cache.
      const whole = await readTree(config, root);
      if (until(whole)) {
        tree = whole;
        return tree;
      }
    }
  } finally {
    if (tree) display.end(tree);
    if (tree && !until(tree)) {
      const why = signal?.aborted ? 'stopped' : 'the time is over';
      out.write(`${titleOf(root)} is still ${stateWord(tree)} after ${duration(Math.round(seconds()))}: ${why}\n`);
    }
  }
}

/** A tree that is drawn over itself, each second too as ages change; it folds what is ready where the terminal is low. */
function liveDisplay(out: Out, seconds: () => number): Display {
  const log = createLogUpdate(out);
  let last: { readonly tree: Node; readonly trouble: string | undefined; readonly at: number } | undefined;
  const draw = () => {
    if (!last) return;
    const look = { ...lookOf(out), rows: Math.max((out.rows ?? 24) - 4, 4) };
    const passed = Math.floor((Date.now() - last.at) / 1000);
    const lines = [...renderTree(older(last.tree, passed), look), ''];
    if (last.trouble) lines.push(...wrap(`${last.trouble}; trying again`, look.width).slice(0, 1));
    log([...lines, renderSummary(last.tree, look, Math.floor(seconds()))].join('\n'));
  };
  const timer = setInterval(draw, 1000).unref();
  return {
    update: (tree, trouble) => {
      last = { tree, trouble, at: Date.now() };
      draw();
    },
    end: tree => {
      clearInterval(timer);
      log.clear();
      log.done();
      const look = lookOf(out);
      out.write(`${[...renderTree(tree, look), '', renderSummary(tree, look, Math.round(seconds()))].join('\n')}\n`);
    },
  };
}

/** A line for each change. */
function plainDisplay(out: Out, seconds: () => number, until: (tree: Node) => boolean): Display {
  const write = (lines: readonly string[]) => {
    if (lines.length > 0) out.write(`${lines.join('\n')}\n`);
  };
  let before: Node | undefined;
  let troubled: string | undefined;
  return {
    update: (tree, trouble) => {
      if (trouble && trouble !== troubled) write([`+${Math.round(seconds())}s ${trouble}; trying again`]);
      troubled = trouble;
      write(renderChanges(before, tree, seconds()));
      before = tree;
    },
    end: tree => {
      const look = lookOf(out);
      if (!until(tree)) write(renderTree(tree, look));
      write([renderSummary(tree, look, Math.round(seconds()))]);
    },
  };
}

/** The tree some seconds later, if nothing has changed. */
function older(node: Node, seconds: number): Node {
  if (seconds === 0) return node;
  const age = node.age > 0 ? node.age + seconds : 0;
  return { ...node, age, children: node.children.map(child => older(child, seconds)) };
}
