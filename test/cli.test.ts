import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);

test('a command whose reader has seen enough ends in order', async () => {
  const command = `set -o pipefail; "${process.execPath}" --import=tsx src/cli.ts check claims/network-only.yaml | true`;
  await expect(run('bash', ['-c', command])).resolves.toEqual({ stdout: '', stderr: '' });
});
