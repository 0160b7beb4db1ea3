import { pythonEnvironment } from '../../src/local/account/python.ts';

/** Makes the Python environment before the first test, as that may take a minute. */
export default async function setup(): Promise<void> {
  await pythonEnvironment({ repository: process.cwd() }, () => {});
}
