import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { KeyPair } from '../certificates.ts';
import type { Repositories } from './repositories.ts';

export interface ProxyOptions {
  readonly repositories: Repositories;
  /** For the repositories' hosts, of an authority that the clients trust. */
  readonly server: KeyPair;
  /** Is told each request in a line. */
  readonly log: (line: string) => void;
}

/**
 * A forward proxy that leads nowhere: to a client that asks it for a tunnel (CONNECT) to a chart repository it is that repository,
 * and every other host it refuses. So Helm pulls from the addresses that a Release names, and nothing leaves the machine.
 */
export function chartProxy({ repositories, server, log }: ProxyOptions): Server {
  const { hosts } = repositories;
  const secure = createTlsServer({ cert: server.certificate, key: server.key }, (request, response) => {
    const host = (request.headers.host ?? '').replace(/:443$/, '');
    const { status, type, body, headers } = repositories.answer(host, (request.url ?? '/').replace(/\?.*/, ''));
    log(`${status} ${request.method} https://${host}${request.url}`);
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead) return refuse(response, 405, `${request.method} is not for a repository that is only read`);
    response.writeHead(status, { 'content-type': type, 'content-length': body.length, ...headers });
    response.end(request.method === 'GET' ? body : undefined);
  });
  secure.on('tlsClientError', error => log(`TLS: ${error.message}`));

  const proxy = createServer((request, response) => {
    log(`403 ${request.method} ${request.url}`);
    refuse(response, 403, refusal(request.url ?? '', hosts));
  });
  proxy.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', error => log(`${request.url}: ${error.message}`));
    const target = request.url ?? '';
    if (!hosts.some(host => target === `${host}:443`)) {
      log(`403 CONNECT ${target}`);
      // A client shows the status line and not the body.
      socket.end(`HTTP/1.1 403 ${refusal(target, hosts)}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
      return;
    }
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (head.length > 0) socket.unshift(head);
    secure.emit('connection', socket);
  });
  return proxy;
}

function refusal(target: string, hosts: readonly string[]): string {
  return `the local cluster reaches ${hosts.join(' and ')} and not ${target}`;
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(`${why}\n`);
}
