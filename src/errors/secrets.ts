/** Takes secrets out of a text before anybody sees it, wherever the text comes from. */

/** What stands in their place. */
const HIDDEN = '***';

/** A secret this short could be a part of any word: it is taken out only where it stands alone. */
const SHORT = 4;

/** Foreign texts cut off long values: so many of a secret's first characters are as secret as all of it. */
const BEGINNING = 12;

/** The text without these secrets, as they are and as URLs, JSON and base64 write them. */
export function withoutSecrets(text: string, secrets: readonly (string | undefined)[]): string {
  const forms = new Set<string>();
  for (const secret of secrets) if (secret) for (const form of formsOf(secret)) forms.add(form);
  const long = [...forms].filter(({ length }) => length >= SHORT);
  const short = [...forms].filter(({ length }) => length < SHORT);
  return short.reduce(hideAlone, hide(text, long));
}

/** The same error, or one like it whose text and stack have none of these secrets. */
export function errorWithoutSecrets(error: Error, secrets: readonly (string | undefined)[]): Error {
  const message = withoutSecrets(error.message, secrets);
  if (message === error.message) return error;
  const { code } = error as { code?: unknown };
  return Object.assign(new Error(message), { name: error.name, ...(code ? { code } : {}) });
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  // a half of a character would have no form in a URL
  const text = bytes.toString();
  return [
    secret,
    encodeURIComponent(text),
    encodeURI(text),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    // texts on one line have a space for each line break
    secret.replace(/[\r\n]/g, ' '),
  ];
}

function hide(text: string, forms: readonly string[]): string {
  let shown = '';
  let at = 0;
  for (;;) {
    const starts = forms.map((form) => text.indexOf(form.slice(0, BEGINNING), at));
    const start = Math.min(...starts.filter((place) => place >= 0));
    if (start === Infinity) return shown + text.slice(at);
    const lengths = forms.map((form, index) =>
      starts[index] === start ? common(text, start, form) : 0,
    );
    shown += text.slice(at, start) + HIDDEN;
    at = start + Math.max(...lengths);
  }
}

/** How much of the form stands there. */
function common(text: string, start: number, form: string): number {
  let length = 0;
  while (length < form.length && text[start + length] === form[length]) length += 1;
  return length;
}

function hideAlone(text: string, secret: string): string {
  const literally = secret.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  return text.replace(
    new RegExp(`(?<![\\p{L}\\p{N}])${literally}(?![\\p{L}\\p{N}])`, 'gu'),
    HIDDEN,
  );
}
