import type { Path } from '../crossplane/path.ts';
import { formatPath } from '../crossplane/path.ts';
import type { Manifest } from '../crossplane/pipeline.ts';
import type { Grammar } from '../crossplane/proof/facts.ts';
import { jsonSyntax } from '../crossplane/proof/texts.ts';
import { policyDocuments } from './iam.ts';

const space = [' ', '\t', '\n', '\r'];

/** `*` and `?` stand for other characters, and `${` begins a variable (IAM User Guide, "IAM policy elements"). */
const wildcards = ['*', '?', '$'];

/** JSON documents that are no policies, by kind and field. */
const jsonDocuments: Readonly<Record<string, readonly string[]>> = {
  'eks/Addon': ['configurationValues'],
  'cloudwatchevents/Rule': ['eventPattern'],
};

/** What a text is for AWS, or for another program, at a place in a resource, after what stands there before it. */
export function grammars(resource: Manifest, path: Path, before: string): readonly Grammar[] {
  const [group = ''] = resource.apiVersion.split(/\.(?:aws\.)?m\./);
  const kind = `${group}/${resource.kind}`;
  const [, settings, field] = path;
  const is = (fields: readonly string[] = []) => settings === 'forProvider' && fields.includes(`${field}`);
  return [
    ...(is(policyDocuments[kind]) ? [{ what: 'a policy document', forbids: [...jsonSyntax, ...wildcards] }] : []),
    ...(is(jsonDocuments[kind]) ? [{ what: 'a JSON document', forbids: jsonSyntax }] : []),
    ...arn(path, before),
    ...(path.at(-1) === 'crossplane.io/external-name' ? [name] : []),
    ...(kind === 'helm/Release' && settings === 'forProvider' ? [chart] : []),
    ...(kind === 'kubernetes/Object' && settings === 'forProvider' ? [manifest] : []),
  ];
}

const name: Grammar = { what: 'a name in AWS', forbids: [...jsonSyntax, ...wildcards, ...space, ':'] };

/** The templates of a chart write values into YAML, and some read them as templates. */
const chart: Grammar = { what: 'a value of a chart', forbids: [...jsonSyntax, ...space, "'", '`', '{', '}', '#'] };

const manifest: Grammar = { what: 'a manifest', forbids: [...jsonSyntax, "'", '`', '$', '{', '}'] };

/** A whole ARN, or a part of one, which must not begin another part. */
function arn(path: Path, before: string): readonly Grammar[] {
  const inText = before.slice(before.lastIndexOf('"') + 1);
  const plain = [...jsonSyntax, ...wildcards, ...space];
  if (inText.startsWith('arn:')) return [{ what: 'an ARN', forbids: [...plain, ':'] }];
  const isWhole = before === '' && /Arns?(\[\d+\])?$/.test(formatPath(path));
  return isWhole ? [{ what: 'an ARN', forbids: plain }] : [];
}
