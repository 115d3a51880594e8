/** Stands before amqplib's reading of frames: what a stranger put on a queue must not end the connection of all topics. */
import type { ChannelModel } from 'amqplib';
import { cutDeepHeaders } from './deep-headers';
import { UnreadableFrame } from './failures/diagnoses';

/** What amqplib's connection has, and its types leave out. */
interface FrameReader {
  /** What was received and not read yet. */
  rest: Buffer;
  /** Reads the next frame, and calls itself when it had to wait for more octets. */
  recvFrame(): unknown;
}

/** Channels whose next message lost the deepest part of its headers. */
const cutOn = new WeakMap<object, Set<number>>();

/** To be called once, when the connection stands. */
export function guardFrames({ connection }: ChannelModel): void {
  const reader = connection as unknown as FrameReader | undefined;
  if (typeof reader?.recvFrame !== 'function') return;
  const channels = new Set<number>();
  cutOn.set(reader, channels);
  const receive = reader.recvFrame;
  reader.recvFrame = () => {
    const channel = cutDeepHeaders(reader.rest);
    if (channel !== undefined) channels.add(channel);
    try {
      return receive.call(reader);
    } catch (error) {
      throw error instanceof UnreadableFrame ? error : new UnreadableFrame(error);
    }
  };
}

/** Whether the headers of the message that this channel has just brought were cut. */
export function wereHeadersCut({ connection }: ChannelModel, channel: object): boolean {
  const channels = connection && cutOn.get(connection);
  if (!channels || channels.size === 0) return false;
  return 'ch' in channel && channels.delete(Number(channel.ch));
}
