import { get } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:net';

/** Asks whether a process is ready: undefined when it is, else what is missing. */
export type Probe = () => Promise<string | undefined>;

/** Ready when all are. */
export function allProbes(...probes: Probe[]): Probe {
  return async () => {
    for (const probe of probes) {
      const missing = await probe();
      if (missing !== undefined) return missing;
    }
    return undefined;
  };
}

/** Ready when something accepts connections on a port of 127.0.0.1. */
export function tcpProbe(port: number): Probe {
  return () =>
    new Promise(resolve => {
      const socket = connect({ port, host: '127.0.0.1', timeout: 2000 });
      const end = (reason: string | undefined) => {
        socket.destroy();
        resolve(reason);
      };
      socket.once('connect', () => end(undefined));
      socket.once('timeout', () => end(`127.0.0.1:${port} does not answer`));
      socket.once('error', error => end(error.message));
    });
}

/** How to speak to a server that wants TLS. */
export interface TlsAccess {
  ca: string;
  token?: string;
  certificate?: string;
  key?: string;
}

/** Ready when `https://127.0.0.1:port/path` answers 200; what it says otherwise is the reason. */
export function httpsProbe(port: number, path: string, access: TlsAccess): Probe {
  return () =>
    new Promise(resolve => {
      const { ca, token, certificate, key } = access;
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const options = {
        host: '127.0.0.1',
        port,
        path,
        ca,
        cert: certificate,
        key,
        headers,
        timeout: 5000,
        agent: false,
      };
      const asked = request(options, answer => {
        const chunks: Buffer[] = [];
        answer.on('data', chunk => chunks.push(chunk));
        answer.on('end', () => resolve(answer.statusCode === 200 ? undefined : failing(answer.statusCode, chunks)));
        answer.on('error', error => resolve(error.message));
      });
      asked.on('timeout', () => asked.destroy(new Error('no answer in 5 s')));
      asked.on('error', error => resolve(error.message));
      asked.end();
    });
}

/** Ready when `http://127.0.0.1:port/path` answers 200. */
export function httpProbe(port: number, path: string): Probe {
  return () =>
    new Promise(resolve => {
      const asked = get({ host: '127.0.0.1', port, path, timeout: 5000, agent: false }, answer => {
        const chunks: Buffer[] = [];
        answer.on('data', chunk => chunks.push(chunk));
        answer.on('end', () => resolve(answer.statusCode === 200 ? undefined : failing(answer.statusCode, chunks)));
        answer.on('error', error => resolve(error.message));
      });
      asked.on('timeout', () => asked.destroy(new Error('no answer in 5 s')));
      asked.on('error', error => resolve(error.message));
    });
}

function failing(status: number | undefined, chunks: Buffer[]): string {
  const lines = Buffer.concat(chunks).toString('utf8').split('\n');
  const failed = lines.filter(line => line.startsWith('[-]'));
  return `${status}: ${(failed.length > 0 ? failed : lines).join('; ').slice(0, 300)}`;
}
