// Saves each route file and kamelet of a folder with Kaoto's own library, as its editor does, and compares. A save changes
// nothing in the events and examples, which integrators copy. In the others it may move lines, but each must still be there
// with the same meaning, and a second save must change nothing.
//   npm install --ignore-scripts --legacy-peer-deps && npm run check
import { build } from 'esbuild';
import { JSDOM } from 'jsdom';
import { createRequire } from 'node:module';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';

const require = createRequire(import.meta.url);
const folder = mkdtempSync(join(import.meta.dirname, '.kaoto-'));

// What only draws: no diagram is shown here.
const pictures = {
  name: 'pictures',
  setup(bundle) {
    const drawn = /^(@patternfly|@visx|@dnd-kit|monaco|@kie-tools|html-to-image|react-router)|\.(scss|css|svg|png|md)(\?.*)?$/;
    bundle.onResolve({ filter: drawn }, ({ path }) => ({ path, namespace: 'drawn' }));
    bundle.onLoad({ filter: /.*/, namespace: 'drawn' }, () => ({ contents: 'module.exports = {};' }));
  },
};

async function kaoto() {
  const { window } = new JSDOM('', { url: 'http://localhost/' });
  Object.assign(globalThis, { window, document: window.document, DOMParser: window.DOMParser });
  const outfile = join(folder, 'kaoto.cjs');
  await build({
    stdin: {
      contents: "export * from './node_modules/@kaoto/kaoto/lib/esm/models/camel/camel-resource-factory.js';",
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    plugins: [pictures],
    logLevel: 'error',
  });
  return require(outfile).CamelResourceFactory;
}

/** A list of elements in any order: Kaoto writes beans behind the routes that use them. */
const content = (text) => {
  const elements = parse(text);
  return Array.isArray(elements) ? elements.map((one) => JSON.stringify(one, sorted)).sort() : elements;
};
const sorted = (key, value) =>
  value && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
const lines = (text) => text.trimEnd().replaceAll('"', '').split('\n').sort();

let wrong = 0;
let moved = 0;
try {
  const factory = await kaoto();
  const files = readdirSync(process.argv[2], { recursive: true }).filter((name) => /\.(camel|kamelet)\.yaml$/.test(name));
  for (const name of files) {
    const path = join(process.argv[2], name);
    const save = (text) => factory.createCamelResource(text, { path }).toString();
    const text = readFileSync(path, 'utf8');
    const saved = await save(text);
    const problems = [
      [text === saved || !/^(events|examples)\//.test(name), 'a save moves its lines'],
      [isDeepStrictEqual(content(text), content(saved)), 'a save changes its content'],
      [isDeepStrictEqual(lines(text), lines(saved)), 'a save changes a line'],
      [(await save(saved)) === saved, 'a second save changes it again'],
    ].filter(([holds]) => !holds);
    problems.forEach(([, problem]) => console.log(`${name}: ${problem}`));
    wrong += problems.length;
    moved += text === saved ? 0 : 1;
  }
  console.log(`${files.length} files, ${wrong} problems; a save moves lines of ${moved}`);
} finally {
  rmSync(folder, { recursive: true });
}
process.exit(wrong ? 1 : 0);
