/** Foreign text made fit for a log, a status or a sentence: nothing in it moves the cursor, turns the direction or begins a line. */

/** Characters that are kept at most. */
const LONGEST = 2_000;

const SPACES = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;

/** Control characters, those that turn the direction of writing or cannot be seen, and halves of characters. */
const UNFIT =
  /[\p{Cc}\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\p{Cs}]|[\u{e0000}-\u{e007f}]/gu;

/** Line breaks become a space, what cannot be shown its number as in JavaScript, and what is too long ends with `…`. */
export function printable(text: string, longest = LONGEST): string {
  // Cut before anything is looked for: what is foreign may be megabytes.
  const isLong = text.length > longest;
  const kept = isLong ? text.slice(0, longest) : text;
  const shown = kept.replace(SPACES, ' ').replace(UNFIT, escaped);
  return isLong ? `${shown.slice(0, longest)}…` : shown;
}

function escaped(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
}
