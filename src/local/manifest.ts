import { dump, loadAll } from 'js-yaml';

/** A Kubernetes object as it stands in a manifest. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    [field: string]: unknown;
  };
  [field: string]: unknown;
}

/** Reads the objects of a YAML text with any number of documents; documents without a kind are left out. */
export function readManifests(text: string): Manifest[] {
  return loadAll(text).filter(
    (document): document is Manifest => typeof (document as Manifest | null)?.kind === 'string',
  );
}

/** `kind/name`, or `kind/namespace/name`. */
export function objectName({ kind, metadata }: Manifest): string {
  return [kind, metadata.namespace, metadata.name].filter(part => part !== undefined).join('/');
}

/** Who talks to which API server. */
export interface Access {
  server: string;
  /** Certificate of the server's authority, PEM. */
  authority: string;
  token: string;
  /** Name of cluster, user and context. */
  name: string;
}

/** Writes a kubeconfig with one cluster, one user and one context, which is the current one. */
export function kubeconfigText({ server, authority, token, name }: Access): string {
  const data = Buffer.from(authority).toString('base64');
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': data } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
  return dump(kubeconfig, { lineWidth: -1 });
}

/** Writes where an API server asks whose a token is, in the form that it takes: a kubeconfig of a server that wants no credentials. */
export function authenticationKubeconfigText(server: string): string {
  const name = 'authentication';
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server } }],
    users: [{ name, user: {} }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
  return dump(kubeconfig, { lineWidth: -1 });
}
