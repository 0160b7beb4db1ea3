import { InvalidArgumentError, Option } from 'commander';

/** The option of commands that depend on the day: what AWS takes and refuses changes with it. */
export function dateOption(): Option {
  return new Option('--date <day>', 'the day that AWS believes it is, such as 2025-10-01; today when left out')
    .env('AWS_DATE')
    .argParser(dayOf);
}

/** The beginning of a day, in UTC. Throws where the text is none. */
export function dayOf(text: string): Date {
  const day = new Date(`${text}T00:00:00Z`);
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== text) {
    throw new InvalidArgumentError('a day is needed, such as 2025-10-01');
  }
  return day;
}
