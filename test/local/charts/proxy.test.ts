import { once } from 'node:events';
import { request, type Server } from 'node:http';
import { get } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:tls';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digestOf, packageChart } from '../../../src/charts/package.ts';
import type { ChartPin } from '../../../src/charts/pins.ts';
import { createAuthority, issueCertificate } from '../../../src/local/certificates.ts';
import { chartProxy } from '../../../src/local/charts/proxy.ts';
import { repositoriesOf } from '../../../src/local/charts/repositories.ts';

const pin = (name: string, version: string, repository: string): ChartPin => ({
  name,
  version,
  repository,
  appVersion: version,
  pinnedIn: 'x',
  module: 'x',
  folder: 'x',
});

const charts = [
  pin('one', '1.0.0', 'oci://registry.example/team'),
  pin('one', '1.1.0', 'oci://registry.example/team'),
  pin('two', '2.0.0', 'https://pages.example/charts/'),
].map(one => {
  const metadata = { apiVersion: 'v2', name: one.name, version: one.version };
  const archive = packageChart(one, [{ name: 'Chart.yaml', data: Buffer.from(JSON.stringify(metadata)) }]);
  return { pin: one, metadata, archive };
});

const [older, , two] = charts;
const lines: string[] = [];
let proxy: Server;
let authority: string;

beforeAll(async () => {
  const made = await createAuthority('test');
  authority = made.certificate;
  const repositories = repositoriesOf(charts);
  const server = await issueCertificate(made, { name: 'charts', use: 'server', hosts: [...repositories.hosts] });
  proxy = chartProxy({ repositories, server, log: line => lines.push(line) });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => proxy.close());

/** Asks for a tunnel, as every client of a proxy does: the status and reason of the answer, and the tunnel. */
async function tunnel(target: string): Promise<{ status: string; socket: Socket }> {
  const asked = request({
    port: (proxy.address() as AddressInfo).port,
    host: '127.0.0.1',
    method: 'CONNECT',
    path: target,
    agent: false,
  });
  asked.end();
  const [answer, socket] = await once(asked, 'connect');
  return { status: `${answer.statusCode} ${answer.statusMessage}`, socket };
}

async function fetchThrough(host: string, path: string, method = 'GET') {
  const { socket } = await tunnel(`${host}:443`);
  const secure = connect({ socket, servername: host, ca: authority });
  const asked = get({ host, headers: { host }, path, method, createConnection: () => secure });
  const [answer] = await once(asked, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) };
}

describe('an OCI repository', () => {
  const manifests = '/v2/team/one/manifests';

  test('gives a chart by tag: its manifest, Chart.yaml and the .tgz, each by its digest', async () => {
    const { body, headers } = await fetchThrough('registry.example', `${manifests}/1.0.0`);
    expect(headers).toMatchObject({
      'content-type': 'application/vnd.oci.image.manifest.v1+json',
      'docker-content-digest': digestOf(body),
    });
    const manifest = JSON.parse(body.toString());
    expect(manifest.config.mediaType).toBe('application/vnd.cncf.helm.config.v1+json');
    expect(manifest.layers).toEqual([
      {
        mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
        digest: digestOf(older?.archive ?? ''),
        size: older?.archive.length,
      },
    ]);
    const blob = (digest: string) => fetchThrough('registry.example', `/v2/team/one/blobs/${digest}`);
    expect((await blob(manifest.layers[0].digest)).body).toEqual(Buffer.from(older?.archive ?? []));
    expect(JSON.parse((await blob(manifest.config.digest)).body.toString())).toEqual(older?.metadata);
    expect((await fetchThrough('registry.example', `${manifests}/${digestOf(body)}`)).body).toEqual(body);
  });

  test('tells the length and digest without the content', async () => {
    const whole = await fetchThrough('registry.example', `${manifests}/1.1.0`);
    const { status, headers, body } = await fetchThrough('registry.example', `${manifests}/1.1.0`, 'HEAD');
    expect({ status, length: headers['content-length'], digest: headers['docker-content-digest'], body }).toEqual({
      status: 200,
      length: String(whole.body.length),
      digest: digestOf(whole.body),
      body: Buffer.alloc(0),
    });
  });

  test('lists the versions of a chart', async () => {
    const { body } = await fetchThrough('registry.example', '/v2/team/one/tags/list');
    expect(JSON.parse(body.toString())).toEqual({ name: 'team/one', tags: ['1.0.0', '1.1.0'] });
  });

  test('says what there is when asked for another version', async () => {
    const { status, body } = await fetchThrough('registry.example', `${manifests}/1.2.0`);
    expect(status).toBe(404);
    expect(JSON.parse(body.toString()).errors[0].message).toBe(
      'https://registry.example/v2/team/one/manifests/1.2.0 is not here; the local cluster has registry.example/v2/team/one/manifests/1.0.0, registry.example/v2/team/one/manifests/1.1.0, pages.example/charts/two-2.0.0.tgz: pin others in src/charts/pins.ts',
    );
  });

  test('is only read', async () => {
    expect((await fetchThrough('registry.example', `${manifests}/1.0.0`, 'DELETE')).status).toBe(405);
  });
});

test('a repository of files gives an index, and the charts that it names', async () => {
  const { body } = await fetchThrough('pages.example', '/charts/index.yaml');
  const digest = digestOf(two?.archive ?? '').replace('sha256:', '');
  expect(load(body.toString())).toEqual({
    apiVersion: 'v1',
    entries: { two: [{ ...two?.metadata, urls: ['two-2.0.0.tgz'], digest }] },
  });
  const archive = await fetchThrough('pages.example', '/charts/two-2.0.0.tgz');
  expect(archive.body).toEqual(Buffer.from(two?.archive ?? []));
});

describe('what is no chart repository', () => {
  test.each(['github.com:443', 'registry.example:80', 'registry.example.evil:443'])('%s is refused', async target => {
    const { status, socket } = await tunnel(target);
    socket.destroy();
    expect(status).toBe(`403 the local cluster reaches registry.example and pages.example and not ${target}`);
    expect(lines.at(-1)).toBe(`403 CONNECT ${target}`);
  });

  test('is refused without TLS too', async () => {
    const { port } = proxy.address() as AddressInfo;
    const asked = request({ port, host: '127.0.0.1', path: 'http://mirror.example/index.yaml', agent: false });
    asked.end();
    const [answer] = await once(asked, 'response');
    answer.resume();
    expect(answer.statusCode).toBe(403);
  });
});
