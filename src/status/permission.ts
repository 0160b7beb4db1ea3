/**
 * What an API server says to someone who may not do something (`forbiddenMessage` in
 * k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/errors.go).
 */
const forbidden =
  /is forbidden: User "([^"]+)" cannot (\S+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?/;

/** Which permission is missing, by the words of the API server in a message, and who gives it; undefined where none is. */
export function missingPermission(message: string): string | undefined {
  const [, user, verb, resource, group, namespace] = forbidden.exec(message) ?? [];
  if (user === undefined || resource === undefined) return undefined;
  const [plural = '', subresource] = resource.split('/');
  const what = `${group ? `${plural}.${group}` : plural}${subresource ? `/${subresource}` : ''}`;
  const question = `kubectl auth can-i ${verb} ${what} --as=${user}${namespace ? ` -n ${namespace}` : ''}`;
  return `a permission is missing: ${accountOf(user)} may not ${verb} ${what}; ${remedyFor(user)}; ask with: ${question}`;
}

/** `crossplane-system/provider-helm` of the user that a service account is. */
function accountOf(user: string): string {
  return user.replace(/^system:serviceaccount:([^:]+):([^:]+)$/, '$1/$2');
}

function remedyFor(user: string): string {
  if (/^system:serviceaccount:[^:]+:crossplane$/.test(user)) {
    return (
      'Crossplane has it on the kinds of each ProviderRevision and XRD while its RBAC manager runs, and on others by a ' +
      'ClusterRole with the label rbac.crossplane.io/aggregate-to-crossplane: "true"'
    );
  }
  return (
    'a provider has it on Secrets and the kinds of its ProviderRevision while the RBAC manager of Crossplane runs, and on ' +
    'others by a ClusterRoleBinding to its service account'
  );
}
