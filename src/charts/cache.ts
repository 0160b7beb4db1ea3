import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { download } from '../crds/modules.ts';
import { archiveName, type ChartFile, packageChart, readChart } from './package.ts';
import { type ChartPin, chartPins, chartsFolder } from './pins.ts';

/** A chart, read out of its module. */
export interface FetchedChart {
  readonly pin: ChartPin;
  readonly files: readonly ChartFile[];
}

/** Takes every pinned chart out of its Go module, which is downloaded when it is not there. */
export async function fetchCharts(): Promise<readonly FetchedChart[]> {
  const folders = new Map<string, ReturnType<typeof download>>();
  const modulesOf = ({ pinnedIn }: ChartPin) => {
    const found = folders.get(pinnedIn) ?? download(new URL(`${pinnedIn}/`, chartsFolder));
    folders.set(pinnedIn, found);
    return found;
  };
  return Promise.all(
    chartPins.map(async pin => {
      const module = (await modulesOf(pin)).get(pin.module);
      if (!module)
        throw new Error(`charts/${pin.pinnedIn}/go.mod: does not require ${pin.module}, which holds ${pin.name}`);
      return { pin, files: await readChart(pin, module.folder) };
    }),
  );
}

/**
 * The folder that holds every pinned chart as .tgz, below `cache`, which clones share; made when it is not there, in seconds
 * where the modules have been downloaded. Its name is the hash of all that decides what is in it.
 */
export async function packagedCharts(cache: string): Promise<string> {
  const folder = join(cache, await cacheKey());
  if (!existsSync(folder)) await writeArchives(folder, await fetchCharts());
  return folder;
}

async function writeArchives(folder: string, charts: readonly FetchedChart[]): Promise<void> {
  const half = `${folder}.${process.pid}.tmp`;
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { recursive: true });
  for (const { pin, files } of charts) await writeFile(join(half, archiveName(pin)), packageChart(pin, files));
  await mkdir(dirname(folder), { recursive: true });
  // Another clone may have made the same meanwhile; either is as good.
  await rename(half, folder).catch(async error => {
    if (!existsSync(folder)) throw error;
    await rm(half, { recursive: true, force: true });
  });
}

async function cacheKey(): Promise<string> {
  const pinned = [...new Set(chartPins.map(({ pinnedIn }) => pinnedIn))];
  const inputs = [
    ...pinned.flatMap(name => ['go.mod', 'go.sum'].map(file => new URL(`${name}/${file}`, chartsFolder))),
    new URL('package.ts', import.meta.url),
  ];
  const hash = createHash('sha256').update(JSON.stringify(chartPins));
  for (const input of inputs) hash.update(await readFile(fileURLToPath(input)));
  return hash.digest('hex').slice(0, 16);
}
