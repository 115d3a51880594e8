/** The yardstick: amqplib alone, which takes each message and acknowledges it, and looks into none. */
import path from 'node:path';
import type { Contestant } from '../contestant';

export const rawAmqplib: Contestant = {
  name: 'raw amqplib',
  prepare: () => ({ file: path.join(__dirname, 'raw-amqplib-process.js') }),
};
