import { createPrivateKey, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { repositoryHosts } from '../charts/pins.ts';
import { exists } from './files.ts';
import { namespace } from './installed.ts';

/** A certificate and its private key, PEM. */
export interface KeyPair {
  certificate: string;
  key: string;
}

const years = 10;

/** Makes a certificate authority. RSA only where a program insists on it: making such a key takes a while. */
export async function createAuthority(name: string, keyType: 'ec' | 'rsa' = 'ec'): Promise<KeyPair> {
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType,
    algorithm: 'sha256',
    ...validity(),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
    ],
  });
  return { certificate: made.cert, key: made.private };
}

/** Who a certificate is for. */
export interface CertificateRequest {
  name: string;
  use: 'server' | 'client' | 'both';
  /** Host names and IPv4 addresses. */
  hosts: string[];
}

/** Issues a certificate that is signed by `authority`, with a key of the authority's kind. */
export async function issueCertificate(authority: KeyPair, request: CertificateRequest): Promise<KeyPair> {
  const keyType = createPrivateKey(authority.key).asymmetricKeyType === 'rsa' ? 'rsa' : 'ec';
  const made = await generate([{ name: 'commonName', value: request.name }], {
    keyType,
    algorithm: 'sha256',
    ...validity(),
    ca: { key: authority.key, cert: authority.certificate },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      { name: 'extKeyUsage', serverAuth: request.use !== 'client', clientAuth: request.use !== 'server' },
      {
        name: 'subjectAltName',
        altNames: request.hosts.map(host => (/^[\d.]+$/.test(host) ? { type: 7, ip: host } : { type: 2, value: host })),
      },
    ],
  });
  return { certificate: made.cert, key: made.private };
}

function validity(): { notBeforeDate: Date; notAfterDate: Date } {
  const notBeforeDate = new Date(Date.now() - 60 * 60 * 1000);
  const notAfterDate = new Date(notBeforeDate);
  notAfterDate.setFullYear(notAfterDate.getFullYear() + years);
  return { notBeforeDate, notAfterDate };
}

/** Users of the management cluster's API; each has a token of its own, so that the API knows who did what. */
export const users = [
  'admin',
  'kube-controller-manager',
  'crossplane',
  'rbac-manager',
  'provider-helm',
  'provider-kubernetes',
  'provider-aws',
] as const;

export type User = (typeof users)[number];

/** Who a user is to the API server. */
export interface Identification {
  readonly name: string;
  readonly groups: readonly string[];
}

/**
 * Whom the API server takes a user for: people are cluster admins, the controllers are who they are in any cluster, and
 * Crossplane and the providers are the service accounts that Crossplane's chart and its package manager make for them. So
 * the rights of each are those that are bound to it, and no more.
 */
export function identification(user: User): Identification {
  if (user === 'admin') return { name: 'admin', groups: ['system:masters'] };
  if (user === 'kube-controller-manager') return { name: 'system:kube-controller-manager', groups: [] };
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  return { name: `system:serviceaccount:${namespace}:${user}`, groups };
}

/** What proves who is who in one local cluster. */
export interface Pki {
  folder: string;
  /** Made just now: whatever runs with the certificates before is of no use any more. */
  isNew: boolean;
  /** Certificate of the authority behind all API servers and etcd. */
  authority: string;
  /** Certificate and key (PKCS #1, as Crossplane wants it) of the authority behind Crossplane and its functions. */
  crossplaneAuthority: KeyPair;
  tokens: Record<User, string>;
}

/** Folders under `pki/` that hold `tls.crt`, `tls.key` and their authority's `ca.crt`. */
export type Identity = (typeof identities)[number];

const identities = [
  'etcd',
  'etcd-client',
  'kube-apiserver',
  'crossplane-server',
  'crossplane-client',
  'function-server',
  'provider-webhook',
  'chart-repositories',
] as const;

const loopback = ['localhost', '127.0.0.1'];

/** Folder of an identity. */
export function identity(pki: Pick<Pki, 'folder'>, name: Identity): string {
  return join(pki.folder, name);
}

/**
 * Reads the certificates and tokens of a state folder, and makes new ones, all at once, when there are none, when they end
 * within 30 days, or when they are for other users.
 */
export async function ensurePki(folder: string): Promise<Pki> {
  const isNew = !(await isUsable(folder));
  if (isNew) {
    const half = `${folder}.${process.pid}.tmp`;
    await rm(half, { recursive: true, force: true });
    await makePki(half);
    await rm(folder, { recursive: true, force: true });
    await rename(half, folder);
  }
  const read = (...path: string[]) => readFile(join(folder, ...path), 'utf8');
  return {
    folder,
    isNew,
    authority: await read('ca.crt'),
    crossplaneAuthority: { certificate: await read('crossplane-ca.crt'), key: await read('crossplane-ca.key') },
    tokens: JSON.parse(await read('tokens.json')) as Record<User, string>,
  };
}

async function isUsable(folder: string): Promise<boolean> {
  // An identity may be newer than the folder.
  for (const name of identities) if (!(await exists(join(folder, name)))) return false;
  const soon = Date.now() + 30 * 24 * 60 * 60 * 1000;
  try {
    const certificate = new X509Certificate(await readFile(join(folder, 'ca.crt')));
    const tokens = JSON.parse(await readFile(join(folder, 'tokens.json'), 'utf8')) as Record<User, string>;
    const known = await readFile(join(folder, 'kube-apiserver-tokens.csv'), 'utf8');
    return Date.parse(certificate.validTo) > soon && known === tokenFile(tokens);
  } catch {
    return false;
  }
}

async function makePki(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const write = (name: string, text: string) => writeFile(join(folder, name), text, { mode: 0o600 });
  const issue = async (authority: KeyPair, name: Identity, request: Omit<CertificateRequest, 'name'>) => {
    const made = await issueCertificate(authority, { name, ...request });
    await mkdir(join(folder, name), { mode: 0o700 });
    await write(`${name}/tls.crt`, made.certificate);
    await write(`${name}/tls.key`, made.key);
    await write(`${name}/ca.crt`, authority.certificate);
  };

  const authority = await createAuthority('tekanya-local');
  await write('ca.crt', authority.certificate);
  await issue(authority, 'etcd', { use: 'both', hosts: loopback });
  await issue(authority, 'etcd-client', { use: 'client', hosts: ['kube-apiserver'] });
  await issue(authority, 'kube-apiserver', { use: 'server', hosts: [...loopback, 'kubernetes.default.svc'] });
  await issue(authority, 'provider-webhook', { use: 'server', hosts: loopback });
  await issue(authority, 'chart-repositories', { use: 'server', hosts: repositoryHosts() });

  const crossplane = await createAuthority('tekanya-local-crossplane', 'rsa');
  await write('crossplane-ca.crt', crossplane.certificate);
  await write('crossplane-ca.key', pkcs1(crossplane.key));
  await issue(crossplane, 'crossplane-server', { use: 'server', hosts: loopback });
  await issue(crossplane, 'crossplane-client', { use: 'client', hosts: ['crossplane.crossplane-system'] });
  await issue(crossplane, 'function-server', { use: 'server', hosts: loopback });

  const tokens = Object.fromEntries(users.map(user => [user, newToken()])) as Record<User, string>;
  await write('tokens.json', JSON.stringify(tokens, undefined, 2));
  await makeServerSecrets(join(folder, 'kube-apiserver'), tokenFile(tokens));
}

function newToken(): string {
  return randomBytes(24).toString('hex');
}

/** Writes what an API server is told of its users, and makes the keys of its service accounts, all at paths that begin alike. */
async function makeServerSecrets(path: string, tokens: string): Promise<void> {
  const write = (name: string, text: string) => writeFile(`${path}-${name}`, text, { mode: 0o600 });
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await write('accounts.key', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  await write('accounts.pub', publicKey.export({ type: 'spki', format: 'pem' }).toString());
  await write('tokens.csv', tokens);
}

/** The same for an API server that knows nobody but its admin; gives the admin's token. */
export async function makeAdminSecrets(path: string): Promise<string> {
  const token = newToken();
  await makeServerSecrets(path, tokenLine(token, identification('admin')));
  return token;
}

/** What the management API server is told of its users (kubernetes.io/docs/reference/access-authn-authz/authentication). */
function tokenFile(tokens: Readonly<Record<User, string>>): string {
  return users.map(user => tokenLine(tokens[user], identification(user))).join('');
}

function tokenLine(token: string | undefined, { name, groups }: Identification): string {
  return `${token},${name},${name},"${groups.join(',')}"\n`;
}

/** Converts an RSA key from PKCS #8 to PKCS #1, the only form that Crossplane's initializer reads. */
function pkcs1(key: string): string {
  return createPrivateKey(key).export({ type: 'pkcs1', format: 'pem' }).toString();
}
