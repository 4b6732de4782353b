// One connection to a hub through node-soap, and the checks that every step shares.
'use strict';

const fs = require('node:fs');
const https = require('node:https');
const path = require('node:path');

const soap = require('soap');

const TIMEOUT_MS = 120_000;

class ExpectationFailed extends Error {}

function expect(condition, message) {
  if (!condition) throw new ExpectationFailed(message);
}

function expectEqual(got, wanted, what) {
  expect(got === wanted, `${what}: got ${short(got)}, wanted ${short(wanted)}`);
}

function short(value) {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length < 200 ? text : `${text.slice(0, 200)}…`;
}

/** The rows of an array element that may be empty or hold one row. */
function rows(result, name) {
  return [result?.[name] ?? []].flat();
}

/** The hub as one certificate holder sees it. */
class Hub {
  /** The operations that were called, whatever came back. */
  static called = new Set();

  static async connect(options, certificate, key) {
    const files = { ca: fs.readFileSync(options.ca) };
    if (certificate) {
      files.cert = fs.readFileSync(certificate);
      files.key = fs.readFileSync(key);
    }
    const description = { httpsAgent: new https.Agent(files), proxy: false };
    const client = await soap.createClientAsync(
      options.wsdl,
      { wsdl_options: description, preserveWhitespace: true },
      options.endpoint,
    );
    const limits = { proxy: false, timeout: TIMEOUT_MS };
    client.setSecurity(new soap.ClientSSLSecurity(files.key, files.cert, files.ca, limits));
    return Object.assign(new Hub(), { client, replies: options.replies });
  }

  operations() {
    return Object.keys(this.client.describe().DeliveryService.IDeliveryServiceImplPort);
  }

  /** Calls and returns the element inside the response element. */
  async call(operation, body = {}) {
    Hub.called.add(operation);
    const [result, reply] = await this.client[`${operation}Async`](body);
    this.keep(reply);
    this.reply = reply;
    return result && Object.values(result)[0];
  }

  /** Saves a reply for the judge that holds it against the schema. */
  keep(reply) {
    if (!this.replies) return;
    fs.writeFileSync(path.join(this.replies, `${fs.readdirSync(this.replies).length}.xml`), reply);
  }

  /** Calls and returns the text of the fault that must come. */
  async fault(operation, body = {}) {
    try {
      await this.call(operation, body);
    } catch (error) {
      const fault = error.root?.Envelope?.Body?.Fault;
      if (!fault) throw error;
      this.keep(error.body);
      expectEqual(error.response.status, 500, `${operation}: status of a fault`);
      const type = error.response.headers['content-type'];
      expect(/^text\/xml/.test(type), `${operation}: a fault of type ${type}`);
      expect(fault.faultstring, `${operation}: a fault without faultstring`);
      const message = fault.detail?.HubWebException?.message;
      expectEqual(message, fault.faultstring, `${operation}: HubWebException/message`);
      return fault.faultstring;
    }
    throw new ExpectationFailed(`${operation}: an answer where a fault belongs`);
  }

  async expectState(number, state, message) {
    const header = await this.call('GetEnvelopeTrackingInfo', { hubTrackingNumber: number });
    expectEqual(header.hubDeliveryNumber, number, 'number of the tracked envelope');
    expectEqual(header.HUBTrackingInfo, state, `state of ${number}`);
    if (message) expectEqual(header.hubDeliveryErrorMessage, message, "receiver's message");
  }

  async pull(number) {
    return this.call('PULLSingleImportEnvelope', { hubTrackingNumber: number });
  }
}

/** Calls until a row with the number comes: each call continues where the last one ended. */
async function search(call, name, number, what) {
  for (let turn = 0; turn < 500; turn += 1) {
    const found = rows(await call(), name);
    const row = found.find((candidate) => candidate.hubDeliveryNumber === number);
    if (row) return row;
    if (found.length === 0) break;
  }
  throw new ExpectationFailed(`${what}: ${number} is not listed`);
}

module.exports = { ExpectationFailed, Hub, expect, expectEqual, rows, search, short };
