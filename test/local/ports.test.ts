import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { choosePorts, isPortFree, portNames } from '../../src/local/ports.ts';

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

function listen(host: string): Promise<number> {
  return new Promise(resolve => {
    const server = createServer();
    servers.push(server);
    server.listen({ port: 0, host }, () => resolve((server.address() as { port: number }).port));
  });
}

describe('isPortFree', () => {
  it.each(['127.0.0.1', '0.0.0.0'])('sees a program that listens on %s', async host => {
    expect(await isPortFree(await listen(host))).toBe(false);
  });

  it('finds a port free again after its program ended', async () => {
    const port = await listen('127.0.0.1');
    await new Promise(resolve => servers.pop()?.close(resolve));
    expect(await isPortFree(port)).toBe(true);
  });
});

describe('choosePorts', () => {
  const allFree = async () => true;
  const notOurs = () => false;

  it('gives every name a port of its own', async () => {
    const { ports, moved } = await choosePorts({}, notOurs, allFree);
    expect(new Set(Object.values(ports)).size).toBe(portNames.length);
    expect(moved).toEqual([]);
  });

  it('stays out of the ranges of outgoing connections and of the usual programs', async () => {
    const { ports } = await choosePorts({}, notOurs, allFree);
    for (const port of Object.values(ports)) {
      expect(port).toBeGreaterThan(10_257);
      expect(port).toBeLessThan(30_000);
    }
  });

  it('keeps remembered ports that are free', async () => {
    const first = await choosePorts({}, notOurs, allFree);
    expect(await choosePorts(first.ports, notOurs, allFree)).toEqual({ ports: first.ports, moved: [] });
  });

  it('chooses another for a remembered port that another program has taken', async () => {
    const { ports } = await choosePorts({}, notOurs, allFree);
    const again = await choosePorts(ports, notOurs, async port => port !== ports.etcd);
    expect(again.ports.etcd).not.toBe(ports.etcd);
    expect(again.moved).toEqual([{ name: 'etcd', from: ports.etcd, to: again.ports.etcd }]);
    expect({ ...again.ports, etcd: ports.etcd }).toEqual(ports);
  });

  it('keeps a port on which our own process listens', async () => {
    const { ports } = await choosePorts({}, notOurs, allFree);
    const again = await choosePorts(
      ports,
      name => name === 'etcd',
      async port => port !== ports.etcd,
    );
    expect(again).toEqual({ ports, moved: [] });
  });
});
