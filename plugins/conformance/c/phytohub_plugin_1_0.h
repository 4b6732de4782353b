/* The contract between the hub and its plugins. Generated from the source of
   phytohub-plugin-api; do not edit. plugins/ABI.md explains it.

   Rules that hold everywhere:
   - Memory never changes owner. What a call is given is borrowed until the call returns; what it
     gives is pushed into a sink or a visitor, whose owner copies it. There is nothing to free.
   - Every structure begins with `struct_size`, its size where it was made, and grows at its end
     only. Who reads a field looks first whether `struct_size` reaches beyond it.
   - An array of structures is walked in steps of its first element's `struct_size`.
   - Every function pointer may be null. One that the text does not call optional makes the
     structure unusable when it is null.
   - A pointer may dangle or be null when its length is 0.
   - Whoever does not know a number (a status, a kind, a flag) treats a negative status as
     `HUB_INTERNAL`, a positive one as `HUB_OK`, and ignores other unknown numbers.
   - Tickets are numbers, not pointers: one that is late, used twice or made up is not found.
*/

#ifndef PHYTOHUB_PLUGIN_H
#define PHYTOHUB_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

/**
 * A ticket that stands for nothing.
 */
#define HUB_NO_TICKET 0

/**
 * The plugin is the one that knows this kind; without it, a further validator beside the owner.
 */
#define HUB_KIND_OWNER 1

/**
 * Documents of this kind are never passed on unvalidated, by whichever operation they come.
 */
#define HUB_KIND_GATE 2

/**
 * `validate` of this kind is short and never blocks.
 */
#define HUB_KIND_INLINE_SAFE 4

/**
 * The certificate type is this plugin's own choice, not one of UNCL 1001.
 */
#define HUB_KIND_EXPERIMENTAL 8

/**
 * `ValidatePhytoXML`: a document alone; parties and envelope are not known.
 */
#define HUB_FOR_VALIDATION 1

/**
 * A delivery of whichever operation.
 */
#define HUB_FOR_DELIVERY 2

/**
 * A delivery that was accepted before and could not be judged then.
 */
#define HUB_FOR_RETRY 3

/**
 * The content is character data in which nothing is escaped but what XML demands.
 */
#define HUB_FORM_ESCAPED 1

/**
 * The content is one section of CDATA.
 */
#define HUB_FORM_CDATA 2

/**
 * The content is both, mixed.
 */
#define HUB_FORM_MIXED 3

/**
 * The envelope comes from a test connection.
 */
#define HUB_DOCUMENT_TEST 1

/**
 * Worth knowing.
 */
#define HUB_LEVEL_INFO 1

/**
 * Should be put right; does not hinder.
 */
#define HUB_LEVEL_WARNING 2

/**
 * Must be put right.
 */
#define HUB_LEVEL_SEVERE 3

/**
 * The document is not written as its schema wants.
 */
#define HUB_AREA_SCHEMA 1

/**
 * A value is not one of those agreed on.
 */
#define HUB_AREA_MAPPING 2

/**
 * Something that must be there is not.
 */
#define HUB_AREA_MANDATORY_ELEMENTS 3

/**
 * The first eight bytes of an entry: "PHUBABI1", read as a little-endian number.
 */
#define HUB_PLUGIN_MAGIC 3551442629211539536

/**
 * The major version of this contract: part of the symbol's name.
 */
#define HUB_ABI_MAJOR 1

/**
 * The minor version: grows with each structure's end and with each new extension.
 */
#define HUB_ABI_MINOR 0

/**
 * Bytes of the longest id of a plugin, which consists of a-z, 0-9 and '-'.
 */
#define HUB_ID_BYTES_MAX 32

/**
 * Panics and exceptions unwind inside the plugin and are caught there.
 */
#define HUB_ENTRY_UNWINDS 1

/**
 * No two hooks of one instance may run at once.
 */
#define HUB_ENTRY_SERIAL 2

/**
 * `validate` is short and never blocks: it may run on the thread that took the envelope in.
 */
#define HUB_ENTRY_INLINE_SAFE 4

/**
 * Not known.
 */
#define HUB_STATE_UNKNOWN 0

/**
 * The WSDL's `PendingDelivery`.
 */
#define HUB_STATE_PENDING_DELIVERY 1

/**
 * The WSDL's `Delivered`.
 */
#define HUB_STATE_DELIVERED 2

/**
 * The WSDL's `FailedDelivery`.
 */
#define HUB_STATE_FAILED_DELIVERY 3

/**
 * The WSDL's `DeliveredWithWarnings`.
 */
#define HUB_STATE_DELIVERED_WITH_WARNINGS 4

/**
 * The WSDL's `DeliveredNotReadable`.
 */
#define HUB_STATE_DELIVERED_NOT_READABLE 5

/**
 * `AcknowledgeEnvelopeReceipt`.
 */
#define HUB_ACKNOWLEDGE_RECEIPT 1

/**
 * `AcknowledgeEnvelopeReceiptWithWarning`.
 */
#define HUB_ACKNOWLEDGE_WITH_WARNING 2

/**
 * `AcknowledgeFailedEnvelopeReceipt`.
 */
#define HUB_ACKNOWLEDGE_FAILED 3

/**
 * Judge the content first, and refuse it if something grave is found.
 */
#define HUB_DRAFT_VALIDATE 1

/**
 * The content is an `SPSAcknowledgement`, a country's response.
 */
#define HUB_DRAFT_RESPONSE 2

/**
 * The envelope is a copy for a channel.
 */
#define HUB_ENVELOPE_IS_COPY 1

/**
 * The envelope is one between test connections.
 */
#define HUB_ENVELOPE_IS_TEST 2

/**
 * The content is a country's response.
 */
#define HUB_ENVELOPE_IS_RESPONSE 4

/**
 * The content is no longer kept.
 */
#define HUB_ENVELOPE_CONTENT_DROPPED 8

/**
 * The same key was submitted before: this is the first one's.
 */
#define HUB_ENVELOPE_REPEATED 16

/**
 * Operators must act.
 */
#define HUB_LOG_ERROR 1

/**
 * Degraded; heals by itself.
 */
#define HUB_LOG_WARN 2

/**
 * The course of life.
 */
#define HUB_LOG_INFO 3

/**
 * Each envelope.
 */
#define HUB_LOG_DEBUG 4

/**
 * Each step.
 */
#define HUB_LOG_TRACE 5

/**
 * Only grows.
 */
#define HUB_METRIC_COUNTER 1

/**
 * Goes up and down.
 */
#define HUB_METRIC_GAUGE 2

/**
 * How often values fall between boundaries.
 */
#define HUB_METRIC_HISTOGRAM 3

/**
 * The hub accepted an envelope; it is on disk.
 */
#define HUB_EVENT_ACCEPTED 1

/**
 * The recipient has it: `state` tells with what acknowledgement.
 */
#define HUB_EVENT_ACKNOWLEDGED 2

/**
 * It failed, by its recipient's word, the operator's, or the hub's.
 */
#define HUB_EVENT_FAILED 3

/**
 * It failed by its age.
 */
#define HUB_EVENT_EXPIRED 4

/**
 * Its content went out to the recipient for the first time.
 */
#define HUB_EVENT_RELEASED 5

/**
 * The hub refused it; `message` tells why.
 */
#define HUB_EVENT_REFUSED 6

/**
 * The envelope's content is a country's response: an `SPSAcknowledgement`.
 */
#define HUB_EVENT_IS_RESPONSE 1

/**
 * The envelope is one between test connections.
 */
#define HUB_EVENT_IS_TEST 2

/**
 * The envelope is a copy of another for a channel.
 */
#define HUB_EVENT_IS_COPY 4

/**
 * It may send.
 */
#define HUB_CONNECTION_SENDS 1

/**
 * It may receive.
 */
#define HUB_CONNECTION_RECEIVES 2

/**
 * It is a channel, not an NPPO.
 */
#define HUB_CONNECTION_CHANNEL 4

/**
 * It is a test connection.
 */
#define HUB_CONNECTION_TEST 8

/**
 * The plugin may act as it.
 */
#define HUB_CONNECTION_MINE 16

/**
 * It takes responses.
 */
#define HUB_CONNECTION_RESPONSES 32

/**
 * It is in service.
 */
#define HUB_CONNECTION_ENABLED 64

/**
 * It goes on as addressed.
 */
#define HUB_ROUTE_CONTINUE 0

/**
 * It is accepted and waits until `until_ms`; then it is decided anew.
 */
#define HUB_ROUTE_HOLD 1

/**
 * It is refused, with the reason given.
 */
#define HUB_ROUTE_REJECT 2

/**
 * It goes to the inbox of the connection `code`, which acts for the one addressed.
 */
#define HUB_ROUTE_REDIRECT 3

/**
 * Bytes of the longest key.
 */
#define HUB_KV_KEY_BYTES_MAX 1024

/**
 * Bytes of the longest value.
 */
#define HUB_KV_VALUE_BYTES_MAX (1 << 20)

/**
 * Operations of one write.
 */
#define HUB_KV_OPERATIONS_MAX 1000

/**
 * Nothing is changed: only the expectation is checked.
 */
#define HUB_KV_CHECK 0

/**
 * The key gets the value.
 */
#define HUB_KV_PUT 1

/**
 * The key goes.
 */
#define HUB_KV_DELETE 2

/**
 * The key may hold anything.
 */
#define HUB_KV_EXPECTS_ANYTHING 0

/**
 * The key must hold nothing.
 */
#define HUB_KV_EXPECTS_NOTHING 1

/**
 * The key must hold `expected`.
 */
#define HUB_KV_EXPECTS_VALUE 2

/**
 * The code is no longer to be used.
 */
#define HUB_CODE_INACTIVE 1

/**
 * What became of a call, or what to do now.
 */
typedef int32_t HubStatus;

/**
 * Bytes, borrowed until the call returns.
 */
typedef struct HubBytes {
    /**
     * The first one; anything when `len` is 0.
     */
    const uint8_t *ptr;
    /**
     * How many.
     */
    size_t len;
} HubBytes;

/**
 * Text in UTF-8, borrowed until the call returns; no zero byte ends it.
 */
typedef struct HubStr {
    /**
     * The first byte; anything when `len` is 0.
     */
    const uint8_t *ptr;
    /**
     * How many bytes.
     */
    size_t len;
} HubStr;

/**
 * Where a call writes bytes: called once or many times, each time with the next piece. The
 * receiver copies them; the writer keeps what is its own. Not used after the call that got it.
 */
typedef struct HubSink {
    /**
     * For `write` alone.
     */
    void *ctx;
    /**
     * Takes the next piece. [errors] EXHAUSTED when no more is wanted: the writer stops.
     */
    HubStatus (*write)(void *ctx, struct HubBytes bytes);
} HubSink;

/**
 * The circumstances of a call, right after `data` or `ctx` in every call, both ways. A plugin that
 * calls the hub may pass the call that it is in, one of its own, or null: no deadline, nobody who
 * reads diagnostics.
 */
typedef struct HubCall {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * None yet.
     */
    uint32_t flags;
    /**
     * When the caller stops waiting, in nanoseconds of `CLOCK_MONOTONIC`; 0 for never.
     */
    uint64_t deadline_ns;
    /**
     * Trace that the call belongs to, as W3C Trace Context has it; zeros for none.
     */
    uint8_t trace_id[16];
    /**
     * Span that the call belongs to; zeros for none.
     */
    uint8_t span_id[8];
    /**
     * Whether the caller no longer waits (deadline, client gone, plugin quiesced): 1, else 0.
     * Cheap; ask it in loops. Optional. [thread] any, until the call returns.
     */
    uint32_t (*cancelled)(const struct HubCall *call);
    /**
     * Where to say, in words for a person, why an error is answered. The first 1,024 bytes are
     * kept.
     */
    struct HubSink diagnostics;
} HubCall;

/**
 * A status that documents of a kind may have.
 */
typedef struct HubKindStatus {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * The WSDL's `CertificateStatus`: UNCL 4405 code.
     */
    int32_t certificate_status;
    /**
     * What people call it.
     */
    struct HubStr name;
} HubKindStatus;

/**
 * A kind of documents.
 */
typedef struct HubKind {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * The WSDL's `CertificateType`: UNCL 1001 code.
     */
    int32_t certificate_type;
    /**
     * What people call it.
     */
    struct HubStr name;
    /**
     * Namespace of the root element; empty for any.
     */
    struct HubStr root_namespace;
    /**
     * Local name of the root element; empty for any.
     */
    struct HubStr root_name;
    /**
     * The statuses that it may have; none means any.
     */
    const struct HubKindStatus *statuses;
    /**
     * How many.
     */
    uint32_t status_count;
    /**
     * `HUB_KIND_` flags.
     */
    uint32_t flags;
    /**
     * Bytes of the largest document; 0 for the hub's own limit.
     */
    uint64_t content_bytes_max;
} HubKind;

/**
 * Takes kinds, one after the other.
 */
typedef struct HubKindVisitor {
    /**
     * For `add` alone.
     */
    void *ctx;
    /**
     * One more. [errors] EXHAUSTED: no more are taken. INVALID: the kind is not usable.
     */
    HubStatus (*add)(void *ctx, const struct HubKind *kind);
} HubKindVisitor;

/**
 * A document with what its envelope says. Texts that are not known are empty.
 */
typedef struct HubDocument {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * `HUB_FOR_` number: why it is looked at.
     */
    uint32_t purpose;
    /**
     * `CertificateType`; of `HUB_FOR_VALIDATION`, the kind's that was found by the root element.
     */
    int32_t certificate_type;
    /**
     * `CertificateStatus`; 0 if not known.
     */
    int32_t certificate_status;
    /**
     * `HUB_DOCUMENT_` flags.
     */
    uint32_t flags;
    /**
     * How `raw` is written: `HUB_FORM_` number.
     */
    uint32_t raw_form;
    /**
     * When the hub took it, in milliseconds since 1970.
     */
    int64_t at_ms;
    /**
     * `From`.
     */
    struct HubStr from;
    /**
     * `To`.
     */
    struct HubStr to;
    /**
     * Connection that sends it where that is not the one in `From`: its delegate.
     */
    struct HubStr sent_by;
    /**
     * `NPPOCertificateNumber`.
     */
    struct HubStr nppo_certificate_number;
    /**
     * `hubDeliveryNumber`; empty before one is given.
     */
    struct HubStr hub_delivery_number;
    /**
     * The document as UTF-8: the received bytes themselves where they are that, never escaped as
     * in SOAP, without a byte order mark.
     */
    struct HubBytes content;
    /**
     * The bytes as received.
     */
    struct HubBytes raw;
    /**
     * Ticket of `hub.bytes/1` by which `content` can be kept beyond the call; 0 for none.
     */
    uint64_t content_ticket;
} HubDocument;

/**
 * Something to say about a document: the WSDL's `validationResult`.
 */
typedef struct HubFinding {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * `HUB_LEVEL_` number.
     */
    uint32_t level;
    /**
     * `HUB_AREA_` number.
     */
    uint32_t area;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * Id of the rule that it comes from, such as `NC-MAN-003`; up to 32 bytes.
     */
    struct HubStr rule;
    /**
     * Where: a path of element names, or an attribute's after '@'; up to 512 bytes.
     */
    struct HubStr field;
    /**
     * What is wrong and what to do, for people; up to 1,024 bytes.
     */
    struct HubStr message;
    /**
     * Byte of `content` where it is; `UINT64_MAX` if nowhere.
     */
    uint64_t offset;
} HubFinding;

/**
 * Takes findings, one after the other.
 */
typedef struct HubFindings {
    /**
     * For `add` alone.
     */
    void *ctx;
    /**
     * One more. [errors] EXHAUSTED after the 200th: only grave ones still count, in place of
     * lesser ones.
     */
    HubStatus (*add)(void *ctx, const struct HubFinding *finding);
} HubFindings;

/**
 * Takes terms, one after the other.
 */
typedef struct HubTerms {
    /**
     * For `add` alone.
     */
    void *ctx;
    /**
     * One more: a name such as `commodity` and what the document says. [errors] EXHAUSTED after
     * the 100th.
     */
    HubStatus (*add)(void *ctx, struct HubStr name, struct HubStr value);
} HubTerms;

/**
 * Documents of certain kinds.
 */
typedef struct HubDocuments {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * Lists the kinds; asked once after `create`. [thread] a plugin worker. [may block] no.
     */
    HubStatus (*kinds)(void *data, const struct HubCall *call, const struct HubKindVisitor *out);
    /**
     * Judges a document. OK means that it was judged, whatever the findings; any error that it
     * could not be. A pure function of the document and of what the plugin knows. [thread] a
     * plugin worker, or the caller's thread for kinds that are `INLINE_SAFE`. [may block] yes.
     */
    HubStatus (*validate)(void *data,
                          const struct HubCall *call,
                          const struct HubDocument *document,
                          const struct HubFindings *out);
    /**
     * Says what the document is about, for searches. Optional.
     */
    HubStatus (*describe)(void *data,
                          const struct HubCall *call,
                          const struct HubDocument *document,
                          const struct HubTerms *out);
    /**
     * Writes the document as a page of HTML for people, in a language (BCP 47; English where it is
     * not had). Optional.
     */
    HubStatus (*render)(void *data,
                        const struct HubCall *call,
                        const struct HubDocument *document,
                        struct HubStr language,
                        struct HubSink out);
} HubDocuments;

/**
 * The hub as one instance sees it. Lives as long as the instance.
 */
typedef struct HubHost {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * Minor version of the contract that the hub has.
     */
    uint16_t abi_minor;
    /**
     * 0.
     */
    uint16_t reserved;
    /**
     * First argument of everything that the hub offers to this instance.
     */
    void *ctx;
    /**
     * A table by its id (`hub.kv/1` …), which lives as long as the instance; null if the hub does
     * not have it or did not grant it. [thread] any. [may block] no.
     */
    const void *(*extension)(void *ctx, struct HubStr id);
} HubHost;

/**
 * What every instance can do.
 */
typedef struct HubPluginVtable {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * A table by its id (`hub.documents/1` …), which lives as long as the instance; null if the
     * plugin does not offer it. [thread] any. [may block] no.
     */
    const void *(*extension)(void *data, struct HubStr id);
    /**
     * The instance is in service; it may start threads from here on. Once, after `create`.
     * Optional. [thread] a plugin worker. [may block] yes.
     */
    HubStatus (*start)(void *data, const struct HubCall *call);
    /**
     * No new calls come: end threads, complete tickets. Once, before `destroy`. Optional.
     * [thread] a plugin worker. [may block] until the call's deadline.
     */
    HubStatus (*quiesce)(void *data, const struct HubCall *call);
    /**
     * Ends the instance: exactly once after each `create` that succeeded. [thread] a plugin
     * worker, with no other call in progress.
     */
    void (*destroy)(void *data);
} HubPluginVtable;

/**
 * An instance of a plugin.
 */
typedef struct HubPlugin {
    /**
     * First argument of everything that the instance offers.
     */
    void *data;
    /**
     * What it can do; lives as long as the instance.
     */
    const struct HubPluginVtable *vtable;
} HubPlugin;

/**
 * What a plugin exports, as the data symbol `hub_plugin_entry_v1`: constant, and checked before any
 * function of the plugin runs.
 */
typedef struct HubPluginEntry {
    /**
     * `HUB_PLUGIN_MAGIC`.
     */
    uint64_t magic;
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * `HUB_ABI_MAJOR` that it was built against.
     */
    uint16_t abi_major;
    /**
     * `HUB_ABI_MINOR` that it was built against.
     */
    uint16_t abi_minor;
    /**
     * `HUB_ENTRY_` flags.
     */
    uint64_t flags;
    /**
     * The plugin's id, as in its manifest.
     */
    struct HubStr id;
    /**
     * The plugin's version (semver), as in its manifest.
     */
    struct HubStr version;
    /**
     * Compiler and commit, for people.
     */
    struct HubStr build;
    /**
     * Makes an instance. `config_json` is the plugin's own section of the hub's configuration, an
     * object; `host` lives as long as the instance. An error means that nothing exists:
     * `destroy` is not called. Starts no thread. [thread] a plugin worker. [may block] yes.
     * [errors] INVALID: the configuration, with diagnostics that name the key.
     */
    HubStatus (*create)(const struct HubCall *call,
                        const struct HubHost *host,
                        struct HubBytes config_json,
                        struct HubPlugin *out);
} HubPluginEntry;

/**
 * An envelope to be.
 */
typedef struct HubDraft {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * `HUB_DRAFT_` flags.
     */
    uint32_t flags;
    /**
     * `CertificateType`.
     */
    int32_t certificate_type;
    /**
     * `CertificateStatus`.
     */
    int32_t certificate_status;
    /**
     * The connection that sends it: `From`.
     */
    struct HubStr act_as;
    /**
     * `To`.
     */
    struct HubStr to;
    /**
     * `NPPOCertificateNumber`.
     */
    struct HubStr nppo_certificate_number;
    /**
     * The document, in UTF-8.
     */
    struct HubBytes content;
    /**
     * Channels that are to get a copy: `Forwardings`.
     */
    const struct HubStr *forwardings;
    /**
     * How many.
     */
    size_t forwarding_count;
} HubDraft;

/**
 * What the hub knows of an envelope.
 */
typedef struct HubEnvelope {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * `HUB_ENVELOPE_` flags.
     */
    uint32_t flags;
    /**
     * `CertificateType`.
     */
    int32_t certificate_type;
    /**
     * `CertificateStatus`.
     */
    int32_t certificate_status;
    /**
     * `HUB_STATE_` number.
     */
    uint32_t state;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * Position in the inbox that was asked about; 0 elsewhere.
     */
    uint64_t position;
    /**
     * When it was accepted, in milliseconds since 1970.
     */
    int64_t accepted_ms;
    /**
     * When its state changed last, in milliseconds since 1970.
     */
    int64_t changed_ms;
    /**
     * Bytes of its content as received.
     */
    uint64_t content_bytes;
    /**
     * `hubDeliveryNumber`.
     */
    struct HubStr hub_delivery_number;
    /**
     * `From`.
     */
    struct HubStr from;
    /**
     * `To`.
     */
    struct HubStr to;
    /**
     * `NPPOCertificateNumber`.
     */
    struct HubStr nppo_certificate_number;
    /**
     * `hubDeliveryErrorMessage`.
     */
    struct HubStr message;
    /**
     * SHA-256 of the content's character data, domain-separated, in hexadecimal digits.
     */
    struct HubStr content_hash;
    /**
     * SHA-256 of the certificate with which it was delivered, in hexadecimal digits.
     */
    struct HubStr sender_certificate;
} HubEnvelope;

/**
 * Takes envelopes, one after the other.
 */
typedef struct HubEnvelopeVisitor {
    /**
     * For `visit` alone.
     */
    void *ctx;
    /**
     * One more; anything but OK ends the visit.
     */
    HubStatus (*visit)(void *ctx, const struct HubEnvelope *envelope);
} HubEnvelopeVisitor;

/**
 * What connections do. `act_as` is the code of one that the plugin was granted; of what belongs to
 * others nothing is seen, and a call about it answers as if it were not there. All functions:
 * [thread] any. [may block] yes. [errors] DENIED: `act_as` is not granted. UNAVAILABLE: the hub
 * takes nothing now. NOT_FOUND.
 */
typedef struct HubEnvelopes {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * Delivers an envelope, with the same checks as over the network, and tells what became of it:
     * it is on disk when OK is answered. `key` (1 to 64 bytes, the plugin's own choice) is written
     * in the same step: the same key again delivers nothing and tells of the first envelope.
     * [errors] CONFLICT: the key was used for something else. EXHAUSTED: the recipient's inbox.
     */
    HubStatus (*submit)(void *ctx,
                        const struct HubCall *call,
                        struct HubBytes key,
                        const struct HubDraft *draft,
                        const struct HubEnvelopeVisitor *out);
    /**
     * Visits what waits for `act_as`, after a position (0: from the first), at most `limit`.
     */
    HubStatus (*inbox)(void *ctx,
                       const struct HubCall *call,
                       struct HubStr act_as,
                       uint64_t after,
                       uint32_t limit,
                       const struct HubEnvelopeVisitor *out);
    /**
     * Tells of an envelope that `act_as` sent or receives, and writes its content. Reading an
     * envelope as its recipient counts as its release. Both outputs are optional.
     */
    HubStatus (*read)(void *ctx,
                      const struct HubCall *call,
                      struct HubStr act_as,
                      struct HubStr hub_delivery_number,
                      const struct HubEnvelopeVisitor *out,
                      struct HubSink content);
    /**
     * Visits envelopes from one connection, with a certificate number, the newest first, at most
     * `limit`. `to` empty: to whomever. Only those that the plugin may see.
     */
    HubStatus (*find)(void *ctx,
                      const struct HubCall *call,
                      struct HubStr from,
                      struct HubStr to,
                      struct HubStr nppo_certificate_number,
                      uint32_t limit,
                      const struct HubEnvelopeVisitor *out);
    /**
     * Acknowledges an envelope to `act_as`: `HUB_ACKNOWLEDGE_` number and a message. On disk when
     * OK is answered; the first one counts.
     */
    HubStatus (*acknowledge)(void *ctx,
                             const struct HubCall *call,
                             struct HubStr act_as,
                             struct HubStr hub_delivery_number,
                             uint32_t acknowledgement,
                             struct HubStr message);
    /**
     * Tells how an envelope stands that `act_as` sent or receives.
     */
    HubStatus (*status)(void *ctx,
                        const struct HubCall *call,
                        struct HubStr act_as,
                        struct HubStr hub_delivery_number,
                        const struct HubEnvelopeVisitor *out);
} HubEnvelopes;

/**
 * A value in a line of the log.
 */
typedef struct HubLogField {
    /**
     * Its name.
     */
    struct HubStr name;
    /**
     * It, as text.
     */
    struct HubStr value;
} HubLogField;

/**
 * A line of the log.
 */
typedef struct HubLogRecord {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * `HUB_LOG_` number.
     */
    uint32_t level;
    /**
     * Part of the plugin that speaks.
     */
    struct HubStr target;
    /**
     * What it says.
     */
    struct HubStr message;
    /**
     * With what values.
     */
    const struct HubLogField *fields;
    /**
     * How many.
     */
    size_t field_count;
} HubLogRecord;

/**
 * The hub's log, under the plugin's name. A plugin that writes too much is cut short and counted.
 */
typedef struct HubLog {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * Whether anybody reads this level: 1, else 0. [thread] any. [may block] no.
     */
    uint32_t (*enabled)(void *ctx, uint32_t level, struct HubStr target);
    /**
     * Writes a record. [thread] any. [may block] no.
     */
    void (*write)(void *ctx, const struct HubLogRecord *record);
} HubLog;

/**
 * A series.
 */
typedef struct HubMetric {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * `HUB_METRIC_` number.
     */
    uint32_t kind;
    /**
     * Name after `hub_plugin_`: a-z, 0-9, '_'.
     */
    struct HubStr name;
    /**
     * What it counts, for people.
     */
    struct HubStr help;
    /**
     * Its labels.
     */
    const struct HubLogField *labels;
    /**
     * How many.
     */
    size_t label_count;
    /**
     * Upper bounds of a histogram, ascending.
     */
    const double *boundaries;
    /**
     * How many.
     */
    size_t boundary_count;
} HubMetric;

/**
 * The hub's metrics, each with the label `plugin`.
 */
typedef struct HubMetrics {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * Makes a series and writes its handle; in `create` only. [errors] EXHAUSTED: the plugin has
     * as many as it may. INVALID: the name, or `create` is over.
     */
    HubStatus (*register_)(void *ctx,
                           const struct HubCall *call,
                           const struct HubMetric *metric,
                           uint32_t *handle);
    /**
     * Counts, sets or observes, as the series is. [thread] any. [may block] no.
     */
    HubStatus (*record)(void *ctx, uint32_t handle, double value);
} HubMetrics;

/**
 * Tells that what a ticket stands for is done.
 */
typedef struct HubTickets {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * Completes a batch of events that was answered with PENDING. [thread] any. [may block] no.
     * [errors] NOT_FOUND: it was completed before, came too late, or never was.
     */
    HubStatus (*complete)(void *ctx, uint64_t ticket, HubStatus status, struct HubStr detail);
} HubTickets;

/**
 * Timers, which call `hub.wake/1`.
 */
typedef struct HubTimers {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * Wakes the plugin after this time, with this token; a timer of the same token is replaced.
     * [thread] any. [may block] no. [errors] EXHAUSTED: as many timers run as may.
     */
    HubStatus (*after)(void *ctx, uint64_t delay_ms, uint64_t token);
    /**
     * Stops a timer; it may be on its way already. [errors] NOT_FOUND: none runs.
     */
    HubStatus (*cancel)(void *ctx, uint64_t token);
} HubTimers;

/**
 * Keeps documents beyond the call that gave them.
 */
typedef struct HubKeptBytes {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * Keeps what the ticket stands for until `release`; during the call that gave it. [errors]
     * EXHAUSTED: the plugin keeps as many bytes as it may. NOT_FOUND: the call is over.
     */
    HubStatus (*retain)(void *ctx, uint64_t ticket);
    /**
     * Writes a part of it. [thread] any.
     */
    HubStatus (*slice)(void *ctx, uint64_t ticket, uint64_t offset, uint64_t len, struct HubSink out);
    /**
     * Lets it go. [thread] any. [errors] NOT_FOUND: it was not kept.
     */
    HubStatus (*release)(void *ctx, uint64_t ticket);
} HubKeptBytes;

/**
 * The hub's audit trail.
 */
typedef struct HubAudit {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * Appends that `principal` (a person or system that the plugin knows) did `action`. It is on
     * disk when OK is answered. `hub_delivery_number` may be empty. [thread] any. [may block] yes.
     * [errors] EXHAUSTED: too many in a second.
     */
    HubStatus (*append)(void *ctx,
                        const struct HubCall *call,
                        struct HubStr principal,
                        struct HubStr action,
                        struct HubStr detail,
                        struct HubStr hub_delivery_number);
} HubAudit;

/**
 * Secrets that the operator gave the plugin by name.
 */
typedef struct HubSecrets {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * Writes a secret. [thread] any. [may block] yes. [errors] NOT_FOUND: none of that name.
     */
    HubStatus (*get)(void *ctx, const struct HubCall *call, struct HubStr name, struct HubSink out);
} HubSecrets;

/**
 * A directory of the plugin's own. One instance at a time has it: a plugin that is granted it is
 * replaced by ending the old instance first.
 */
typedef struct HubData {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * Writes the directory's absolute path. [thread] any.
     */
    HubStatus (*path)(void *ctx, const struct HubCall *call, struct HubSink out);
    /**
     * Bytes in it and bytes allowed. [thread] any. [may block] yes.
     */
    HubStatus (*usage)(void *ctx, const struct HubCall *call, uint64_t *used, uint64_t *allowed);
} HubData;

/**
 * A route.
 */
typedef struct HubHttpRoute {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * None yet.
     */
    uint32_t flags;
    /**
     * `GET`, `POST` …; `GET` answers `HEAD` too. Empty for any.
     */
    struct HubStr method;
    /**
     * Path under the prefix: `certificates/{number}`. A segment in braces fits any segment, and
     * `{*rest}` at the end everything. Empty for the prefix itself.
     */
    struct HubStr pattern;
    /**
     * Bytes of the largest body; 0 for none.
     */
    uint64_t body_bytes_max;
} HubHttpRoute;

/**
 * A file that never changes while the plugin runs.
 */
typedef struct HubHttpAsset {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * None yet.
     */
    uint32_t flags;
    /**
     * Path under the prefix.
     */
    struct HubStr path;
    /**
     * `Content-Type`.
     */
    struct HubStr content_type;
    /**
     * `ETag`, with its quotes.
     */
    struct HubStr etag;
    /**
     * The file.
     */
    struct HubBytes bytes;
} HubHttpAsset;

/**
 * A header.
 */
typedef struct HubHttpHeader {
    /**
     * Its name, in lower case where the hub gives it.
     */
    struct HubStr name;
    /**
     * Its value.
     */
    struct HubBytes value;
} HubHttpHeader;

/**
 * A request.
 */
typedef struct HubHttpRequest {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * Index of the route that fitted.
     */
    uint32_t route;
    /**
     * `GET`, `POST` …
     */
    struct HubStr method;
    /**
     * What the browser asked for without the query, as it came: prefix and path.
     */
    struct HubStr path;
    /**
     * What follows the question mark, as it came.
     */
    struct HubStr query;
    /**
     * The prefix under which the plugin's pages lie, with a slash at both ends.
     */
    struct HubStr prefix;
    /**
     * `http` or `https`, as the browser sees it.
     */
    struct HubStr scheme;
    /**
     * Host and port, as the browser sees them.
     */
    struct HubStr host;
    /**
     * The browser's address, behind trusted proxies too.
     */
    struct HubStr client_address;
    /**
     * The request's headers, in their order.
     */
    const struct HubHttpHeader *headers;
    /**
     * How many.
     */
    size_t header_count;
    /**
     * The body, if all of it is there; else empty, and read with `hub.http.respond/1` `read`.
     */
    struct HubBytes body;
    /**
     * Bytes of the body as announced; `UINT64_MAX` if not announced.
     */
    uint64_t body_bytes;
} HubHttpRequest;

/**
 * Pages under the plugin's prefix on the hub's web listener.
 */
typedef struct HubHttp {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * How many routes.
     */
    uint32_t route_count;
    /**
     * The routes; constant for the instance's life. The first that fits is taken.
     */
    const struct HubHttpRoute *routes;
    /**
     * Files that the hub serves by itself; constant for the instance's life.
     */
    const struct HubHttpAsset *assets;
    /**
     * How many.
     */
    size_t asset_count;
    /**
     * Answers a request through `hub.http.respond/1`, before it returns (OK) or later (PENDING),
     * from any thread. A ticket that is dropped without an answer becomes 500, one that rests too
     * long 504. [thread] a plugin worker. [may block] yes.
     */
    HubStatus (*request)(void *data,
                         const struct HubCall *call,
                         const struct HubHttpRequest *request,
                         uint64_t ticket);
} HubHttp;

/**
 * Answers requests. All functions: [thread] any. [errors] NOT_FOUND: the ticket is done with.
 */
typedef struct HubHttpRespond {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * Gives the next piece of the request's body to `out`; nothing at its end. [may block] yes.
     */
    HubStatus (*read)(void *ctx, const struct HubCall *call, uint64_t ticket, struct HubSink out);
    /**
     * Begins the answer: status and headers. Once. [errors] INVALID: a header that cannot be.
     */
    HubStatus (*start)(void *ctx,
                       const struct HubCall *call,
                       uint64_t ticket,
                       uint32_t status,
                       const struct HubHttpHeader *headers,
                       size_t header_count);
    /**
     * The next piece of the answer. Waits while the browser is slow. [may block] yes.
     */
    HubStatus (*write)(void *ctx, const struct HubCall *call, uint64_t ticket, struct HubBytes bytes);
    /**
     * Ends the answer.
     */
    HubStatus (*finish)(void *ctx, const struct HubCall *call, uint64_t ticket);
    /**
     * Whether the browser has gone or the ticket is done with: 1, else 0. [may block] no.
     */
    uint32_t (*gone)(void *ctx, uint64_t ticket);
} HubHttpRespond;

/**
 * Something that happened to an envelope.
 */
typedef struct HubEvent {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * `HUB_EVENT_` number.
     */
    uint32_t kind;
    /**
     * Grows; with gaps.
     */
    uint64_t sequence;
    /**
     * When, in milliseconds since 1970.
     */
    int64_t at_ms;
    /**
     * `HUB_EVENT_IS_` flags.
     */
    uint32_t flags;
    /**
     * `HUB_STATE_` number after it.
     */
    uint32_t state;
    /**
     * `CertificateType`.
     */
    int32_t certificate_type;
    /**
     * `CertificateStatus`.
     */
    int32_t certificate_status;
    /**
     * `hubDeliveryNumber`.
     */
    struct HubStr hub_delivery_number;
    /**
     * `From`.
     */
    struct HubStr from;
    /**
     * `To`.
     */
    struct HubStr to;
    /**
     * `NPPOCertificateNumber`.
     */
    struct HubStr nppo_certificate_number;
    /**
     * What the recipient or the hub said.
     */
    struct HubStr message;
} HubEvent;

/**
 * Hears what happened.
 */
typedef struct HubLifecycle {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * The events wanted: bit `1 << kind` for each `HUB_EVENT_` number.
     */
    uint32_t mask;
    /**
     * Takes a batch, in the order of `sequence`, each event at least once: after a crash the same
     * ones come again. OK: it is done with. PENDING: the ticket will be completed. AGAIN or
     * an error: the same batch comes again later; nothing is ever skipped. With
     * `hub.kv/1`, a write that carries the ticket is committed together with the position in the
     * stream: exactly once. [thread] a plugin worker; one batch at a time. [may block] yes.
     */
    HubStatus (*events)(void *data,
                        const struct HubCall *call,
                        const struct HubEvent *batch,
                        size_t count,
                        uint64_t ticket);
} HubLifecycle;

/**
 * A document that a connection takes.
 */
typedef struct HubAllowedDocument {
    /**
     * `CertificateType`.
     */
    int32_t certificate_type;
    /**
     * `CertificateStatus`.
     */
    int32_t certificate_status;
} HubAllowedDocument;

/**
 * A connection.
 */
typedef struct HubConnection {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * `HUB_CONNECTION_` flags.
     */
    uint32_t flags;
    /**
     * Its code.
     */
    struct HubStr code;
    /**
     * Its name.
     */
    struct HubStr name;
    /**
     * Countries that it serves (ISO 3166-1 alpha-2), with commas between; empty if none.
     */
    struct HubStr country;
    /**
     * What it takes.
     */
    const struct HubAllowedDocument *allowed;
    /**
     * How many.
     */
    size_t allowed_count;
} HubConnection;

/**
 * Takes connections, one after the other.
 */
typedef struct HubConnectionVisitor {
    /**
     * For `visit` alone.
     */
    void *ctx;
    /**
     * One more; anything but OK ends the visit.
     */
    HubStatus (*visit)(void *ctx, const struct HubConnection *connection);
} HubConnectionVisitor;

/**
 * The connections.
 */
typedef struct HubRegistry {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * Visits the connections as `GetActiveNppos` and `GetAvailableChannels` show them. [thread]
     * any. [may block] no.
     */
    HubStatus (*each)(void *ctx, const struct HubCall *call, const struct HubConnectionVisitor *out);
    /**
     * Registers a connection whose transport is this plugin, or changes one of its own; the plugin
     * may act as it at once. Its code must be one of those granted for that. On disk when OK is
     * answered. [may block] yes. [errors] DENIED. CONFLICT: another owns the code.
     */
    HubStatus (*register_)(void *ctx,
                           const struct HubCall *call,
                           const struct HubConnection *connection);
} HubRegistry;

/**
 * Takes decisions. The last one counts; copies add up.
 */
typedef struct HubRoute {
    /**
     * For the functions alone.
     */
    void *ctx;
    /**
     * Decides: a `HUB_ROUTE_` number, the end of a hold, a connection, a reason for people.
     */
    HubStatus (*decide)(void *ctx,
                        uint32_t decision,
                        int64_t until_ms,
                        struct HubStr code,
                        struct HubStr reason);
    /**
     * One more connection that gets a copy with a number of its own. [errors] EXHAUSTED: no
     * more are allowed. NOT_FOUND: nobody of that code receives this kind; the copy is left out.
     */
    HubStatus (*copy_to)(void *ctx, struct HubStr code);
} HubRoute;

/**
 * Decides about ways.
 */
typedef struct HubRouting {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * Decides about one document of a kind that the plugin named, before it is accepted: a pure
     * function of the document and of what the plugin knows. Saying nothing lets it go on as
     * addressed. An error means that it could not decide. [thread] a plugin worker.
     * [may block] yes.
     */
    HubStatus (*route)(void *data,
                       const struct HubCall *call,
                       const struct HubDocument *document,
                       const struct HubRoute *out);
} HubRouting;

/**
 * Takes keys with values, one after the other.
 */
typedef struct HubKvVisitor {
    /**
     * For `visit` alone.
     */
    void *ctx;
    /**
     * One more; anything but OK ends the scan.
     */
    HubStatus (*visit)(void *ctx, struct HubBytes key, struct HubBytes value);
} HubKvVisitor;

/**
 * An operation.
 */
typedef struct HubKvOperation {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * `HUB_KV_CHECK`, `HUB_KV_PUT` or `HUB_KV_DELETE`.
     */
    uint32_t kind;
    /**
     * The key.
     */
    struct HubBytes key;
    /**
     * The value to put.
     */
    struct HubBytes value;
    /**
     * `HUB_KV_EXPECTS_` number.
     */
    uint32_t expects;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * The value expected.
     */
    struct HubBytes expected;
} HubKvOperation;

/**
 * Keys and values of the plugin's own, in the hub's store.
 */
typedef struct HubKv {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * Writes a key's value. [thread] any. [may block] yes. [errors] NOT_FOUND.
     */
    HubStatus (*get)(void *ctx, const struct HubCall *call, struct HubBytes key, struct HubSink out);
    /**
     * Visits keys that begin with `prefix` and come after `after` (empty: from the first), in
     * byte order, at most `limit`. [thread] any. [may block] yes.
     */
    HubStatus (*scan)(void *ctx,
                      const struct HubCall *call,
                      struct HubBytes prefix,
                      struct HubBytes after,
                      uint32_t limit,
                      const struct HubKvVisitor *out);
    /**
     * Does all operations or none; they are on disk when OK is answered. With the ticket of a
     * batch of events, the batch is done with in the same step. [thread] any. [may block] yes.
     * [errors] CONFLICT: an expectation is not met. EXHAUSTED: too many bytes. NOT_FOUND: the
     * ticket is done with.
     */
    HubStatus (*write)(void *ctx,
                       const struct HubCall *call,
                       const struct HubKvOperation *operations,
                       size_t count,
                       uint64_t ticket);
} HubKv;

/**
 * A code of a list.
 */
typedef struct HubCode {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * `HUB_CODE_` flags.
     */
    uint32_t flags;
    /**
     * The code.
     */
    struct HubStr code;
    /**
     * What it means.
     */
    struct HubStr text;
    /**
     * In which language (BCP 47).
     */
    struct HubStr language;
} HubCode;

/**
 * Takes codes, one after the other.
 */
typedef struct HubCodeVisitor {
    /**
     * For `visit` alone.
     */
    void *ctx;
    /**
     * One more; anything but OK ends the visit.
     */
    HubStatus (*visit)(void *ctx, const struct HubCode *code);
} HubCodeVisitor;

/**
 * The hub's code lists.
 */
typedef struct HubCodeLists {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * Writes the text of a code in a language, English where it is not had. [thread] any. [errors]
     * NOT_FOUND: no such list, or no such code in it.
     */
    HubStatus (*lookup)(void *ctx,
                        const struct HubCall *call,
                        struct HubStr list,
                        struct HubStr code,
                        struct HubStr language,
                        struct HubSink out);
    /**
     * Visits a list as it holds now, all of one revision. [thread] any. [errors] NOT_FOUND.
     */
    HubStatus (*each)(void *ctx,
                      const struct HubCall *call,
                      struct HubStr list,
                      const struct HubCodeVisitor *out);
    /**
     * Replaces a list of the plugin's own, whose name begins with its id and a dot. On disk
     * when OK is answered. [may block] yes. [errors] DENIED: not its own. CONFLICT: the revision is
     * not higher than the one there. EXHAUSTED: too many entries.
     */
    HubStatus (*publish)(void *ctx,
                         const struct HubCall *call,
                         struct HubStr list,
                         uint32_t revision,
                         const struct HubCode *codes,
                         size_t count);
} HubCodeLists;

/**
 * Is woken by the timers that it set.
 */
typedef struct HubWake {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * The timer with this token ran off. Timers do not survive a restart: what must is in
     * `hub.kv/1`, and `start` sets it anew. [thread] a plugin worker. [may block] yes.
     */
    HubStatus (*wake)(void *data, const struct HubCall *call, uint64_t token);
} HubWake;

/**
 * Copies its own files for a backup.
 */
typedef struct HubSnapshot {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * Writes a consistent copy of the plugin's files into an empty directory. [thread] a plugin
     * worker. [may block] yes.
     */
    HubStatus (*snapshot)(void *data, const struct HubCall *call, struct HubStr directory);
} HubSnapshot;

/**
 * Tells how it is.
 */
typedef struct HubHealth {
    /**
     * Size of this structure where it was made.
     */
    uint32_t struct_size;
    /**
     * 0.
     */
    uint32_t reserved;
    /**
     * OK, or an error with a sentence in `out`. [thread] a plugin worker. [may block] briefly.
     */
    HubStatus (*check)(void *data, const struct HubCall *call, struct HubSink out);
    /**
     * Bytes that the plugin has allocated, where it counts them. Optional. [thread] any.
     */
    uint64_t (*allocated)(void *data);
} HubHealth;

/**
 * Done.
 */
#define HUB_OK 0

/**
 * Begun: the ticket that was given will be completed.
 */
#define HUB_PENDING 1

/**
 * Not now; nothing was done. Try again later.
 */
#define HUB_AGAIN 2

/**
 * The arguments are wrong: the caller must change them.
 */
#define HUB_INVALID -1

/**
 * There is no such thing, or the caller may not know of it.
 */
#define HUB_NOT_FOUND -2

/**
 * The caller may not do that.
 */
#define HUB_DENIED -3

/**
 * It contradicts what is there.
 */
#define HUB_CONFLICT -4

/**
 * A limit is reached.
 */
#define HUB_EXHAUSTED -5

/**
 * The deadline passed.
 */
#define HUB_DEADLINE -6

/**
 * The caller no longer wants it.
 */
#define HUB_CANCELLED -7

/**
 * What is needed for it is down.
 */
#define HUB_UNAVAILABLE -8

/**
 * The other side does not have that.
 */
#define HUB_UNSUPPORTED -9

/**
 * What was read is damaged.
 */
#define HUB_CORRUPT -10

/**
 * A bug on the side that answers.
 */
#define HUB_INTERNAL -11

/**
 * The side that answers panicked and caught it.
 */
#define HUB_PANICKED -12

#endif  /* PHYTOHUB_PLUGIN_H */

/**
 * Id of the extension whose table is `HubDocuments`.
 */
#define HUB_DOCUMENTS_ID "hub.documents/1"

/**
 * Id of the extension whose table is `HubEnvelopes`.
 */
#define HUB_ENVELOPES_ID "hub.envelopes/1"

/**
 * Id of the extension whose table is `HubLog`. Granted to all.
 */
#define HUB_LOG_ID "hub.log/1"

/**
 * Id of the extension whose table is `HubMetrics`. Granted to all.
 */
#define HUB_METRICS_ID "hub.metrics/1"

/**
 * Id of the extension whose table is `HubTickets`. Granted to all.
 */
#define HUB_TICKETS_ID "hub.tickets/1"

/**
 * Id of the extension whose table is `HubTimers`. Granted to all.
 */
#define HUB_TIMERS_ID "hub.timers/1"

/**
 * Id of the extension whose table is `HubKeptBytes`. Granted to all.
 */
#define HUB_BYTES_ID "hub.bytes/1"

/**
 * Id of the extension whose table is `HubAudit`.
 */
#define HUB_AUDIT_ID "hub.audit/1"

/**
 * Id of the extension whose table is `HubSecrets`.
 */
#define HUB_SECRETS_ID "hub.secrets/1"

/**
 * Id of the extension whose table is `HubData`.
 */
#define HUB_DATA_ID "hub.data/1"

/**
 * Id of the extension whose table is `HubHttp`.
 */
#define HUB_HTTP_ID "hub.http/1"

/**
 * Id of the extension whose table is `HubHttpRespond`.
 */
#define HUB_HTTP_RESPOND_ID "hub.http.respond/1"

/**
 * Id of the extension whose table is `HubLifecycle`.
 */
#define HUB_LIFECYCLE_ID "hub.lifecycle/1"

/**
 * Id of the extension whose table is `HubRegistry`.
 */
#define HUB_REGISTRY_ID "hub.registry/1"

/**
 * Id of the extension whose table is `HubRouting`.
 */
#define HUB_ROUTING_ID "hub.routing/1"

/**
 * Id of the extension whose table is `HubKv`.
 */
#define HUB_KV_ID "hub.kv/1"

/**
 * Id of the extension whose table is `HubCodeLists`.
 */
#define HUB_CODELISTS_ID "hub.codelists/1"

/**
 * Id of the extension whose table is `HubWake`.
 */
#define HUB_WAKE_ID "hub.wake/1"

/**
 * Id of the extension whose table is `HubSnapshot`.
 */
#define HUB_SNAPSHOT_ID "hub.snapshot/1"

/**
 * Id of the extension whose table is `HubHealth`.
 */
#define HUB_HEALTH_ID "hub.health/1"

#if defined(__GNUC__)
#define HUB_VISIBLE __attribute__((visibility("default")))
#elif defined(_WIN32)
#define HUB_VISIBLE __declspec(dllexport)
#else
#define HUB_VISIBLE
#endif

/**
 * Begins the definition of what a plugin exports:
 * `HUB_EXPORT const HubPluginEntry hub_plugin_entry_v1 = { ... };`
 */
#ifdef __cplusplus
#define HUB_EXPORT extern "C" HUB_VISIBLE
#else
#define HUB_EXPORT HUB_VISIBLE
#endif

/**
 * Initializes a `HubStr` with a literal: `HubStr name = HUB_STR("echo");`
 */
#define HUB_STR(literal) { (const uint8_t *)(literal), sizeof(literal) - 1 }

/**
 * The symbol that a plugin exports, and the only one.
 */
#ifdef __cplusplus
extern "C" {
#endif
HUB_VISIBLE extern const HubPluginEntry hub_plugin_entry_v1;
#ifdef __cplusplus
}
#endif

/**
 * Whether the structure at `pointer`, made by the other side, has `field`.
 */
#define HUB_HAS(pointer, type, field) \
    ((pointer)->struct_size >= offsetof(type, field) + sizeof((pointer)->field))

/* What both sides must agree on, checked wherever this is compiled. */
#ifdef __cplusplus
#define HUB_ASSERT(x) static_assert(x, #x)
#else
#define HUB_ASSERT(x) _Static_assert(x, #x)
#endif
#if UINTPTR_MAX == 0xffffffffffffffffu
HUB_ASSERT(sizeof(HubBytes) == 16);
HUB_ASSERT(offsetof(HubBytes, ptr) == 0);
HUB_ASSERT(offsetof(HubBytes, len) == 8);
HUB_ASSERT(sizeof(HubStr) == 16);
HUB_ASSERT(offsetof(HubStr, ptr) == 0);
HUB_ASSERT(offsetof(HubStr, len) == 8);
HUB_ASSERT(sizeof(HubSink) == 16);
HUB_ASSERT(offsetof(HubSink, ctx) == 0);
HUB_ASSERT(offsetof(HubSink, write) == 8);
HUB_ASSERT(sizeof(HubCall) == 64);
HUB_ASSERT(offsetof(HubCall, struct_size) == 0);
HUB_ASSERT(offsetof(HubCall, flags) == 4);
HUB_ASSERT(offsetof(HubCall, deadline_ns) == 8);
HUB_ASSERT(offsetof(HubCall, trace_id) == 16);
HUB_ASSERT(offsetof(HubCall, span_id) == 32);
HUB_ASSERT(offsetof(HubCall, cancelled) == 40);
HUB_ASSERT(offsetof(HubCall, diagnostics) == 48);
HUB_ASSERT(sizeof(HubDocuments) == 40);
HUB_ASSERT(offsetof(HubDocuments, struct_size) == 0);
HUB_ASSERT(offsetof(HubDocuments, reserved) == 4);
HUB_ASSERT(offsetof(HubDocuments, kinds) == 8);
HUB_ASSERT(offsetof(HubDocuments, validate) == 16);
HUB_ASSERT(offsetof(HubDocuments, describe) == 24);
HUB_ASSERT(offsetof(HubDocuments, render) == 32);
HUB_ASSERT(sizeof(HubKind) == 80);
HUB_ASSERT(offsetof(HubKind, struct_size) == 0);
HUB_ASSERT(offsetof(HubKind, certificate_type) == 4);
HUB_ASSERT(offsetof(HubKind, name) == 8);
HUB_ASSERT(offsetof(HubKind, root_namespace) == 24);
HUB_ASSERT(offsetof(HubKind, root_name) == 40);
HUB_ASSERT(offsetof(HubKind, statuses) == 56);
HUB_ASSERT(offsetof(HubKind, status_count) == 64);
HUB_ASSERT(offsetof(HubKind, flags) == 68);
HUB_ASSERT(offsetof(HubKind, content_bytes_max) == 72);
HUB_ASSERT(sizeof(HubKindStatus) == 24);
HUB_ASSERT(offsetof(HubKindStatus, struct_size) == 0);
HUB_ASSERT(offsetof(HubKindStatus, certificate_status) == 4);
HUB_ASSERT(offsetof(HubKindStatus, name) == 8);
HUB_ASSERT(sizeof(HubKindVisitor) == 16);
HUB_ASSERT(offsetof(HubKindVisitor, ctx) == 0);
HUB_ASSERT(offsetof(HubKindVisitor, add) == 8);
HUB_ASSERT(sizeof(HubDocument) == 152);
HUB_ASSERT(offsetof(HubDocument, struct_size) == 0);
HUB_ASSERT(offsetof(HubDocument, purpose) == 4);
HUB_ASSERT(offsetof(HubDocument, certificate_type) == 8);
HUB_ASSERT(offsetof(HubDocument, certificate_status) == 12);
HUB_ASSERT(offsetof(HubDocument, flags) == 16);
HUB_ASSERT(offsetof(HubDocument, raw_form) == 20);
HUB_ASSERT(offsetof(HubDocument, at_ms) == 24);
HUB_ASSERT(offsetof(HubDocument, from) == 32);
HUB_ASSERT(offsetof(HubDocument, to) == 48);
HUB_ASSERT(offsetof(HubDocument, sent_by) == 64);
HUB_ASSERT(offsetof(HubDocument, nppo_certificate_number) == 80);
HUB_ASSERT(offsetof(HubDocument, hub_delivery_number) == 96);
HUB_ASSERT(offsetof(HubDocument, content) == 112);
HUB_ASSERT(offsetof(HubDocument, raw) == 128);
HUB_ASSERT(offsetof(HubDocument, content_ticket) == 144);
HUB_ASSERT(sizeof(HubFinding) == 72);
HUB_ASSERT(offsetof(HubFinding, struct_size) == 0);
HUB_ASSERT(offsetof(HubFinding, level) == 4);
HUB_ASSERT(offsetof(HubFinding, area) == 8);
HUB_ASSERT(offsetof(HubFinding, reserved) == 12);
HUB_ASSERT(offsetof(HubFinding, rule) == 16);
HUB_ASSERT(offsetof(HubFinding, field) == 32);
HUB_ASSERT(offsetof(HubFinding, message) == 48);
HUB_ASSERT(offsetof(HubFinding, offset) == 64);
HUB_ASSERT(sizeof(HubFindings) == 16);
HUB_ASSERT(offsetof(HubFindings, ctx) == 0);
HUB_ASSERT(offsetof(HubFindings, add) == 8);
HUB_ASSERT(sizeof(HubTerms) == 16);
HUB_ASSERT(offsetof(HubTerms, ctx) == 0);
HUB_ASSERT(offsetof(HubTerms, add) == 8);
HUB_ASSERT(sizeof(HubPluginEntry) == 80);
HUB_ASSERT(offsetof(HubPluginEntry, magic) == 0);
HUB_ASSERT(offsetof(HubPluginEntry, struct_size) == 8);
HUB_ASSERT(offsetof(HubPluginEntry, abi_major) == 12);
HUB_ASSERT(offsetof(HubPluginEntry, abi_minor) == 14);
HUB_ASSERT(offsetof(HubPluginEntry, flags) == 16);
HUB_ASSERT(offsetof(HubPluginEntry, id) == 24);
HUB_ASSERT(offsetof(HubPluginEntry, version) == 40);
HUB_ASSERT(offsetof(HubPluginEntry, build) == 56);
HUB_ASSERT(offsetof(HubPluginEntry, create) == 72);
HUB_ASSERT(sizeof(HubPlugin) == 16);
HUB_ASSERT(offsetof(HubPlugin, data) == 0);
HUB_ASSERT(offsetof(HubPlugin, vtable) == 8);
HUB_ASSERT(sizeof(HubPluginVtable) == 40);
HUB_ASSERT(offsetof(HubPluginVtable, struct_size) == 0);
HUB_ASSERT(offsetof(HubPluginVtable, reserved) == 4);
HUB_ASSERT(offsetof(HubPluginVtable, extension) == 8);
HUB_ASSERT(offsetof(HubPluginVtable, start) == 16);
HUB_ASSERT(offsetof(HubPluginVtable, quiesce) == 24);
HUB_ASSERT(offsetof(HubPluginVtable, destroy) == 32);
HUB_ASSERT(sizeof(HubEnvelopes) == 56);
HUB_ASSERT(offsetof(HubEnvelopes, struct_size) == 0);
HUB_ASSERT(offsetof(HubEnvelopes, reserved) == 4);
HUB_ASSERT(offsetof(HubEnvelopes, submit) == 8);
HUB_ASSERT(offsetof(HubEnvelopes, inbox) == 16);
HUB_ASSERT(offsetof(HubEnvelopes, read) == 24);
HUB_ASSERT(offsetof(HubEnvelopes, find) == 32);
HUB_ASSERT(offsetof(HubEnvelopes, acknowledge) == 40);
HUB_ASSERT(offsetof(HubEnvelopes, status) == 48);
HUB_ASSERT(sizeof(HubDraft) == 96);
HUB_ASSERT(offsetof(HubDraft, struct_size) == 0);
HUB_ASSERT(offsetof(HubDraft, flags) == 4);
HUB_ASSERT(offsetof(HubDraft, certificate_type) == 8);
HUB_ASSERT(offsetof(HubDraft, certificate_status) == 12);
HUB_ASSERT(offsetof(HubDraft, act_as) == 16);
HUB_ASSERT(offsetof(HubDraft, to) == 32);
HUB_ASSERT(offsetof(HubDraft, nppo_certificate_number) == 48);
HUB_ASSERT(offsetof(HubDraft, content) == 64);
HUB_ASSERT(offsetof(HubDraft, forwardings) == 80);
HUB_ASSERT(offsetof(HubDraft, forwarding_count) == 88);
HUB_ASSERT(sizeof(HubEnvelope) == 168);
HUB_ASSERT(offsetof(HubEnvelope, struct_size) == 0);
HUB_ASSERT(offsetof(HubEnvelope, flags) == 4);
HUB_ASSERT(offsetof(HubEnvelope, certificate_type) == 8);
HUB_ASSERT(offsetof(HubEnvelope, certificate_status) == 12);
HUB_ASSERT(offsetof(HubEnvelope, state) == 16);
HUB_ASSERT(offsetof(HubEnvelope, reserved) == 20);
HUB_ASSERT(offsetof(HubEnvelope, position) == 24);
HUB_ASSERT(offsetof(HubEnvelope, accepted_ms) == 32);
HUB_ASSERT(offsetof(HubEnvelope, changed_ms) == 40);
HUB_ASSERT(offsetof(HubEnvelope, content_bytes) == 48);
HUB_ASSERT(offsetof(HubEnvelope, hub_delivery_number) == 56);
HUB_ASSERT(offsetof(HubEnvelope, from) == 72);
HUB_ASSERT(offsetof(HubEnvelope, to) == 88);
HUB_ASSERT(offsetof(HubEnvelope, nppo_certificate_number) == 104);
HUB_ASSERT(offsetof(HubEnvelope, message) == 120);
HUB_ASSERT(offsetof(HubEnvelope, content_hash) == 136);
HUB_ASSERT(offsetof(HubEnvelope, sender_certificate) == 152);
HUB_ASSERT(sizeof(HubEnvelopeVisitor) == 16);
HUB_ASSERT(offsetof(HubEnvelopeVisitor, ctx) == 0);
HUB_ASSERT(offsetof(HubEnvelopeVisitor, visit) == 8);
HUB_ASSERT(sizeof(HubHost) == 24);
HUB_ASSERT(offsetof(HubHost, struct_size) == 0);
HUB_ASSERT(offsetof(HubHost, abi_minor) == 4);
HUB_ASSERT(offsetof(HubHost, reserved) == 6);
HUB_ASSERT(offsetof(HubHost, ctx) == 8);
HUB_ASSERT(offsetof(HubHost, extension) == 16);
HUB_ASSERT(sizeof(HubLog) == 24);
HUB_ASSERT(offsetof(HubLog, struct_size) == 0);
HUB_ASSERT(offsetof(HubLog, reserved) == 4);
HUB_ASSERT(offsetof(HubLog, enabled) == 8);
HUB_ASSERT(offsetof(HubLog, write) == 16);
HUB_ASSERT(sizeof(HubLogRecord) == 56);
HUB_ASSERT(offsetof(HubLogRecord, struct_size) == 0);
HUB_ASSERT(offsetof(HubLogRecord, level) == 4);
HUB_ASSERT(offsetof(HubLogRecord, target) == 8);
HUB_ASSERT(offsetof(HubLogRecord, message) == 24);
HUB_ASSERT(offsetof(HubLogRecord, fields) == 40);
HUB_ASSERT(offsetof(HubLogRecord, field_count) == 48);
HUB_ASSERT(sizeof(HubLogField) == 32);
HUB_ASSERT(offsetof(HubLogField, name) == 0);
HUB_ASSERT(offsetof(HubLogField, value) == 16);
HUB_ASSERT(sizeof(HubMetrics) == 24);
HUB_ASSERT(offsetof(HubMetrics, struct_size) == 0);
HUB_ASSERT(offsetof(HubMetrics, reserved) == 4);
HUB_ASSERT(offsetof(HubMetrics, register_) == 8);
HUB_ASSERT(offsetof(HubMetrics, record) == 16);
HUB_ASSERT(sizeof(HubMetric) == 72);
HUB_ASSERT(offsetof(HubMetric, struct_size) == 0);
HUB_ASSERT(offsetof(HubMetric, kind) == 4);
HUB_ASSERT(offsetof(HubMetric, name) == 8);
HUB_ASSERT(offsetof(HubMetric, help) == 24);
HUB_ASSERT(offsetof(HubMetric, labels) == 40);
HUB_ASSERT(offsetof(HubMetric, label_count) == 48);
HUB_ASSERT(offsetof(HubMetric, boundaries) == 56);
HUB_ASSERT(offsetof(HubMetric, boundary_count) == 64);
HUB_ASSERT(sizeof(HubTickets) == 16);
HUB_ASSERT(offsetof(HubTickets, struct_size) == 0);
HUB_ASSERT(offsetof(HubTickets, reserved) == 4);
HUB_ASSERT(offsetof(HubTickets, complete) == 8);
HUB_ASSERT(sizeof(HubTimers) == 24);
HUB_ASSERT(offsetof(HubTimers, struct_size) == 0);
HUB_ASSERT(offsetof(HubTimers, reserved) == 4);
HUB_ASSERT(offsetof(HubTimers, after) == 8);
HUB_ASSERT(offsetof(HubTimers, cancel) == 16);
HUB_ASSERT(sizeof(HubKeptBytes) == 32);
HUB_ASSERT(offsetof(HubKeptBytes, struct_size) == 0);
HUB_ASSERT(offsetof(HubKeptBytes, reserved) == 4);
HUB_ASSERT(offsetof(HubKeptBytes, retain) == 8);
HUB_ASSERT(offsetof(HubKeptBytes, slice) == 16);
HUB_ASSERT(offsetof(HubKeptBytes, release) == 24);
HUB_ASSERT(sizeof(HubAudit) == 16);
HUB_ASSERT(offsetof(HubAudit, struct_size) == 0);
HUB_ASSERT(offsetof(HubAudit, reserved) == 4);
HUB_ASSERT(offsetof(HubAudit, append) == 8);
HUB_ASSERT(sizeof(HubSecrets) == 16);
HUB_ASSERT(offsetof(HubSecrets, struct_size) == 0);
HUB_ASSERT(offsetof(HubSecrets, reserved) == 4);
HUB_ASSERT(offsetof(HubSecrets, get) == 8);
HUB_ASSERT(sizeof(HubData) == 24);
HUB_ASSERT(offsetof(HubData, struct_size) == 0);
HUB_ASSERT(offsetof(HubData, reserved) == 4);
HUB_ASSERT(offsetof(HubData, path) == 8);
HUB_ASSERT(offsetof(HubData, usage) == 16);
HUB_ASSERT(sizeof(HubHttp) == 40);
HUB_ASSERT(offsetof(HubHttp, struct_size) == 0);
HUB_ASSERT(offsetof(HubHttp, route_count) == 4);
HUB_ASSERT(offsetof(HubHttp, routes) == 8);
HUB_ASSERT(offsetof(HubHttp, assets) == 16);
HUB_ASSERT(offsetof(HubHttp, asset_count) == 24);
HUB_ASSERT(offsetof(HubHttp, request) == 32);
HUB_ASSERT(sizeof(HubHttpRoute) == 48);
HUB_ASSERT(offsetof(HubHttpRoute, struct_size) == 0);
HUB_ASSERT(offsetof(HubHttpRoute, flags) == 4);
HUB_ASSERT(offsetof(HubHttpRoute, method) == 8);
HUB_ASSERT(offsetof(HubHttpRoute, pattern) == 24);
HUB_ASSERT(offsetof(HubHttpRoute, body_bytes_max) == 40);
HUB_ASSERT(sizeof(HubHttpAsset) == 72);
HUB_ASSERT(offsetof(HubHttpAsset, struct_size) == 0);
HUB_ASSERT(offsetof(HubHttpAsset, flags) == 4);
HUB_ASSERT(offsetof(HubHttpAsset, path) == 8);
HUB_ASSERT(offsetof(HubHttpAsset, content_type) == 24);
HUB_ASSERT(offsetof(HubHttpAsset, etag) == 40);
HUB_ASSERT(offsetof(HubHttpAsset, bytes) == 56);
HUB_ASSERT(sizeof(HubHttpHeader) == 32);
HUB_ASSERT(offsetof(HubHttpHeader, name) == 0);
HUB_ASSERT(offsetof(HubHttpHeader, value) == 16);
HUB_ASSERT(sizeof(HubHttpRequest) == 160);
HUB_ASSERT(offsetof(HubHttpRequest, struct_size) == 0);
HUB_ASSERT(offsetof(HubHttpRequest, route) == 4);
HUB_ASSERT(offsetof(HubHttpRequest, method) == 8);
HUB_ASSERT(offsetof(HubHttpRequest, path) == 24);
HUB_ASSERT(offsetof(HubHttpRequest, query) == 40);
HUB_ASSERT(offsetof(HubHttpRequest, prefix) == 56);
HUB_ASSERT(offsetof(HubHttpRequest, scheme) == 72);
HUB_ASSERT(offsetof(HubHttpRequest, host) == 88);
HUB_ASSERT(offsetof(HubHttpRequest, client_address) == 104);
HUB_ASSERT(offsetof(HubHttpRequest, headers) == 120);
HUB_ASSERT(offsetof(HubHttpRequest, header_count) == 128);
HUB_ASSERT(offsetof(HubHttpRequest, body) == 136);
HUB_ASSERT(offsetof(HubHttpRequest, body_bytes) == 152);
HUB_ASSERT(sizeof(HubHttpRespond) == 48);
HUB_ASSERT(offsetof(HubHttpRespond, struct_size) == 0);
HUB_ASSERT(offsetof(HubHttpRespond, reserved) == 4);
HUB_ASSERT(offsetof(HubHttpRespond, read) == 8);
HUB_ASSERT(offsetof(HubHttpRespond, start) == 16);
HUB_ASSERT(offsetof(HubHttpRespond, write) == 24);
HUB_ASSERT(offsetof(HubHttpRespond, finish) == 32);
HUB_ASSERT(offsetof(HubHttpRespond, gone) == 40);
HUB_ASSERT(sizeof(HubLifecycle) == 16);
HUB_ASSERT(offsetof(HubLifecycle, struct_size) == 0);
HUB_ASSERT(offsetof(HubLifecycle, mask) == 4);
HUB_ASSERT(offsetof(HubLifecycle, events) == 8);
HUB_ASSERT(sizeof(HubEvent) == 120);
HUB_ASSERT(offsetof(HubEvent, struct_size) == 0);
HUB_ASSERT(offsetof(HubEvent, kind) == 4);
HUB_ASSERT(offsetof(HubEvent, sequence) == 8);
HUB_ASSERT(offsetof(HubEvent, at_ms) == 16);
HUB_ASSERT(offsetof(HubEvent, flags) == 24);
HUB_ASSERT(offsetof(HubEvent, state) == 28);
HUB_ASSERT(offsetof(HubEvent, certificate_type) == 32);
HUB_ASSERT(offsetof(HubEvent, certificate_status) == 36);
HUB_ASSERT(offsetof(HubEvent, hub_delivery_number) == 40);
HUB_ASSERT(offsetof(HubEvent, from) == 56);
HUB_ASSERT(offsetof(HubEvent, to) == 72);
HUB_ASSERT(offsetof(HubEvent, nppo_certificate_number) == 88);
HUB_ASSERT(offsetof(HubEvent, message) == 104);
HUB_ASSERT(sizeof(HubRegistry) == 24);
HUB_ASSERT(offsetof(HubRegistry, struct_size) == 0);
HUB_ASSERT(offsetof(HubRegistry, reserved) == 4);
HUB_ASSERT(offsetof(HubRegistry, each) == 8);
HUB_ASSERT(offsetof(HubRegistry, register_) == 16);
HUB_ASSERT(sizeof(HubConnection) == 72);
HUB_ASSERT(offsetof(HubConnection, struct_size) == 0);
HUB_ASSERT(offsetof(HubConnection, flags) == 4);
HUB_ASSERT(offsetof(HubConnection, code) == 8);
HUB_ASSERT(offsetof(HubConnection, name) == 24);
HUB_ASSERT(offsetof(HubConnection, country) == 40);
HUB_ASSERT(offsetof(HubConnection, allowed) == 56);
HUB_ASSERT(offsetof(HubConnection, allowed_count) == 64);
HUB_ASSERT(sizeof(HubAllowedDocument) == 8);
HUB_ASSERT(offsetof(HubAllowedDocument, certificate_type) == 0);
HUB_ASSERT(offsetof(HubAllowedDocument, certificate_status) == 4);
HUB_ASSERT(sizeof(HubConnectionVisitor) == 16);
HUB_ASSERT(offsetof(HubConnectionVisitor, ctx) == 0);
HUB_ASSERT(offsetof(HubConnectionVisitor, visit) == 8);
HUB_ASSERT(sizeof(HubRouting) == 16);
HUB_ASSERT(offsetof(HubRouting, struct_size) == 0);
HUB_ASSERT(offsetof(HubRouting, reserved) == 4);
HUB_ASSERT(offsetof(HubRouting, route) == 8);
HUB_ASSERT(sizeof(HubRoute) == 24);
HUB_ASSERT(offsetof(HubRoute, ctx) == 0);
HUB_ASSERT(offsetof(HubRoute, decide) == 8);
HUB_ASSERT(offsetof(HubRoute, copy_to) == 16);
HUB_ASSERT(sizeof(HubKv) == 32);
HUB_ASSERT(offsetof(HubKv, struct_size) == 0);
HUB_ASSERT(offsetof(HubKv, reserved) == 4);
HUB_ASSERT(offsetof(HubKv, get) == 8);
HUB_ASSERT(offsetof(HubKv, scan) == 16);
HUB_ASSERT(offsetof(HubKv, write) == 24);
HUB_ASSERT(sizeof(HubKvVisitor) == 16);
HUB_ASSERT(offsetof(HubKvVisitor, ctx) == 0);
HUB_ASSERT(offsetof(HubKvVisitor, visit) == 8);
HUB_ASSERT(sizeof(HubKvOperation) == 64);
HUB_ASSERT(offsetof(HubKvOperation, struct_size) == 0);
HUB_ASSERT(offsetof(HubKvOperation, kind) == 4);
HUB_ASSERT(offsetof(HubKvOperation, key) == 8);
HUB_ASSERT(offsetof(HubKvOperation, value) == 24);
HUB_ASSERT(offsetof(HubKvOperation, expects) == 40);
HUB_ASSERT(offsetof(HubKvOperation, reserved) == 44);
HUB_ASSERT(offsetof(HubKvOperation, expected) == 48);
HUB_ASSERT(sizeof(HubCodeLists) == 32);
HUB_ASSERT(offsetof(HubCodeLists, struct_size) == 0);
HUB_ASSERT(offsetof(HubCodeLists, reserved) == 4);
HUB_ASSERT(offsetof(HubCodeLists, lookup) == 8);
HUB_ASSERT(offsetof(HubCodeLists, each) == 16);
HUB_ASSERT(offsetof(HubCodeLists, publish) == 24);
HUB_ASSERT(sizeof(HubCode) == 56);
HUB_ASSERT(offsetof(HubCode, struct_size) == 0);
HUB_ASSERT(offsetof(HubCode, flags) == 4);
HUB_ASSERT(offsetof(HubCode, code) == 8);
HUB_ASSERT(offsetof(HubCode, text) == 24);
HUB_ASSERT(offsetof(HubCode, language) == 40);
HUB_ASSERT(sizeof(HubCodeVisitor) == 16);
HUB_ASSERT(offsetof(HubCodeVisitor, ctx) == 0);
HUB_ASSERT(offsetof(HubCodeVisitor, visit) == 8);
HUB_ASSERT(sizeof(HubWake) == 16);
HUB_ASSERT(offsetof(HubWake, struct_size) == 0);
HUB_ASSERT(offsetof(HubWake, reserved) == 4);
HUB_ASSERT(offsetof(HubWake, wake) == 8);
HUB_ASSERT(sizeof(HubSnapshot) == 16);
HUB_ASSERT(offsetof(HubSnapshot, struct_size) == 0);
HUB_ASSERT(offsetof(HubSnapshot, reserved) == 4);
HUB_ASSERT(offsetof(HubSnapshot, snapshot) == 8);
HUB_ASSERT(sizeof(HubHealth) == 24);
HUB_ASSERT(offsetof(HubHealth, struct_size) == 0);
HUB_ASSERT(offsetof(HubHealth, reserved) == 4);
HUB_ASSERT(offsetof(HubHealth, check) == 8);
HUB_ASSERT(offsetof(HubHealth, allocated) == 16);
#endif
#undef HUB_ASSERT
