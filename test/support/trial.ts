/** Asks Node-RED to try what a form says, as the buttons in the forms do. */
import type { FlowNode } from './flow.js';

export interface SentForm {
  readonly id: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly credentials: Readonly<Record<string, string>>;
}

export interface TrialAnswer {
  readonly status: number;
  /** As it came, to look for secrets in. */
  readonly text: string;
  readonly body: Record<string, unknown>;
}

/** `${name}`, which stands for an environment variable. */
export function variable(name: string): string {
  return `\${${name}}`;
}

/** A node's form as it is open, with these values typed into it. */
export function formOf(node: FlowNode, typed: Record<string, unknown> = {}): SentForm {
  const { id, type: _type, credentials = {}, wires: _wires, ...fields } = { ...node, ...typed };
  return { id, fields, credentials };
}

export async function tryForm(url: string, path: string, body: unknown): Promise<TrialAnswer> {
  const response = await fetch(`${url}/invers/test/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, text, body: JSON.parse(text) };
}
