import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packagedCharts } from '../../charts/cache.ts';
import { chartCache } from '../build.ts';
import { identity } from '../certificates.ts';
import { type Context, rank } from '../context.ts';
import { tcpProbe } from '../probe.ts';
import { logFile } from '../state.ts';
import type { Service } from '../supervisor.ts';

/** The chart repositories, played; the charts are packaged first when they are not in the cache. */
export async function chartsService({ state, ports, pki }: Context, repository: string): Promise<Service> {
  const name = 'charts';
  return {
    name,
    program: process.execPath,
    args: [
      `--import=${createRequire(import.meta.url).resolve('tsx')}`,
      join(repository, 'src', 'local', 'charts', 'main.ts'),
      `--port=${ports.charts}`,
      `--charts=${await packagedCharts(chartCache())}`,
      `--identity=${identity(pki, 'chart-repositories')}`,
    ],
    environment: {},
    directory: repository,
    log: logFile(state, name),
    rank: rank.controllers,
    ready: tcpProbe(ports.charts),
    limitSeconds: 30,
  };
}

/** Environment of a program that is to pull charts from there: a way to it and to 127.0.0.1, and whom to trust. */
export function chartsEnvironment({ ports, pki }: Context): Record<string, string> {
  const proxy = `http://127.0.0.1:${ports.charts}`;
  return {
    HTTPS_PROXY: proxy,
    HTTP_PROXY: proxy,
    NO_PROXY: '127.0.0.1,localhost',
    SSL_CERT_FILE: join(identity(pki, 'chart-repositories'), 'ca.crt'),
  };
}
