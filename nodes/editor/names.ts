/** Offers names while one is typed; any other text may be typed all the same. */

const ARROW_DOWN = 40;

/**
 * Offers those of `names` that begin like what is typed, or have a word that does. In a list with commas between
 * them that is the last one, and what stands before it stays. A click into the empty field shows them all.
 */
export function offerNames(
  input: JQuery,
  names: readonly string[] | (() => readonly string[]),
): void {
  const current = typeof names === 'function' ? names : () => names;
  input.autoComplete({ search: (typed) => completions(typed, current()), minLength: 0 });
  // the list puts a name in without telling anybody
  input.on('keyup', () => {
    input.trigger('input');
  });
  input.on('click', () => {
    if (input.val() === '') input.trigger($.Event('keyup', { keyCode: ARROW_DOWN }));
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
  const free = names.filter((name) => name.toLowerCase() !== begun && !chosen.includes(name));
  const beginning = free.filter((name) => name.toLowerCase().startsWith(begun));
  const within = free.filter((name) => !beginning.includes(name) && hasWord(name, begun));
  return [...beginning, ...within].map((name) => ({ value: before + name, label: name }));
}

/** `charge` is in `state_of_charge`, `plate` in `master_data.license_plate`. */
function hasWord(name: string, begun: string): boolean {
  return name
    .toLowerCase()
    .split(/[_.]/)
    .some((word) => word.startsWith(begun));
}
