//! The store on a real disk: what is answered is there when it is opened again. And the same on the
//! disk in memory that simulations use: what holds on the one must hold on the other.

mod it {
    /// Whether these tests run on the disk in memory.
    const IN_MEMORY: bool = false;

    mod backup;
    mod copies;
    mod due;
    mod fixture;
    mod golden;
    mod held;
    mod moves;
    mod near;
    mod offer;
    mod plugin;
    mod recovery;
    mod replay;
    mod retention;
    mod segment;
    mod staging;
    mod survive;
    mod tail;
    mod world;
}

/// All of them but those about files.
#[path = "it"]
#[expect(clippy::duplicate_mod, reason = "the same tests on another disk")]
mod in_memory {
    /// Whether these tests run on the disk in memory.
    const IN_MEMORY: bool = true;

    mod copies;
    mod due;
    mod fixture;
    mod held;
    mod memory;
    mod moves;
    mod plugin;
    mod replay;
    mod retention;
    mod segment;
    mod staging;
    mod survive;
    mod world;
}
