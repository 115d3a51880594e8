/** Makes what the editor loads: for each node type one HTML file of its bundled script and its form, its rows expanded, with labels, help and icons. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expandForm } from './lib/form-rows.mjs';
import { isMain, main, root, StepError } from './lib/run.mjs';

const source = path.join(root, 'nodes');

/** `target` is the folder of the compiled nodes. */
export async function buildEditor(target = path.join(root, 'dist', 'nodes')) {
  mkdirSync(target, { recursive: true });
  const forms = readdirSync(source).filter((name) => name.endsWith('.html'));
  const limits = await readLimits();
  await Promise.all(forms.map((name) => buildForm(target, path.basename(name, '.html'), limits)));
  copyInto(target, 'locales', path.join(source, 'locales'));
  copyInto(target, 'icons', path.join(root, 'icons'));
}

async function buildForm(target, type, limits) {
  const script = await bundle(type);
  const form = expandForm(readFileSync(path.join(source, `${type}.html`), 'utf8'), {
    type,
    limits: limits[type] ?? {},
    catalogues: readCatalogues(type),
    isConfig: /\bcategory: "config"/.test(script),
  });
  writeFileSync(
    path.join(target, `${type}.html`),
    `<script type="text/javascript">\n${script}</script>\n${form}`,
  );
}

/** The texts of a form, in every language there is. */
function readCatalogues(type) {
  return readdirSync(path.join(source, 'locales')).map((language) => {
    const file = `nodes/locales/${language}/${type}.json`;
    const exists = existsSync(path.join(root, file));
    return { file, texts: exists ? JSON.parse(readFileSync(path.join(root, file), 'utf8')) : {} };
  });
}

/** What `nodes/settings/limits.ts` exports, by node type. */
async function readLimits() {
  const code = await esbuild(path.join(source, 'settings', 'limits.ts'), 'esm');
  const { LIMITS } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  return LIMITS;
}

async function bundle(type) {
  const entry = path.join(source, `${type}.editor.ts`);
  if (!existsSync(entry)) throw new StepError(`nodes/${type}.html has no ${type}.editor.ts`);
  const script = (await esbuild(entry, 'iife')).replaceAll(/<\/(?=script)/gi, '<\\/');
  requireLiteralRegistration(type, script);
  return script;
}

async function esbuild(entry, format) {
  // Imported here, because the packages may not be installed yet when this file is loaded.
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format,
    target: 'es2020',
    charset: 'utf8',
    legalComments: 'none',
    tsconfig: path.join(root, 'tsconfig.editor.json'),
    logLevel: 'silent',
  }).catch((error) => {
    throw new StepError(error.message);
  });
  return outputFiles[0].text;
}

/** Node-RED's scorecard reads the call from the text: a type in a constant, or a wrapper, is not seen. */
function requireLiteralRegistration(type, script) {
  const call = new RegExp(`RED\\.nodes\\.registerType\\(\\s*(['"])${type}\\1\\s*,\\s*\\{`);
  if (!call.test(script)) {
    throw new StepError(
      `nodes/${type}.editor.ts does not call RED.nodes.registerType('${type}', { … }) with the type and the definition in place`,
    );
  }
}

function copyInto(folder, name, from) {
  if (existsSync(from)) cpSync(from, path.join(folder, name), { recursive: true });
}

if (isMain(import.meta)) await main(buildEditor);
