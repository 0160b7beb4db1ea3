/** The errors by which AWS's APIs say that too many calls are made: those that its SDKs try again after a pause. */
const throttled =
  /api error (?:\w*Throttl\w*|RequestLimitExceeded|TooManyRequestsException|PriorRequestNotComplete|LimitExceededException: Rate exceeded)\b/;

/** What AWS says to someone who may not do something, in any of its services. */
const denied =
  /User: (arn:\S+) is not authorized to perform: ([\w-]+:\w+)(?: on resource: ((?:role |user |policy )?\S+))?(?: (because no [\w -]+? policy allows|with an explicit deny in an? [\w -]+? policy))?/;

/** What is another one in each answer, though it is the same that AWS says. */
const passing = [/RequestID: [\w-]+/g, /HostID: \S+/g, /Encoded authorization failure message: \S+/g];

/** A provider's message without what is another one at each try. */
export function withoutIds(message: string): string {
  return passing.reduce((text, pattern) => text.replaceAll(pattern, ''), message);
}

/** What to say of a message by which AWS asks for fewer calls; undefined of any other. */
export function throttling(message: string): string | undefined {
  return throttled.test(message)
    ? 'throttled: AWS takes no more calls for the moment; the provider tries again by itself'
    : undefined;
}

/** Which permission is missing in AWS, by AWS's words in a message, and who gives it; undefined where none is. */
export function missingAwsPermission(message: string): string | undefined {
  const [, user, action, resource, reason = ''] = denied.exec(message) ?? [];
  if (user === undefined) return undefined;
  const who = user.replace(/^arn:[\w-]+:sts::(\d+):assumed-role\/([^/]+)\/.*$/, 'role $2 of account $1');
  const on = resource === undefined || resource === '*' ? '' : ` on ${resource}`;
  return `a permission is missing in AWS: ${who} may not ${action}${on}; ${remedyFor(reason)}`;
}

function remedyFor(reason: string): string {
  const [, policy] = /explicit deny in (an? .+? policy)$/.exec(reason) ?? [];
  if (policy) return `${policy} denies it, which no other policy outweighs`;
  const [, missing = 'identity-based'] = /^because no (.+?) policy allows$/.exec(reason) ?? [];
  return `no ${missing} policy allows it`;
}
