//! The store on a real disk: what is answered is there when it is opened again.

mod it {
    mod backup;
    mod copies;
    mod due;
    mod fixture;
    mod golden;
    mod held;
    mod moves;
    mod offer;
    mod plugin;
    mod recovery;
    mod replay;
    mod retention;
    mod segment;
    mod survive;
    mod world;
}
