import { Command } from 'commander';
import { FindingsError } from './crossplane/finding.ts';

const program = new Command('platform').description('Generates, proves and checks the platform package.');

/** A command fails when it says so, or by an error. */
const done = (succeeded: boolean) => {
  if (!succeeded) process.exitCode = 1;
};

program
  .command('crds')
  .description('take the pinned CRDs out of their Go modules')
  .action(async () => (await import('./commands/crds.ts')).crds());
program
  .command('imports')
  .description('make the types of the pinned CRDs')
  .action(async () => (await import('./commands/imports.ts')).imports());
program
  .command('synth')
  .description('generate XRDs, Compositions and JSON schemas')
  .action(async () => (await import('./commands/synth.ts')).synth());
program
  .command('verify')
  .description('fail when a generated file is not what its source says')
  .action(async () => done((await import('./commands/verify.ts')).verify()));
program
  .command('check')
  .description('check claims against their APIs')
  .argument('[files...]', 'manifests; all of claims/ when left out')
  .action(async (files: string[]) => done(await (await import('./commands/check.ts')).check(files)));

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof FindingsError) {
    console.error(`${error.message}\nproblems: ${error.findings.length}; nothing was written`);
  } else console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
