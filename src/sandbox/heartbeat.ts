/** Signs of life on one connection: sent when nothing else is, and missed when the peer is silent for too long. */

/** Octets received and sent so far. */
export interface Traffic {
  received(): number;
  sent(): number;
}

export class Heartbeat {
  #timer: NodeJS.Timeout | undefined;

  /**
   * `seconds` as agreed on, 0 = none. Twice in that time it looks whether something was sent, and sends if not;
   * a peer that was silent for two whole intervals is given up.
   */
  start(seconds: number, traffic: Traffic, send: () => void, onSilence: () => void): void {
    this.stop();
    if (seconds === 0) return;
    let sent = traffic.sent();
    let received = traffic.received();
    let silent = 0;
    this.#timer = setInterval(() => {
      if (traffic.sent() === sent) send();
      sent = traffic.sent();
      silent = traffic.received() === received ? silent + 1 : 0;
      received = traffic.received();
      if (silent >= 4) onSilence();
    }, seconds * 500);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
