/** The catalogue of events as the generators read it: straight from its sources, so that no build has to come first. */
import path from 'node:path';
import { root } from '../lib/run.mjs';

export async function loadCatalogue() {
  // Imported here, because the packages may not be installed yet when this file is loaded.
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    stdin: {
      contents: ['catalogue', 'catalogue/envelope', 'catalogue/vehicle-state', 'catalogue/other']
        .map((name) => `export * from './${name}';`)
        .join('\n'),
      resolveDir: path.join(root, 'src', 'events'),
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
  });
  const source = Buffer.from(outputFiles[0].contents).toString('base64');
  return import(`data:text/javascript;base64,${source}`);
}
