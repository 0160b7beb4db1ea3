import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Failure } from './account.ts';
import { accessDenied, type Operation } from './errors.ts';

/** Something that goes wrong at AWS, so many times. */
export interface Fault {
  /** `ec2/VPC`, or `*` for any kind. */
  readonly kind: string;
  readonly operation: Operation;
  /** AWS's error code; those of {@link knownFaults} bring their message. */
  readonly code: string;
  readonly message?: string;
  /** How often it still happens. */
  readonly count: number;
  /** For a creation: it fails only after the time that it takes. */
  readonly late?: boolean;
}

/** Error codes that need no message of their own. */
export const knownFaults: Readonly<Record<string, Omit<Failure, 'code'>>> = {
  AddressLimitExceeded: { message: 'The maximum number of addresses has been reached.', status: 400 },
  InsufficientInstanceCapacity: {
    message: 'We currently do not have sufficient capacity in the Availability Zone you requested.',
    status: 500,
  },
  InternalFailure: { message: 'The request processing has failed due to an unknown error.', status: 500 },
  LimitExceeded: { message: 'Cannot exceed quota for the account.', status: 409 },
  RequestLimitExceeded: { message: 'Request limit exceeded.', status: 503 },
  ResourceLimitExceeded: { message: 'Account exceeded the limit for this resource.', status: 400 },
  Throttling: { message: 'Rate exceeded', status: 400 },
  ThrottlingException: { message: 'Rate exceeded', status: 400 },
  VpcLimitExceeded: { message: 'The maximum number of VPCs has been reached.', status: 400 },
};

/** Where faults are kept: they are looked up at each operation, so they can be set while the stand-in runs. */
export interface Faults {
  /** The fault that this operation meets, counted off; undefined if it goes well. */
  meet(kind: string, operation: Operation): Fault | undefined;
}

/** The faults of an account, in `faults.json` beside it. */
export function faultsOf(
  accountFile: string,
): Faults & { list(): readonly Fault[]; set(faults: readonly Fault[]): void } {
  const file = join(dirname(accountFile), 'faults.json');
  const list = (): readonly Fault[] => {
    if (!existsSync(file)) return [];
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as Fault[];
    } catch (error) {
      throw new Error(`${file}: ${(error as Error).message}: mend or remove it`);
    }
  };
  const set = (faults: readonly Fault[]): void => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.part`, `${JSON.stringify(faults, null, 2)}\n`);
    renameSync(`${file}.part`, file);
  };
  return {
    list,
    set,
    meet: (kind, operation) => {
      const faults = list();
      const met = faults.find(
        fault => (fault.kind === kind || fault.kind === '*') && fault.operation === operation && fault.count > 0,
      );
      if (met) set(faults.flatMap(fault => (fault !== met ? [fault] : met.count > 1 ? [countedOff(met)] : [])));
      return met;
    },
  };
}

function countedOff(fault: Fault): Fault {
  return { ...fault, count: fault.count - 1 };
}

/** The error of AWS that a fault stands for. */
export function failureOf({ code, message }: Fault, kind: string, operation: Operation): Failure {
  if (/^(?:AccessDenied|UnauthorizedOperation)/.test(code)) {
    const denied = accessDenied(kind, operation);
    return { ...denied, message: message ?? denied.message };
  }
  const known = knownFaults[code];
  return { code, message: message ?? known?.message ?? `${code} was asked for.`, status: known?.status ?? 400 };
}
