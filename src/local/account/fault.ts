import type { AccountFault } from './control.ts';

const moments = ['before', 'after', 'late'] as const;

/** A fault as a person writes it: `ACTION=eks.CreateCluster CODE=AccessDenied COUNT=1 WHEN=late MATCHING=team-a`. */
export interface FaultWords {
  readonly action?: string;
  readonly code?: string;
  readonly count?: string;
  readonly when?: string;
  readonly matching?: string;
  readonly message?: string;
}

/** The fault that the words ask for. Throws an Error that says all that is wrong with them. */
export function faultOf({ action, code, count, when, matching, message }: FaultWords): AccountFault {
  const problems: string[] = [];
  const [, service = '*', of = '*'] = /^([a-z0-9-]+|\*)\.([A-Za-z0-9]+|\*)$/.exec(action ?? '') ?? [];
  if (!action) problems.push('ACTION is missing: the call that fails, as eks.CreateCluster, ec2.* or *.*');
  else if (action !== `${service}.${of}`) {
    problems.push(`ACTION=${action}: a service and its action as in policies, as eks.CreateCluster, ec2.* or *.*`);
  }
  if (!code) problems.push("CODE is missing: AWS's error code, as AccessDeniedException or ThrottlingException");
  else if (!/^[A-Za-z][A-Za-z0-9.]*$/.test(code)) {
    problems.push(`CODE=${code}: one of AWS's error codes, as AccessDeniedException or InvalidSubnetID.NotFound`);
  }
  if (count !== undefined && !/^[1-9]\d*$/.test(count)) {
    problems.push(`COUNT=${count}: how often it is to happen, 1 or more; left out: until "make fault CLEAR=1"`);
  }
  const moment = moments.find(one => one === (when ?? 'before'));
  if (!moment) {
    problems.push(
      `WHEN=${when}: before (refused), after (carried out, and answered with the error) or late (accepted, and failing when its time has passed)`,
    );
  }
  if (!code || !moment || problems.length > 0) throw new Error(problems.join('\n'));
  return {
    service,
    action: of,
    code,
    count: count === undefined ? null : Number(count),
    when: moment,
    ...(matching ? { matching } : {}),
    ...(message ? { message } : {}),
  };
}

/** A line for each fault. */
export function faultLines(faults: readonly AccountFault[]): readonly string[] {
  if (faults.length === 0) return ['no faults: everything goes as AWS lets it'];
  return faults.map(({ service, action, code, count = null, when = 'before', matching, message }) => {
    const times = count === null ? 'until lifted' : count === 1 ? 'once' : `${count} times`;
    const calls = `${service}.${action}${matching === undefined ? '' : ` with ${JSON.stringify(matching)}`}`;
    const how = { before: 'is refused', after: 'is carried out, but answered', late: 'fails at its end' }[when];
    return `${calls} ${how} with ${code}${message === undefined ? '' : `: ${message}`}, ${times}`;
  });
}
