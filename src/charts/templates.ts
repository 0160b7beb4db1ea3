import type { Path } from '../crossplane/path.ts';

/**
 * The paths below `.Values` that Go templates read, in the order in which they stand. A path relative to the dot of a `with`
 * is resolved; what stands in a `range`, or in a template that is included with another dot, is not known and left out.
 */
export function valuesRead(templates: readonly string[]): readonly Path[] {
  const found = new Map<string, Path>();
  for (const template of templates) {
    for (const path of pathsIn(template)) found.set(JSON.stringify(path), path);
  }
  return [...found.values()];
}

/** What the dot stands for; undefined where that is not known. */
type Dot = Path | undefined;

const root: Path = [];

function* pathsIn(template: string): Generator<Path> {
  const dots: Dot[] = [root];
  const source = template.replace(/\{\{-?\s*\/\*[\s\S]*?\*\/\s*-?\}\}/g, '');
  for (const [, action = ''] of source.matchAll(/\{\{-?([\s\S]*?)-?\}\}/g)) {
    const dot = dots.at(-1);
    const [, keyword = '', rest = ''] =
      /^\s*(else\s+with|with|range|if|define|block|else|end)?\b([\s\S]*)$/.exec(action) ?? [];
    const read = [...references(keyword ? rest : action, dot)];
    yield* read.flatMap(path => (path[0] === 'Values' && path.length > 1 ? [path.slice(1)] : []));
    if (keyword === 'end') dots.pop();
    else if (keyword === 'with') dots.push(read.length === 1 ? read[0] : undefined);
    else if (keyword === 'range') dots.push(undefined);
    else if (keyword === 'define' || keyword === 'block') dots.push(root);
    else if (keyword === 'if') dots.push(dot);
  }
}

/** The fields that an action names: `.a.b` from the dot, `$.a.b` from the root. Those of other variables are not known. */
function* references(action: string, dot: Dot): Generator<Path> {
  const code = action.replace(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '""');
  for (const [, dollar, fields = ''] of code.matchAll(/(?<![\w.)$])(\$)?((?:\.[A-Za-z_]\w*)+)/g)) {
    const from = dollar ? root : dot;
    if (from) yield [...from, ...fields.slice(1).split('.')];
  }
}
