/** A real mail server that refuses each mail once, as one does that is short of space. */
import { createRequire } from 'node:module';
import type { AddressInfo, Server } from 'node:net';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { repositoryRoot } from '../support/node-red-home';

interface SmtpServer {
  readonly server: Server;
  listen(port: number, host: string, listening: () => void): void;
  close(closed: () => void): void;
}

interface SmtpSettings {
  readonly disabledCommands: readonly string[];
  onData(stream: Readable, session: unknown, done: (error?: Error) => void): void;
}

/** It comes without types, and is installed for the tests of the recipes only. */
const { SMTPServer } = createRequire(
  path.join(repositoryRoot, 'test/recipes/packages/package.json'),
)('smtp-server') as { SMTPServer: new (settings: SmtpSettings) => SmtpServer };

export class MailServer {
  /** With their headers. */
  readonly refused: string[] = [];
  readonly accepted: string[] = [];
  readonly #server: SmtpServer;

  static async start(): Promise<MailServer> {
    const server = new MailServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  private constructor() {
    this.#server = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      onData: (stream, _session, done) => {
        text(stream).then((mail) => done(this.#take(mail)), done);
      },
    });
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.#server.close(resolve));
  }

  #take(mail: string): Error | undefined {
    const isKnown = this.refused.some((other) => subjectOf(other) === subjectOf(mail));
    (isKnown ? this.accepted : this.refused).push(mail);
    if (isKnown) return undefined;
    return Object.assign(new Error('no space left, try again later'), { responseCode: 452 });
  }
}

/** On one line, and without its encoding. */
export function subjectOf(mail: string): string {
  const [, subject = ''] = /^Subject: (.*(?:\r?\n[ \t].*)*)/m.exec(mail) ?? [];
  return subject.replace(/\r?\n[ \t]/g, ' ');
}
