//! The store on a real disk: what is answered is there when it is opened again.

mod it {
    mod fixture;
    mod offer;
    mod recovery;
    mod survive;
}
