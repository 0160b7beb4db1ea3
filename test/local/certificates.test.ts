import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createAuthority,
  ensurePki,
  identity,
  issueCertificate,
  type KeyPair,
  type Pki,
  users,
} from '../../src/local/certificates.ts';

describe.each(['ec', 'rsa'] as const)('a certificate of an authority with an %s key', keyType => {
  let authority: KeyPair;
  let server: KeyPair;
  let client: KeyPair;
  beforeAll(async () => {
    authority = await createAuthority('test', keyType);
    server = await issueCertificate(authority, { name: 'server', use: 'server', hosts: ['localhost', '127.0.0.1'] });
    client = await issueCertificate(authority, { name: 'client', use: 'client', hosts: ['client'] });
  });

  it('is signed by it, for its hosts only', () => {
    const certificate = new X509Certificate(server.certificate);
    expect(certificate.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(server.key))).toBe(true);
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkHost('example.org')).toBeUndefined();
    expect(certificate.ca).toBe(false);
  });

  it('serves mutual TLS, and a server certificate is no client', async () => {
    const ca = authority.certificate;
    const listener = createServer({
      ca,
      cert: server.certificate,
      key: server.key,
      requestCert: true,
      rejectUnauthorized: true,
    });
    listener.on('secureConnection', (socket: TLSSocket) => socket.end('hello'));
    listener.on('tlsClientError', () => {});
    const port = await new Promise<number>(resolve => {
      listener.listen(0, '127.0.0.1', () => resolve((listener.address() as { port: number }).port));
    });
    const ask = (pair: KeyPair) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect({ host: '127.0.0.1', port, ca, cert: pair.certificate, key: pair.key });
        let text = '';
        socket.on('data', data => {
          text += data;
        });
        socket.on('end', () => resolve(text));
        socket.on('error', reject);
      });
    expect(await ask(client)).toBe('hello');
    expect(await ask(server).catch(() => 'refused')).not.toBe('hello');
    listener.close();
  });
});

describe('ensurePki', () => {
  let folder: string;
  let pki: Pki;
  beforeAll(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'pki-')), 'pki');
    pki = await ensurePki(folder);
  });

  it('gives every user a token of its own', () => {
    expect(Object.keys(pki.tokens).sort()).toEqual([...users].sort());
    expect(new Set(Object.values(pki.tokens)).size).toBe(users.length);
  });

  it('makes files that only their owner may read', async () => {
    for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
      const { mode } = await stat(join(entry.parentPath, entry.name));
      expect(mode & 0o777, entry.name).toBe(entry.isDirectory() ? 0o700 : 0o600);
    }
  });

  it("writes Crossplane's authority in the only form that its initializer reads", () => {
    expect(pki.crossplaneAuthority.key).toMatch(/^-----BEGIN RSA PRIVATE KEY-----/);
  });

  it("lets Crossplane's server answer for a loopback address", async () => {
    const certificate = new X509Certificate(await readFile(join(identity(pki, 'crossplane-server'), 'tls.crt')));
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  });

  it('keeps what is there, and makes everything anew when it cannot be read', async () => {
    expect(pki.isNew).toBe(true);
    expect(await ensurePki(folder)).toEqual({ ...pki, isNew: false });
    await writeFile(join(folder, 'ca.crt'), 'broken');
    expect((await ensurePki(folder)).tokens.admin).not.toBe(pki.tokens.admin);
  });
});
