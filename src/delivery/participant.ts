/** Whoever remembers something because of an event, until it is known how the event ends. */

export interface Participant {
  /**
   * The event is done with: what was decided because of it counts from now on. Called before the
   * acknowledgement leaves, which waits for the promise, if there is one, for a limited time.
   */
  commit(): Promise<void> | undefined;
  /** The broker gives the event out again: what was decided because of it never was. */
  undo(): void;
}

/**
 * Tells each of them once, the last to enlist first: what is remembered further behind in the flow is
 * written by then, when those before it let the event through no more. Returns a promise only where
 * somebody needs time; it never rejects. One that throws keeps neither the others nor the answer back:
 * it has to tell itself what went wrong.
 */
export function tellAll(
  participants: readonly Participant[] | undefined,
  isDone: boolean,
): Promise<unknown> | undefined {
  let waiting: Promise<unknown>[] | undefined;
  for (let at = (participants?.length ?? 0) - 1; at >= 0; at--) {
    const participant = participants?.[at] as Participant;
    const committed = tell(participant, isDone);
    if (committed !== undefined) {
      waiting ??= [];
      waiting.push(committed);
    }
  }
  return waiting && Promise.allSettled(waiting);
}

function tell(participant: Participant, isDone: boolean): Promise<void> | undefined {
  try {
    if (isDone) return participant.commit();
    participant.undo();
  } catch {
    // the worst that follows: what it remembers is as if the process had been killed at this moment
  }
  return undefined;
}
