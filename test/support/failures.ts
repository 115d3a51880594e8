/** Failures as sockets and amqplib tell them, and what a user sees first of our words about them. */

export function failure(message: string, code?: string | number): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}

/** What Node-RED shows of a message, which is about 80 characters. */
export function firstSentence({ message }: Error): string {
  return /^.*?[.](?= |$)/.exec(message)?.[0] ?? message;
}
