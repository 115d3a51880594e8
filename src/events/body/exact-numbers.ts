/** Numbers of a JSON text that JavaScript would change silently are put into quotes, digit by digit as they were sent. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

/** `text` must be JSON. Whole numbers beyond 2^53 become texts, and what would become infinite, or 0 without being it. */
export function exactly(text: string): string {
  let result = '';
  let copied = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfText(text, at);
    } else if (code === MINUS || (code >= ZERO && code <= NINE)) {
      const end = endOfNumber(text, at);
      const number = text.slice(at, end);
      if (!isKept(number)) {
        result += `${text.slice(copied, at)}"${number}"`;
        copied = end;
      }
      at = end;
    } else {
      at += 1;
    }
  }
  return result + text.slice(copied);
}

/** Behind the quote that ends the text which begins at `start`. */
function endOfText(text: string, start: number): number {
  for (let at = start; ; ) {
    at = text.indexOf('"', at + 1);
    if (at < 0) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return at + 1;
  }
}

function endOfNumber(text: string, start: number): number {
  const form = /[^\d.eE+-]/g;
  form.lastIndex = start;
  return form.exec(text)?.index ?? text.length;
}

/** Up to 2^53, fractions are rounded as everybody expects it. Beyond, all digits must be there. */
function isKept(number: string): boolean {
  const value = Number(number);
  if (value === 0) return !/^[^eE]*[1-9]/.test(number);
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return true;
  if (!Number.isFinite(value)) return false;
  // a large measurement is written with an exponent or a point, and says no more than a number can
  return /[.eE]/.test(number) && digitsOf(number) === digitsOf(String(value));
}

/** Those that count, whatever the exponent. */
function digitsOf(number: string): string {
  const digits = number.replace(/[eE].*$/, '').replace(/[-.]/g, '');
  return digits.replace(/^0+/, '').replace(/0+$/, '');
}
