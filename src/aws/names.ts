import { isDeepStrictEqual } from 'node:util';
import type { Problem } from '../crossplane/path.ts';
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
