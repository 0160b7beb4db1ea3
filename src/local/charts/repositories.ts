import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dump, load } from 'js-yaml';
import { parseTarGzip } from 'nanotar';
import { archiveName, digestOf } from '../../charts/package.ts';
import { type ChartPin, chartPins, repositoryHosts, repositoryUrl } from '../../charts/pins.ts';

/** What a repository answers to a GET, and to a HEAD without the body. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The chart repositories of the world, as far as they hold pinned charts. */
export interface Repositories {
  readonly hosts: readonly string[];
  /** What `https://host/path` answers. */
  answer(host: string, path: string): Answer;
}

/** A packaged chart, and what its Chart.yaml says. */
export interface PackagedChart {
  readonly pin: ChartPin;
  readonly archive: Uint8Array;
  readonly metadata: object;
}

/** Reads the packaged charts of a folder; see packagedCharts. */
export async function readPackaged(folder: string, pins = chartPins): Promise<readonly PackagedChart[]> {
  return Promise.all(
    pins.map(async pin => {
      const archive = await readFile(join(folder, archiveName(pin)));
      const files = await parseTarGzip(archive);
      const text = files.find(({ name }) => name === `${pin.name}/Chart.yaml`)?.text;
      return { pin, archive, metadata: load(text ?? '') as object };
    }),
  );
}

/** Serves charts where they are published: under an OCI repository by the distribution API, else by an index and files. */
export function repositoriesOf(charts: readonly PackagedChart[]): Repositories {
  const answers = new Map<string, Answer>();
  for (const [repository, held] of groupBy(charts, ({ pin }) => pin.repository)) {
    const url = repositoryUrl({ repository });
    const files = repository.startsWith('oci:') ? registryFiles(url.pathname, held) : indexFiles(url.pathname, held);
    for (const [path, answer] of files) answers.set(url.host + path, answer);
  }
  return {
    hosts: repositoryHosts(charts.map(({ pin }) => pin)),
    answer: (host, path) => answers.get(host + path) ?? notFound(`https://${host}${path}`, [...answers.keys()]),
  };
}

function notFound(url: string, known: readonly string[]): Answer {
  const charts = known.filter(path => /\/manifests\/[\d.]+$|\.tgz$/.test(path));
  const message = `${url} is not here; the local cluster has ${charts.join(', ')}: pin others in src/charts/pins.ts`;
  return json(404, 'application/json', { errors: [{ code: 'MANIFEST_UNKNOWN', message }] });
}

/**
 * What a registry answers of charts (the pull part of github.com/opencontainers/distribution-spec, v1.1): per chart its tags, a
 * manifest by tag and by digest, and two blobs, Chart.yaml as JSON and the .tgz (helm.sh/docs/topics/registries).
 */
function registryFiles(base: string, charts: readonly PackagedChart[]): readonly (readonly [string, Answer])[] {
  const perName = [...groupBy(charts, ({ pin }) => pin.name)];
  return [
    ['/v2/', json(200, 'application/json', {})],
    ...perName.flatMap(([name, versions]): readonly (readonly [string, Answer])[] => {
      const path = `/v2${base}/${name}`;
      const tags = versions.map(({ pin }) => pin.version);
      const list = json(200, 'application/json', { name: `${base}/${name}`.slice(1), tags });
      return [[`${path}/tags/list`, list], ...versions.flatMap(chart => registryFilesOf(path, chart))];
    }),
  ];
}

function registryFilesOf(
  path: string,
  { pin, archive, metadata }: PackagedChart,
): readonly (readonly [string, Answer])[] {
  const config = json(200, 'application/vnd.cncf.helm.config.v1+json', metadata);
  const content = { status: 200, type: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', body: archive };
  const blobs = [config, content].map(withDigest);
  const [configuration, ...layers] = blobs.map(({ type: mediaType, body, digest }) => ({
    mediaType,
    digest,
    size: body.length,
  }));
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = withDigest(json(200, mediaType, { schemaVersion: 2, mediaType, config: configuration, layers }));
  return [
    [`${path}/manifests/${pin.version}`, manifest],
    [`${path}/manifests/${manifest.digest}`, manifest],
    ...blobs.map(blob => [`${path}/blobs/${blob.digest}`, blob] as const),
  ];
}

function withDigest(answer: Answer): Answer & { readonly digest: string } {
  const digest = digestOf(answer.body);
  return { ...answer, digest, headers: { 'docker-content-digest': digest } };
}

/** What a repository of files answers: `index.yaml` (helm.sh/docs/topics/chart_repository), and the charts beside it. */
function indexFiles(base: string, charts: readonly PackagedChart[]): readonly (readonly [string, Answer])[] {
  const folder = base.endsWith('/') ? base : `${base}/`;
  const entry = ({ pin, archive, metadata }: PackagedChart) => ({
    ...metadata,
    urls: [archiveName(pin)],
    digest: digestOf(archive).replace('sha256:', ''),
  });
  const entries = Object.fromEntries(
    [...groupBy(charts, ({ pin }) => pin.name)].map(([name, versions]) => [name, versions.map(entry)]),
  );
  const index = Buffer.from(dump({ apiVersion: 'v1', entries }));
  return [
    [`${folder}index.yaml`, { status: 200, type: 'application/yaml', body: index }],
    ...charts.map(
      ({ pin, archive }) =>
        [`${folder}${archiveName(pin)}`, { status: 200, type: 'application/gzip', body: archive }] as const,
    ),
  ];
}

function json(status: number, type: string, value: object): Answer {
  return { status, type, body: Buffer.from(JSON.stringify(value)) };
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}
