import { child, items, text } from '../../kubernetes/json.ts';
import { partition } from './arns.ts';
import { activeCluster, takesEntries } from './eks.ts';
import { addonFor } from './eks-addons.ts';
import { refuse } from './errors.ts';
import type { Rules } from './rules.ts';

const policies = new Set(
  [
    'AmazonEKSAdminPolicy',
    'AmazonEKSAdminViewPolicy',
    'AmazonEKSAutoNodePolicy',
    'AmazonEKSClusterAdminPolicy',
    'AmazonEKSEditPolicy',
    'AmazonEKSSecretReaderPolicy',
    'AmazonEKSViewPolicy',
  ].map(name => `arn:${partition}:eks::aws:cluster-access-policy/${name}`),
);

const noEntries =
  "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.";

/**
 * What EKS does with access entries. It also looks whether the principal exists; here it is not asked, since the role
 * may be one of the account's that nobody has told the stand-in of.
 */
export const accessEntry: Rules = {
  create: (account, { region, args }) => {
    if (!takesEntries(activeCluster(account, region, args))) refuse('InvalidRequestException', noEntries);
    const principal = text(args, 'principalArn');
    if (!/^arn:[\w-]+:iam::\d{12}:(?:role|user)\/./.test(principal ?? '')) {
      refuse('InvalidParameterException', 'The specified principalArn is invalid: invalid principal.');
    }
  },
};

/** What EKS does with the policies of an access entry. */
export const accessPolicyAssociation: Rules = {
  create: (account, { region, args }) => {
    const cluster = activeCluster(account, region, args);
    if (!takesEntries(cluster)) refuse('InvalidRequestException', noEntries);
    const principal = text(args, 'principalArn');
    const entry = account.find('eks/AccessEntry', region, `${cluster.name}:${principal}`);
    if (!entry || entry.state === 'deleting') {
      refuse(
        'ResourceNotFoundException',
        `The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.`,
        404,
      );
    }
    if (!policies.has(text(args, 'policyArn') ?? '')) {
      refuse(
        'ResourceNotFoundException',
        `The specified policyArn could not be found: ${text(args, 'policyArn')}`,
        404,
      );
    }
    const type = text(entry.asked, 'type') ?? 'STANDARD';
    if (type !== 'STANDARD') {
      refuse('InvalidRequestException', `Access policies cannot be associated with an access entry of type ${type}.`);
    }
    const scope = child(args, 'accessScope');
    if ((text(scope, 'type') === 'namespace') !== items(scope.namespaces).length > 0) {
      refuse(
        'InvalidParameterException',
        'Namespaces are needed for an access scope of type namespace, and only there.',
      );
    }
  },
};

/**
 * What EKS does with Pod Identity associations. Whether one can be made while the cluster is CREATING is not
 * documented: the API knows ResourceNotFoundException, and an emulator lets it pass. It is refused here, so that what
 * works against the stand-in does not depend on the answer. The agent need not be there.
 */
export const podIdentityAssociation: Rules = {
  create: (account, { region, args }) => {
    const cluster = activeCluster(account, region, args);
    const owner = addonFor(account, cluster, text(args, 'namespace'), text(args, 'serviceAccount'));
    if (owner) refuse('ResourceInUseException', `Association already exists: it belongs to add-on ${owner.id}`, 409);
  },
};
