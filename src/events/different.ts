/** Whether the items of a list all differ, in a time that grows with the list and no faster. */
import type { WorkLimit } from './work-limit';

export function areDifferent(items: readonly unknown[], work: WorkLimit): boolean {
  const texts = items.map((item) => {
    const text = JSON.stringify(item, inOrder);
    work.spend(text.length);
    return text;
  });
  return new Set(texts).size === texts.length;
}

/** Objects are the same whatever the order of their properties. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
