#!/usr/bin/env node
// A national system on node-soap, run through an exchange with a hub over mutual TLS.
//
// Prints a line for each step that passed. With --replies, saves every reply in that folder, for
// schema.py to judge. Exit codes: 0 all steps passed, 1 the hub answered otherwise than expected,
// 2 the client could not work (arguments, connection).
'use strict';

const { parseArgs } = require('node:util');

const { Documents } = require('./documents.js');
const { ExpectationFailed } = require('./hub.js');

function options() {
  const names = ['wsdl', 'endpoint', 'ca', 'sender-cert', 'sender-key'];
  names.push('receiver-cert', 'receiver-key', 'from', 'to');
  const known = [...names, 'large-mib', 'replies'].map((name) => [name, { type: 'string' }]);
  const { values } = parseArgs({ options: Object.fromEntries(known) });
  const missing = names.filter((name) => !values[name]);
  if (missing.length) throw new Error(`missing: ${missing.map((n) => `--${n}`).join(' ')}`);
  return { 'large-mib': '20', ...values };
}

async function main() {
  let step = 'start';
  try {
    const system = new Documents(options());
    for (const [name, run] of Object.entries(system.steps)) {
      step = name;
      await run();
      console.log(`ok      ${name}`);
    }
    return 0;
  } catch (error) {
    const answered = error instanceof ExpectationFailed || error instanceof TypeError || error.root;
    console.error(`${answered ? 'FAILED' : 'ERROR '}  ${step}: ${error.message}`);
    return answered ? 1 : 2;
  }
}

main().then((code) => {
  process.exitCode = code;
});
