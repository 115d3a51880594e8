/** Offers names while one is typed; any other text may be typed all the same. */

/**
 * Offers those of `names` that begin like what is typed. In a list with commas between them that is
 * the last one, and what stands before it stays.
 */
export function offerNames(input: JQuery, names: readonly string[]): void {
  input.autoComplete({ search: (typed) => completions(typed, names), minLength: 0 });
  // the list puts a name in without telling anybody
  input.on('keyup', () => {
    input.trigger('input');
  });
}

export interface Completion {
  value: string;
  label: string;
}

export function completions(typed: string, names: readonly string[]): Completion[] {
  const before = /^.*[\s,;]/.exec(typed)?.[0] ?? '';
  const begun = typed.slice(before.length).toLowerCase();
  const chosen = before.split(/[\s,;]+/);
  return names
    .filter((name) => name.toLowerCase().startsWith(begun) && !chosen.includes(name))
    .filter((name) => name.toLowerCase() !== begun)
    .map((name) => ({ value: before + name, label: name }));
}
