#!/usr/bin/env bash
# Lints the descriptions of the interfaces by the tools of Redocly and AsyncAPI: docs/lint.sh
# Needs Node.js 20 and the npm registry; the tools are installed into target/.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=target/lint
npm install --prefix "$tools" --silent --no-audit --no-fund --ignore-scripts @redocly/cli@1.34.20 @asyncapi/parser@3.6.3
"$tools/node_modules/.bin/redocly" lint --config docs/redocly.yaml docs/openapi.json
NODE_PATH="$tools/node_modules" node -e '
  const {Parser} = require("@asyncapi/parser");
  new Parser().parse(require("fs").readFileSync("docs/asyncapi.json", "utf8")).then(({diagnostics}) => {
    diagnostics.forEach(found => console.log(`${found.code} ${found.path.join(".")}: ${found.message}`));
    const faults = diagnostics.filter(found => found.severity <= 1).length;
    console.log(`docs/asyncapi.json: ${faults} errors and warnings`);
    process.exit(faults ? 1 : 0);
  });'
