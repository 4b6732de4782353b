//! The store on a real disk: what is answered is there when it is opened again.

mod it {
    mod fixture;
    mod golden;
    mod offer;
    mod recovery;
    mod survive;
}
