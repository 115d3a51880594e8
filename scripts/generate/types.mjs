/** From the JSON Schemas to TypeScript. */
import { tools } from '../lib/tools.mjs';

const HEAD = `/** The types of INVERS events, made from the catalogue by \`npm run generate\`: change that, not this. */
`;

export async function makeTypes(catalogue, schemas) {
  const { compile } = await import('json-schema-to-typescript');
  const envelope = schemas.get('envelope');
  const definitions = { EventMetadata: envelope.properties.metadata };
  for (const [name, schema] of schemas) {
    if (name !== 'envelope') definitions[schema.title] = schema;
  }
  const code = await compile(
    { $defs: Object.fromEntries(Object.entries(definitions).map(forCompiler)) },
    'Root',
    {
      bannerComment: '',
      unreachableDefinitions: true,
      additionalProperties: true,
      format: false,
    },
  );
  const events = catalogue.EVENT_TYPES.map(eventOf);
  const union = events.map(({ name }) => name).join(' | ');
  const own = [
    ...events.map(({ code: declaration }) => declaration),
    `/** Any event whose type is known; \`metadata.type\` tells which. */\nexport type KnownEvent = ${union};`,
  ];
  return formatted(`${HEAD}${withoutRoot(code)}\n${own.join('\n\n')}\n`);
}

function eventOf({ type, meaning, majorVersion }) {
  const metadata = [
    `type: '${type}'`,
    ...(majorVersion === undefined ? [] : [`schema_major_version: ${majorVersion}`]),
  ];
  const code = `/** ${meaning} */\nexport interface ${type} { metadata: EventMetadata & { ${metadata.join('; ')} }; data: ${type}Data }`;
  return { name: type, code };
}

/** The compiler knows neither our references nor our annotations. */
function forCompiler([name, schema]) {
  const { $schema, $id, $defs, if: condition, then, additionalProperties, ...rest } = schema;
  const prepared = { type: 'object', ...withTypes(rest), title: name };
  if (then === undefined) return [name, prepared];
  const { title, description, ...open } = prepared;
  return [name, { title, description, allOf: [{ $ref: '#/$defs/VehicleState' }, open] }];
}

/** Known values are offered, and any other text is taken. */
function withTypes(schema) {
  const values = schema['x-extensible-enum'];
  const result = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === 'properties'
        ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withTypes(each)]))
        : key === 'items'
          ? withTypes(value)
          : value,
    ]),
  );
  if (values === undefined) return result;
  const known = values.map((value) => `'${value}'`).join(' | ');
  const isNullable = [schema.type].flat().includes('null');
  const open = `${known} | (string & Record<never, never>)${isNullable ? ' | null' : ''}`;
  return { ...result, tsType: `(${open})` };
}

/** The compiler insists on a type of the whole, and on telling where each type comes from: of no use to a reader. */
function withoutRoot(code) {
  return code
    .replace(/export interface Root \{[\s\S]*?\n\}/, '')
    .replaceAll(
      / \*\n \* This interface was referenced by `Root`'s JSON-Schema\n \* via .*\n/g,
      '',
    );
}

async function formatted(code) {
  const { spawn } = await import('node:child_process');
  const child = spawn(process.execPath, [
    tools.biome,
    'format',
    '--stdin-file-path=src/events/event-types.generated.ts',
  ]);
  return new Promise((resolve, reject) => {
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.once('error', reject);
    child.once('close', () => resolve(Buffer.concat(output).toString('utf8')));
    child.stdin.end(code);
  });
}
