/** Checks for one field's value, each answering with a sentence that names the value and says what to type. */
import type { ChoiceLimits, NumberLimits } from '../settings/limits';
import {
  isHostName,
  isPath,
  isRedisUrl,
  isRedisUrlWithPassword,
  isShortName,
  readNumber,
  variableName,
} from '../settings/texts';
import { quoted } from './quoted';
import type { EditorNode, Validator } from './red';

/** `${NAME}`, which Node-RED replaces with an environment variable when the flow starts: nothing to check before. */
export function isEnvironmentVariable(value: unknown): boolean {
  return typeof value === 'string' && variableName(value) !== undefined;
}

/** What is typed or stored. Spaces at its ends do no harm: the runtime takes them off. */
function typed(value: unknown): string {
  return String(value ?? '').trim();
}

/** The value that the open form shows for a property, or else the stored one: a form's fields may depend on each other. */
export function shownValue(node: EditorNode, property: string): unknown {
  for (const prefix of ['#node-config-input-', '#node-input-']) {
    const input = $(prefix + property);
    if (input.length > 0) {
      return input.is(':checkbox') ? input.prop('checked') : input.val();
    }
  }
  return node[property];
}

/** The choice that a select of the open form shows, or else the stored one; the default where nothing is stored. */
export function chosen<Choice extends string>(
  node: EditorNode,
  property: string,
  { default: usual }: ChoiceLimits<Choice>,
): string {
  return typed(shownValue(node, property)) || usual;
}

/** A check that is made only while `condition` holds, for fields that another field hides. */
export function onlyIf<Node extends EditorNode>(
  condition: (node: Node) => boolean,
  check: Validator<Node>,
): Validator<Node> {
  return function (value, options) {
    return condition(this) ? check.call(this, value, options) : true;
  };
}

/** The text must not be empty. */
export function text(missing: string): Validator<EditorNode> {
  return function (value, _options) {
    return typed(value) === '' ? this._(missing) : true;
  };
}

/** The name of something on a broker must not be longer than AMQP can say. */
export function brokerName(tooLong: string): Validator<EditorNode> {
  return function (value, _options) {
    return isShortName(typed(value)) ? true : this._(tooLong);
  };
}

/** The first of the checks that has something to say. */
export function each<Node extends EditorNode>(...checks: Validator<Node>[]): Validator<Node> {
  return function (value, options) {
    for (const check of checks) {
      const validity = check.call(this, value, options);
      if (validity !== true) return validity;
    }
    return true;
  };
}

/** The password must not be empty. It may be spaces: nothing is taken off a password. */
export function password(missing: string): Validator<EditorNode> {
  return function (value, _options) {
    return value ? true : this._(missing);
  };
}

/** The value must be one of the choices. Nothing stored, as in a flow of an earlier version, stands for the default. */
export function oneOf({ choices }: ChoiceLimits, message: string): Validator<EditorNode> {
  return checked(
    (text) => text === '' || choices.includes(text),
    (text, node) => node._(message, { value: quoted(text) }),
  );
}

/** The number must lie within the limits. An empty field stands for the default, which it shows in grey. */
export function number(limits: NumberLimits, message: string): Validator<EditorNode> {
  const { min, max, default: usual } = limits;
  return checked(
    (text) => text === '' || readNumber(text, limits) !== undefined,
    (text, node) => node._(message, { value: quoted(text), min, max, default: usual }),
  );
}

/** The name of a host alone: no `amqps://`, no port, no path. */
export function hostName(message: string): Validator<EditorNode> {
  return checked(isHostName, (text, node) => node._(message, { value: quoted(text) }));
}

/** Where something stands in an event's data; empty stands for the default. */
export function path(message: string): Validator<EditorNode> {
  return checked(
    (text) => text === '' || isPath(text),
    (text, node) => node._(message, { value: quoted(text) }),
  );
}

/** The address of a Redis; empty stands for the default. It is not repeated in the message: a password may stand in it. */
export function redisUrl(messages: { wrong: string; password: string }): Validator<EditorNode> {
  return checked(
    (text) => text === '' || (isRedisUrl(text) && !isRedisUrlWithPassword(text)),
    (text, node) => node._(isRedisUrlWithPassword(text) ? messages.password : messages.wrong),
  );
}

/** An environment variable, or a text that fits. */
function checked(
  fits: (text: string) => boolean,
  problem: (text: string, node: EditorNode) => string,
): Validator<EditorNode> {
  return function (value, _options) {
    const text = typed(value);
    return isEnvironmentVariable(text) || fits(text) ? true : problem(text, this);
  };
}

/** The id must be that of a config node that exists, and that is itself filled in. */
export function configNode(messages: {
  missing: string;
  gone: string;
  invalid: string;
}): Validator<EditorNode> {
  return function (value, _options) {
    // The editor's select answers `_ADD_` while nothing is chosen.
    if (!value || value === '_ADD_') return this._(messages.missing);
    const node = RED.nodes.node(String(value));
    if (!node) return this._(messages.gone, { value: quoted(value) });
    return node.valid === false ? this._(messages.invalid) : true;
  };
}

/** Where something stands in a message: a property, or a JSONata expression, by what `typeField` says; it may be empty. */
export function messageValue(typeField: string, message: string): Validator<EditorNode> {
  return function (value, _options) {
    const text = typed(value);
    if (text === '' || isEnvironmentVariable(text)) return true;
    const type = String(shownValue(this, typeField) || 'msg');
    const valid = RED.utils.validateTypedProperty(value, type, {});
    return valid === true || this._(message, { value: quoted(text), reason: quoted(valid) });
  };
}
