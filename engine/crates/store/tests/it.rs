//! The store on a real disk: what is answered is there when it is opened again.

mod it {
    mod backup;
    mod fixture;
    mod golden;
    mod offer;
    mod recovery;
    mod segment;
    mod survive;
}
