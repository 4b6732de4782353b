//! SOAP 1.1 as the hub speaks it: document/literal, wrapped, without headers of its own.

pub mod client;
mod code_list;
mod document;
mod door;
mod error;
mod header;
mod operation;
mod profile;
mod read;
mod reply;
mod request;
mod text;
mod validation;
mod write;

pub use crate::xml::XmlError;
pub use code_list::CodeListOperation;
pub use document::{TypedDocument, TypedEnvelope};
pub use error::{FaultCode, Place, ReadError};
pub use header::{Forwardings, Header, IntField};
pub use operation::{Operation, ParseOperationError};
pub use profile::{
    AllowedDocumentRow, Channel, ChannelRule, ChannelRuleType, Direction, Nppo, Signature,
};
pub use read::{operation_of, read_request};
pub use reply::{
    Part, Reply, acknowledge_envelope_receipt, acknowledge_failed_envelope_receipt,
    advanced_acknowledge_envelope_receipt, code_list, deliver_country_response_envelope,
    deliver_envelope, deliver_phyto_envelope, fault, get_active_nppos, get_available_channels,
    get_envelope_tracking_info, get_import_envelope_headers, get_profile,
    get_under_delivery_envelope, pull_import_envelope, pull_single_import_envelope,
    set_tracking_info_update, validate_and_deliver_envelope, validate_phyto_xml,
};
pub use request::{Envelope, Request};
pub use text::{Content, Text, decode_content};
pub use validation::{ValidationArea, ValidationLevel, ValidationResult};
