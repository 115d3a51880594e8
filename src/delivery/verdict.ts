/** What the broker is told about a delivery: forget it, give it out again, or drop (dead-letter) it. */
export type Verdict = 'acknowledge' | 'requeue' | 'discard';
