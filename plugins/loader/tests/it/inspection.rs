//! What can be told of a library without mapping it, also of one that lies.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;

use phytohub_plugin_loader::package::inspect;

use crate::workshop::{Workshop, compile_with};

const BUSY: &str = r#"
#include <stdio.h>
#include <threads.h>
#define SEEN __attribute__((visibility("default")))
SEEN int one(void); SEEN int two(void);
SEEN int one(void) { return puts("one"); }
static int body(void *arg) { (void)arg; return 0; }
SEEN int two(void) { thrd_t thread; return thrd_create(&thread, body, 0); }
SEEN const int three = 3;
int hidden(void); int hidden(void) { return 4; }
"#;

#[test]
fn inspection_tells_symbols_needs_and_linking() {
    let workshop = Workshop::new();
    let library = workshop.path("busy.so");
    compile_with(BUSY, &library, &["-Wl,-rpath,/nowhere"]);
    let found = inspect(&library).expect("a library");
    assert_eq!(found.exported, ["one", "three", "two"]);
    assert!(found.imported.iter().any(|name| name == "puts"), "{:?}", found.imported);
    assert!(found.rpath);
    if cfg!(target_env = "gnu") {
        assert_eq!(found.needed, ["libc.so.6"]);
        // C11 threads came with 2.28, and moved to libc itself with 2.34.
        let floor = found.glibc_floor.expect("a version");
        assert!(((2, 28)..(2, 60)).contains(&floor), "{floor:?}");
    }
    let bare = workshop.path("bare.so");
    compile_with("const int nothing = 0;", &bare, &["-nostdlib"]);
    let found = inspect(&bare).expect("a library");
    assert_eq!((found.needed.len(), found.glibc_floor, found.rpath), (0, None, false));
    assert!(found.exported.is_empty(), "{:?}", found.exported);
}

#[test]
fn no_damage_makes_the_inspection_panic_or_run_on() {
    let workshop = Workshop::new();
    let path = workshop.path("busy.so");
    compile_with(BUSY, &path, &["-Wl,-s"]);
    let whole = fs::read(&path).expect("a library");
    let file = File::options().write(true).open(&path).expect("a library");
    let mut refused = 0;
    for (at, eight) in whole.chunks(8).enumerate() {
        let at = at as u64 * 8;
        for damage in [[0; 8], [0xff; 8], [0x10, 0, 0, 0, 0x10, 0, 0, 0]] {
            file.write_all_at(&damage, at).expect("damaged");
            refused += u32::from(inspect(&path).is_err());
        }
        file.write_all_at(eight, at).expect("healed");
        file.set_len(whole.len() as u64).expect("healed");
    }
    assert!(refused > 10, "{refused}");
    inspect(&path).expect("as it was");
}
