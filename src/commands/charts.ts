import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fetchCharts, packagedCharts } from '../charts/cache.ts';
import { factsText } from '../charts/facts.ts';
import { factsOf } from '../charts/package.ts';
import { chartPins, chartsFolder, factsFile } from '../charts/pins.ts';
import { chartCache } from '../local/build.ts';

/**
 * `make charts`: takes the charts of src/charts/pins.ts out of the Go modules of charts/, writes what they say of their values
 * into charts/, and packages them for the local cluster.
 */
export async function charts(): Promise<void> {
  const before = await goSums();
  for (const { pin, files } of await fetchCharts()) {
    const text = factsText(factsOf(pin, files), pin);
    await writeFile(factsFile(pin), text);
    console.log(`charts/${pin.pinnedIn}/${pin.name}.yaml: ${(text.length / 1024).toFixed(0)} KB`);
  }
  if ((await goSums()) !== before) console.log('charts/*/go.sum: has new lines; look at them and commit them');
  await removeStrays();
  console.log(`charts: ${chartPins.length} charts, packaged in ${await packagedCharts(chartCache())}`);
}

/** Facts of charts that are not pinned any more. */
async function removeStrays(): Promise<void> {
  const wanted = new Set(chartPins.map(pin => factsFile(pin).href));
  for (const name of await readdir(chartsFolder, { recursive: true })) {
    const file = new URL(name, chartsFolder);
    if (!name.endsWith('.yaml') || wanted.has(file.href)) continue;
    await rm(file);
    console.log(`charts/${name}: removed, no such chart is pinned`);
  }
}

async function goSums(): Promise<string> {
  const names = (await readdir(chartsFolder, { recursive: true })).filter(name => name.endsWith('go.sum')).sort();
  return (await Promise.all(names.map(name => readFile(new URL(name, chartsFolder), 'utf8')))).join('\n');
}
