import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { chartProxy } from './proxy.ts';
import { readPackaged, repositoriesOf } from './repositories.ts';

const { port, charts, identity } = new Command('charts')
  .description('Plays the chart repositories for the provider-helm of a local cluster')
  .requiredOption('--port <port>', 'of 127.0.0.1', Number)
  .requiredOption('--charts <folder>', 'packaged charts')
  .requiredOption('--identity <folder>', 'tls.crt and tls.key')
  .parse()
  .opts<{ port: number; charts: string; identity: string }>();

const read = (name: string) => readFile(join(identity, name), 'utf8');

chartProxy({
  repositories: repositoriesOf(await readPackaged(charts)),
  server: { certificate: await read('tls.crt'), key: await read('tls.key') },
  log: line => void process.stdout.write(`${new Date().toISOString()} ${line}\n`),
}).listen(port, '127.0.0.1');
