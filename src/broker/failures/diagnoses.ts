/** Finds out what a failure of a connection means. */
import { type Diagnoses, type Diagnosis, IN_BETWEEN, NO_AMQP } from './diagnosis';
import { SOCKET_DIAGNOSES } from './socket-diagnoses';
import { TEXT_DIAGNOSES } from './text-diagnoses';

/** What came from a broker that had answered before, and cannot be read. */
const UNREADABLE: Diagnosis = {
  code: 'frame-unreadable',
  says: 'The broker sent something that cannot be read, and the connection ended.',
  more: 'Most likely a queue holds a message whose properties are damaged: look at the newest ones. It is tried again, slowly.',
  needsPerson: true,
};

export function diagnose(cause: Error): Diagnosis | undefined {
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  if (cause instanceof UnreadableFrame) return UNREADABLE;
  return find(SOCKET_DIAGNOSES, code) ?? otherVersion(cause) ?? find(TEXT_DIAGNOSES, cause.message);
}

/** A frame of a connection that stood. `cause` is what amqplib said of it. */
export class UnreadableFrame extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/**
 * A broker that speaks another version answers with the header of the version it would like: `AMQP`, then its
 * protocol, major and minor number and a revision. amqplib takes all but the first three letters and the
 * revision for the size of a frame.
 */
function otherVersion({ message }: Error): Diagnosis | undefined {
  const size = Number(/^Frame size (\d+) exceeds/.exec(message)?.[1]);
  if (size >>> 24 !== 'P'.charCodeAt(0)) return undefined;
  const [protocol = 0, major = 0, minor = 0] = [size >>> 16, size >>> 8, size].map((n) => n & 0xff);
  if (protocol > 3 || major > 9) return undefined;
  const version = versionOf(protocol, major, minor);
  return {
    code: 'other-amqp',
    says: `This port speaks AMQP ${version}, and this node 0-9-1. Check host and port.`,
    given: `Not INVERS, but AMQP ${version} answers: ${IN_BETWEEN}`,
    ...NO_AMQP,
  };
}

/** The headers of 0-8, 0-9 and 0-10 begin with 1 1; that of 1.0 with 0, or with 2 or 3 for its TLS and login. */
function versionOf(protocol: number, major: number, minor: number): string {
  if (protocol === 1) return minor === 0 ? '0-9 or 0-10' : `0-${minor}`;
  return major === 0 ? `0-${minor}` : `${major}.${minor}`;
}

function find(diagnoses: Diagnoses, text: string | undefined): Diagnosis | undefined {
  return text === undefined ? undefined : diagnoses.find(([pattern]) => pattern.test(text))?.[1];
}
