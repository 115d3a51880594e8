/** Times in which nothing could be heard, in milliseconds since 1970. */

export interface Deafness {
  readonly from: number;
  /** Undefined = it goes on. */
  readonly to?: number;
}

/** When at least one of several could not be heard; in the order of time, none touches another. */
export function union(lists: readonly (readonly Deafness[])[]): readonly Deafness[] {
  const joined: { from: number; to?: number }[] = [];
  for (const { from, to } of lists.flat().sort((one, other) => one.from - other.from)) {
    const last = joined.at(-1);
    if (last === undefined || (last.to ?? Number.POSITIVE_INFINITY) < from) {
      joined.push(to === undefined ? { from } : { from, to });
    } else if (to === undefined) delete last.to;
    else if (last.to !== undefined) last.to = Math.max(last.to, to);
  }
  return joined;
}
