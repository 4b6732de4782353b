//! The hub's behaviour, without sockets: requests as bytes, answers as headers.

mod it {
    mod access;
    mod admin;
    mod audit;
    mod backup;
    mod codes;
    mod deliver;
    mod fixture;
    mod push;
    mod receive;
    mod response;
    mod settings;
    mod standing;
    mod typed;
    mod validate;
}
