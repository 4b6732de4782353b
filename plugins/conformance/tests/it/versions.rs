//! Plugins of other versions than the hub's.

use phytohub_plugin_api::{HUB_ABI_MINOR, HUB_PLUGIN_MAGIC};
use phytohub_plugin_testkit::{MockHost, fixtures};

use crate::workshop::CPlugin;

#[test]
fn a_plugin_of_version_1_0_loads_for_good() {
    let old = CPlugin::of("old");
    let plugin = MockHost::builder().build().load(&old.library).expect("1.0 loads");
    let abi = plugin.instance().library().abi();
    assert_eq!((abi.major, abi.minor), (1, 0));
    let report = plugin.validate(&fixtures::document(b"<a/>")).expect("it judges");
    assert_eq!(report.findings[0].rule, "OLD-001");
    assert_eq!(report.findings[0].offset, Some(4));
}

#[test]
fn a_plugin_newer_than_the_hub_loads_and_its_growth_is_not_looked_at() {
    let newer = CPlugin::of("newer");
    let plugin = MockHost::builder().build().load(&newer.library).expect("a later minor loads");
    assert_eq!(plugin.instance().library().abi().minor, HUB_ABI_MINOR + 7);
    let kinds = plugin.kinds().expect("its kind has grown");
    assert_eq!(kinds[0].name, "newer");
    let report = plugin.validate(&fixtures::document(b"<a/>")).expect("it judges");
    assert_eq!(report.findings[0].rule, "NEW-001");
    assert_eq!(report.findings[0].offset, None);
}

/// The frozen header is what this version's contract was when it was released; until then it may
/// be written anew together with the contract.
#[test]
fn the_frozen_header_is_of_version_1_0() {
    let frozen = include_str!("../../c/phytohub_plugin_1_0.h");
    assert!(frozen.contains(&format!("#define HUB_PLUGIN_MAGIC {HUB_PLUGIN_MAGIC}")));
    assert!(frozen.contains("#define HUB_ABI_MAJOR 1\n"));
    assert!(frozen.contains("#define HUB_ABI_MINOR 0\n"));
    if HUB_ABI_MINOR == 0 {
        let today = include_str!("../../../api/include/phytohub_plugin.h");
        assert!(frozen == today, "1.0 was recast: copy the header to phytohub_plugin_1_0.h");
    }
}
