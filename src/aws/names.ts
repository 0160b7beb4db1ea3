import { isDeepStrictEqual } from 'node:util';
import type { Problem } from '../crossplane/path.ts';
import { getPath } from '../crossplane/path.ts';
import type { Manifest } from '../crossplane/pipeline.ts';
import { isObject } from '../crossplane/schema.ts';

/**
 * The kinds that are named in AWS by `crossplane.io/external-name` (config/externalname.go of provider-aws), with the most
 * characters that AWS takes. Two composite resources that gave one name would fight over one resource.
 */
const namedByExternalName: Readonly<Record<string, number>> = {
  'cloudwatchevents/Rule': 64,
  'cloudwatchlogs/Group': 512,
  'ecr/Repository': 256,
  'eks/Cluster': 100,
  'eks/NodeGroup': 63,
  'iam/InstanceProfile': 128,
  'iam/Policy': 128,
  'iam/Role': 64,
  'kms/Alias': 250,
  'rds/Cluster': 63,
  'rds/ClusterInstance': 63,
  'rds/ClusterParameterGroup': 255,
  'rds/ParameterGroup': 255,
  'rds/SubnetGroup': 255,
};

/** What names of RDS must not have (RDS CreateDBCluster): two hyphens in a row. */
const ofRds = /^rds\//;

/** The name of a resource in AWS, where its external name is that, and how it breaks what AWS takes. */
export interface NameInAws {
  readonly name: string;
  readonly most: number;
  /** By how many characters it is too long. */
  readonly over: number;
  /** What is wrong with its form. */
  readonly form?: string;
}

/** The name in AWS of a managed resource that is named by its external name; the queue's stands in its settings. */
export function nameInAws(manifest: Manifest): NameInAws | undefined {
  const kind = `${manifest.apiVersion.split('.aws.m.upbound.io/')[0]}/${manifest.kind}`;
  const isQueue = kind === 'sqs/Queue';
  const most = isQueue ? 80 : namedByExternalName[kind];
  const name = isQueue
    ? getPath(manifest.spec, ['forProvider', 'name'])
    : manifest.metadata?.annotations?.['crossplane.io/external-name'];
  if (most === undefined || typeof name !== 'string' || isOnlyObserved(manifest)) return undefined;
  const twice = ofRds.test(kind) && name.includes('--');
  return { name, most, over: name.length - most, ...(twice && { form: 'which takes no two hyphens in a row' }) };
}

/** A resource whose name in AWS does not tell whose it is. */
export function judgeNames(manifest: Manifest, composite: Manifest): readonly Problem[] {
  const [group] = manifest.apiVersion.split('.aws.m.upbound.io/');
  const most = namedByExternalName[`${group}/${manifest.kind}`];
  if (most === undefined || isOnlyObserved(manifest)) return [];
  const path = ['metadata', 'annotations', 'crossplane.io/external-name'];
  const name = manifest.metadata?.annotations?.['crossplane.io/external-name'];
  const owner = [composite.metadata?.namespace ?? '', composite.metadata?.name ?? ''];
  if (name === undefined || !owner.every(part => name.includes(part))) {
    return [
      {
        path,
        message: `is ${JSON.stringify(name)}, and names the ${manifest.kind} in AWS: it must carry namespace and name of the composite resource, or two of one name would fight over it`,
      },
    ];
  }
  return name.length > most ? [{ path, message: `has ${name.length} characters, of which AWS takes ${most}` }] : [];
}

/** What is only looked at is somebody else's, and has the name that it has. */
function isOnlyObserved({ spec }: Manifest): boolean {
  return isObject(spec) && isDeepStrictEqual(spec.managementPolicies, ['Observe']);
}
