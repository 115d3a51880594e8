/** Lines of a form that warn of what is allowed, but lets others read on the way or pretend to be the server. */
import { isThisMachine } from '../settings/texts';

export interface FormConnection {
  /** undefined = the form has no connection now */
  readonly host: string | undefined;
  readonly isEncrypted: boolean;
}

/**
 * Shows `#<type>-plain` and `#<type>-unverified` where they hold, whenever one of the fields changes.
 * The form has a field `tls` for the TLS configuration.
 */
export function showConnectionWarnings(
  type: string,
  fields: readonly string[],
  connection: () => FormConnection,
): void {
  const field = (name: string): JQuery => $(`#node-config-input-${name}`);
  const show = (): void => {
    const { host, isEncrypted } = connection();
    const isFar = host !== undefined && !isThisMachine(host);
    $(`#${type}-plain`).toggle(isFar && !isEncrypted);
    const tls = RED.nodes.node(String(field('tls').val() ?? ''));
    const isUnverified = tls?.['verifyservercert'] === false;
    $(`#${type}-unverified`).toggle(host !== undefined && isEncrypted && isUnverified);
  };
  for (const name of [...fields, 'tls']) field(name).on('input change', show);
  show();
}
