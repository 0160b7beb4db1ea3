import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { identity } from '../certificates.ts';
import type { Machinery } from './servers.ts';

/** Removes all keys of etcd under a prefix, by its JSON gateway (etcd.io/docs/v3.6/dev-guide/api_grpc_gateway). */
export async function removeKeys({ etcd, pki }: Pick<Machinery, 'etcd' | 'pki'>, prefix: string): Promise<void> {
  const folder = identity({ folder: pki }, 'etcd-client');
  const [ca, cert, key] = await Promise.all(['ca.crt', 'tls.crt', 'tls.key'].map(name => readFile(join(folder, name))));
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  // A range ends before its end, and `0` is the character after `/`.
  const body = JSON.stringify({ key: base64(`${prefix}/`), range_end: base64(`${prefix}0`) });
  const where = { host: '127.0.0.1', port: etcd, path: '/v3/kv/deleterange', method: 'POST', ca, cert, key };
  await new Promise<void>((resolve, reject) => {
    const sent = request({ ...where, agent: false, timeout: 30_000 }, answer => {
      answer.resume();
      if (answer.statusCode === 200) answer.on('end', resolve);
      else reject(new Error(`etcd answers ${answer.statusCode} to the removal of ${prefix}`));
    });
    sent.on('timeout', () => sent.destroy(new Error('etcd does not answer in 30 s')));
    sent.on('error', reject);
    sent.end(body);
  });
}
