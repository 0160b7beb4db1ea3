import type { AnyApi } from './crossplane/api.ts';
import { nearest } from './crossplane/nearest.ts';
import { formatPath, getPath, type Path, type Problem } from './crossplane/path.ts';
import { isObject, type Schema } from './crossplane/schema.ts';
import { validate, withDefaults } from './crossplane/validate.ts';
import { type Manifest, parseManifests } from './crossplane/yaml.ts';
import { singlesOf } from './twice.ts';

/** A file that somebody wants checked: its text, or why it cannot be read. */
export type SourceFile = { readonly name: string } & ({ readonly text: string } | { readonly unreadable: string });

/** Something to change in a file; without a line it is the file as a whole, without a path its YAML. */
export interface FileProblem {
  readonly file: string;
  readonly line?: number;
  readonly path: string;
  readonly message: string;
}

export interface Checked {
  readonly files: number;
  /** How many manifests could be read. */
  readonly manifests: number;
  /** By file and line. */
  readonly problems: readonly FileProblem[];
  /** What people should know of manifests that are in order, by file and line. */
  readonly notes: readonly FileProblem[];
}

/** What people should know of a manifest, its defaults filled in, that is in order. */
export type Advise = (manifest: unknown) => readonly Problem[];

/**
 * Everything that the API server would have against the manifests of `files`, claims that stand there twice, and what is to be
 * refused of those that are in order for it; and what is advised of those that are in order for both.
 */
export function checkFiles(
  files: readonly SourceFile[],
  { parts }: { readonly parts: readonly Checkable[] },
  advise: Advise = () => [],
  refuse: Advise = () => [],
): Checked {
  const problems: FileProblem[] = [];
  const notes: FileProblem[] = [];
  const standing = new Map<string, string>();
  let manifests = 0;
  for (const source of files) {
    const file = source.name;
    if ('unreadable' in source) {
      problems.push({ file, path: '', message: source.unreadable });
      continue;
    }
    const { documents, problems: found } = parseManifests(source.text);
    problems.push(...found.map(({ line, message }) => ({ file, line, path: '', message })));
    manifests += documents.length;
    for (const document of documents) {
      const found = checkManifest(document.value, parts);
      const more = found.length === 0 ? refuse(document.value) : [];
      const known = [...found, ...more, ...checkTwice(document, file, standing)];
      const inFile = ({ path, message }: Problem) => ({
        file,
        line: document.lineOf(path),
        path: formatPath(path),
        message,
      });
      problems.push(...known.map(inFile));
      if (known.length === 0) notes.push(...advise(filledIn(document.value, parts)).map(inFile));
    }
  }
  return { files: files.length, manifests, problems: problems.sort(byPlace), notes: notes.sort(byPlace) };
}

/** A manifest that is in order, with its defaults. */
function filledIn(value: unknown, parts: readonly Checkable[]): unknown {
  const part = parts.find(({ api }) => api.kind === getPath(value, ['kind']));
  return part ? withDefaults(part.schema, value) : value;
}

function byPlace(a: FileProblem, b: FileProblem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return (a.line ?? 0) - (b.line ?? 0);
}

/** The problems and notes of `checked`, a line each, and a last line that sums up. */
export function linesOf({ files, manifests, problems, notes }: Checked): readonly string[] {
  const found = problems.length === 0 ? 'all good' : count(problems.length, 'problem');
  const lineOf = ({ file, line, path, message }: FileProblem) =>
    [line === undefined ? file : `${file}:${line}`, path, message].filter(part => part !== '').join(': ');
  return [
    ...problems.map(lineOf),
    ...notes.map(note => `note: ${lineOf(note)}`),
    `checked ${count(manifests, 'manifest')} in ${count(files, 'file')}: ${found}`,
  ];
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** An API and its schema, of which a manifest is to be. */
export interface Checkable {
  readonly api: Pick<AnyApi, 'group' | 'kind' | 'GVK'>;
  readonly schema: Schema;
}

function checkManifest(value: unknown, parts: readonly Checkable[]): readonly Problem[] {
  if (!isObject(value)) return [];
  const { part, problems } = meantPart(value, parts);
  if (!part) return problems;
  const { status, ...rest } = value;
  if (status !== undefined) {
    problems.push({ path: ['status'], message: 'is written by Crossplane; leave it out' });
  }
  const found = validate(part.schema, { ...rest, ...part.api.GVK });
  return [...problems, ...checkMetadata(value.metadata), ...found.map(explained)];
}

/** What became of the fields of spec that claims and composite resources had in Crossplane 1. */
const movedFields: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      'compositionRef',
      'compositionSelector',
      'compositionRevisionRef',
      'compositionRevisionSelector',
      'compositionUpdatePolicy',
      'resourceRefs',
    ].map(field => [field, `is spec.crossplane.${field} in Crossplane 2`]),
  ),
  compositeDeletePolicy:
    'is of Crossplane 1; in Crossplane 2 there is no composite resource apart from this one, which goes when all that it made is gone',
  writeConnectionSecretToRef:
    'is of Crossplane 1; in Crossplane 2 no composite resource writes a connection secret: status tells where things are, and an ApplicationClaim makes a ConfigMap of it',
  publishConnectionDetailsTo: 'is of Crossplane 1, and Crossplane 2 has nothing like it: status tells where things are',
  deletionPolicy:
    'is of managed resources in Crossplane 1; what becomes of the data is database.deletionPolicy here, and all else goes with the claim',
  resourceRef:
    'is of claims in Crossplane 1; here a claim is the composite resource itself, and has spec.crossplane.resourceRefs',
};

/** A problem with more words where it is about something that the file does not have. */
function explained({ path, message }: Problem): Problem {
  const moved = path.length === 2 && path[0] === 'spec' && message.startsWith('is not a known field');
  const became = moved && Object.hasOwn(movedFields, `${path[1]}`) ? movedFields[`${path[1]}`] : undefined;
  if (became) return { path, message: became };
  const noSpec = message === 'is required' && formatPath(path) === 'spec';
  return { path, message: noSpec ? `${message}; one that chooses nothing is "spec: {}"` : message };
}

/** Which API a manifest is of, or is meant to be of, and what is wrong with how it says so. */
function meantPart(
  { apiVersion, kind }: Readonly<Record<string, unknown>>,
  parts: readonly Checkable[],
): { readonly part?: Checkable; readonly problems: Problem[] } {
  const apis = parts.map(({ api }) => api);
  const kinds = apis.map(api => api.kind).join(', ');
  const problem = (path: string, message: string): Problem => ({ path: [path], message });
  if (typeof kind !== 'string' || kind === '') {
    const what = kind === undefined || kind === null ? 'is required' : `is ${JSON.stringify(kind)}`;
    return { problems: [problem('kind', `${what}: one of ${kinds}`)] };
  }
  const meant = nearest(
    kind,
    apis.map(api => api.kind),
  );
  const part = parts.find(({ api }) => api.kind === kind) ?? parts.find(({ api }) => api.kind === meant);
  if (!part) {
    const ours = apis.some(({ group }) => String(apiVersion).startsWith(`${group}/`));
    const is = ours || typeof apiVersion !== 'string' ? `"${kind}"` : `"${kind}" of ${apiVersion}`;
    return { problems: [problem('kind', `is ${is}, the wrong kind: only ${kinds} are checked here`)] };
  }
  const { GVK } = part.api;
  const problems: Problem[] = [];
  if (kind !== GVK.kind) problems.push(problem('kind', `is "${kind}"; did you mean ${GVK.kind}?`));
  if (apiVersion === undefined || apiVersion === null) {
    problems.push(problem('apiVersion', `is required: ${GVK.kind} is of ${GVK.apiVersion}`));
  } else if (apiVersion !== GVK.apiVersion) {
    problems.push(problem('apiVersion', `is ${JSON.stringify(apiVersion)}; ${GVK.kind} is of ${GVK.apiVersion}`));
  }
  return { part, problems };
}

const label = /^[a-z\d]([-a-z\d]*[a-z\d])?$/;
const name = /^[a-z\d]([-a-z\d]*[a-z\d])?(\.[a-z\d]([-a-z\d]*[a-z\d])?)*$/;
const word = /^[A-Za-z\d]([-\w.]{0,61}[A-Za-z\d])?$/;

const nameForm = 'lowercase letters, digits, "-" and ".", a letter or digit at both ends';
const labelForm = 'lowercase letters, digits and "-", a letter or digit at both ends';
const wordForm = 'letters, digits, "-", "_" and ".", a letter or digit at both ends, 63 characters at most';

/** What the API server asks of every object's metadata, beside its types. */
function checkMetadata(metadata: unknown): readonly Problem[] {
  const problems: Problem[] = [];
  const wants = (path: Path, value: unknown, form: string, fits: (text: string) => boolean): void => {
    if (typeof value !== 'string' || fits(value)) return;
    problems.push({
      path: ['metadata', ...path],
      message: value === '' ? 'must not be empty' : `is "${value}"; wanted: ${form}`,
    });
  };
  const at = (...path: Path): unknown => getPath(metadata, path) ?? undefined;
  if (at('name') === undefined && at('generateName') === undefined && (isObject(metadata) || metadata === undefined)) {
    problems.push({ path: ['metadata', 'name'], message: 'is required' });
  }
  wants(['name'], at('name'), nameForm, text => name.test(text));
  wants(['generateName'], at('generateName'), nameForm, text => name.test(text.replace(/-$/, '')));
  wants(
    ['namespace'],
    at('namespace'),
    `${labelForm}, 63 characters at most`,
    text => label.test(text) && text.length <= 63,
  );
  for (const field of ['labels', 'annotations']) {
    const entries = at(field);
    for (const [key, value] of Object.entries(isObject(entries) ? entries : {})) {
      const [last = '', prefix] = key.split(/\/(?=[^/]*$)/).reverse();
      const isKey = word.test(last) && (prefix === undefined || (name.test(prefix) && prefix.length <= 253));
      const path = ['metadata', field, key];
      if (!isKey)
        problems.push({
          path,
          message: `is no key: wanted: ${wordForm}, and before it, if anything, a domain and "/"`,
        });
      if (field === 'labels' && value !== '') wants([field, key], value, wordForm, text => word.test(text));
    }
  }
  return problems;
}

/** What a manifest is or has that one before it is or has already. */
function checkTwice({ value, lineOf }: Manifest, file: string, standing: Map<string, string>): readonly Problem[] {
  return singlesOf(value).flatMap(({ key, path, told }) => {
    const where = standing.get(JSON.stringify(key));
    if (where !== undefined) return [{ path, message: told(where) }];
    standing.set(JSON.stringify(key), `${file}:${lineOf(path)}`);
    return [];
  });
}
