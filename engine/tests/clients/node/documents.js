// The steps that look into documents: validation, code lists, typed certificates, responses.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { Exchange } = require('./exchange.js');
const { Hub, expect, expectEqual } = require('./hub.js');

const DATE = '2026-11-21T10:11:12+01:00';
const CODE_LISTS = [
  'GetAdditionalDeclarations',
  'GetConditions',
  'GetIntendedUses',
  'GetMeanOfTransports',
  'GetPackageTypes',
  'GetPesticides',
  'GetProductDescriptions',
  'GetStatements',
  'GetTreatmentTypes',
  'GetUnitMeasures',
];

/** A part of `documents.json` with its words in place; it is written for node-soap. */
function filled(node, words) {
  if (Array.isArray(node)) return node.map((part) => filled(part, words));
  if (typeof node === 'string') return words[node] ?? node;
  if (typeof node !== 'object') return node;
  const parts = Object.entries(node).map(([name, part]) => [name, filled(part, words)]);
  return Object.fromEntries(parts);
}

/** All steps of an exchange, then those of its documents. */
class Documents extends Exchange {
  documents = JSON.parse(fs.readFileSync(path.join(__dirname, '../documents.json'), 'utf8'));

  typed(name, number, date = DATE) {
    return filled(this.documents[name], { '{number}': number, '{date}': date });
  }

  /** Expects each piece of a document, in whichever lines it was written. */
  expectDocument(name, number, content) {
    const dense = content.split('\n').map((line) => line.trim()).join('');
    for (const piece of this.documents[`${name}_becomes`]) {
      const wanted = piece.replaceAll('{number}', number);
      expect(dense.includes(wanted), `${name}: ${wanted} is not in ${dense}`);
    }
  }

  header(fields) {
    const { Content, ...header } = { ...this.envelope(), ...fields };
    return header;
  }

  async deliverTyped(date) {
    const header = this.header();
    const certificate = this.typed('certificate', header.NPPOCertificateNumber, date);
    const env = { ...header, SPSCertificate: certificate };
    const reply = await this.sender.call('DeliverPhytoEnvelope', { ePhytoEnvelope: env });
    expectEqual(reply.HUBTrackingInfo, 'PendingDelivery', reply.hubDeliveryErrorMessage);
    const { Content } = await this.receiver.pull(reply.hubDeliveryNumber);
    await this.end(reply.hubDeliveryNumber);
    return { header, content: Content };
  }

  async severe(hub, content) {
    await hub.call('ValidatePhytoXML', { ePhytoXML: content });
    return [...hub.reply.matchAll(/<level>SEVERE<.level><msg>([^<]*)/g)].map((found) => found[1]);
  }

  async respond(hub, header, date) {
    const response = this.typed('response', header.NPPOCertificateNumber, date);
    const env = { ...header, SPSAcknowledgement: response };
    return hub.call('DeliverCountryResponseEnvelope', { CountryResponseEnvelope: env });
  }

  steps = {
    ...this.steps,

    'code lists have rows': async () => {
      for (const operation of CODE_LISTS) {
        const list = [await this.receiver.call(operation)].flat();
        expect(list.length > 0 && list[0], `${operation}: no rows`);
        const whole = (row) => (row.code ?? row.modeCode) !== undefined;
        expect(list.every(whole), `${operation}: a row without its code`);
      }
    },

    'typed certificate becomes a document': async () => {
      // As text, and in an element of its own, which node-soap writes into its parent's namespace.
      for (const date of [DATE, { DateTimeString: DATE }]) {
        const { header, content } = await this.deliverTyped(date);
        this.expectDocument('certificate', header.NPPOCertificateNumber, content);
        const grave = await this.severe(this.receiver, content);
        expectEqual(grave.join(), '', 'grave findings');
      }
    },

    'typed certificate must fit its header': async () => {
      const env = { ...this.header(), SPSCertificate: this.typed('certificate', 'ANOTHER/1') };
      const reply = await this.sender.call('DeliverPhytoEnvelope', { ePhytoEnvelope: env });
      expectEqual(reply.HUBTrackingInfo, 'FailedDelivery', 'state');
      const message = reply.hubDeliveryErrorMessage;
      expect(message.includes('ANOTHER/1'), message);
    },

    'validation tells what is wrong': async () => {
      expect((await this.severe(this.sender, '<a/>')).length > 0, '<a/> has no grave findings');
    },

    'validated envelope is delivered only without grave findings': async () => {
      const { header, content } = await this.deliverTyped(DATE);
      for (const [inside, state] of [[content, 'PendingDelivery'], ['<a/>', 'FailedDelivery']]) {
        const envelope = { ...header, Content: inside };
        const reply = await this.sender.call('ValidateAndDeliverEnvelope', { envelope });
        expectEqual(reply.HUBTrackingInfo, state, reply.hubDeliveryErrorMessage);
        if (state === 'PendingDelivery') await this.end(reply.hubDeliveryNumber);
      }
    },

    'response reaches who takes responses': async () => {
      const { from, to } = this.options;
      for (const date of [DATE, { DateTimeString: DATE }]) {
        const header = this.header({ From: to, To: from, CertificateStatus: 41 });
        const reply = await this.respond(this.receiver, header, date);
        expectEqual(reply.HUBTrackingInfo, 'PendingDelivery', reply.hubDeliveryErrorMessage);
        const { Content } = await this.sender.pull(reply.hubDeliveryNumber);
        this.expectDocument('response', header.NPPOCertificateNumber, Content);
        const grave = await this.severe(this.sender, Content);
        expectEqual(grave.join(), '', 'grave findings');
        const body = { hubTrackingNumber: reply.hubDeliveryNumber };
        await this.sender.call('AcknowledgeEnvelopeReceipt', body);
      }
    },

    'response to who takes none is refused': async () => {
      const reply = await this.respond(this.sender, this.header(), DATE);
      expectEqual(reply.HUBTrackingInfo, 'FailedDelivery', 'state');
      const message = reply.hubDeliveryErrorMessage;
      expect(message.includes('responses'), message);
    },

    'receiver sets the state by a header': async () => {
      const { envelope, number } = await this.deliver();
      const { Content, ...header } = envelope;
      Object.assign(header, { hubDeliveryNumber: number, HUBTrackingInfo: 'Delivered' });
      await this.receiver.call('SetTrackingInfoUpdate', { header });
      await this.sender.expectState(number, 'Delivered');
    },

    'every operation was called': async () => {
      const called = [...Hub.called].sort().join();
      expectEqual(called, this.sender.operations().sort().join(), 'operations called');
    },
  };
}

module.exports = { Documents };
