import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);

test('a command whose reader has seen enough ends in order', async () => {
  const command = `set -o pipefail; "${process.execPath}" --import=tsx src/cli.ts check claims/network-only.yaml | true`;
  await expect(run('bash', ['-c', command])).resolves.toEqual({ stdout: '', stderr: '' });
});

/** What `check` prints of the claim of the drawing, where the environment says that it is another day. */
function checkedOn(day: string) {
  const env = { ...process.env, AWS_DATE: day };
  return run(process.execPath, ['--import=tsx', 'src/cli.ts', 'check', 'claims/as-drawn.yaml'], { env });
}

test.each([
  { day: '2025-09-01', notes: 0 },
  { day: '2026-11-26', notes: 2 },
])('AWS_DATE is the day on which AWS is asked: $day', async ({ day, notes }) => {
  const { stdout } = await checkedOn(day);
  expect(stdout.split('\n').filter(line => line.startsWith('note: '))).toHaveLength(notes);
});

test.each(['tomorrow', '2025-13-01', '2025-02-30', '25-01-01'])('AWS_DATE must be a day: %s', async day => {
  await expect(checkedOn(day)).rejects.toThrow('a day is needed, such as 2025-10-01');
});
