//! Writing and reading back.

use phytohub_sps::write::Certificate;

use crate::fixture::{read, shapes};

#[test]
fn what_was_written_is_read_back() {
    for (name, shape) in shapes() {
        let certificate = shape.certificate();
        let xml = certificate.to_xml();
        let reading = read(xml.as_bytes());
        let view = reading.document.certificate().expect("a certificate");
        assert_eq!(Certificate::from(&view), certificate, "{name}");
    }
}
