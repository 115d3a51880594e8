/** What an error says: anything can be thrown, and people read the text. */
import { printable } from './printable';

/** Errors come as Errors, as texts, and from JSONata and some nodes as objects with a message. */
export function errorText(error: unknown): string {
  return printable(wordsOf(error));
}

function wordsOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const { message } = error as { message?: unknown };
  if (typeof message === 'string' && message !== '') return message;
  if (error instanceof Error) return error.name;
  try {
    return JSON.stringify(error) ?? NO_TEXT;
  } catch {
    // it refers to itself, or refuses
    return NO_TEXT;
  }
}

const NO_TEXT = 'an error without a text';
