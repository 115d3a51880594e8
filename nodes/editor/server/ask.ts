/** Asks the endpoints of this package while a form is open. */

/** jQuery knows the login of the editor. Longer than the server lets anything take. */
export function ask<Answer>(path: string, body: object): PromiseLike<Answer> {
  return $.ajax({
    url: `invers/${path}`,
    method: 'POST',
    contentType: 'application/json',
    data: JSON.stringify(body),
    timeout: 12_000,
  });
}

/** The sentence that the endpoint answers with when it cannot. */
export function reasonOf(failure: unknown): string | undefined {
  const { responseJSON } = failure as { responseJSON?: { error?: unknown } };
  return typeof responseJSON?.error === 'string' ? responseJSON.error : undefined;
}
