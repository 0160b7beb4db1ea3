import type { JsonObject } from '../../../src/kubernetes/json.ts';
import type { Resource } from '../../../src/local/aws/account.ts';
import type { Request } from '../../../src/local/aws/external-names.ts';
import { resource } from './fixtures.ts';

export const region = 'af-south-1';
export const role = 'arn:aws:iam::123456789012:role/nodes';
export const policy = (name: string) => `arn:aws:eks::aws:cluster-access-policy/${name}`;
export const api = { accessConfig: { authenticationMode: 'API' } };
export const bare = { ...api, bootstrapSelfManagedAddons: false };
export const cluster = (asked: JsonObject = {}, over: Partial<Resource> = {}) =>
  resource('eks/Cluster', 'c', { version: '1.31', ...api, ...asked }, over);
export const inCluster = (kind: string, name: string, asked: JsonObject = {}, over: Partial<Resource> = {}) =>
  resource(kind, `c:${name}`, { clusterName: 'c', ...asked }, { name, ...over });
export const addonOf = (addonName: string, asked: JsonObject = {}, over: Partial<Resource> = {}) =>
  inCluster('eks/Addon', addonName, { addonName, ...asked }, over);
export const nodes = (asked: JsonObject = {}, over: Partial<Resource> = {}) =>
  inCluster('eks/NodeGroup', 'ng', { nodeRoleArn: role, scalingConfig: { desiredSize: 3 }, ...asked }, over);
export const entry = (asked: JsonObject = {}) => inCluster('eks/AccessEntry', role, { principalArn: role, ...asked });
export const template = resource('ec2/LaunchTemplate', 'lt-00000000000000001', { name: 'lt' });
export const subnet = (id: string, zone: string) => resource('ec2/Subnet', id, { availabilityZone: zone });
export const request = (kind: string, args: JsonObject): Request => ({ kind, region, args, name: 'n', token: 't' });

export const here = { clusterName: 'c' };
export const associated = { podIdentityAssociation: [{ serviceAccount: 'aws-node', roleArn: role }] };
