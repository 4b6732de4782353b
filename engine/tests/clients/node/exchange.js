// The steps of an exchange of envelopes, as node-soap takes them.
'use strict';

const crypto = require('node:crypto');

const { Hub, expect, expectEqual, rows, search, short } = require('./hub.js');

const STRANGER = 'NPPO from client certificate not found';
const WARNING = 'Señal: «humedad» > 12 % & <no> legible – 中文 🌱';
const UNKNOWN = '0000000000000000000000000Z';

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

module.exports = { Exchange };
