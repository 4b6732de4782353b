#!/usr/bin/env node
// A national system on node-soap, run through an exchange with a hub over mutual TLS.
//
// Prints a line for each step that passed. Exit codes: 0 all steps passed, 1 the hub answered
// otherwise than expected, 2 the client could not work (arguments, connection).
'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const https = require('node:https');
const { parseArgs } = require('node:util');

const soap = require('soap');

const STRANGER = 'NPPO from client certificate not found';
const WARNING = 'Señal: «humedad» > 12 % & <no> legible – 中文 🌱';
const UNKNOWN = '0000000000000000000000000Z';
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
    return Object.assign(new Hub(), { client });
  }

  operations() {
    return Object.keys(this.client.describe().DeliveryService.IDeliveryServiceImplPort);
  }

  /** Calls and returns the element inside the response element. */
  async call(operation, body = {}) {
    const [result, reply] = await this.client[`${operation}Async`](body);
    this.reply = reply;
    return result && Object.values(result)[0];
  }

  /** Calls and returns the text of the fault that must come. */
  async fault(operation, body = {}) {
    try {
      await this.call(operation, body);
    } catch (error) {
      const fault = error.root?.Envelope?.Body?.Fault;
      if (!fault) throw error;
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

class Exchange {
  constructor(options) {
    this.options = options;
    this.run = crypto.randomBytes(6).toString('hex');
    this.count = 0;
  }

  envelope(content) {
    this.count += 1;
    return {
      From: this.options.from,
      To: this.options.to,
      CertificateType: 851,
      CertificateStatus: 70,
      NPPOCertificateNumber: `NODE/${this.run}/${this.count}`,
      Content: content ?? '<a xmlns="urn:x">&amp; "text"</a>',
    };
  }

  async deliver(content) {
    const envelope = this.envelope(content);
    const header = await this.sender.call('DeliverEnvelope', { env: envelope });
    expectEqual(header?.HUBTrackingInfo, 'PendingDelivery', 'state of a new envelope');
    for (const field of ['From', 'To', 'CertificateType', 'NPPOCertificateNumber']) {
      expectEqual(header[field], envelope[field], `${field} of the reply`);
    }
    expect(/^[0-9A-Za-z-]{1,36}$/.test(header.hubDeliveryNumber), 'hubDeliveryNumber');
    return { envelope, number: header.hubDeliveryNumber };
  }

  async end(number) {
    await this.receiver.call('AcknowledgeEnvelopeReceipt', { hubTrackingNumber: number });
  }

  steps = {
    'description offers all operations': async () => {
      const { options } = this;
      this.sender = await Hub.connect(options, options['sender-cert'], options['sender-key']);
      this.receiver = await Hub.connect(
        options,
        options['receiver-cert'],
        options['receiver-key'],
      );
      expectEqual(this.sender.operations().length, 27, 'operations in the WSDL');
    },

    'profile names the caller': async () => {
      const profile = await this.sender.call('GetProfile');
      expectEqual(profile?.Country, this.options.from, 'Country of the profile');
      expect(profile.Send && profile.Receive, 'a profile without Send and Receive');
    },

    'active NPPOs list the receiver': async () => {
      const result = await this.sender.call('GetActiveNppos');
      const codes = rows(result, 'Nppo').map((nppo) => nppo.Country);
      expect(codes.includes(this.options.to), `${this.options.to} not in ${codes}`);
    },

    'channels come in their wrapper': async () => {
      await this.sender.call('GetAvailableChannels');
      expect(/GetAvailableChannelsResult/.test(this.sender.reply), 'the wrapper is missing');
    },

    'delivered envelope is tracked and listed': async () => {
      const { number } = await this.deliver();
      await this.sender.expectState(number, 'PendingDelivery');
      const under = () => this.sender.call('GetUnderDeliveryEnvelope');
      await search(under, 'EnvelopeHeader', number, 'under delivery');
      for (const body of [{ countryCode: '' }, {}]) {
        const headers = () => this.receiver.call('GetImportEnvelopeHeaders', body);
        await search(headers, 'EnvelopeHeader', number, `headers with ${short(body)}`);
      }
      await this.end(number);
      await this.sender.expectState(number, 'Delivered');
    },

    'content comes out character for character': async () => {
      const contents = [
        '<?xml version="1.0"?>\n<a>&amp;\t\'"]]&gt;</a>\n',
        ' a\r\nb\rc ',
        'Ñandú – Ελλάδα – 中華 – 🌱\u00a0|\u2028|e\u0301|\ufeff',
        Buffer.from('<a/>'.repeat(500)).toString('base64'),
      ];
      for (const content of contents) {
        const { envelope, number } = await this.deliver(content);
        const pull = () => this.receiver.call('PULLImportEnvelope');
        const pulled = await search(pull, 'Envelope', number, 'pull');
        expectEqual(pulled.Content, content, 'content of a pull');
        expectEqual((await this.receiver.pull(number)).Content, content, 'content');
        expectEqual(pulled.NPPOCertificateNumber, envelope.NPPOCertificateNumber, 'number');
        await this.end(number);
      }
    },

    'large content comes out whole': async () => {
      const size = Number(this.options['large-mib']) * 1024 * 1024;
      const block = '<b>&amp; Ñ 中 </b>\n';
      const content = block.repeat(Math.ceil(size / block.length)).slice(0, size);
      const { number } = await this.deliver(content || 'x');
      const pulled = await this.receiver.pull(number);
      expect(pulled.Content === (content || 'x'), 'large content differs');
      await this.end(number);
    },

    'acknowledgements end the state and the first one counts': async () => {
      const operations = [
        ['AcknowledgeEnvelopeReceipt', {}, 'Delivered'],
        [
          'AdvancedAcknowledgeEnvelopeReceipt',
          { warningMessage: WARNING },
          'DeliveredWithWarnings',
        ],
        ['AcknowledgeFailedEnvelopeReceipt', { message: WARNING }, 'DeliveredNotReadable'],
      ];
      for (const [operation, message, state] of operations) {
        const { number } = await this.deliver();
        await this.receiver.pull(number);
        const body = { hubTrackingNumber: number, ...message };
        await this.receiver.call(operation, body);
        const first = this.receiver.reply;
        await this.receiver.call(operation, body);
        expectEqual(this.receiver.reply, first, `${operation}: reply to the repetition`);
        await this.end(number);
        await this.sender.expectState(number, state, Object.values(message)[0]);
      }
    },

    'failed acknowledgement without a pull leaves it pending': async () => {
      const { number } = await this.deliver();
      const body = { hubTrackingNumber: number, message: 'could not read it' };
      await this.receiver.call('AcknowledgeFailedEnvelopeReceipt', body);
      await this.sender.expectState(number, 'PendingDelivery');
      await this.end(number);
    },

    'wrong header is an answer and no fault': async () => {
      const env = { ...this.envelope(), To: 'QZ' };
      const header = await this.sender.call('DeliverEnvelope', { env });
      expectEqual(header.HUBTrackingInfo, 'FailedDelivery', 'state');
      expect(header.hubDeliveryErrorMessage, 'no hubDeliveryErrorMessage');
    },

    'unknown number does not exist': async () => {
      await this.sender.expectState(UNKNOWN, 'EnvelopeNotExists');
      await this.receiver.fault('PULLSingleImportEnvelope', { hubTrackingNumber: UNKNOWN });
      await this.receiver.fault('AcknowledgeEnvelopeReceipt', { hubTrackingNumber: UNKNOWN });
    },

    'stranger is told so': async () => {
      const stranger = await Hub.connect(this.options);
      expectEqual(await stranger.fault('GetProfile'), STRANGER, 'fault');
    },
  };
}

function options() {
  const names = ['wsdl', 'endpoint', 'ca', 'sender-cert', 'sender-key'];
  names.push('receiver-cert', 'receiver-key', 'from', 'to');
  const known = [...names, 'large-mib'].map((name) => [name, { type: 'string' }]);
  const { values } = parseArgs({ options: Object.fromEntries(known) });
  const missing = names.filter((name) => !values[name]);
  if (missing.length) throw new Error(`missing: ${missing.map((n) => `--${n}`).join(' ')}`);
  return { 'large-mib': '20', ...values };
}

async function main() {
  let step = 'start';
  try {
    const exchange = new Exchange(options());
    for (const [name, run] of Object.entries(exchange.steps)) {
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
