/** What nodes say in the log: whatever a text repeats of brokers, events and flows, nothing in it moves the cursor or begins a line. */
import { printable } from '../../../src/errors/printable';

/** A node, or the log of the runtime. */
type Teller<Level extends 'error' | 'log' | 'warn'> = Record<Level, (text: string) => void>;

export function warn(teller: Teller<'warn'>, text: string): void {
  teller.warn(printable(text));
}

export function fail(teller: Teller<'error'>, text: string): void {
  teller.error(printable(text));
}

export function inform(teller: Teller<'log'>, text: string): void {
  teller.log(printable(text));
}
