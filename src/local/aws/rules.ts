import type { JsonObject } from '../../kubernetes/json.ts';
import type { Account, Failure, Resource } from './account.ts';
import { accessEntry, accessPolicyAssociation, podIdentityAssociation } from './eks-access.ts';
import { addon } from './eks-addons.ts';
import { eksCluster } from './eks-cluster.ts';
import { nodeGroup } from './eks-nodes.ts';
import type { Request } from './external-names.ts';
import { instance } from './instances.ts';
import { internetGateway } from './internet-gateways.ts';
import { launchTemplate } from './launch-templates.ts';
import { auroraCluster } from './rds-cluster.ts';
import { subnetGroup } from './rds-groups.ts';
import { clusterInstance } from './rds-instances.ts';

/** What the end of a creation waits for beside its own time. */
export type Await =
  /** It is there since then (ms); the creation ends so many of AWS's seconds later, if not later anyway. */
  | { readonly since: number; readonly lasts: number }
  /** It is not there. After so many seconds since its begin the creation fails, with this. */
  | { readonly missing: Failure; readonly patience: number };

/** What AWS does with a kind that the tables for all kinds cannot say. Refusals are thrown as AwsErrors. */
export interface Rules {
  /** Refuses a creation. */
  readonly create?: (account: Account, request: Request) => void;
  /** Refuses a change. */
  readonly update?: (account: Account, before: Resource, args: JsonObject) => void;
  /** Refuses a deletion, before anybody asks who depends on it; `asked` is what the managed resource says by then. */
  readonly delete?: (account: Account, resource: Resource, asked: JsonObject) => void;
  /** The error in which a creation will end. */
  readonly fails?: (account: Account, request: Request) => Failure | undefined;
  /** What a creation waits for; undefined for nothing. */
  readonly awaits?: (account: Account, resource: Resource) => Await | undefined;
  /** The resources after which one's creation ends, each adding to the time: for the longest chain. */
  readonly after?: (account: Account, resource: Resource) => readonly Resource[];
  /** What AWS adds that depends on the rest of the account, when a creation is done. */
  readonly computed?: (account: Account, resource: Resource) => JsonObject;
  /** What AWS adds, after a change. */
  readonly changed?: (before: Resource, asked: JsonObject) => JsonObject;
  /** Brings what AWS itself makes along with a resource, at its creation's begin and end, at a change, at its deletion's begin and end. */
  readonly begun?: (account: Account, resource: Resource) => void;
  readonly ready?: (account: Account, resource: Resource) => void;
  readonly updated?: (account: Account, resource: Resource) => void;
  readonly ending?: (account: Account, resource: Resource, asked: JsonObject) => void;
  readonly gone?: (account: Account, resource: Resource) => void;
}

const rules: Readonly<Record<string, Rules>> = {
  'ec2/Instance': instance,
  'ec2/InternetGateway': internetGateway,
  'ec2/LaunchTemplate': launchTemplate,
  'eks/AccessEntry': accessEntry,
  'eks/AccessPolicyAssociation': accessPolicyAssociation,
  'eks/Addon': addon,
  'eks/Cluster': eksCluster,
  'eks/NodeGroup': nodeGroup,
  'eks/PodIdentityAssociation': podIdentityAssociation,
  'rds/Cluster': auroraCluster,
  'rds/ClusterInstance': clusterInstance,
  'rds/SubnetGroup': subnetGroup,
};

/** The rules of a kind (`eks/Cluster`); none for most. */
export function rulesOf(kind: string): Rules {
  return rules[kind] ?? {};
}
