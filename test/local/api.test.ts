import { createServer, type Server } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api, ApiError } from '../../src/local/api.ts';
import { createAuthority, issueCertificate } from '../../src/local/certificates.ts';
import { kubeconfigText, readManifests } from '../../src/local/manifest.ts';

interface Asked {
  method: string | undefined;
  url: string | undefined;
  type: string | undefined;
  token: string | undefined;
  body: string;
}

let server: Server;
let api: Api;
const asked: Asked[] = [];

beforeAll(async () => {
  const authority = await createAuthority('test');
  const { certificate, key } = await issueCertificate(authority, { name: 'api', use: 'server', hosts: ['127.0.0.1'] });
  server = createServer({ cert: certificate, key }, async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method, url, headers } = request;
    asked.push({ method, url, type: headers['content-type'], token: headers.authorization, body });
    const group = {
      resources: [
        { name: 'things', kind: 'Thing', namespaced: true },
        { name: 'things/status', kind: 'Thing', namespaced: true },
      ],
    };
    if (url === '/apis/example.org/v1') response.end(JSON.stringify(group));
    else if (url?.includes('/things/good')) response.end(body);
    else {
      response.statusCode = url?.includes('/things/') ? 422 : 404;
      response.end(JSON.stringify({ kind: 'Status', reason: 'Invalid', message: 'spec.size: too large' }));
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as { port: number };
  const config = new KubeConfig();
  config.loadFromString(
    kubeconfigText({
      server: `https://127.0.0.1:${port}`,
      authority: authority.certificate,
      token: 'secret',
      name: 'test',
    }),
  );
  api = new Api(config);
});
afterAll(() => server.close());

const thing = (name: string, spec: unknown) => ({
  apiVersion: 'example.org/v1',
  kind: 'Thing',
  metadata: { name, namespace: 'team' },
  spec,
});

describe('Api', () => {
  it('applies an object as it is, with the words that a typed client would lose', async () => {
    const object = thing('good', { default: 1, enum: ['a'], 'x-kubernetes-preserve-unknown-fields': true });
    await api.apply(object);
    expect(asked.at(-1)).toEqual({
      method: 'PATCH',
      url: '/apis/example.org/v1/namespaces/team/things/good?fieldManager=tekanya-local&force=true',
      type: 'application/apply-patch+yaml',
      token: 'Bearer secret',
      body: JSON.stringify(object),
    });
  });

  it('sends a deletion with its options, and the connection can be used again', async () => {
    const path = '/apis/example.org/v1/namespaces/team/things/good';
    for (const uid of ['a', 'b']) {
      const options = { preconditions: { uid } };
      expect(await api.send('DELETE', path, options)).toEqual(options);
    }
  });

  it("passes the server's reason on, with the object's name", async () => {
    const refused = await api.apply(thing('bad', {})).catch(error => error);
    expect(refused).toBeInstanceOf(ApiError);
    expect(refused).toMatchObject({
      status: 422,
      reason: 'Invalid',
      message: 'Thing/team/bad could not be applied: spec.size: too large',
    });
  });

  it('says when a kind is not served', async () => {
    await expect(api.apply({ ...thing('good', {}), kind: 'Other' })).rejects.toThrow(
      'the API server has no kind Other in example.org/v1',
    );
  });
});

it('reads manifests of any number of documents, empty ones too', () => {
  expect(readManifests('---\n---\nkind: A\n---\n# nothing\n---\nkind: B\n').map(({ kind }) => kind)).toEqual([
    'A',
    'B',
  ]);
});
